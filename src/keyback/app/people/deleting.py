"""Deleting people: for 30 days an account can be restored and looks to everybody else as if it were not there; then every
row of it goes, and the audit log keeps its id (PRV-3)."""

from collections.abc import Mapping
from dataclasses import replace

from keyback.app.admin.rights import require
from keyback.app.people.ending import end_all
from keyback.app.people.finding import find_deleted, find_for
from keyback.app.people.ports import Work
from keyback.app.people.telling import DELETED, RESTORED, tell, tell_values
from keyback.app.policy.standing import refresh
from keyback.app.reset.scene import account_of
from keyback.app.retention import RESTORABLE
from keyback.core.errors import Conflict
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.reach import Rights
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant, Person

MESSAGES: Mapping[str, str] = {
    "people.too_late": "The account {user_id} was deleted more than 30 days ago. It cannot be restored any more.",
}

ERASED_AT_ONCE = 20
"""People to a transaction; each has rows in many tables."""


def delete(work: Work, user_id: str) -> None:
    """Everything that is signed in or under way ends, roles are taken away for good, and the user ID stays reserved. The
    owner is told.

    Raises `NotFound`, `Forbidden`.
    """
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_PEOPLE)
        tell_values(unit, person, DELETED, {"until_at": unit.now + RESTORABLE})
        _end_everything(work, unit, person)
        changes = work.people(unit)
        stripped = changes.strip(person.id)
        changes.delete(person.id)
        refresh(unit, person.id, work.house.methods.values())
        details: Mapping[str, str | int] = {"roles_removed": stripped}
        unit.audit(Event(Activity.PERSON_DELETED, work.actor, person.id, "success", details=details))
    work.house.kick("email")


def restore(work: Work, user_id: str) -> None:
    """As it was, but for roles: enabled only if it was. The owner is told.

    Raises `NotFound`, `Forbidden`, `Conflict` (too late).
    """
    with work.house.store.writing() as unit:
        person, deleted_at = find_deleted(work, unit, user_id)
        require(unit, work.actor, Permission.CHANGE_PEOPLE, replace(person, deleted_at=None))
        if unit.now >= restorable_until(deleted_at):
            raise Conflict(say("people.too_late", user_id=person.upn))
        work.people(unit).restore(person.id)
        tell(unit, replace(person, deleted_at=None), RESTORED, "")
        refresh(unit, person.id, work.house.methods.values())
        unit.audit(Event(Activity.PERSON_RESTORED, work.actor, person.id, "success"))
    work.house.kick("email")


def erase(work: Work, user_id: str) -> None:
    """A deleted person, for good, before the 30 days are over. Only who may do everything everywhere may do that.

    Raises `NotFound`, `Forbidden`.
    """
    with work.house.store.writing() as unit:
        person, _ = find_deleted(work, unit, user_id)
        require(unit, work.actor, Permission.CHANGE_ROLES)
        _erase(work, unit, person)


def erase_due(work: Work) -> int:
    """Everybody whose 30 days are over, a few at a time; how many it were."""
    with work.house.store.writing() as unit:
        due = work.people(unit).deleted_before(unit.now - RESTORABLE, ERASED_AT_ONCE)
        for one in due:
            unit.people.hold(one)
            person = unit.people.by_id(one, unit.now)
            if person is not None and person.deleted_at is not None:
                _erase(work, unit, person)
    return len(due)


def restorable_until(deleted_at: Instant) -> Instant:
    """When it goes for good."""
    return deleted_at + RESTORABLE


def may_erase(rights: Rights) -> bool:
    """Whether somebody may erase people: a Global Administrator of the whole organisation."""
    return rights.everywhere(Permission.CHANGE_ROLES)


def _erase(work: Work, unit: Unit, person: Person) -> None:
    unit.guesses.forget(account_of(work.house, person.canonical))
    work.people(unit).erase(person.id)
    unit.audit(Event(Activity.PERSON_PURGED, work.actor, person.id, "success"))


def _end_everything(work: Work, unit: Unit, person: Person) -> None:
    end_all(unit, person)
    unit.passes.end(person.id, unit.now)
    unit.links.void(person.id, unit.now)
    unit.cases.close(person.id, unit.now)
    waiting = unit.help_requests.open_of(person.id)
    if waiting is not None:
        unit.help_requests.close(waiting.id, work.actor, "deleted", unit.now)
