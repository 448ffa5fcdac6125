"""Who could not reset today, and why: from the Overview, in pages, and as a file."""

from collections.abc import Mapping
from urllib.parse import urlencode

from keyback.app.overview import cannot
from keyback.app.overview.cannot import Asked, Reason, Unable
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.exporting import csv_of, json_of
from keyback.web.admin.pages._attention import number
from keyback.web.admin.parts import Column, Filter, Go, Mark, Row, Screen, Table

MESSAGES = {
    "cannot.title": "Cannot reset today",
    "cannot.lead": "People for whom self-service is on, and who could not reset their password now.",
    "cannot.overview": "Overview",
    "cannot.list": "People who could not reset today",
    "cannot.name": "Name",
    "cannot.user_id": "User ID",
    "cannot.department": "Department",
    "cannot.why": "Why",
    "cannot.who": "Who",
    "cannot.everybody": "Everybody",
    "cannot.administrators": "Administrators",
    "cannot.administrator": "Administrator",
    "cannot.any": "Any reason",
    "cannot.nothing": "Has registered nothing",
    "cannot.too_few": "Too few methods, or none that count together",
    "cannot.waiting": "New methods still wait",
    "cannot.stranded": "No method is open that would help",
    "cannot.elsewhere": "Password lives in another directory",
    "cannot.empty": "Everybody for whom self-service is on could reset today.",
    "cannot.empty_found": "Nobody is found. Choose another reason, or everybody.",
    "cannot.further": "Nobody among these people. The list goes on on the next page.",
    "cannot.export_csv": "Export CSV",
    "cannot.export_json": "Export JSON",
    "cannot.file": "A file holds at most {most} people, without addresses and numbers.",
}
PATH = "/overview/cannot-reset"
PAGE = 50
SEES = one_of(Permission.READ_PEOPLE)


def show(ask: Ask) -> Reply:
    """A page of them."""
    asked = _asked(ask)
    with ask.house.store.reading() as unit:
        page = cannot.page(ask.house, unit, asked)
    kept = {name: ask.query.get(name, "") for name in ("why", "who") if ask.query.get(name)}
    empty = "cannot.further" if page.next else "cannot.empty_found" if kept else "cannot.empty"
    table = Table(
        say("cannot.list"),
        (
            Column(say("cannot.name")), Column(say("cannot.user_id")), Column(say("cannot.department")),
            Column(say("cannot.why")),
        ),
        tuple(_row(one) for one in page.people), say(empty), path=PATH, query=tuple(kept.items()),
        filters=_filters(kept), next=_place(page.next) if page.next else "",
        first=f"{PATH}?{urlencode(kept)}" if ask.query.get("after") else "", exports=_exports(ask, kept),
        count=say("cannot.file", most=number(cannot.FILE)) if ask.may(Permission.EXPORT_PEOPLE) else None,
    )  # fmt: skip
    above = (Go("/", say("cannot.overview")),)
    lead = (say("cannot.lead"),)
    return Reply(Screen("cannot_reset", say("cannot.title"), (table,), lead=lead, above=above, place="/"))


def export(ask: Ask) -> Reply:
    """The same as a file; what it holds is written to the audit log."""
    form = "json" if ask.query.get("form") == "json" else "csv"
    rows = cannot.export(ask.work(), _asked(ask), form)
    body = (json_of if form == "json" else csv_of)(cannot.COLUMNS, rows)
    return Reply(download=Download(f"cannot-reset.{form}", "application/json" if form == "json" else "text/csv", body))


def _asked(ask: Ask) -> Asked:
    why = ask.query.get("why", "")
    reasons = frozenset({Reason(why)}) if why in set(Reason) else frozenset(Reason)
    after = _read(ask.query.get("after", ""))
    return Asked(reasons, ask.query.get("who") == "administrators", after, PAGE, ask.operator.rights.scopes)


def _row(one: Unable) -> Row:
    name = Go(f"/users/{one.id}/reset-check", one.display_name or one.upn)
    marked = (name, Mark(say("cannot.administrator"), "info")) if one.administrator else name
    return Row(one.id, (marked, one.upn, one.department, say(f"cannot.{one.reason}")))


def _filters(kept: Mapping[str, str]) -> tuple[Filter, ...]:
    reasons = tuple((one.value, say(f"cannot.{one}")) for one in Reason)
    who = (("", say("cannot.everybody")), ("administrators", say("cannot.administrators")))
    return (
        Filter("why", "select", say("cannot.why"), kept.get("why", ""), (("", say("cannot.any")), *reasons)),
        Filter("who", "select", say("cannot.who"), kept.get("who", ""), who),
    )


def _exports(ask: Ask, kept: Mapping[str, str]) -> tuple[Go, ...]:
    if not ask.may(Permission.EXPORT_PEOPLE):
        return ()
    forms = ("csv", "json")
    return tuple(Go(f"{PATH}/export?{urlencode({**kept, 'form': one})}", say(f"cannot.export_{one}")) for one in forms)


def _place(place: tuple[int, int, str]) -> str:
    return "~".join(map(str, place))


def _read(text: str) -> tuple[int, int, str]:
    """Where the page begins; what is none is the beginning."""
    numbers, parts = Asked().after, text.split("~")
    if len(parts) == len(numbers) and all(one.isascii() and one.isdigit() and len(one) <= 18 for one in parts[:2]):  # noqa: PLR2004 - a number that fits
        return int(parts[0]), int(parts[1]), parts[2]
    return numbers


ROUTES = (
    Route("GET", PATH, show, SEES, query=("why", "who", "after")),
    Route("GET", f"{PATH}/export", export, one_of(Permission.EXPORT_PEOPLE), query=("why", "who", "form")),
)
