"""Roles: given to people, or to groups that may hold them, for the whole organisation or for the people of one group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from keyback.app.admin.rights import hold, is_host, require, rights_of
from keyback.app.people.finding import find, find_group
from keyback.app.people.ports import Group, Work
from keyback.app.people.telling import ROLE_CHANGED, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Forbidden, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.reach import may_grant
from keyback.core.rules.roles import GLOBAL, ROLES, Permission
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "people.no_role": "There is no role {role}. Roles: {roles}.",
    "roles.own": "Nobody changes their own roles. Ask somebody else who may. Nothing was changed.",
    "roles.not_held": "You do not hold the role {role} there yourself, so you can neither give it nor take it away. Nothing "
    "was changed.",
    "roles.last": "Nobody would be Global Administrator any more. Give the role to somebody else first. Nothing was changed.",
    "roles.no_roles": "{group} cannot hold roles: that is decided when a group is made. Nothing was changed.",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role for one holder. `holder`: a user ID, or with `to_group` the name of a group; `scope`: name of the group over
    whose people it is held; empty: the whole organisation."""

    holder: str
    role: str
    scope: str = ""
    to_group: bool = False


@dataclass(frozen=True, slots=True)
class _Meant:
    """The same with everything found. `people` hold it through this and are locked."""

    holder: str
    role: str
    scope: Group | None
    people: Sequence[Person]


def role_named(name: str) -> str:
    """A role's key, by key or title in any case. Raises `Invalid`."""
    asked = name.strip().casefold()
    for role in ROLES.values():
        if asked in {role.name, role.title.casefold()}:
            return role.name
    raise Invalid(say("people.no_role", role=name[:60], roles=", ".join(ROLES)))


def grant(work: Work, user_id: str, role: str, scope: str = "") -> bool:
    """False: held already. Raises `NotFound`, `Invalid`, `Forbidden`."""
    return change(work, Grant(user_id, role, scope), granted=True)


def revoke(work: Work, user_id: str, role: str, scope: str = "") -> bool:
    """False: not held directly. Raises `NotFound`, `Invalid`, `Forbidden`, `Conflict` (nobody else may do everything)."""
    return change(work, Grant(user_id, role, scope), granted=False)


def change(work: Work, wanted: Grant, *, granted: bool) -> bool:
    """A change of roles ends everything that carries the old rights (decisions 20). As `grant` and `revoke`."""
    role = role_named(wanted.role)
    with work.house.store.writing() as unit:
        if role == GLOBAL and not granted:
            work.groups(unit).lock()  # or each of the last two would be the other one's last
        meant = _meant(work, unit, replace(wanted, role=role))
        _judge(work, unit, meant)
        groups, scope = work.groups(unit), meant.scope.id if meant.scope else ""
        if not (groups.grant(meant.holder, role, scope) if granted else groups.revoke(meant.holder, role, scope)):
            return False
        if role == GLOBAL and not granted and not scope and not unit.held_roles.anybody(GLOBAL, unit.now):
            raise Conflict(say("roles.last"))
        where = f" ({meant.scope.name})" if meant.scope else ""
        for person in meant.people:
            tell(unit, person, ROLE_CHANGED, f"{'+' if granted else '-'} {ROLES[role].title}{where}")
            unit.people.raise_generation(person.id, unit.now)
            unit.sessions.end_all(person.id)
            refresh(unit, person.id, work.house.methods.values())
        details: Mapping[str, str | int] = {"role": role, "granted": int(granted), "scope": scope}
        unit.audit(Event(Activity.ROLE_CHANGED, work.actor, meant.holder, "success", details=details))
    work.house.kick("email")
    return True


def _meant(work: Work, unit: Unit, wanted: Grant) -> _Meant:
    scope = find_group(work, unit, wanted.scope) if wanted.scope else None
    if not wanted.to_group:
        holder = find(unit, wanted.holder).id
        ids: Sequence[str] = (holder,)
    else:
        group = find_group(work, unit, wanted.holder)
        if not group.role_assignable:
            raise Invalid(say("roles.no_roles", group=group.name))
        holder, ids = group.id, work.groups(unit).people_inside(group.id)
    hold(unit, work.actor, *ids)
    if not wanted.to_group:
        find(unit, wanted.holder)  # may have been deleted meanwhile
    people = [one for id_ in ids if (one := unit.people.by_id(id_, unit.now)) is not None]
    return _Meant(holder, wanted.role, scope, people)


def _judge(work: Work, unit: Unit, meant: _Meant) -> None:
    """ADM-2."""
    if is_host(work.actor):
        return
    if any(person.id == work.actor for person in meant.people):
        raise Forbidden(say("roles.own"))
    rights = rights_of(unit, work.actor)
    if not rights.may(Permission.CHANGE_ROLES):
        raise Forbidden(say("rights.none"))
    if not may_grant(rights, meant.role, meant.scope.id if meant.scope else ""):
        raise Forbidden(say("roles.not_held", role=ROLES[meant.role].title))
    for person in meant.people:
        require(unit, work.actor, Permission.CHANGE_ROLES, person)
    if not meant.people:
        require(unit, work.actor, Permission.CHANGE_ROLES)
