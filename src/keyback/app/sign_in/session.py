"""Who is signed in, and signing out."""

from keyback.app.house import House
from keyback.app.sign_in.enter import session_key
from keyback.core.events import Activity, Event
from keyback.core.types import Person


def who(house: House, token: str) -> Person | None:
    """The person of a live session: of their present generation, enabled, neither idle nor too old (SES-3, SES-5)."""
    if not token:
        return None
    key = session_key(house, token)
    with house.store.writing() as unit:
        person = unit.sessions.person_of(key, unit.now)
        if person is None:
            return None
        unit.sessions.seen(key, unit.now)
        return unit.people.by_id(person, unit.now)


def leave(house: House, token: str, source: str) -> None:
    """End this session."""
    if not token:
        return
    key = session_key(house, token)
    with house.store.writing() as unit:
        person = unit.sessions.person_of(key, unit.now)
        unit.sessions.end(key)
        if person is not None:
            unit.audit(Event(Activity.SIGN_OUT, person, person, "success", "", "", source))
