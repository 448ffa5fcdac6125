"""Audit logs: what happened, opened at the password reset events, as Entra's log is filtered for them."""

from keyback.app.logs.asking import Typed
from keyback.app.logs.naming import Seen
from keyback.app.logs.views import AUDIT_VIEWS
from keyback.app.sign_in.log import MEANINGS
from keyback.core.events import Activity
from keyback.core.messages import say
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Heading, Place, Route
from keyback.web.admin.pages import _logs
from keyback.web.admin.pages.sign_in_logs import meaning
from keyback.web.admin.parts import Cell, Column, Filter, Row

MESSAGES = {
    "audit_logs.title": "Audit logs",
    "audit_logs.lead": "Everything that happened, step by step. Nobody can change a line without being noticed.",
    "audit_logs.view_reset": "Password reset events",
    "audit_logs.view_registration": "Registration and security info",
    "audit_logs.view_administration": "Administrators' actions",
    "audit_logs.view_sign_ins": "Sign-ins",
    "audit_logs.view_alerts": "Alerts",
    "audit_logs.view_all": "All",
    "audit_logs.time": "Time",
    "audit_logs.activity": "Activity",
    "audit_logs.reason": "Step or reason",
    "audit_logs.result": "Result",
    "audit_logs.who": "Who",
    "audit_logs.about": "About whom",
    "audit_logs.address": "Address",
}
PATH = "/audit-logs"


def reason_cell(one: Seen) -> Cell:
    """Steps and reasons stand as they were written; a number of the sign-in log is said in words."""
    return meaning(one.reason) if one.reason in MEANINGS and one.reason else one.reason


def _row(ask: Ask, one: Seen) -> Row:
    cells = (
        _logs.time_cell(ask, one, f"{PATH}/{one.seq}"), one.activity, reason_cell(one), _logs.result_mark(one),
        _logs.name_cell(one.who, actor=True), _logs.about_cell(one), one.source,
    )  # fmt: skip
    return Row(str(one.seq), cells)


def _filters(typed: Typed) -> tuple[Filter, ...]:
    """The activities of the view; another one that was asked for stays to be seen."""
    offered = {str(one) for one in AUDIT_VIEWS.get(typed.view, ()) or Activity} | ({typed.activity} - {""})
    return (Filter("activity", "select", say("audit_logs.activity"), typed.activity, _logs.options(sorted(offered))),)


BOOK = _logs.Book(
    PATH, "audit_logs", say("audit_logs.title"), say("audit_logs.lead"), AUDIT_VIEWS,
    tuple(Column(say(f"audit_logs.{name}")) for name in ("time", "activity", "reason", "result", "who", "about", "address")),
    _row, _filters,
)  # fmt: skip


def show(ask: Ask) -> Reply:
    """A page of a saved view."""
    return _logs.show(ask, BOOK)


def export(ask: Ask) -> Reply:
    """The same as a file."""
    return _logs.export(ask, BOOK)


ROUTES = (
    Route("GET", PATH, show, _logs.READS, query=_logs.QUERY),
    Route("GET", f"{PATH}/export/{{form}}", export, _logs.EXPORTS, query=_logs.QUERY),
)
PLACES = (
    Place(PATH, say("audit_logs.title"), Heading.LOGS, 1, _logs.READS,
          tuple(say(f"audit_logs.view_{name}") for name in AUDIT_VIEWS)),
)  # fmt: skip
