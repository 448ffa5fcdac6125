"""What the pages of both logs share: filters, cells, pages, exports, and the choice among people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from keyback.app.logs import exporting
from keyback.app.logs.asking import RESULTS, Typed
from keyback.app.logs.days import stamp
from keyback.app.logs.naming import Kind, Name, Seen
from keyback.app.logs.reading import MOST_LINES, Asking, Reader, Shown, Whom, read
from keyback.core.errors import Forbidden, Invalid
from keyback.core.events import Activity
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import one_of
from keyback.web.admin.exporting import csv_of, json_of
from keyback.web.admin.pages._attention import number
from keyback.web.admin.parts import Cell, Column, Filter, Go, Mark, Panel, Part, Presses, Row, Screen, Tab, Table
from keyback.web.page import Message

MESSAGES = {
    "logs.person": "Person or reference",
    "logs.result": "Result",
    "logs.any": "Any",
    "logs.success": "Success",
    "logs.failure": "Failure",
    "logs.since": "From",
    "logs.until": "Until",
    "logs.address": "Address",
    "logs.zone": "Newest first. Times and days are those of {zone}.",
    "logs.name_self": "Themselves",
    "logs.choose": "Choose a person above.",
    "logs.correct": "Nothing is shown yet: correct the filter first.",
    "logs.empty": "There are no such lines. Take a filter away, or choose other days.",
    "logs.looked_to": "Keyback looked at the newest lines that can fit, back to {looked_at}. There may be more before.",
    "logs.further": "Look further back",
    "logs.export_csv": "Export CSV",
    "logs.export_json": "Export JSON",
    "logs.export_limit_zone": "Newest first. Times and days are those of {zone}. A file holds at most {most} lines.",
    "logs.who_of": "Several people fit. Which one do you mean?",
    "logs.who_user_id": "User ID",
    "logs.who_name": "Name",
    "logs.nobody": "Nobody whom you may see has the user ID, the name or the id “{typed}”.",
    "logs.decoy_lines": "Nobody whom you may see has the user ID “{typed}”. These are attempts with exactly this user ID.",
    "logs.name_keyback": "Keyback itself",
    "logs.name_organisation": "The organisation",
    "logs.name_host": "{user} at the command line",
    "logs.name_decoy": "A user ID that nobody has",
    "logs.name_account": "A locked account",
}
QUERY: Final = ("view", "person", "activity", "result", "number", "since", "until", "address", "after")
READS: Final = one_of(Permission.READ_AUDIT)
EXPORTS: Final = one_of(Permission.EXPORT_AUDIT)
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Book:
    """One of the two logs: where it is, what it is called, its saved views, and how a line stands in its table."""

    path: str
    state: str
    title: Text
    lead: Text
    views: Mapping[str, tuple[Activity, ...]]
    columns: tuple[Column, ...]
    row: Callable[[Ask, Seen], Row]
    filters: Callable[[Typed], tuple[Filter, ...]]
    """Its own, between person and result."""


def typed_of(ask: Ask) -> Typed:
    """What the address asks for."""
    return Typed(**{name: ask.query.get(name, "") for name in QUERY})


def reader_of(ask: Ask) -> Reader:
    """Who reads."""
    return Reader(ask.actor, ask.call.source)


def show(ask: Ask, book: Book) -> Reply:
    """A page of the log; what does not fit is said, and what was typed stays."""
    typed = typed_of(ask)
    try:
        shown = read(ask.house, reader_of(ask), typed, book.views, ask.site.zone)
    except Invalid as error:
        return Reply(_screen(ask, book, Shown(typed, Whom()), (Message(error.text, "bad"),), say("logs.correct")), 422)
    except Forbidden as error:
        if not typed.person and not ask.operator.rights.everywhere(Permission.READ_AUDIT):
            return Reply(_screen(ask, book, Shown(typed, Whom()), (Message(error.text),), say("logs.empty")))
        raise
    if shown.story:
        return Reply(go_to=f"/audit-logs/story/{shown.story}")
    return Reply(_screen(ask, book, shown, _messages(shown), say("logs.choose") if shown.whom.candidates else None))


def export(ask: Ask, book: Book) -> Reply:
    """The lines of the present filter as a file; its name says where it ends."""
    form = "json" if ask.args["form"] == "json" else "csv"
    typed = replace(typed_of(ask), after="")
    found = exporting.export(ask.house, reader_of(ask), Asking(typed, book.views, ask.site.zone), form)
    body = (json_of if form == "json" else csv_of)(exporting.COLUMNS, found.rows)
    ends = f"-before-{found.rest_from}-is-missing" if found.rest_from else ""
    kind = "application/json" if form == "json" else "text/csv"
    return Reply(download=Download(f"{book.state.replace('_', '-')}{ends}.{form}", kind, body))


def time_cell(ask: Ask, one: Seen, href: str) -> Go:
    """When, to the second, and the way to the whole line or story."""
    return Go(href, stamp(one.at, ask.site.zone))


def name_cell(name: Name, *, actor: bool) -> Cell:
    """People and groups lead to their pages; everybody else is said in words."""
    if name.kind is Kind.PERSON:
        return Go(f"/users/{name.id}", name.words)
    if name.kind is Kind.GROUP:
        return Go(f"/groups/{name.id}", name.words)
    if name.kind is Kind.HOST:
        return say("logs.name_host", user=name.words)
    if name.kind is Kind.NOBODY:
        return say("logs.name_keyback" if actor else "logs.name_organisation")
    return {Kind.DECOY: say("logs.name_decoy"), Kind.ACCOUNT: say("logs.name_account")}.get(name.kind, name.id)


def about_cell(one: Seen) -> Cell:
    """Whom it is about; what people do to themselves says their name once."""
    same = one.who.id == one.about.id and one.about.kind is not Kind.NOBODY
    return say("logs.name_self") if same else name_cell(one.about, actor=False)


def result_mark(one: Seen) -> Mark:
    """How it went."""
    good = one.result == "success"
    return Mark(say("logs.success" if good else "logs.failure"), "good" if good else "bad")


def result_filter(typed: Typed) -> Filter:
    """By how it went."""
    options = (("", say("logs.any")), *((one, say(f"logs.{one}")) for one in RESULTS))
    return Filter("result", "select", say("logs.result"), typed.result, options)


def _screen(ask: Ask, book: Book, shown: Shown, messages: tuple[Message, ...], instead: Text | None = None) -> Screen:
    """`instead`: what is said in place of lines."""
    typed = shown.typed
    view = typed.view if typed.view in book.views else next(iter(book.views))
    tabs = tuple(Tab(f"{book.path}?view={one}", say(f"{book.state}.view_{one}"), one == view) for one in book.views)
    parts: list[Part] = [_candidates(book, shown)] if shown.whom.candidates else []
    parts.append(_table(ask, book, shown, instead))
    if shown.looked_to:
        parts.append(Message(say("logs.looked_to", looked_at=shown.looked_to)))
        parts.append(Presses((Go(_link(book, typed, after=str(shown.before)), say("logs.further")),)))
    return Screen(book.state, book.title, tuple(parts), (book.lead,), messages, tabs)


def _table(ask: Ask, book: Book, shown: Shown, instead: Text | None) -> Table:
    typed = shown.typed
    most = number(MOST_LINES)
    exports = ask.may(Permission.EXPORT_AUDIT) and instead is None
    count = (
        say("logs.export_limit_zone", zone=ask.site.zone, most=most)
        if exports
        else say("logs.zone", zone=ask.site.zone)
    )
    return Table(
        book.title, book.columns, tuple(book.row(ask, one) for one in shown.lines), instead or say("logs.empty"), path=book.path,
        query=_kept(typed), filters=_filters(book, shown), next=str(shown.before) if shown.before and not shown.looked_to else "",
        first=_link(book, typed) if typed.after else "", exports=_exports(book, typed) if exports else (), count=count,
    )  # fmt: skip


def _filters(book: Book, shown: Shown) -> tuple[Filter, ...]:
    typed = shown.typed
    return (
        Filter("person", "search", say("logs.person"), typed.person),
        *book.filters(typed),
        result_filter(typed),
        Filter("since", "date", say("logs.since"), typed.since),
        Filter("until", "date", say("logs.until"), typed.until),
        Filter("address", "search", say("logs.address"), typed.address),
    )


def _kept(typed: Typed) -> tuple[tuple[str, str], ...]:
    return tuple({"person": typed.person, **typed.kept}.items())


def _link(book: Book, typed: Typed, **more: str) -> str:
    return f"{book.path}?{urlencode([*((name, value) for name, value in _kept(typed) if value), *more.items()])}"


def _exports(book: Book, typed: Typed) -> tuple[Go, ...]:
    query = urlencode([(name, value) for name, value in _kept(typed) if value])
    return tuple(Go(f"{book.path}/export/{form}?{query}", say(f"logs.export_{form}")) for form in ("csv", "json"))


def _candidates(book: Book, shown: Shown) -> Panel:
    """Whom did you mean?"""
    columns = (Column(say("logs.who_name")), Column(say("logs.who_user_id")))
    rows = tuple(
        Row(one.id, (Go(_link(book, replace(shown.typed, person=one.id)), one.display_name), one.upn))
        for one in shown.whom.candidates
    )
    return Panel(say("logs.who_of"), (Table(say("logs.who_of"), columns, rows, say("logs.empty")),))


def _messages(shown: Shown) -> tuple[Message, ...]:
    if not shown.whom.unknown:
        return ()
    typed = shown.typed.person[:_LONGEST]
    return (Message(say("logs.decoy_lines" if shown.whom.id else "logs.nobody", typed=typed)),)


def options(values: Sequence[str]) -> tuple[tuple[str, Text | str], ...]:
    """Values that are their own words, after "Any"."""
    return (("", say("logs.any")), *((one, one) for one in values))
