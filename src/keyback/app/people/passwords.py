"""Passwords that somebody else sets: judged like every other (PWD-8), and never for long."""

from collections.abc import Mapping, Sequence

from keyback.app import new_password
from keyback.app.people.finding import find, find_for
from keyback.app.people.ports import Work
from keyback.app.people.telling import PASSWORD_SET, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Invalid, Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.policy import Policy
from keyback.core.ports import Credential, Unit
from keyback.core.rules.password import prepare
from keyback.core.rules.roles import Permission
from keyback.core.types import DAY, HOUR, DirectoryKind, Person, Span

MESSAGES: Mapping[str, str] = {
    "people.password_refused": "This password will not do.",
    "people.password_elsewhere": "The password of {user_id} lives in another directory. Set it there.",
    "people.password_raced": "The password was changed by somebody else at the same moment. Nothing was done.",
}

INITIAL_LIFE: Span = 14 * DAY
TEMPORARY_LIFE: Span = 24 * HOUR
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 that are not taken for each other: 5 bits each."""
_GROUPS, _GROUP = 5, 4


def temporary(work: Work) -> str:
    """A random password of 100 bits that is easy to read out: `Ak4mx-...`. Its ends satisfy rules of composition."""
    letters = "".join(_LETTERS[byte & 31] for byte in work.house.random.bytes(_GROUPS * _GROUP))
    groups = [letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP)]
    return "-".join(["A" + groups[0], *groups[1:-1], groups[-1] + "7"])


def initial(work: Work, password: str) -> str:
    """Its hash. Costs one Argon2; no transaction may be open."""
    return work.house.hasher.hash(prepare(password))


def refuse(wrong: Sequence[Text]) -> None:
    """Raises `Invalid` if anything is wrong with it."""
    if wrong:
        raise Invalid(say("people.password_refused"), wrong)


def set_password(work: Work, user_id: str, password: str, *, life: Span | None, must_change: bool = True) -> None:
    """The person must choose another at the next sign-in, within `life`; everything signed in ends.

    Raises `NotFound`, `Invalid`, `Refused` (lives elsewhere), `Conflict` (raced).
    """
    with work.house.store.reading() as unit:
        person = find(unit, user_id)
        in_force = unit.policies.in_force()
        policy = (in_force.policy if in_force else Policy()).passwords
        old = unit.people.credential(person.id, policy.history)
        addresses = [contact.value for contact in unit.people.contacts(person.id)]
    if person.directory is not DirectoryKind.CLOUD:
        raise Refused(say("people.password_elsewhere", user_id=person.upn))
    refuse(new_password.mistakes(work.house, policy, new_password.about(person, addresses), password))
    refuse(new_password.used_before(work.house, policy, old, password))
    encoded = initial(work, password)
    with work.house.store.writing() as unit:
        new_password.still_judged(policy, unit.policies.in_force())
        not_after = unit.now + life if life is not None else None
        new = Credential(encoded, (), unit.now, must_change, not_after, old.version if old else 0)
        person = find_for(work, unit, user_id, Permission.RESET_PASSWORDS)
        _put(work, unit, person, new, old.encoded if old else "")
    work.house.kick("email")


def _put(work: Work, unit: Unit, person: Person, new: Credential, keep: str) -> None:
    tell(unit, person, PASSWORD_SET, "")
    if not unit.people.set_credential(person.id, new, unit.now, keep=keep):
        raise Conflict(say("people.password_raced"))
    unit.people.raise_generation(person.id, unit.now)
    unit.sessions.end_all(person.id)
    refresh(unit, person.id, work.house.methods.values())
    details = {"must_change": int(new.must_change), "dies_at": new.not_after or 0}
    unit.audit(Event(Activity.ADMIN_RESET, work.actor, person.id, "success", details=details))
