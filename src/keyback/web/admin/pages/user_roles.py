"""Roles that one person holds: over whom, and through which group. They are given and taken away where roles are."""

from collections.abc import Mapping

from keyback.core.messages import say
from keyback.core.rules.reach import Held
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _group as groups
from keyback.web.admin.pages import _user
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import Cell, Column, Go, Part, Presses, Row, Table

MESSAGES: Mapping[str, str] = {
    "user_roles.list": "Roles of this person",
    "user_roles.role": "Role",
    "user_roles.scope": "Over whom",
    "user_roles.everybody": "The whole organisation",
    "user_roles.through": "How",
    "user_roles.direct": "Directly",
    "user_roles.none": "This person holds no role.",
    "user_roles.go": "Give or take away roles",
}


def show(ask: Ask) -> Reply:
    """The list."""
    seen, only = _user.look(ask), groups.visible(ask)
    with ask.house.store.reading() as unit:
        held = unit.held_roles.active(seen.person.id, unit.now)
        every = ask.work().groups(unit).all()
        names = {one.id: one.name for one in every if only is None or one.id in only}
    columns = (Column(say("user_roles.role")), Column(say("user_roles.scope")), Column(say("user_roles.through")))
    rows = tuple(_row(ask, one, names) for one in held)
    parts: list[Part] = [Table(say("user_roles.list"), columns, rows, say("user_roles.none"))]
    if ask.may(Permission.CHANGE_ROLES):
        parts.append(Presses((Go("/roles", say("user_roles.go")),)))
    return _user.reply(ask, seen, "roles", parts)


def _row(ask: Ask, one: Held, names: Mapping[str, str]) -> Row:
    title = _user.role_title(one.role)
    role: Cell = Go(f"/roles/{one.role}", title) if ask.may(Permission.CHANGE_ROLES) else title
    scope: Cell = _group(one.scope, names) if one.scope else say("user_roles.everybody")
    through: Cell = _group(one.through, names) if one.through else say("user_roles.direct")
    return Row(f"{one.role}-{one.scope}-{one.through}", (role, scope, through))


def _group(id_: str, names: Mapping[str, str]) -> Go:
    return Go(f"/groups/{id_}", names.get(id_, id_))


ROUTES = (Route("GET", "/users/{person}/roles", show, SEES),)
