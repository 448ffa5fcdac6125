"""What stands between all factors and being signed in, in its order: a new password, registration, re-confirmation
(decisions 25, 26)."""

from dataclasses import dataclass
from enum import StrEnum

from keyback.core.policy import Passwords, Policy
from keyback.core.ports.records import Credential
from keyback.core.rules import registration
from keyback.core.rules.registration import Duty
from keyback.core.types import DAY, DirectoryKind, Instant, Person


class Interrupt(StrEnum):
    """Something to do before the rest is open."""

    PASSWORD = "password"
    REGISTER = "register"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody whose factors are all there. `credential`: of the own directory, or None."""

    person: Person
    policy: Policy
    credential: Credential | None
    duty: Duty
    by_pass: bool
    """Whether an access pass stood in for the password."""


def expires_at(rules: Passwords, credential: Credential | None) -> Instant | None:
    """Until when this password signs in without being changed; None: for ever."""
    if credential is None or rules.expiry_days <= 0:
        return None
    return credential.set_at + rules.expiry_days * DAY


def must_change(credential: Credential | None, rules: Passwords, now: Instant) -> bool:
    """Whether the password was initial or temporary, or is older than policy allows."""
    ends = expires_at(rules, credential)
    return credential is not None and (credential.must_change or (ends is not None and ends <= now))


def first_password(person: Person, credential: Credential | None) -> bool:
    """Whether the person never chose one for the own directory: none is there, or only the initial one."""
    never = credential is None or (credential.must_change and credential.version == 1)
    return never and person.directory is DirectoryKind.CLOUD


def next_interrupt(one: Arrival, now: Instant) -> Interrupt | None:
    """What comes next; None: nothing."""
    person, policy, duty = one.person, one.policy, one.duty
    first, old = first_password(person, one.credential), must_change(one.credential, policy.passwords, now)
    if first if one.by_pass else old:
        return Interrupt.PASSWORD
    if duty.asked and duty.factor:
        return Interrupt.REGISTER  # nothing is open without a second factor, whatever else waits
    if registration.closed_until(person, policy, now) is not None and not one.by_pass:
        return None  # forced registration and re-confirmation wait (decisions 26)
    if duty.asked and (duty.offers or not duty.skippable):
        return Interrupt.REGISTER
    return Interrupt.CONFIRM if registration.reconfirm_due(person, policy, now) else None
