"""One person added by hand."""

from collections.abc import Mapping
from dataclasses import dataclass

from keyback.app import new_password
from keyback.app.admin.rights import require
from keyback.app.people.passwords import initial, refuse
from keyback.app.people.ports import Facts, NewPassword, NewPerson, Work
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Policy
from keyback.core.ports import Unit
from keyback.core.rules.identifiers import canonical
from keyback.core.rules.password import Context
from keyback.core.rules.roles import Permission
from keyback.core.types import DAY, DirectoryKind, Instant, PersonKind

MESSAGES: Mapping[str, str] = {
    "people.user_id": "{user_id} cannot be a user ID. It must look like name@example.org.",
    "people.exists": "Somebody has the user ID {user_id} already.",
    "people.reserved": "The user ID {user_id} belongs to a deleted account. Restore that one, or wait until it is erased.",
    "people.is_contact": "{user_id} is the address of somebody else, so it cannot be a user ID.",
}

INITIAL_LIFE = 14 * DAY


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is to be added."""

    user_id: str
    display_name: str = ""
    given_name: str = ""
    surname: str = ""
    department: str = ""
    language: str = ""
    kind: PersonKind = PersonKind.PERSON
    directory: DirectoryKind = DirectoryKind.CLOUD


def add(work: Work, new: Newcomer, password: str | None = None, *, life: Instant = INITIAL_LIFE) -> str:
    """The new person's id. A password given must be changed at the first sign-in, within `life`.

    Raises `Invalid` for a user ID that cannot be one or a password that will not do, `Conflict` if it is taken.
    """
    form = canonical(new.user_id)
    if form is None or "@" not in form:
        raise Invalid(say("people.user_id", user_id=new.user_id[:100]))
    with work.house.store.reading() as unit:
        _check_free(unit, form)
        in_force = unit.policies.in_force()
    policy = (in_force.policy if in_force else Policy()).passwords
    encoded = None
    if password is not None:
        whose = Context(form, (new.given_name, new.surname, new.display_name))
        refuse(new_password.mistakes(work.house, policy, whose, password))
        encoded = initial(work, password)
    person = work.house.random.id()
    with work.house.store.writing() as unit:
        require(unit, work.actor, Permission.CHANGE_PEOPLE)
        _check_free(unit, form)
        work.people(unit).add([NewPerson(person, form, new.kind, _facts(new))])
        if encoded is not None:
            new_password.still_judged(policy, unit.policies.in_force())
            work.people(unit).add_passwords([NewPassword(person, encoded, unit.now + life)])
        refresh(unit, person, work.house.methods.values())
        unit.audit(Event(Activity.PERSON_ADDED, work.actor, person, "success", details={"kind": new.kind.value}))
    return person


def _check_free(unit: Unit, form: str) -> None:
    """IDN-4: neither a user ID nor anybody's address."""
    there = unit.people.by_canonical(form, unit.now)
    if there is not None:
        raise Conflict(say("people.exists" if there.deleted_at is None else "people.reserved", user_id=form))
    if unit.info.owners(form):
        raise Conflict(say("people.is_contact", user_id=form))


def _facts(new: Newcomer) -> Facts:
    return Facts(
        upn=new.user_id.strip(),
        display_name=new.display_name or f"{new.given_name} {new.surname}".strip() or new.user_id,
        given_name=new.given_name,
        surname=new.surname,
        directory=new.directory,
        source_id="",
        enabled=True,
        department=new.department,
        language=new.language,
    )
