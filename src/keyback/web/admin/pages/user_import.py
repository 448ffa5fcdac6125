"""People in from a file: sent, checked, and only then imported."""

from collections.abc import Iterable, Mapping

from keyback.app.people import uploading
from keyback.app.people.importing import Options, Report
from keyback.app.people.uploading import MOST_BYTES, MOST_MISTAKES, MOST_ROWS, Looked
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.rules.people_file import Mistake
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _user
from keyback.web.admin.parts import (
    Checks,
    Column,
    Facts,
    Form,
    Go,
    Option,
    Panel,
    Paragraph,
    Part,
    Presses,
    Row,
    Screen,
    Table,
    Upload,
)
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "user_import.title": "Import users",
    "user_import.lead": "From Entra's bulk-create file, Entra's user export, or any table with a header, as CSV. The file is "
    "checked first; nothing is changed before you say so.",
    "user_import.file": "File",
    "user_import.file_hint": "CSV, at most {most} MB and {rows} people. Larger files: keyback people import FILE.",
    "user_import.submit": "Check",
    "user_import.cancel": "Cancel",
    "user_import.missing": "Choose a file first.",
    "user_import.too_large": "The file is too large. At most {most} MB can be imported here; for larger files use the command "
    "line: keyback people import FILE. Nothing was changed.",
    "user_import.check_title": "Check of {name}",
    "user_import.counts": "What the file holds",
    "user_import.people": "People",
    "user_import.bad": "Lines that cannot be taken",
    "user_import.warnings": "Warnings",
    "user_import.shared": "Addresses and numbers that several people share",
    "user_import.able": "People whom these contacts would make able to reset",
    "user_import.able_trusted": "Yes: imported contacts are trusted",
    "user_import.able_hint": "Only if contacts are trusted; if not, their owners confirm them first",
    "user_import.effect": "What would change",
    "user_import.added": "Would be added",
    "user_import.changed": "Would be changed",
    "user_import.unchanged": "Are as they should be already",
    "user_import.conflicts": "Left alone: the user ID belongs to a deleted or another account",
    "user_import.beyond": "Left alone: out of your reach",
    "user_import.waiting": "Changed contacts that serve resets only after their wait",
    "user_import.n": "{count}",
    "user_import.n_about": "{count}.",
    "user_import.mistakes": "Lines that cannot be taken",
    "user_import.mistakes_first": "The first {most} are shown.",
    "user_import.line": "Line",
    "user_import.column": "Column",
    "user_import.reason": "What is wrong",
    "user_import.none": "None.",
    "user_import.now": "Import",
    "user_import.options": "How",
    "user_import.skip_bad": "Leave out the lines that cannot be taken, and take the others",
    "user_import.trust": "Trust the contacts in this file",
    "user_import.trust_about": "They serve resets without being confirmed by their owners.",
    "user_import.bad_stand": "There are lines that cannot be taken. Correct the file and send it again, or leave them out.",
    "user_import.nothing": "Everybody in the file is as the file says already. There is nothing to import.",
    "user_import.done_title": "The import is done",
    "user_import.done_added": "Added",
    "user_import.done_changed": "Changed",
    "user_import.list": "To the users",
    "user_import.again": "Send another file",
}
COUNTS = ("people", "bad", "warnings", "shared")
EFFECTS = ("added", "changed", "unchanged", "conflicts", "beyond", "waiting")
SKIP_BAD, TRUST = "skip_bad", "trust"
MEGABYTE = 1024**2


def show(ask: Ask) -> Reply:
    """The form."""
    return _form()


def take(ask: Ask) -> Reply:
    """Keep it for an hour, and show what is in it."""
    file = ask.files.get("file")
    if file is None or not file.name:
        return _form(say("user_import.missing"))
    try:
        upload = uploading.take(ask.work(), file.name, file.body)
    except Invalid as error:
        return _form(error.text, error.mistakes)
    return Reply(go_to=f"/users/import/{upload}")


def check(ask: Ask) -> Reply:
    """What is in it, and what it would change."""
    looked = uploading.look(ask.work(), ask.args["upload"], Options(trust=ask.query.get(TRUST) == "1"))
    return _checked(ask, looked)


def carry_out(ask: Ask) -> Reply:
    """Do it."""
    how = ask.lists.get("how", ())
    options = Options(skip_bad=SKIP_BAD in how, trust=TRUST in how)
    looked = uploading.carry_out(ask.work(), ask.args["upload"], options)
    if looked.report.bad and not options.skip_bad:
        looked = uploading.look(ask.work(), ask.args["upload"], options)
        return _checked(ask, looked, how, say("user_import.bad_stand"))
    return _done(looked)


def _form(error: Text | None = None, mistakes: Iterable[Text] = ()) -> Reply:
    hint = say("user_import.file_hint", most=MOST_BYTES // MEGABYTE, rows=MOST_ROWS)
    upload = Upload("file", say("user_import.file"), ".csv,text/csv", hint, error)
    form = Form("/users/import", say("user_import.submit"), (upload,), cancel=Go("/users", say("user_import.cancel")))
    parts: tuple[Part, ...] = (*(Paragraph(one) for one in mistakes), form)
    screen = Screen(
        "user_import", say("user_import.title"), parts, lead=(say("user_import.lead"),), place="/users",
        messages=(Message(error, "bad"),) if error else (), above=(Go("/users", say("user.above")),),
    )  # fmt: skip
    return Reply(screen, 422 if error else 200)


def _checked(ask: Ask, looked: Looked, how: tuple[str, ...] = (), error: Text | None = None) -> Reply:
    report = looked.report
    parts: list[Part] = [Message(error, "bad")] if error else []
    parts += [_counts(report), Panel(say("user_import.effect"), (Facts(_numbers(report, EFFECTS)),))]
    if report.bad:
        parts.append(_lines("user_import.mistakes", looked.mistakes, report.bad))
    if looked.warnings:
        parts.append(_lines("user_import.warnings", looked.warnings, report.warnings))
    parts.append(_import(ask, looked, how) if report.added or report.changed else Paragraph(say("user_import.nothing")))
    title = say("user_import.check_title", name=looked.name)
    screen = _user.plain("user_import_check", title, parts, Go("/users/import", say("user_import.title")))
    return Reply(screen, 422 if error else 200)


def _counts(report: Report) -> Panel:
    about = say("user_import.able_trusted" if report.trusted else "user_import.able_hint")
    able = (say("user_import.able"), (say("user_import.n_about", count=report.able), about))
    return Panel(say("user_import.counts"), (Facts((*_numbers(report, COUNTS), able)),))


def _numbers(report: Report, names: Iterable[str]) -> tuple[tuple[Text, Text], ...]:
    """Those that are not 0, and those that are always told."""
    return tuple(
        (say(f"user_import.{name}"), say("user_import.n", count=getattr(report, name)))
        for name in names
        if getattr(report, name) or name in {"people", "bad", "added", "changed"}
    )


def _lines(title: str, mistakes: Iterable[Mistake], count: int) -> Panel:
    columns = (
        Column(say("user_import.line")), Column(say("user_import.column")), Column(say("user_import.reason")),
    )  # fmt: skip
    rows = tuple(Row(f"{one.line}", (f"{one.line}", one.column, one.text)) for one in mistakes)
    table = Table(say(title), columns, rows, say("user_import.none"))
    about = say("user_import.mistakes_first", most=MOST_MISTAKES) if count > MOST_MISTAKES else None
    return Panel(say(title), (table,), about=about)


def _import(ask: Ask, looked: Looked, how: tuple[str, ...]) -> Panel:
    options = []
    if looked.report.bad:
        options.append(Option(SKIP_BAD, say("user_import.skip_bad")))
    may_vouch = ask.operator.rights.everywhere(Permission.CHANGE_METHODS)
    if may_vouch and (not looked.report.trusted or TRUST in how):
        options.append(Option(TRUST, say("user_import.trust"), say("user_import.trust_about")))
    controls = (Checks("how", say("user_import.options"), tuple(options), how),) if options else ()
    form = Form(
        f"/users/import/{looked.upload}",
        say("user_import.now"),
        controls,
        cancel=Go("/users", say("user_import.cancel")),
    )
    return Panel(say("user_import.now"), (form,))


def _done(looked: Looked) -> Reply:
    report = looked.report
    rows = (
        (say("user_import.done_added"), say("user_import.n", count=report.added)),
        (say("user_import.done_changed"), say("user_import.n", count=report.changed)),
        *((say(f"user_import.{name}"), say("user_import.n", count=getattr(report, name)))
          for name in ("unchanged", "bad", "conflicts", "beyond", "waiting") if getattr(report, name)),
    )  # fmt: skip
    parts: list[Part] = [Facts(rows)]
    if looked.warnings:
        parts.append(_lines("user_import.warnings", looked.warnings, report.warnings))
    parts.append(Presses((Go("/users", say("user_import.list")), Go("/users/import", say("user_import.again")))))
    title = say("user_import.done_title")
    return Reply(_user.plain("user_import_done", title, parts, Go("/users", say("user.above"))))


IMPORTS = one_of(Permission.CHANGE_PEOPLE)
ROUTES = (
    Route("GET", "/users/import", show, IMPORTS),
    Route(
        "POST",
        "/users/import",
        take,
        IMPORTS,
        files=("file",),
        largest=MOST_BYTES + MEGABYTE,
        too_large=say("user_import.too_large", most=MOST_BYTES // MEGABYTE),
    ),
    Route("GET", "/users/import/{upload}", check, IMPORTS, query=(TRUST,)),
    Route("POST", "/users/import/{upload}", carry_out, IMPORTS, lists=("how",), dangerous=True),
)
