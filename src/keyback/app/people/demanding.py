"""An administrator asks people to register anew: at their next sign-in, in batches of one transaction each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from keyback.app.admin.rights import hold, may_touch, require, require_any
from keyback.app.incidents.care import a_reason
from keyback.app.people.finding import find, find_group
from keyback.app.people.ports import Work
from keyback.app.people.telling import REGISTRATION_DEMANDED, tell_values
from keyback.app.policy.standing import refresh
from keyback.core.events import Activity, Event
from keyback.core.ports import Unit
from keyback.core.rules.roles import Permission
from keyback.core.types import Person, PersonKind

BATCH = 50
MAY = (Permission.CHANGE_METHODS, Permission.CHANGE_PEOPLE)
"""Whoever may do one of these to a person may ask them to register anew; many at once: the first, everywhere. The helpdesk does
it on a caller check (decisions 21)."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Whom:
    """One person by user ID, the people of a group, or everybody where both are empty."""

    user_id: str = ""
    group: str = ""


def count(work: Work, whom: Whom) -> int:
    """How many people that is, before anything is done. Raises `NotFound`."""
    return sum(len(batch) for batch in _batches(work, whom))


def demand(work: Work, whom: Whom, why: str, done: Callable[[int], None]) -> int:
    """How many were asked: nobody whose recovery is closed by a report, no service or break-glass account, and of many nobody
    who is out of the operator's reach.

    `done` hears between two transactions how many people have been looked at. What they have keeps serving until they
    have registered anew; interrupted, it can be run again. Raises `NotFound`, `Invalid` (no reason), `Forbidden`.
    """
    reason, asked, seen = a_reason(why), 0, 0
    for batch in _batches(work, whom):
        with work.house.store.writing() as unit:
            hold(unit, work.actor, *batch)
            if not whom.user_id:
                require(unit, work.actor, Permission.CHANGE_METHODS)
            asked += sum(_ask(work, unit, person, whom, reason) for person in sorted(batch))
        seen += len(batch)
        work.house.kick("email")
        done(seen)
    return asked


def _ask(work: Work, unit: Unit, id_: str, whom: Whom, why: str) -> bool:
    """One person who is out of the operator's reach is a refusal; among many, they are left out."""
    person = unit.people.by_id(id_, unit.now)
    if person is None or not _may_be_asked(person):
        return False
    if whom.user_id:
        require_any(unit, work.actor, MAY, person)
    elif not may_touch(unit, work.actor, MAY, person):
        return False
    unit.people.keep(id_, replace(person.upkeep, again_at=unit.now, skips=0), unit.now)
    tell_values(unit, person, REGISTRATION_DEMANDED, {})
    refresh(unit, id_, work.house.methods.values())
    unit.audit(Event(Activity.REGISTRATION_DEMANDED, work.actor, id_, "success", details={"why": why}))
    return True


def _may_be_asked(person: Person) -> bool:
    return person.kind is PersonKind.PERSON and person.frozen_at is None and person.deleted_at is None


def _batches(work: Work, whom: Whom) -> Iterator[Sequence[str]]:
    for page in _pages(work, whom):
        yield from (page[at : at + BATCH] for at in range(0, len(page), BATCH))


def _pages(work: Work, whom: Whom) -> Iterator[Sequence[str]]:
    if whom.user_id or whom.group:
        with work.house.store.reading() as unit:
            if whom.user_id:
                people: Sequence[str] = [find(unit, whom.user_id).id]
            else:
                people = work.groups(unit).people_inside(find_group(work, unit, whom.group).id)
        yield people
        return
    after: str | None = ""
    while after is not None:
        with work.house.store.reading() as unit:
            page = unit.readiness.everybody(after, _PAGE)
        yield page
        after = page[-1] if len(page) == _PAGE else None
