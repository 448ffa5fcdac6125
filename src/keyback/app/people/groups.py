"""Groups of people and of groups."""

import re
from collections.abc import Mapping, Sequence

from keyback.app.admin.rights import hold, require
from keyback.app.people import group_rights
from keyback.app.people.finding import canonical_name, find, find_group
from keyback.app.people.group_uses import uses
from keyback.app.people.ports import Group, Work
from keyback.app.people.telling import ROLE_CHANGED, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.roles import ROLES, Permission
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "people.group_exists": "There is a group {group} already.",
    "people.group_like_id": "This looks like the id of a group. Choose a name that says who is in it.",
    "people.cycle": "{member} contains {group}, so it cannot become part of it.",
    "people.group_used": "{group} is still in use, so it cannot be deleted. Take it out there first:",
}

PERSON, GROUP = "person", "group"
_AN_ID = re.compile("[0-9a-f]{32}")


def add_group(work: Work, name: str, *, role_assignable: bool = False) -> str:
    """The new group's id. Raises `Invalid`, `Conflict`, `Forbidden`."""
    form = _own_name(name)
    group = Group(work.house.random.id(), " ".join(name.split()), role_assignable, 0)
    with work.house.store.writing() as unit:
        require(unit, work.actor, Permission.CHANGE_ROLES if role_assignable else Permission.CHANGE_GROUPS)
        changes = work.groups(unit)
        if changes.by_name(form) is not None:
            raise Conflict(say("people.group_exists", group=group.name))
        changes.add(group, form)
        unit.audit(Event(Activity.GROUP_ADDED, work.actor, group.id, "success", details={"name": group.name}))
    return group.id


def _own_name(name: str) -> str:
    """Its canonical form. None that looks like an id: whoever means a group that was deleted meanwhile gets no other one."""
    form = canonical_name(name)
    if _AN_ID.fullmatch(form):
        raise Invalid(say("people.group_like_id"))
    return form


def rename(work: Work, group: str, name: str) -> bool:
    """Another name, in every place at once, for all refer to its id. False: it has this name.

    Raises `NotFound`, `Invalid`, `Conflict`, `Forbidden`.
    """
    form, shown = _own_name(name), " ".join(name.split())
    with work.house.store.writing() as unit:
        changes = work.groups(unit)
        changes.lock()
        there = find_group(work, unit, group)
        require(unit, work.actor, group_rights.permission_for(work, unit, there))
        if there.name == shown:
            return False
        other = changes.by_name(form)
        if other is not None and other.id != there.id:
            raise Conflict(say("people.group_exists", group=other.name))
        changes.rename(there.id, shown, form)
        details = {"old": there.name, "name": shown}
        unit.audit(Event(Activity.GROUP_RENAMED, work.actor, there.id, "success", details=details))
    return True


def delete(work: Work, group: str) -> None:
    """For good; the people in it stay. Raises `NotFound`, `Forbidden`, and `Invalid` with every place where it is used."""
    with work.house.store.writing() as unit:
        changes = work.groups(unit)
        changes.lock()
        there = find_group(work, unit, group)
        require(unit, work.actor, group_rights.permission_for(work, unit, there))
        used = uses(work, unit, there)
        if used:
            raise Invalid(say("people.group_used", group=there.name), [one.text for one in used])
        changes.delete(there.id)
        details: Mapping[str, str | int] = {"name": there.name, "members": there.members}
        unit.audit(Event(Activity.GROUP_DELETED, work.actor, there.id, "success", details=details))


def change_member(work: Work, group: str, member: str, *, adds: bool) -> bool:
    """`member` is a user ID (with an at-sign) or the name of a group. False: nothing to do.

    Raises `NotFound`, `Forbidden`, and `Invalid` for a group that would contain itself.
    """
    with work.house.store.writing() as unit:
        changed = put_member(work, unit, find_group(work, unit, group), member, adds=adds)
    work.house.kick("email")
    return changed


def put_member(work: Work, unit: Unit, group: Group, member: str, *, adds: bool) -> bool:
    """As `change_member`, in the caller's unit. Nobody puts the group into one that gives roles between the question whether
    the operator may do this and the commit (ADM-1)."""
    kind, id_, called = _member(work, unit, member)
    changes = work.groups(unit)
    changes.lock()
    if kind == GROUP and adds and group.id in changes.inside(id_):
        raise Invalid(say("people.cycle", member=called, group=group.name))
    touched = (id_,) if kind == PERSON else tuple(changes.powerful_inside(id_))
    group_rights.judge(work, unit, group, touched, adds=adds)
    before = _people(unit, _of_roles(work, unit, group, kind, id_))
    if not (changes.add_member(group.id, id_, kind) if adds else changes.remove_member(group.id, id_)):
        return False
    for person in before:
        _take_over(work, unit, person)
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


def _member(work: Work, unit: Unit, member: str) -> tuple[str, str, str]:
    """Kind, id and name."""
    if "@" in member:
        hold(unit, work.actor, find(unit, member).id)
        person = find(unit, member)  # may have been deleted meanwhile
        return PERSON, person.id, person.upn
    group = find_group(work, unit, member)
    return GROUP, group.id, group.name


def _of_roles(work: Work, unit: Unit, group: Group, kind: str, member: str) -> Sequence[str]:
    """Whose roles can change: nobody's, where no role hangs on the group, however many are in it."""
    changes = work.groups(unit)
    if not changes.carried(group.id):
        return ()
    return (member,) if kind == PERSON else changes.people_inside(member)


def _people(unit: Unit, ids: Sequence[str]) -> Sequence[Person]:
    found = []
    for one in sorted(ids):
        unit.people.hold(one)
        person = unit.people.by_id(one, unit.now)
        if person is not None:
            found.append(person)
    return found


def _take_over(work: Work, unit: Unit, before: Person) -> None:
    """A change of roles ends everything that carries the old rights, and is told (decisions 20)."""
    after = unit.people.by_id(before.id, unit.now)
    if after is None or after.roles == before.roles:
        return
    gone = [f"- {_title(one)}" for one in before.roles if one not in after.roles]
    new = [f"+ {_title(one)}" for one in after.roles if one not in before.roles]
    for what in (*gone, *new):
        tell(unit, before if before.roles else after, ROLE_CHANGED, what)
    unit.people.raise_generation(before.id, unit.now)
    unit.sessions.end_all(before.id)
    refresh(unit, before.id, work.house.methods.values())


def _title(role: str) -> str:
    return ROLES[role].title if role in ROLES else role
