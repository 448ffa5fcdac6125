"""Groups of one person: those they are in, directly or through others; adding and removing."""

from collections.abc import Mapping
from urllib.parse import urlencode

from keyback.app.people import group_rights, groups
from keyback.app.people.ports import Group
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _group, _user
from keyback.web.admin.pages._user import Seen
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import Column, Form, Go, Mark, Option, Panel, Part, Press, Row, Select, Table

MESSAGES: Mapping[str, str] = {
    "user_groups.list": "Groups of this person",
    "user_groups.group": "Group",
    "user_groups.how": "Member",
    "user_groups.direct": "Directly",
    "user_groups.nested": "Through another group",
    "user_groups.gives_roles": "Can hold roles",
    "user_groups.none": "This person is in no group.",
    "user_groups.remove": "Remove",
    "user_groups.add": "Add to a group",
    "user_groups.submit": "Add",
    "user_groups.no_more": "There is no other group that this person could be put into.",
    "user_groups.unknown": "There is no such group any more.",
    "user_groups.added.done": "The person is in the group now.",
    "user_groups.removed.done": "The person is not in the group any more.",
}


def show(ask: Ask) -> Reply:
    """The list."""
    seen, only = _user.look(ask), _group.visible(ask)
    with ask.house.store.reading() as unit:
        changes = ask.work().groups(unit)
        every = {one.id: one for one in changes.all() if only is None or one.id in only}
        mine = [every[one] for one in seen.person.groups if one in every]
        direct = {one.id for one in changes.around(seen.person.id)}
        giving = {one.id for one in mine if changes.assignable(one.id)}
    may = any(
        _user.may(ask, seen, one) and ask.operator.rights.everywhere(one)
        for one in (Permission.CHANGE_GROUPS, Permission.CHANGE_ROLES)
    )
    rows = tuple(
        _row(seen, one, direct=one.id in direct, gives=one.id in giving, may=may)
        for one in sorted(mine, key=lambda one: one.name.casefold())
    )
    columns = (Column(say("user_groups.group")), Column(say("user_groups.how")))
    parts: list[Part] = [Table(say("user_groups.list"), columns, rows, say("user_groups.none"))]
    others = [one for one in every.values() if one.id not in direct]
    if may:
        parts.append(_adding(seen, others))
    return _user.reply(ask, seen, "groups", parts)


def add(ask: Ask) -> Reply:
    """Into a group."""
    return _change(ask, adds=True)


def remove(ask: Ask) -> Reply:
    """Out of it."""
    return _change(ask, adds=False)


def _change(ask: Ask, *, adds: bool) -> Reply:
    seen = _user.look(ask)
    with ask.house.store.reading() as unit:
        group = ask.work().groups(unit).by_id(ask.field("group"))
        gives = group is not None and group_rights.permission_for(ask.work(), unit, group) is Permission.CHANGE_ROLES
    if group is None:
        raise NotFound(say("user_groups.unknown"))
    if gives:  # memberships that are roles are changed on the group's page, with one more proof (ADM-3)
        return Reply(go_to=f"/groups/{group.id}/add?{urlencode({'q': seen.person.canonical})}")
    groups.change_member(ask.work(), group.id, seen.person.canonical, adds=adds)
    return Reply(go_to=f"{seen.path}/groups", done="user_groups.added.done" if adds else "user_groups.removed.done")


def _row(seen: Seen, one: Group, *, direct: bool, gives: bool, may: bool) -> Row:
    how = say("user_groups.direct" if direct else "user_groups.nested")
    cells = (Go(f"/groups/{one.id}", one.name), (how, Mark(say("user_groups.gives_roles"), "info")) if gives else how)
    press = Press(f"{seen.path}/groups/remove", say("user_groups.remove"), (("group", one.id),), harsh=True)
    return Row(one.id, cells, (press,) if may and direct else ())


def _adding(seen: Seen, others: list[Group]) -> Panel:
    options = tuple(Option(one.id, one.name) for one in others)
    if not options:
        return Panel(say("user_groups.add"), (), about=say("user_groups.no_more"))
    select = Select("group", say("user_groups.group"), options, options[0].value)
    return Panel(say("user_groups.add"), (Form(f"{seen.path}/groups", say("user_groups.submit"), (select,)),))


CHANGES = one_of(Permission.CHANGE_GROUPS, Permission.CHANGE_ROLES)
ROUTES = (
    Route("GET", "/users/{person}/groups", show, SEES),
    Route("POST", "/users/{person}/groups", add, CHANGES, ("group",)),
    Route("POST", "/users/{person}/groups/remove", remove, CHANGES, ("group",)),
)
