"""One line of the audit log with everything it says; a change of the policy with old and new values, and the way to put it
back (decisions 22)."""

from typing import Final

from keyback.app.logs.days import stamp
from keyback.app.logs.naming import Kind, Name, Seen
from keyback.app.logs.reading import line
from keyback.app.policy import history
from keyback.core.errors import NotFound
from keyback.core.events import Activity
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _logs, policy_history
from keyback.web.admin.pages import _policy_review as review
from keyback.web.admin.pages._policy import decides
from keyback.web.admin.pages.audit_logs import PATH, reason_cell
from keyback.web.admin.parts import Cell, Facts, Go, Panel, Paragraph, Part, Screen

MESSAGES = {
    "audit_line.number": "Number",
    "audit_line.details": "Details",
    "audit_line.withheld": "Some details are left out: they may tell of people whom your role does not show.",
    "audit_line.changes": "What was changed",
    "audit_line.story": "The whole attempt",
    "audit_line.version": "Version {version} of the policy",
    "audit_line.put_back": "Put back",
}
_LONGEST: Final = 15


def show(ask: Ask) -> Reply:
    """By its number."""
    number = ask.args["seq"]
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST):
        raise NotFound(say("logs.no_line"))
    one = line(ask.house, _logs.reader_of(ask), int(number))
    parts: list[Part] = [Facts(_facts(ask, one))]
    version = _version(one)
    if version > 1 and ask.may(Permission.READ_POLICY):
        parts.append(_changes(ask, version))
    elif one.details:
        parts.append(Panel(say("audit_line.details"), (Facts(tuple(_details(one))),)))
    if one.withheld:
        parts.append(Paragraph(say("audit_line.withheld")))
    actions = tuple(_actions(ask, one, version))
    above = (Go(PATH, say("audit_logs.title")),)
    return Reply(Screen("audit_line", one.activity, tuple(parts), above=above, actions=actions, place=PATH))


def _facts(ask: Ask, one: Seen) -> tuple[tuple[Text, Cell | tuple[Cell, ...]], ...]:
    values: dict[str, Cell | tuple[Cell, ...]] = {
        "time": stamp(one.at, ask.site.zone), "activity": one.activity, "reason": reason_cell(one),
        "result": _logs.result_mark(one), "who": _named(one.who, actor=True), "about": _named(one.about, actor=False),
        "address": one.source,
    }  # fmt: skip
    rows = tuple((say(f"audit_logs.{name}"), value) for name, value in values.items() if value)
    return ((say("audit_line.number"), str(one.seq)), *rows)


def _named(name: Name, *, actor: bool) -> Cell | tuple[Cell, ...]:
    """With what the log itself holds, so that lines of one unknown user ID can be told from those of another."""
    cell = _logs.name_cell(name, actor=actor)
    return (cell, name.id) if name.kind in {Kind.DECOY, Kind.ACCOUNT} else cell


def _details(one: Seen) -> list[tuple[str, Cell]]:
    return [(name, str(value)) for name, value in one.details.items()]


def _version(one: Seen) -> int:
    version = one.details.get("version", 0) if one.activity == Activity.POLICY_CHANGED else 0
    return version if isinstance(version, int) else 0


def _changes(ask: Ask, version: int) -> Panel:
    found = history.one(ask.house, version).changes
    return Panel(say("audit_line.changes"), review.changes(found, policy_history.sections(ask), review.PAST))


def _actions(ask: Ask, one: Seen, version: int) -> list[Go]:
    """A change is taken back by putting the version before it back, which is looked at first."""
    found = []
    if version > 1 and decides(ask):
        found.append(Go(f"{policy_history.PATH}?version={version - 1}", say("audit_line.put_back")))
    if version and ask.may(Permission.READ_POLICY):
        found.append(Go(f"{policy_history.PATH}?version={version}", say("audit_line.version", version=version)))
    if one.correlation:
        found.append(Go(f"{PATH}/story/{one.correlation}", say("audit_line.story")))
    return found


ROUTES = (Route("GET", f"{PATH}/{{seq}}", show, _logs.READS),)
