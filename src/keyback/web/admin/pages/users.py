"""Users: the list, searched, filtered, sorted, in pages, and as a file."""

from collections.abc import Mapping
from urllib.parse import urlencode

from keyback.app.people import listing
from keyback.core.messages import say
from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.core.rules.roles import Permission
from keyback.core.rules.words import words
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import Heading, Place, Route, one_of
from keyback.web.admin.exporting import csv_of, json_of
from keyback.web.admin.pages import _user
from keyback.web.admin.parts import Column, Filter, Go, Row, Screen, Table

MESSAGES: Mapping[str, str] = {
    "users.title": "Users",
    "users.new": "New user",
    "users.import": "Import users",
    "users.deleted": "Deleted users",
    "users.list": "Users",
    "users.search": "Name or user ID",
    "users.show": "Account",
    "users.show.all": "All users",
    "users.show.enabled": "Enabled",
    "users.show.disabled": "Disabled",
    "users.show.frozen": "Closed by a report",
    "users.column.user_id": "User ID",
    "users.column.name": "Name",
    "users.column.department": "Department",
    "users.column.directory": "Password lives in",
    "users.column.state": "Account",
    "users.empty": "Nobody is found. Search by the first letters of any word of a name or user ID.",
    "users.none": "There are no users yet. Import them from a file, or make one.",
    "users.export_csv": "Export CSV",
    "users.export_json": "Export JSON",
    "users.export_limit": "An export holds at most 100,000 users, without addresses and numbers.",
    "users.added.done": "The user was created.",
}
SHOWS = ("all", "enabled", "disabled", "frozen")
SORTS = ("user_id", "name")
SEES = one_of(Permission.READ_PEOPLE)
PAGE = 50


def asked(ask: Ask) -> PeopleQuery:
    """What the address asks for; what it does not know is as if it were not there."""
    sort, show = ask.query.get("sort", ""), ask.query.get("show", "")
    return PeopleQuery(
        words=tuple(words(ask.query.get("q", ""))), sort=sort if sort in SORTS else SORTS[0],
        descending=ask.query.get("down") == "1", after=_cursor(ask.query.get("after", "")), count=PAGE + 1,
        show=show if show in SHOWS else SHOWS[0], groups=ask.operator.rights.scopes,
    )  # fmt: skip


def show(ask: Ask) -> Reply:
    """A page of the list."""
    query = asked(ask)
    with ask.house.store.reading() as unit:
        found = unit.listing.people(query)
    page, more = found[:PAGE], len(found) > PAGE
    kept = {name: ask.query.get(name, "") for name in ("q", "show", "sort", "down") if ask.query.get(name)}
    bare = not (query.words or query.after) and query.show == SHOWS[0]
    table = Table(
        say("users.list"),
        (
            Column(say("users.column.name"), "name"), Column(say("users.column.user_id"), "user_id"),
            Column(say("users.column.department")), Column(say("users.column.directory")),
            Column(say("users.column.state")),
        ),
        tuple(row(one) for one in page),
        say("users.none" if bare else "users.empty"),
        path="/users", query=tuple(kept.items()), filters=_filters(ask, query), sort=query.sort,
        descending=query.descending, next=_after(page[-1]) if more else "",
        first=f"/users?{urlencode(kept)}" if query.after else "", exports=_exports(ask, kept),
        count=say("users.export_limit") if ask.may(Permission.EXPORT_PEOPLE) else None,
    )  # fmt: skip
    return Reply(Screen("users", say("users.title"), (table,), actions=_actions(ask)))


def export(ask: Ask) -> Reply:
    """The same list as a file; what it holds is written to the audit log."""
    form = "json" if ask.query.get("form") == "json" else "csv"
    rows = listing.export(ask.work(), asked(ask), form)
    body = (json_of if form == "json" else csv_of)(listing.COLUMNS, rows)
    return Reply(download=Download(f"users.{form}", "application/json" if form == "json" else "text/csv", body))


def row(one: Listed) -> Row:
    """One line."""
    state = _user.state_mark(enabled=one.enabled, frozen=one.frozen_at is not None, deleted=one.deleted_at is not None)
    cells = (Go(f"/users/{one.id}", one.display_name), one.upn, one.department, _user.directory(one.directory), state)
    return Row(one.id, cells)


def _filters(ask: Ask, query: PeopleQuery) -> tuple[Filter, ...]:
    shows = tuple((name, say(f"users.show.{name}")) for name in SHOWS)
    return (
        Filter("q", "search", say("users.search"), ask.query.get("q", "")),
        Filter("show", "select", say("users.show"), query.show if query.show != SHOWS[0] else "", shows),
    )


def _exports(ask: Ask, kept: Mapping[str, str]) -> tuple[Go, ...]:
    if not ask.may(Permission.EXPORT_PEOPLE):
        return ()
    return tuple(
        Go(f"/users/export?{urlencode({**kept, 'form': form})}", say(f"users.export_{form}"))
        for form in ("csv", "json")
    )


def _actions(ask: Ask) -> tuple[Go, ...]:
    changes = ask.operator.rights.everywhere(Permission.CHANGE_PEOPLE)
    new = (Go("/users/new", say("users.new")), Go("/users/import", say("users.import"))) if changes else ()
    return (*new, Go("/users/deleted", say("users.deleted")))


def _after(one: Listed) -> str:
    key, id_ = listing.cursor(one)
    return f"{id_}~{key}"


def _cursor(text: str) -> tuple[str, str] | None:
    id_, there, key = text.partition("~")
    return (key, id_) if there else None


QUERY = ("q", "show", "sort", "down", "after")
ROUTES = (
    Route("GET", "/users", show, SEES, query=QUERY),
    Route("GET", "/users/export", export, one_of(Permission.EXPORT_PEOPLE), query=(*QUERY, "form")),
)
PLACES = (
    Place("/users", say("users.title"), Heading.PEOPLE, 1, SEES,
          (say("users.new"), say("users.import"), say("users.deleted"))),
)  # fmt: skip
