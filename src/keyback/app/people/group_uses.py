"""Every place where a group is used, so that nobody deletes what something else stands on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from keyback.app.people.ports import Group, Work
from keyback.core.messages import Text, say
from keyback.core.ports import Unit
from keyback.core.rules.group_use import places
from keyback.core.rules.roles import ROLES

MESSAGES: Mapping[str, str] = {
    "group_use.policy": "Policy: {path}",
    "group_use.role": "Its members hold the role {role}",
    "group_use.role_there": "Its members hold the role {role} over the people in {scope}",
    "group_use.scope": "The role {role} is held over its people",
    "group_use.within": "It is part of the group {group}",
}


class Kind(StrEnum):
    """What uses it."""

    POLICY = "policy"
    ROLE = "role"
    SCOPE = "scope"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Use:
    """One place. `what`: the setting's path, the role's key, or the id of the group around it."""

    kind: Kind
    what: str
    text: Text


def uses(work: Work, unit: Unit, group: Group) -> Sequence[Use]:
    """All of them: policy in force, roles, other groups."""
    in_force = unit.policies.in_force()
    found = [
        Use(Kind.POLICY, path, say("group_use.policy", path=path))
        for path in (places(in_force.policy, group.id) if in_force else ())
    ]
    changes = work.groups(unit)
    for role, holder, scope, _ in unit.held_roles.assignments():
        title = ROLES[role].title if role in ROLES else role
        if holder == group.id and scope:
            there = changes.by_id(scope)
            text = say("group_use.role_there", role=title, scope=there.name if there else scope)
            found.append(Use(Kind.ROLE, role, text))
        elif holder == group.id:
            found.append(Use(Kind.ROLE, role, say("group_use.role", role=title)))
        if scope == group.id:
            found.append(Use(Kind.SCOPE, role, say("group_use.scope", role=title)))
    around = changes.around(group.id)
    return [*found, *(Use(Kind.GROUP, one.id, say("group_use.within", group=one.name)) for one in around)]
