"""Passwords that get old, where policy lets them: when theirs must be changed, and who is told of it beforehand, once."""

from keyback.app.house import House
from keyback.app.perform import perform
from keyback.app.sign_in.seat import Seat
from keyback.core.effects import TellPerson
from keyback.core.policy import Passwords, Policy
from keyback.core.ports import Credential
from keyback.core.rules.interrupts import expires_at
from keyback.core.types import DAY, Instant

AT_ONCE = 100
"""People to a transaction, so that nobody who writes waits long."""
NOTICE = "notice.password_expires"


def warning(rules: Passwords, credential: Credential | None, now: Instant) -> Instant | None:
    """Until when it works, where that is soon enough to say so."""
    ends = expires_at(rules, credential)
    return ends if ends is not None and now < ends <= now + rules.expiry_warning_days * DAY else None


def warned_until(house: House, at: Seat) -> Instant | None:
    """Until when the password of who sits here works, where that is soon."""
    rules = at.policy.policy.passwords
    if rules.expiry_days <= 0:
        return None
    with house.store.reading() as unit:
        return warning(rules, unit.people.credential(at.person.id, 0), unit.now)


def warn(house: House) -> int:
    """Mail the next people whose password must be changed soon; how many were looked at. Each is told once for each
    password, whoever runs this at the same time. What has expired already is asked for at sign-in."""
    with house.store.writing() as unit:
        in_force = unit.policies.in_force()
        policy = in_force.policy if in_force else Policy()
        rules = policy.passwords
        if rules.expiry_days <= 0:
            return 0
        oldest = unit.now - rules.expiry_days * DAY
        found = unit.people.expiring(oldest, oldest + rules.expiry_warning_days * DAY, AT_ONCE)
        for person, set_at in found:
            if unit.people.warned(person, set_at, unit.now):
                told = TellPerson(person, NOTICE, {"until_at": set_at + rules.expiry_days * DAY})
                perform(unit, [told], policy.notifications)
    if found:
        house.kick("email")
    return len(found)
