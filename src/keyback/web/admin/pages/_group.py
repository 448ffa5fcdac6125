"""What the pages about groups share: which groups an operator sees, and how many are in one."""

from collections.abc import Mapping
from dataclasses import dataclass

from keyback.app.people import group_rights
from keyback.app.people.ports import MOST_COUNTED, Group
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import one_of
from keyback.web.admin.parts import Words

MESSAGES: Mapping[str, str] = {
    "group.unknown": "There is no such group, or it is not in your scope.",
    "group.members_more": "more than {most}",
}
SEES = one_of(Permission.READ_PEOPLE)
CHANGES = one_of(Permission.CHANGE_GROUPS, Permission.CHANGE_ROLES)


@dataclass(frozen=True, slots=True)
class Seen:
    """A group that the operator may look at."""

    group: Group
    needs: Permission
    """What it takes to change it: the right to change roles, where it gives some."""
    may_change: bool
    """Whether buttons make sense; the verb judges again."""

    @property
    def gives_roles(self) -> bool:
        return self.needs is Permission.CHANGE_ROLES

    @property
    def members_path(self) -> str:
        """Where memberships are changed: with one more proof where they are roles (ADM-3)."""
        return f"{self.path}/{'role-members' if self.gives_roles else 'members'}"

    @property
    def path(self) -> str:
        return f"/groups/{self.group.id}"


def look(ask: Ask) -> Seen:
    """Which one the path names. Raises `NotFound` for none and for one out of scope, alike (ADM-9)."""
    work, rights = ask.work(), ask.operator.rights
    with ask.house.store.reading() as unit:
        changes = work.groups(unit)
        group = changes.by_id(ask.args["group"])
        if group is None or (rights.scopes and rights.scopes.isdisjoint(changes.containing(group.id))):
            raise NotFound(say("group.unknown"))
        needs = group_rights.permission_for(work, unit, group)
        return Seen(group, needs, rights.everywhere(needs))


def visible(ask: Ask) -> frozenset[str] | None:
    """Ids of the groups that the operator sees: those of their scope and what is within; None: all."""
    scopes, work = ask.operator.rights.scopes, ask.work()
    if not scopes:
        return None
    with ask.house.store.reading() as unit:
        return frozenset[str]().union(*(work.groups(unit).inside(one) for one in scopes))


def members(group: Group) -> Words:
    """How many are directly in it."""
    if group.members > MOST_COUNTED:
        return say("group.members_more", most=MOST_COUNTED)
    return str(group.members)
