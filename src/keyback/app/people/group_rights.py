"""Who may change who is in a group: nobody gives or takes roles by a detour, changes the memberships of somebody more
powerful, or brings people into the reach of their own roles (ADM-1, ADM-2)."""

from collections.abc import Mapping, Sequence

from keyback.app.admin.rights import hold, is_host, require, rights_of
from keyback.app.people.ports import Group, Work
from keyback.core.errors import Forbidden
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.reach import may_grant, widens_own
from keyback.core.rules.roles import Permission

MESSAGES: Mapping[str, str] = {
    "group_rights.own": "{group} gives roles, and nobody changes their own roles. Ask somebody else who may. Nothing was "
    "changed.",
    "group_rights.not_held": "{group} gives roles that you do not hold everywhere yourself, so you cannot change who is in "
    "it. Nothing was changed.",
    "group_rights.scope": "Your own role reaches the people in {group}, so somebody else must put people into it. Nothing "
    "was changed.",
}


def permission_for(work: Work, unit: Unit, group: Group) -> Permission:
    """What it takes to change this group."""
    changes = work.groups(unit)
    gives = changes.assignable(group.id) or changes.carried(group.id)
    return Permission.CHANGE_ROLES if gives else Permission.CHANGE_GROUPS


def judge(work: Work, unit: Unit, group: Group, touched: Sequence[str], *, adds: bool) -> None:
    """Raises `Forbidden` unless the operator may put these people (those of them who matter) in or out."""
    if is_host(work.actor):
        return
    hold(unit, work.actor, *touched)
    permission = permission_for(work, unit, group)
    require(unit, work.actor, permission)
    rights = rights_of(unit, work.actor)
    changes = work.groups(unit)
    if permission is Permission.CHANGE_ROLES:
        if work.actor in touched:
            raise Forbidden(say("group_rights.own", group=group.name))
        if not all(may_grant(rights, role, scope) for role, scope in changes.carried(group.id)):
            raise Forbidden(say("group_rights.not_held", group=group.name))
    if adds and widens_own(rights, changes.containing(group.id)):
        raise Forbidden(say("group_rights.scope", group=group.name))
    for one in touched:
        person = unit.people.by_id(one, unit.now)
        if person is not None and one != work.actor:
            require(unit, work.actor, permission, person)
