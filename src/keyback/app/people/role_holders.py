"""Who holds a role: directly, or as a member of a group that holds it; and over whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.app.people.ports import Group, Work
from keyback.core.ports import Unit
from keyback.core.rules.roles import ROLES
from keyback.core.types import Instant, Person

MOST_THROUGH = 100
"""People named for each group that holds a role; the group's own page has them all."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One grant: to a person, or to a group with some of the people who hold it through it."""

    scope: Group | None
    """None: the whole organisation."""
    since: Instant
    person: Person | None = None
    group: Group | None = None
    through: Sequence[Person] = ()
    more: bool = False
    """Whether more people hold it through the group than are named."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How widely a role is held."""

    people: int
    groups: int
    scoped: int
    """Grants over the people of one group only."""


def spread(unit: Unit) -> Mapping[str, Spread]:
    """Of every role of the catalogue."""
    grants = unit.held_roles.assignments()
    people = {holder for _, holder, _, _ in grants if unit.people.by_id(holder, unit.now) is not None}
    found = {}
    for role in ROLES:
        holders = {(holder, scope) for name, holder, scope, _ in grants if name == role}
        own = {holder for holder, _ in holders}
        found[role] = Spread(len(own & people), len(own - people), sum(scope != "" for _, scope in holders))
    return found


def holdings(work: Work, unit: Unit, role: str) -> Sequence[Holding]:
    """People by user ID, then groups by name."""
    groups, found = work.groups(unit), []
    for _, holder, scope, since in unit.held_roles.assignments(role):
        over = groups.by_id(scope) if scope else None
        if scope and over is None:
            continue
        person, group = unit.people.by_id(holder, unit.now), groups.by_id(holder)
        if person is not None:
            found.append(Holding(over, since, person=person))
        elif group is not None:
            ids = groups.people_inside(group.id)
            inside = [one for id_ in ids[:MOST_THROUGH] if (one := unit.people.by_id(id_, unit.now)) is not None]
            found.append(Holding(over, since, group=group, through=inside, more=len(ids) > MOST_THROUGH))
    return sorted(found, key=_order)


def _order(one: Holding) -> tuple[int, str, str]:
    name = one.person.canonical if one.person else one.group.name.casefold() if one.group else ""
    return (0 if one.person else 1), name, one.scope.name if one.scope else ""
