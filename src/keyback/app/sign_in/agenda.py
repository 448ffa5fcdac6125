"""What stands between all factors and being signed in, in its order: a new password, registration, re-confirmation."""

from dataclasses import replace
from enum import StrEnum

from keyback.app.house import House
from keyback.app.sign_in.seat import LIVES, Seat, duty_of
from keyback.core.policy import Policy
from keyback.core.ports import Credential, Session, SessionKind, Unit
from keyback.core.rules import registration
from keyback.core.types import DAY, DirectoryKind, Instant


class Interrupt(StrEnum):
    """Something to do before the rest is open."""

    PASSWORD = "password"
    REGISTER = "register"
    CONFIRM = "confirm"


def must_change(credential: Credential | None, policy: Policy, now: Instant) -> bool:
    """Whether the password was initial or temporary, or is older than policy allows."""
    if credential is None:
        return False
    days = policy.passwords.expiry_days
    return credential.must_change or (days > 0 and credential.set_at + days * DAY <= now)


def first_password(credential: Credential | None) -> bool:
    """Whether the person never chose one: none is there, or only the initial one."""
    return credential is None or (credential.must_change and credential.version == 1)


def next_interrupt(house: House, at: Seat, credential: Credential | None) -> Interrupt | None:
    """What comes next; None: nothing. `at` must be `with_info`."""
    rules = at.policy.policy
    by_pass = bool(at.session.access_pass)
    first = at.person.directory is DirectoryKind.CLOUD and first_password(credential)
    asked = first if by_pass else must_change(credential, rules, at.now)
    if asked:
        return Interrupt.PASSWORD
    duty = duty_of(house, at)
    if duty.asked and duty.factor:
        return Interrupt.REGISTER  # nothing is open without a second factor, whatever else waits
    if registration.closed_until(at.person, rules, at.now) is not None and not by_pass:
        return None  # forced registration and re-confirmation wait (decisions 26)
    if duty.asked and (duty.offers or not duty.skippable):
        return Interrupt.REGISTER
    return Interrupt.CONFIRM if registration.reconfirm_due(at.person, rules, at.now) else None


def waiting(house: House, unit: Unit, at: Seat) -> Interrupt | None:
    """What comes next for who sits here. `at` must be `with_info`."""
    return next_interrupt(house, at, unit.people.credential(at.person.id, 0))


def staged(session: Session, stop: Interrupt | None, now: Instant) -> Session:
    """The session in which this comes next. One that an access pass opened never lives longer for it."""
    kind = SessionKind.PORTAL if stop is None else SessionKind.INTERRUPTED
    ends_at = session.ends_at if session.access_pass else max(session.began_at, now) + LIVES[kind]
    return replace(session, kind=kind, ends_at=ends_at)
