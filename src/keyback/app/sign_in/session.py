"""Who is signed in, and signing out."""

from keyback.app.house import House
from keyback.app.sign_in import agenda
from keyback.app.sign_in.arriving import onward
from keyback.app.sign_in.seat import Seat, Unseated, Visit, move, seat, session_key, with_info
from keyback.core.events import Activity, Event
from keyback.core.ports import Door, SessionKind
from keyback.core.rules.interrupts import Interrupt
from keyback.core.types import MINUTE

SEEN_EVERY = MINUTE


def here(house: House, visit: Visit, *kinds: SessionKind) -> Seat:
    """Who sits in this browser, with what they registered. Raises `Unseated` unless its session is of one of these kinds.
    Keeps the session from ending idle, with a write at most once a minute (SES-5)."""
    with house.store.reading() as unit:
        at = with_info(unit, seat(house, unit, visit, *kinds))
    if at.session.seen_at + SEEN_EVERY <= at.now:
        with house.store.writing() as unit:
            unit.sessions.seen(session_key(house, visit.token), unit.now)
    return at


def stage(house: House, visit: Visit) -> tuple[SessionKind | None, Interrupt | None]:
    """How far this browser is, and what comes next; no kind: it has no live session."""
    if not visit.token:
        return None, None
    with house.store.reading() as unit:
        try:
            at = seat(house, unit, visit, *SessionKind)
        except Unseated:
            return None, None
        if at.session.kind is SessionKind.ADMIN and visit.door is Door.PORTAL:
            return None, None  # it is nothing here, and nobody is led in a circle
        stops = at.session.kind is SessionKind.INTERRUPTED
        return at.session.kind, agenda.waiting(house, unit, with_info(unit, at)) if stops else None


def let_in(house: House, visit: Visit) -> str:
    """What its cookie holds from now on, if a browser whose sign-in was interrupted has nothing left to do; else nothing."""
    with house.store.writing() as unit:
        try:
            at = with_info(unit, seat(house, unit, visit, SessionKind.INTERRUPTED))
        except Unseated:
            return ""
        credential = unit.people.credential(at.person.id, 0)
        if agenda.next_interrupt(house, at, credential) is not None:
            return ""
        return move(house, unit, at, onward(house, unit, at, at.session, credential))


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
