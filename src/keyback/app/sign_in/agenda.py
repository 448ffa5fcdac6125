"""What comes next for a browser whose factors are all there, as `core.rules.interrupts` decides it."""

from dataclasses import replace

from keyback.app.house import House
from keyback.app.sign_in.seat import LIVES, Seat, duty_of
from keyback.core.ports import Credential, Session, SessionKind, Unit
from keyback.core.rules import interrupts
from keyback.core.rules.interrupts import Arrival, Interrupt
from keyback.core.types import Instant


def next_interrupt(house: House, at: Seat, credential: Credential | None) -> Interrupt | None:
    """What comes next; None: nothing. `at` must be `with_info`."""
    by_pass = bool(at.session.access_pass)
    return interrupts.next_interrupt(
        Arrival(at.person, at.policy.policy, credential, duty_of(house, at), by_pass), at.now
    )


def waiting(house: House, unit: Unit, at: Seat) -> Interrupt | None:
    """What comes next for who sits here. `at` must be `with_info`."""
    return next_interrupt(house, at, unit.people.credential(at.person.id, 0))


def staged(session: Session, stop: Interrupt | None, now: Instant) -> Session:
    """The session in which this comes next. One that an access pass opened never lives longer for it."""
    kind = SessionKind.PORTAL if stop is None else SessionKind.INTERRUPTED
    ends_at = session.ends_at if session.access_pass else max(session.began_at, now) + LIVES[kind]
    return replace(session, kind=kind, ends_at=ends_at)
