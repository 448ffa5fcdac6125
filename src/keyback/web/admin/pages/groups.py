"""Groups: the list, searched and in pages, as a file, and a new one."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from keyback.app.people.groups import add_group
from keyback.app.people.ports import MOST_COUNTED, Group, GroupsQuery
from keyback.core.errors import Conflict, Invalid
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.core.rules.words import folded
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import Heading, Place, Route
from keyback.web.admin.exporting import csv_of, json_of
from keyback.web.admin.pages import _group
from keyback.web.admin.pages._group import CHANGES, SEES
from keyback.web.admin.parts import Column, Control, Filter, Form, Go, Line, Mark, Option, Pick, Row, Screen, Table

MESSAGES: Mapping[str, str] = {
    "groups.title": "Groups",
    "groups.lead": "Groups say for whom a policy holds, and over whose people a role is held. Groups may be in groups.",
    "groups.list": "Groups",
    "groups.new": "New group",
    "groups.search": "Part of a name",
    "groups.column.name": "Name",
    "groups.column.members": "Direct members",
    "groups.column.kind": "Roles",
    "groups.assignable": "Can hold roles",
    "groups.empty": "No group is called like that.",
    "groups.none": "There are no groups yet. Make the first one, for example for a pilot of password reset.",
    "groups.export_csv": "Export CSV",
    "groups.export_json": "Export JSON",
    "groups.new.title": "New group",
    "groups.new.name": "Name",
    "groups.new.hint": "1 to 100 characters. It can be changed later.",
    "groups.new.roles": "Can this group hold roles?",
    "groups.new.no": "No",
    "groups.new.yes": "Yes",
    "groups.new.no_about": "For policies and for scopes. Whoever may change groups may change who is in it.",
    "groups.new.yes_about": "Its members get the roles it holds. Only who may change roles may change who is in it, and only "
    "the most powerful roles may act on its members. This cannot be changed later.",
    "groups.new.create": "Create",
    "groups.new.cancel": "Cancel",
    "groups.added.done": "The group was created. Now put people into it.",
}
PAGE = 50
MOST_EXPORTED = 100_000


def asked(ask: Ask) -> GroupsQuery:
    """What the address asks for."""
    part = " ".join(ask.query.get("q", "").casefold().split())
    return GroupsQuery(part, descending=ask.query.get("down") == "1", after=ask.query.get("after", ""), count=PAGE + 1)


def show(ask: Ask) -> Reply:
    """A page of the list."""
    query = asked(ask)
    found = _found(ask, query)
    page, more = found[:PAGE], len(found) > PAGE
    kept = {name: ask.query.get(name, "") for name in ("q", "down") if ask.query.get(name)}
    path = "/groups"
    table = Table(
        say("groups.list"),
        (
            Column(say("groups.column.name"), "name"), Column(say("groups.column.members"), number=True),
            Column(say("groups.column.kind")),
        ),
        tuple(_row(one) for one, _ in page),
        say("groups.empty" if query.part or query.after else "groups.none"),
        path=path, query=tuple(kept.items()), filters=(Filter("q", "search", say("groups.search"), ask.query.get("q", "")),),
        sort="name", descending=query.descending, next=page[-1][1] if more else "",
        first=f"{path}?{urlencode(kept)}" if query.after else "", exports=_exports(ask),
    )  # fmt: skip
    actions = (Go("/groups/new", say("groups.new")),) if may_create(ask) else ()
    return Reply(Screen("groups", say("groups.title"), (table,), (say("groups.lead"),), actions=actions))


def export(ask: Ask) -> Reply:
    """The same list as a file."""
    form = "json" if ask.query.get("form") == "json" else "csv"
    part = " ".join(ask.query.get("q", "").casefold().split())
    found = _found(ask, GroupsQuery(part, count=MOST_EXPORTED))
    names = ("id", "name", "can_hold_roles", "direct_members")
    rows = [(one.id, one.name, int(one.role_assignable), _counted(one)) for one, _ in found]
    body = (json_of if form == "json" else csv_of)(names, rows)
    return Reply(download=Download(f"groups.{form}", "application/json" if form == "json" else "text/csv", body))


def new(ask: Ask) -> Reply:
    """The form."""
    return Reply(_form(ask, "", "no"))


def create(ask: Ask) -> Reply:
    """A new, empty group; then to its page."""
    name, assignable = ask.field("name"), ask.field("roles") == "yes"
    try:
        made = add_group(ask.work(), name, role_assignable=assignable)
    except (Invalid, Conflict) as error:
        return Reply(_form(ask, name, "yes" if assignable else "no", error.text), 422)
    return Reply(go_to=f"/groups/{made}", done="groups.added.done")


def may_create(ask: Ask) -> bool:
    """Whether the button makes sense."""
    return any(ask.operator.rights.everywhere(one) for one in (Permission.CHANGE_GROUPS, Permission.CHANGE_ROLES))


def _found(ask: Ask, query: GroupsQuery) -> Sequence[tuple[Group, str]]:
    work, only = ask.work(), _group.visible(ask)
    with ask.house.store.reading() as unit:
        changes = work.groups(unit)
        if only is None:
            return changes.lists.page(query)
        mine = [(one, folded(one.name)) for id_ in only if (one := changes.by_id(id_)) is not None]
    beyond = [(one, key) for one, key in mine if query.part in one.name.casefold() and _after(key, query)]
    return sorted(beyond, key=lambda found: found[1], reverse=query.descending)[: query.count]


def _after(key: str, query: GroupsQuery) -> bool:
    return not query.after or (key < query.after if query.descending else key > query.after)


def _row(group: Group) -> Row:
    mark = Mark(say("groups.assignable"), "info") if group.role_assignable else None
    return Row(group.id, (Go(f"/groups/{group.id}", group.name), _group.members(group), mark))


def _counted(group: Group) -> int | str:
    return group.members if group.members <= MOST_COUNTED else f"more than {MOST_COUNTED}"


def _exports(ask: Ask) -> tuple[Go, ...]:
    kept = {"q": ask.query["q"]} if ask.query.get("q") else {}
    return tuple(
        Go(f"/groups/export?{urlencode({**kept, 'form': form})}", say(f"groups.export_{form}"))
        for form in ("csv", "json")
    )


def _form(ask: Ask, name: str, roles: str, error: Text | None = None) -> Screen:
    controls: list[Control] = [
        Line("name", say("groups.new.name"), name, hint=say("groups.new.hint"), error=error, required=True)
    ]
    if ask.operator.rights.everywhere(Permission.CHANGE_ROLES):
        options = (
            Option("no", say("groups.new.no"), say("groups.new.no_about")),
            Option("yes", say("groups.new.yes"), say("groups.new.yes_about")),
        )
        controls.append(Pick("roles", say("groups.new.roles"), options, roles))
    form = Form(
        "/groups/new", say("groups.new.create"), tuple(controls), cancel=Go("/groups", say("groups.new.cancel"))
    )
    return Screen("new_group", say("groups.new.title"), (form,), above=(Go("/groups", say("groups.title")),))


ROUTES = (
    Route("GET", "/groups", show, SEES, query=("q", "sort", "down", "after")),
    Route("GET", "/groups/export", export, SEES, query=("q", "form")),
    Route("GET", "/groups/new", new, CHANGES),
    Route("POST", "/groups/new", create, CHANGES, ("name", "roles")),
)
PLACES = (Place("/groups", say("groups.title"), Heading.PEOPLE, 2, SEES, (say("groups.new"),)),)
