"""Who is signed in, and signing out."""

from keyback.app.house import House
from keyback.app.sign_in.seat import session_key
from keyback.core.events import Activity, Event
from keyback.core.ports import SessionKind
from keyback.core.types import Person


def who(house: House, token: str) -> Person | None:
    """The person of a live session: of their present generation, enabled, neither idle nor too old (SES-3, SES-5)."""
    if not token:
        return None
    key = session_key(house, token)
    with house.store.writing() as unit:
        session = unit.sessions.of(key, unit.now)
        if session is None or session.kind is not SessionKind.PORTAL:
            return None
        unit.sessions.seen(key, unit.now)
        return unit.people.by_id(session.person, unit.now)


def leave(house: House, token: str, source: str) -> None:
    """End this session, however far it is."""
    if not token:
        return
    key = session_key(house, token)
    with house.store.writing() as unit:
        session = unit.sessions.of(key, unit.now)
        unit.sessions.end(key)
        if session is not None:
            unit.audit(Event(Activity.SIGN_OUT, session.person, session.person, "success", "", "", source))
