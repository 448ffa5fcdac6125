"""One role: who holds it, over whom; giving it and taking it away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keyback.app.people import roles
from keyback.app.people.finding import find_group
from keyback.app.people.ports import Group, GroupsQuery
from keyback.app.people.role_holders import Holding, holdings
from keyback.app.people.roles import Grant
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.messages import Text, say
from keyback.core.ports import Unit
from keyback.core.ports.listing import PeopleQuery
from keyback.core.rules.reach import may_grant
from keyback.core.rules.roles import ROLES, Permission, Role, is_global
from keyback.core.rules.words import words
from keyback.core.types import Person
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _group
from keyback.web.admin.pages.roles import SEES, about
from keyback.web.admin.parts import Cell, Column, Filter, Go, Mark, Panel, Part, Press, Row, Screen, Table
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "role.unknown": "There is no such role.",
    "role.permissions": "In detail",
    "role.holders": "Who holds it",
    "role.column.holder": "Name",
    "role.column.user_id": "User ID",
    "role.column.how": "How",
    "role.column.there": "Now",
    "role.column.over": "Over whom",
    "role.column.members": "Direct members",
    "role.direct": "Directly",
    "role.as_group": "Group",
    "role.everywhere": "The whole organisation",
    "role.more": "More people hold it through this group: open the group to see all.",
    "role.none": "Nobody holds this role.",
    "role.grant": "Give this role",
    "role.revoke": "Take away",
    "role.granted.done": "The role was given. Whoever got it is told by mail and was signed out everywhere.",
    "role.revoked.done": "The role was taken away. Whoever held it is told by mail and was signed out everywhere.",
    "role.grant.title": "Give the role {role}",
    "role.grant.lead": "First say over whom, then find who gets it. Whoever gets it is told by mail and must sign in again.",
    "role.grant.global": "A Global Administrator may do everything, also take this role from others. Two to four people are "
    "enough for most organisations.",
    "role.grant.search": "Name or user ID",
    "role.grant.scope": "Over the people of this group (empty: the whole organisation)",
    "role.grant.people": "People found",
    "role.grant.groups": "Groups that can hold roles",
    "role.grant.nobody": "Nobody is found. Search by the first letters of any word of a name or user ID.",
    "role.grant.no_group": "No group that can hold roles is called like that.",
    "role.grant.press": "Give",
    "role.grant.press_over": "Give over {group}",
    "role.grant.own": "You: ask somebody else",
    "role.grant.there": "Holds it already",
    "role.may.reports.read": "Read reports",
    "role.may.audit.read": "Read the audit log and the sign-in log",
    "role.may.people.read": "See people and groups",
    "role.may.policy.read": "See the policy",
    "role.may.people.help": "Answer help requests, check callers, clear pauses, end sessions",
    "role.may.passwords.reset": "Issue temporary passwords",
    "role.may.people.change": "Create, change, disable and delete people",
    "role.may.groups.change": "Make groups and change who is in them",
    "role.may.methods.change": "Change authentication methods of the people whom the role reaches",
    "role.may.roles.change": "Give and take away roles",
    "role.may.policy.change": "Change the policy",
    "role.may.agents.change": "Change agents",
    "role.may.audit.change": "Change how long the audit log is kept and where it is sent",
    "role.may.audit.export": "Export logs",
    "role.may.people.export": "Export lists of people",
}
CHANGES = one_of(Permission.CHANGE_ROLES)
MOST_FOUND = 20


def show(ask: Ask) -> Reply:
    """The page."""
    return Reply(_screen(ask, _role(ask)))


def find(ask: Ask) -> Reply:
    """Who is to get it."""
    return Reply(_found(ask, _role(ask)))


def changing(*, granted: bool) -> Callable[[Ask], Reply]:
    """Give it, or take it away."""

    def change(ask: Ask) -> Reply:
        role = _role(ask)
        try:
            roles.change(ask.work(), _grant(ask, role), granted=granted)
        except (Conflict, Invalid, NotFound) as error:
            told = (Message(error.text, "bad"),)
            screen = _found(ask, role, told) if granted else _screen(ask, role, told)
            return Reply(screen, 409 if isinstance(error, Conflict) else 422)
        return Reply(go_to=f"/roles/{role.name}", done="role.granted.done" if granted else "role.revoked.done")

    return change


def _role(ask: Ask) -> Role:
    role = ROLES.get(ask.args["role"])
    if role is None:
        raise NotFound(say("role.unknown"))
    return role


def _grant(ask: Ask, role: Role) -> Grant:
    scope = ask.field("scope")
    if group := ask.field("of_group"):
        return Grant(group, role.name, scope, to_group=True)
    with ask.house.store.reading() as unit:
        person = unit.people.by_id(ask.field("person"), unit.now)
    if person is None or not ask.operator.rights.sees(person):
        raise NotFound(say("user.unknown"))
    return Grant(person.upn, role.name, scope)


def _may(ask: Ask, role: Role, scope: Group | None) -> bool:
    """Whether a button makes sense; the verb judges again."""
    return may_grant(ask.operator.rights, role.name, scope.id if scope else "")


def _screen(ask: Ask, role: Role, messages: tuple[Message, ...] = ()) -> Screen:
    work = ask.work()
    with ask.house.store.reading() as unit:
        found = holdings(work, unit, role.name)
    rows = tuple(row for one in found for row in _rows(ask, role, one))
    columns = tuple(Column(say(f"role.column.{one}")) for one in ("holder", "user_id", "how", "over"))
    table = Table(say("role.holders"), columns, rows, say("role.none"))
    detail = tuple(say(f"role.may.{one.value}") for one in Permission if one in role.permissions)
    parts: tuple[Part, ...] = (
        Panel(say("role.holders"), (table,), id="holders"),
        Panel(say("role.permissions"), (Table(say("role.permissions"), (Column(say("roles.column.about")),),
              tuple(Row(one.id, (one,)) for one in detail), say("role.none")),), id="detail"),
    )  # fmt: skip
    actions = (Go(f"/roles/{role.name}/grant", say("role.grant")),) if ask.may(Permission.CHANGE_ROLES) else ()
    return Screen("role", role.title, parts, (about(role),), messages, above=(Go("/roles", say("roles.title")),),
                  actions=actions)  # fmt: skip


def _rows(ask: Ask, role: Role, one: Holding) -> Sequence[Row]:
    """The grant, and who holds it through it; of people only those whom the operator sees (ADM-9)."""
    over: Cell = Go(f"/groups/{one.scope.id}", one.scope.name) if one.scope else say("role.everywhere")
    sees = ask.operator.rights.sees
    if one.person is not None:
        own = one.person.id == ask.actor
        presses = () if own else _revoke(ask, role, ("person", one.person.id), one.scope)
        cells = (*_person(one.person), say("role.direct"), over)
        return (Row(f"{one.person.id}-{_id(one.scope)}", cells, presses),) if sees(one.person) else ()
    group = one.group
    if group is None or ask.operator.rights.scopes:
        return ()
    own = any(person.id == ask.actor for person in one.through)
    presses = () if own else _revoke(ask, role, ("of_group", group.id), one.scope)
    link = Go(f"/groups/{group.id}", group.name)
    first = Row(f"{group.id}-{_id(one.scope)}", (link, None, say("role.as_group"), over), presses)
    rows = [first, *(Row(f"{group.id}-{one.id}", (*_person(one), link, over)) for one in one.through)]
    return (*rows, Row(f"{group.id}-more", (say("role.more"), None, link, over))) if one.more else rows


def _person(person: Person) -> tuple[Cell, Cell]:
    return Go(f"/users/{person.id}", person.display_name), person.upn


def _id(scope: Group | None) -> str:
    return scope.id if scope else ""


def _revoke(ask: Ask, role: Role, what: tuple[str, str], scope: Group | None) -> tuple[Press, ...]:
    if not _may(ask, role, scope):
        return ()
    return (Press(f"/roles/{role.name}/revoke", say("role.revoke"), (what, ("scope", _id(scope))), harsh=True),)


@dataclass(frozen=True, slots=True)
class _Search:
    """Who was looked for, and over whom they shall get the role."""

    role: Role
    typed: str
    named: str
    scope: Group | None = None
    wrong: Text | None = None


def _search(ask: Ask, role: Role) -> _Search:
    typed, named = (ask.query.get(name, "") or ask.field(name) for name in ("q", "over"))
    if not named.strip():
        return _Search(role, typed, "")
    work = ask.work()
    try:
        with ask.house.store.reading() as unit:
            return _Search(role, typed, named, find_group(work, unit, named))
    except (NotFound, Invalid) as error:
        return _Search(role, typed, named, wrong=error.text)


def _found(ask: Ask, role: Role, messages: tuple[Message, ...] = ()) -> Screen:
    search, told = _search(ask, role), list(messages)
    if search.wrong:
        told.append(Message(search.wrong, "bad"))
    if is_global([role.name]):
        told.append(Message(say("role.grant.global"), "info"))
    parts: list[Part] = [_people_found(ask, search)]
    if search.typed and not search.wrong:
        parts.append(_groups_found(ask, search))
    above = (Go("/roles", say("roles.title")), Go(f"/roles/{role.name}", role.title))
    title = say("role.grant.title", role=role.title)
    return Screen("grant_role", title, tuple(parts), (say("role.grant.lead"),), tuple(told), above=above)


def _people_found(ask: Ask, search: _Search) -> Table:
    asked, rows = tuple(words(search.typed)), []
    if asked and not search.wrong:
        with ask.house.store.reading() as unit:
            found = unit.listing.people(PeopleQuery(asked, count=MOST_FOUND, groups=ask.operator.rights.scopes))
            there = _holders(unit, search)
        for one in found:
            cells: tuple[Cell, ...] = (Go(f"/users/{one.id}", one.display_name), one.upn)
            rows.append(_to_grant(ask, search, ("person", one.id), cells, there))
    columns = tuple(Column(say(f"role.column.{one}")) for one in ("holder", "user_id", "there"))
    filters = (
        Filter("over", "search", say("role.grant.scope"), search.named),
        Filter("q", "search", say("role.grant.search"), search.typed),
    )
    return Table(say("role.grant.people"), columns, tuple(rows), say("role.grant.nobody"),
                 path=f"/roles/{search.role.name}/grant", filters=filters)  # fmt: skip


def _groups_found(ask: Ask, search: _Search) -> Table:
    work = ask.work()
    with ask.house.store.reading() as unit:
        part = " ".join(search.typed.casefold().split())
        found = [
            one for one, _ in work.groups(unit).lists.page(GroupsQuery(part, only_assignable=True, count=MOST_FOUND))
        ]
        there = _holders(unit, search)
    rows = [
        _to_grant(ask, search, ("of_group", one.id), (Go(f"/groups/{one.id}", one.name), _group.members(one)), there)
        for one in found
    ]
    columns = tuple(Column(say(f"role.column.{one}")) for one in ("holder", "members", "there"))
    return Table(say("role.grant.groups"), columns, tuple(rows), say("role.grant.no_group"))


def _holders(unit: Unit, search: _Search) -> frozenset[str]:
    """Ids of the people and groups that hold it there already."""
    grants = unit.held_roles.assignments(search.role.name)
    return frozenset(holder for _, holder, over, _ in grants if over == _id(search.scope))


def _to_grant(ask: Ask, search: _Search, what: tuple[str, str], cells: tuple[Cell, ...], there: frozenset[str]) -> Row:
    if what[1] in there:
        return Row(what[1], (*cells, Mark(say("role.grant.there"), "info")))
    if what[1] == ask.actor:
        return Row(what[1], (*cells, Mark(say("role.grant.own"))))
    if not _may(ask, search.role, search.scope):
        return Row(what[1], (*cells, None))
    label = say("role.grant.press_over", group=search.scope.name) if search.scope else say("role.grant.press")
    values = (what, ("scope", _id(search.scope)), ("q", search.typed), ("over", search.named))
    return Row(what[1], (*cells, None), (Press(f"/roles/{search.role.name}/grant", label, values),))


HOLDER = ("person", "of_group", "scope", "q", "over")
ROUTES = (
    Route("GET", "/roles/{role}", show, SEES),
    Route("GET", "/roles/{role}/grant", find, CHANGES, query=("q", "over")),
    Route("POST", "/roles/{role}/grant", changing(granted=True), CHANGES, HOLDER, dangerous=True),
    Route("POST", "/roles/{role}/revoke", changing(granted=False), CHANGES, HOLDER, dangerous=True),
)
