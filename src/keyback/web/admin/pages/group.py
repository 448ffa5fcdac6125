"""One group: who is in it, where it is used, its name, and its end."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

from keyback.app.people import groups
from keyback.app.people.group_uses import Kind, Use, uses
from keyback.app.people.ports import Group, GroupsQuery, ListedMember
from keyback.core.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from keyback.core.messages import Text, say
from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.core.rules.words import words
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _group
from keyback.web.admin.pages._group import CHANGES, SEES, Seen
from keyback.web.admin.pages.policy_history import sections
from keyback.web.admin.parts import (
    Cell,
    Column,
    Facts,
    Filter,
    Form,
    Go,
    Line,
    Mark,
    Panel,
    Paragraph,
    Part,
    Press,
    Row,
    Screen,
    Table,
)
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "group.members": "Direct members",
    "group.roles": "Can hold roles",
    "group.yes": "Yes: only who may change roles may change who is in it",
    "group.no": "No",
    "group.add": "Add members",
    "group.remove": "Remove",
    "group.people": "People in it",
    "group.people_title": "People",
    "group.groups": "Groups in it",
    "group.none_in_it": "Nobody is directly in this group yet.",
    "group.nobody_found": "Nobody in this group is called like that. Search by the first letters of any word of a name or user ID.",
    "group.search": "Name or user ID",
    "group.nested": "Through a group within it",
    "group.column.user_id": "User ID",
    "group.column.name": "Name",
    "group.column.department": "Department",
    "group.column.state": "Account",
    "group.column.members": "Direct members",
    "group.column.member": "Member",
    "group.column.use": "Place",
    "group.disabled": "Disabled",
    "group.used": "Where it is used",
    "group.used_list": "Places where this group is used",
    "group.unused": "Nowhere yet: no policy names it, it holds no role, and no role is held over its people.",
    "group.settings": "Rename it",
    "group.name": "Name",
    "group.rename": "Rename",
    "group.renamed.done": "The group was renamed.",
    "group.delete": "Delete group",
    "group.delete.title": "Delete {group}?",
    "group.delete.lead": "The people in it stay. The group is gone for good, and so is the list of who was in it.",
    "group.delete.used": "It is still in use, so it cannot be deleted. Take it out of these places first.",
    "group.delete.keep": "Keep it",
    "group.deleted.done": "The group was deleted.",
    "group.added.done": "Added.",
    "group.removed.done": "Removed.",
    "group.add.title": "Add members to {group}",
    "group.add.search": "Name or user ID of a person, or name of a group",
    "group.add.people": "People found",
    "group.add.groups": "Groups found",
    "group.add.nobody": "Nobody is found. Search by the first letters of any word of a name or user ID.",
    "group.add.no_group": "No group is called like that.",
    "group.add.press": "Add",
    "group.add.there": "Member already",
}
PAGE, MOST_FOUND, MOST_INSIDE = 50, 20, 200
_PLACES: tuple[tuple[str, str], ...] = (
    ("self_service.", "/password-reset/properties"), ("sign_in.", "/password-reset/administrator-policy"),
    ("methods.", "/authentication-methods/policies"),
)  # fmt: skip
"""Where a setting is changed, by the beginning of its path."""


def show(ask: Ask) -> Reply:
    """The page."""
    return Reply(_screen(ask, _group.look(ask)))


def rename(ask: Ask) -> Reply:
    """Another name."""
    seen, name = _group.look(ask), ask.field("name")
    try:
        groups.rename(ask.work(), seen.group.id, name)
    except (Invalid, Conflict) as error:
        return Reply(_screen(ask, seen, name, error.text), 422)
    return Reply(go_to=seen.path, done="group.renamed.done")


def ask_delete(ask: Ask) -> Reply:
    """What deleting it means, and what stands in the way."""
    seen = _group.look(ask)
    used = _uses(ask, seen.group)
    back, title = Go(seen.path, seen.group.name), say("group.delete.title", group=seen.group.name)
    parts: tuple[Part, ...]
    if used:
        parts = (Message(say("group.delete.used"), "warn"), _places(ask, used))
    else:
        form = Form(
            f"{seen.path}/delete", say("group.delete"), (), harsh=True, cancel=Go(seen.path, say("group.delete.keep"))
        )
        parts = (Paragraph(say("group.delete.lead")), form)
    return Reply(Screen("delete_group", title, parts, above=(Go("/groups", say("groups.title")), back)))


def delete(ask: Ask) -> Reply:
    """For good; refused where it is used."""
    seen = _group.look(ask)
    try:
        groups.delete(ask.work(), seen.group.id)
    except Invalid:
        return Reply(ask_delete(ask).screen, 409)
    return Reply(go_to="/groups", done="group.deleted.done")


def find(ask: Ask) -> Reply:
    """People and groups to put into it."""
    return Reply(_found(ask, _group.look(ask)))


def changing(*, roles: bool) -> Callable[[Ask], Reply]:
    """Put one in or out. `roles`: this route is the one that asks for one more proof."""

    def change(ask: Ask) -> Reply:
        seen = _group.look(ask)
        if seen.gives_roles is not roles:  # it became another sort of group meanwhile: look first
            return Reply(go_to=seen.path)
        adds = ask.field("change") == "add"
        try:
            groups.change_member(ask.work(), seen.group.id, _member(ask), adds=adds)
        except (Forbidden, NotFound, Invalid) as error:
            return _refused(ask, seen, error, adds=adds)
        go_to = f"{seen.path}/add?{urlencode({'q': ask.field('q')})}" if adds else seen.path
        return Reply(go_to=go_to, done="group.added.done" if adds else "group.removed.done")

    return change


def _refused(ask: Ask, seen: Seen, error: Refused, *, adds: bool) -> Reply:
    """On the page on which it was pressed."""
    if isinstance(error, Forbidden):
        raise error
    told = (Message(error.text, "bad"),)
    return Reply(_found(ask, seen, told) if adds else _screen(ask, seen, messages=told), 422)


def _member(ask: Ask) -> str:
    """As the verb wants it: a user ID, or a group."""
    if group := ask.field("of_group"):
        return group
    with ask.house.store.reading() as unit:
        person = unit.people.by_id(ask.field("person"), unit.now)
    if person is None or not ask.operator.rights.sees(person):
        raise NotFound(say("user.unknown"))
    return person.upn


def _screen(
    ask: Ask, seen: Seen, name: str | None = None, error: Text | None = None, messages: tuple[Message, ...] = ()
) -> Screen:
    group = seen.group
    facts = Facts((
        (say("group.members"), _group.members(group)),
        (say("group.roles"), say("group.yes" if group.role_assignable else "group.no")),
    ))  # fmt: skip
    parts: list[Part] = [facts, *_inside(ask, seen), _people(ask, seen)]
    parts.append(Panel(say("group.used"), (_places(ask, _uses(ask, group)),), id="used"))
    actions: tuple[Go, ...] = ()
    if seen.may_change:
        line = Line("name", say("group.name"), group.name if name is None else name, error=error, required=True)
        rename_it = Form(f"{seen.path}/name", say("group.rename"), (line,))
        parts.append(Panel(say("group.settings"), (rename_it,), id="name"))
        actions = (Go(f"{seen.path}/add", say("group.add")), Go(f"{seen.path}/delete", say("group.delete")))
    above = (Go("/groups", say("groups.title")),)
    return Screen("group", group.name, tuple(parts), messages=messages, above=above, actions=actions)


def _inside(ask: Ask, seen: Seen) -> Sequence[Part]:
    work = ask.work()
    with ask.house.store.reading() as unit:
        inside = work.groups(unit).lists.inside(seen.group.id, MOST_INSIDE)
    if not inside:
        return ()
    rows = tuple(Row(one.id, _group_cells(one), _press(seen, "of_group", one.id)) for one in inside)
    return (Panel(say("group.groups"), (_groups_table(say("group.groups"), rows, say("group.none_in_it")),)),)


def _people(ask: Ask, seen: Seen) -> Part:
    typed, after = ask.query.get("q", ""), ask.query.get("after", "")
    rows, following = _searched(ask, seen, typed, after) if words(typed) else _listed(ask, seen, after)
    columns = ("name", "user_id", "department", "state")
    kept = {"q": typed} if typed else {}
    table = Table(
        say("group.people"), tuple(Column(say(f"group.column.{column}")) for column in columns), rows,
        say("group.nobody_found" if typed or after else "group.none_in_it"), path=seen.path, query=tuple(kept.items()),
        filters=(Filter("q", "search", say("group.search"), typed),) if rows or typed or after else (),
        next=following, first=f"{seen.path}?{urlencode(kept)}" if after else "",
    )  # fmt: skip
    return Panel(say("group.people_title"), (table,), id="people")


def _listed(ask: Ask, seen: Seen, after: str) -> tuple[tuple[Row, ...], str]:
    """Who is directly in it, and where the next page begins."""
    work = ask.work()
    with ask.house.store.reading() as unit:
        found = work.groups(unit).lists.people(seen.group, after, PAGE + 1)
    rows = tuple(_person_row(one, _press(seen, "person", one.id), direct=True) for one in found[:PAGE])
    return rows, found[PAGE - 1].key if len(found) > PAGE else ""


def _searched(ask: Ask, seen: Seen, typed: str, after: str) -> tuple[tuple[Row, ...], str]:
    """Who is in it or in a group within it, by the first letters of any word."""
    work, (id_, there, key) = ask.work(), after.partition("~")
    query = PeopleQuery(
        tuple(words(typed)), after=(key, id_) if there else None, count=PAGE + 1, groups=frozenset({seen.group.id})
    )
    with ask.house.store.reading() as unit:
        found = unit.listing.people(query)
        direct = work.groups(unit).lists.among(seen.group.id, [one.id for one in found])
    rows = tuple(
        _person_row(one, _press(seen, "person", one.id) if one.id in direct else (), direct=one.id in direct)
        for one in found[:PAGE]
    )
    return rows, f"{found[PAGE - 1].id}~{found[PAGE - 1].key}" if len(found) > PAGE else ""


def _person_row(one: Listed | ListedMember, presses: tuple[Press, ...], *, direct: bool) -> Row:
    state = [] if direct else [Mark(say("group.nested"), "info")]
    if not one.enabled:
        state.append(Mark(say("group.disabled"), "warn"))
    return Row(
        one.id,
        (Go(f"/users/{one.id}", one.display_name), one.upn, one.department or None, tuple(state) or None),
        presses,
    )


def _press(seen: Seen, kind: str, id_: str) -> tuple[Press, ...]:
    if not seen.may_change:
        return ()
    return (Press(seen.members_path, say("group.remove"), ((kind, id_), ("change", "remove")), harsh=True),)


def _uses(ask: Ask, group: Group) -> Sequence[Use]:
    work = ask.work()
    with ask.house.store.reading() as unit:
        return uses(work, unit, group)


def _places(ask: Ask, used: Sequence[Use]) -> Table:
    """Each with a link to where it is changed."""
    labels = {one.path: (title, one.label) for title, settings in sections(ask) if title for one in settings}
    rows: list[Row] = []
    for at, one in enumerate(used):
        known = labels.get(one.what) if one.kind is Kind.POLICY else None
        cell = (Go(_where(one), known[0]), known[1]) if known else (Go(_where(one), one.text),)
        rows.append(Row(f"{one.kind}-{at}", (cell,)))
    return Table(say("group.used_list"), (Column(say("group.column.use")),), tuple(rows), say("group.unused"))


def _where(use: Use) -> str:
    if use.kind is Kind.GROUP:
        return f"/groups/{use.what}"
    if use.kind is not Kind.POLICY:
        return f"/roles/{use.what}"
    return next((path for beginning, path in _PLACES if use.what.startswith(beginning)), "/policy/history")


def _found(ask: Ask, seen: Seen, messages: tuple[Message, ...] = ()) -> Screen:
    typed = ask.query.get("q", "") or ask.field("q")
    parts: list[Part] = [_people_found(ask, seen, typed)]
    if typed:
        parts.append(_groups_found(ask, seen, typed))
    above = (Go("/groups", say("groups.title")), Go(seen.path, seen.group.name))
    title = say("group.add.title", group=seen.group.name)
    return Screen("add_members", title, tuple(parts), messages=messages, above=above)


def _people_found(ask: Ask, seen: Seen, typed: str) -> Table:
    asked = tuple(words(typed))
    work = ask.work()
    rows = []
    if asked:
        with ask.house.store.reading() as unit:
            query = PeopleQuery(asked, count=MOST_FOUND, groups=ask.operator.rights.scopes)
            found = unit.listing.people(query)
            there = work.groups(unit).lists.among(seen.group.id, [one.id for one in found])
        for one in found:
            cells: tuple[Cell, ...] = (Go(f"/users/{one.id}", one.display_name), one.upn, one.department or None)
            rows.append(_to_add(seen, ("person", one.id), cells, typed, there=one.id in there))
    columns = tuple(Column(say(f"group.column.{one}")) for one in ("name", "user_id", "department", "member"))
    return Table(
        say("group.add.people"), columns, tuple(rows), say("group.add.nobody"), path=f"{seen.path}/add",
        filters=(Filter("q", "search", say("group.add.search"), typed),),
    )  # fmt: skip


def _groups_found(ask: Ask, seen: Seen, typed: str) -> Table:
    only, work = _group.visible(ask), ask.work()
    with ask.house.store.reading() as unit:
        lists = work.groups(unit).lists
        query = GroupsQuery(" ".join(typed.casefold().split()), count=MOST_FOUND)
        found = [one for one, _ in lists.page(query) if one.id != seen.group.id and (only is None or one.id in only)]
        there = lists.among(seen.group.id, [one.id for one in found])
    rows = tuple(_to_add(seen, ("of_group", one.id), _group_cells(one), typed, there=one.id in there) for one in found)
    return _groups_table(say("group.add.groups"), rows, say("group.add.no_group"), Column(say("group.column.member")))


def _to_add(seen: Seen, what: tuple[str, str], cells: tuple[Cell, ...], typed: str, *, there: bool) -> Row:
    if there:
        return Row(what[1], (*cells, Mark(say("group.add.there"), "info")), _press(seen, *what))
    values = (what, ("change", "add"), ("q", typed))
    presses = (Press(seen.members_path, say("group.add.press"), values),) if seen.may_change else ()
    return Row(what[1], (*cells, None), presses)


def _group_cells(group: Group) -> tuple[Cell, ...]:
    return Go(f"/groups/{group.id}", group.name), _group.members(group)


def _groups_table(label: Text, rows: tuple[Row, ...], empty: Text, *more: Column) -> Table:
    columns = (Column(say("group.column.name")), Column(say("group.column.members"), number=True), *more)
    return Table(label, columns, rows, empty)


MEMBER = ("person", "of_group", "change", "q")
ROUTES = (
    Route("GET", "/groups/{group}", show, SEES, query=("q", "after")),
    Route("POST", "/groups/{group}/name", rename, CHANGES, ("name",)),
    Route("GET", "/groups/{group}/delete", ask_delete, CHANGES),
    Route("POST", "/groups/{group}/delete", delete, CHANGES),
    Route("GET", "/groups/{group}/add", find, CHANGES, query=("q",)),
    Route("POST", "/groups/{group}/members", changing(roles=False), CHANGES, MEMBER),
    Route("POST", "/groups/{group}/role-members", changing(roles=True), CHANGES, MEMBER, dangerous=True),
)
