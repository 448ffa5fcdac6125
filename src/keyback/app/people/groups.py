"""Groups of people and of groups."""

from collections.abc import Mapping, Sequence

from keyback.app.people.finding import canonical_name, find, find_group
from keyback.app.people.ports import Group, Work
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit

MESSAGES: Mapping[str, str] = {
    "people.group_exists": "There is a group {group} already.",
    "people.cycle": "{member} contains {group}, so it cannot become part of it.",
}

PERSON, GROUP = "person", "group"


def add_group(work: Work, name: str, *, role_assignable: bool = False) -> str:
    """The new group's id. Raises `Invalid`, `Conflict`."""
    form = canonical_name(name)
    group = Group(work.house.random.id(), " ".join(name.split()), role_assignable, 0)
    with work.house.store.writing() as unit:
        changes = work.groups(unit)
        if changes.by_name(form) is not None:
            raise Conflict(say("people.group_exists", group=group.name))
        changes.add(group, form)
        unit.audit(Event(Activity.GROUP_ADDED, work.actor, group.id, "success", details={"name": group.name}))
    return group.id


def change_member(work: Work, group: str, member: str, *, adds: bool) -> bool:
    """`member` is a user ID (with an at-sign) or the name of a group. False: nothing to do.

    Raises `NotFound`, and `Invalid` for a group that would contain itself.
    """
    with work.house.store.writing() as unit:
        return put_member(work, unit, find_group(work, unit, group), member, adds=adds)


def put_member(work: Work, unit: Unit, group: Group, member: str, *, adds: bool) -> bool:
    """As `change_member`, in the caller's unit."""
    kind, id_, people = _member(work, unit, member)
    changes = work.groups(unit)
    if adds and kind == GROUP:
        changes.lock()
        if group.id in changes.inside(id_):
            raise Invalid(say("people.cycle", member=member[:100], group=group.name))
    rights = _roles_of(unit, people)
    if not (changes.add_member(group.id, id_, kind) if adds else changes.remove_member(group.id, id_)):
        return False
    for person, before in rights.items():
        after = unit.people.by_id(person, unit.now)
        if after is not None and after.roles != before:  # a change of roles (decisions 20)
            unit.people.raise_generation(person, unit.now)
            unit.sessions.end_all(person)
            refresh(unit, person, work.house.methods.values())
    details: Mapping[str, str | int] = {"group": group.id, "member_kind": kind, "added": int(adds)}
    unit.audit(Event(Activity.GROUP_CHANGED, work.actor, id_, "success", details=details))
    return True


def members(work: Work, group: str) -> Sequence[tuple[str, str]]:
    """Kind and name of each direct member: user ID, or name of a group."""
    with work.house.store.reading() as unit:
        names = {one.id: one.name for one in work.groups(unit).all()}
        found = []
        for kind, id_ in work.groups(unit).members(find_group(work, unit, group).id):
            person = unit.people.by_id(id_, unit.now) if kind == PERSON else None
            found.append((kind, person.upn if person else names.get(id_, id_)))
        return sorted(found)


def _member(work: Work, unit: Unit, member: str) -> tuple[str, str, Sequence[str]]:
    """Kind and id, and whom it touches."""
    if "@" in member:
        person = find(unit, member)
        return PERSON, person.id, (person.id,)
    group = find_group(work, unit, member)
    return GROUP, group.id, work.groups(unit).people_inside(group.id)


def _roles_of(unit: Unit, people: Sequence[str]) -> Mapping[str, Sequence[str]]:
    found = {}
    for one in people:
        person = unit.people.by_id(one, unit.now)
        if person is not None:
            found[one] = person.roles
    return found
