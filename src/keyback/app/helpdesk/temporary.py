"""A temporary password: made here and nowhere else, read out once, for a day, and spent when its owner has set another. It is
how the helpdesk recovers an account, one that is closed by a report too (decisions 16, 21)."""

from dataclasses import dataclass, replace

from keyback.app import new_password
from keyback.app.people.ending import end_all
from keyback.app.people.passwords import TEMPORARY_LIFE
from keyback.app.people.ports import Work
from keyback.app.people.telling import PASSWORD_SET, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, NotFound, Refused
from keyback.core.messages import say
from keyback.core.policy import Passwords, Policy
from keyback.core.ports import Credential, Random, Unit
from keyback.core.rules.password import prepare as prepared
from keyback.core.types import DirectoryKind, Instant, Person

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 that are not taken for each other when they are read out or written down: 5 bits each."""
_GROUP, _GROUPS = 4, 3
"""60 bits at least; it lives for a day, and sign-in counts every try."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Made and hashed, and judged by these rules."""

    password: str
    encoded: str
    before: Credential | None
    rules: Passwords


def prepare(work: Work, person: str) -> Ready:
    """Costs one Argon2; no transaction may be open. Raises `NotFound`, `Refused` where the password lives elsewhere."""
    with work.house.store.reading() as unit:
        found = unit.people.by_id(person, unit.now)
        if found is None:
            raise NotFound(say("helpdesk.nobody"))
        in_force = unit.policies.in_force()
        rules = (in_force.policy if in_force else Policy()).passwords
        before = unit.people.credential(person, rules.history)
    _refuse_elsewhere(found)
    password = made(work.house.random, rules.minimum_length)
    return Ready(password, work.house.hasher.hash(prepared(password)), before, rules)


def made(random: Random, least: int) -> str:
    """Such as `Ak4m-x7qp-w2ht9`: easy to read out, never shorter than policy wants, with letters, a capital and digits."""
    groups = max(_GROUPS, -(-least // (_GROUP + 1)))
    letters = "".join(_LETTERS[byte & 31] for byte in random.bytes(groups * _GROUP))
    parts = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
    return "A" + "-".join(parts) + "7"


def put(work: Work, unit: Unit, person: Person, ready: Ready) -> Instant:
    """Until when it works. Everything that hung on the one before ends (COD-6), and what is registered cannot be changed for
    a while, as after every recovery (decisions 26). Raises `Conflict`."""
    _refuse_elsewhere(person)
    new_password.still_judged(ready.rules, unit.policies.in_force())
    tell(unit, person, PASSWORD_SET, "")
    until, version = unit.now + TEMPORARY_LIFE, ready.before.version if ready.before else 0
    new = Credential(ready.encoded, (), unit.now, must_change=True, not_after=until, version=version)
    if not unit.people.set_credential(person.id, new, unit.now, keep=ready.before.encoded if ready.before else ""):
        raise Conflict(say("people.password_raced"))
    end_all(unit, person)
    unit.links.void(person.id, unit.now)
    unit.passes.end(person.id, unit.now)
    unit.people.keep(person.id, replace(person.upkeep, recovered_at=unit.now), unit.now)
    refresh(unit, person.id, work.house.methods.values())
    return until


def _refuse_elsewhere(person: Person) -> None:
    if person.directory is not DirectoryKind.CLOUD:
        raise Refused(say("people.password_elsewhere", user_id=person.upn))
