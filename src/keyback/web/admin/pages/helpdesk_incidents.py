"""Incidents: what people reported with "This was not me", and closing it."""

from collections.abc import Mapping

from keyback.app.helpdesk import queue
from keyback.app.helpdesk.queue import Reported
from keyback.app.incidents import care
from keyback.app.incidents.care import Shown
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.core.types import Person
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.parts import (
    Cell,
    Column,
    Facts,
    Form,
    Go,
    Line,
    Mark,
    Moment,
    Option,
    Panel,
    Part,
    Pick,
    Row,
    Screen,
    Table,
    Timeline,
)
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "incidents.title": "Incidents",
    "incidents.lead": "Somebody says that a change was not theirs. Until it is closed nobody can reset this password.",
    "incidents.list": "Open incidents, newest first",
    "incidents.person": "Person",
    "incidents.about": "About the notice",
    "incidents.when": "Reported",
    "incidents.source": "Network address",
    "incidents.password": "The present password signs in nowhere",
    "incidents.none": "No incident is open.",
    "incidents.of": "Incident of {user_id}",
    "incidents.at": "{opened_at}",
    "incidents.state": "State",
    "incidents.open": "Open",
    "incidents.closed_state": "Closed {closed_at}",
    "incidents.recovery": "Password reset",
    "incidents.recovery_closed": "Closed since {since_at}",
    "incidents.recovery_open": "Open",
    "incidents.dead": "Signs in nowhere since {since_at}. Issue a temporary password once you know who it is.",
    "incidents.password_label": "Password",
    "incidents.alive": "Not reported",
    "incidents.reports": "Reports",
    "incidents.no_reports": "There are no reports.",
    "incidents.help": "Help this person",
    "incidents.close": "Close this incident",
    "incidents.close_about": "Speak with the owner first, in person or by telephone.",
    "incidents.then": "And password reset",
    "incidents.then.open": "Open it again; the person is told",
    "incidents.then.frozen": "Leave it closed",
    "incidents.why": "Reason (for the audit log)",
    "incidents.why_hint": "What came of it.",
    "incidents.close_now": "Close",
    "incidents.closed.done": "The incident is closed.",
}
CARES = one_of(Permission.HELP_PEOPLE)


def show(ask: Ask) -> Reply:
    """Open ones."""
    found = queue.incidents(ask.work())
    columns = tuple(Column(say(f"incidents.{name}")) for name in ("person", "about", "when", "source"))
    rows = tuple(_row(one) for one in found)
    table = Table(say("incidents.list"), columns, rows, say("incidents.none"))
    return Reply(Screen("incidents", say("incidents.title"), (table,), lead=(say("incidents.lead"),),
                        above=(Go("/helpdesk", say("helpdesk.title")),), place="/helpdesk"))  # fmt: skip


def _row(one: Reported) -> Row:
    incident, person = one.incident, one.person
    about: tuple[Cell, ...] = (say(f"{incident.notice}.subject"),)
    if incident.about_password:
        about = (*about, Mark(say("incidents.password"), "bad"))
    name = (Go(f"/helpdesk/incidents/{incident.id}", person.display_name), person.upn)
    return Row(incident.id, (name, about, say("incidents.at", opened_at=incident.opened_at), incident.source))


def one(ask: Ask) -> Reply:
    """One, with its reports."""
    return _page(ask)


def _page(ask: Ask, why: str = "", then: str = "open", error: Text | None = None) -> Reply:
    shown, person = _look(ask)
    path = f"/helpdesk/incidents/{shown.incident.id}"
    parts: list[Part] = [Facts(tuple(_facts(shown))), Panel(say("incidents.reports"), (_reports(shown),))]
    if shown.incident.closed_at is None or shown.frozen_at is not None:
        options = tuple(Option(name, say(f"incidents.then.{name}")) for name in ("open", "frozen"))
        controls = (
            Line("why", say("incidents.why"), why, hint=say("incidents.why_hint"), required=True,
                 error=error if error and error.id == "incidents.reason" else None),
            Pick("then", say("incidents.then"), options, then),
        )  # fmt: skip
        form = Form(f"{path}/close", say("incidents.close_now"), controls)
        parts.append(Panel(say("incidents.close"), (form,), id="close", about=say("incidents.close_about")))
    screen = Screen(
        "incident", say("incidents.of", user_id=person.upn), tuple(parts), place="/helpdesk",
        messages=(Message(error, "bad"),) if error else (),
        above=(Go("/helpdesk", say("helpdesk.title")), Go("/helpdesk/incidents", say("incidents.title"))),
        actions=(Go(f"/helpdesk/{person.id}", say("incidents.help")),),
    )  # fmt: skip
    return Reply(screen, 422 if error else 200)


def _look(ask: Ask) -> tuple[Shown, Person]:
    """Only of people whom the operator may see, and by its whole id (ADM-9)."""
    wanted = ask.args["incident"]
    shown = care.show(ask.house, wanted)
    with ask.house.store.reading() as unit:
        person = unit.people.by_id(shown.incident.person, unit.now)
    if person is None or shown.incident.id != wanted or not ask.operator.rights.sees(person):
        raise NotFound(say("incidents.unknown", incident=wanted[:40]))
    return shown, person


def _facts(shown: Shown) -> list[tuple[Text, Cell]]:
    incident = shown.incident
    closed, frozen, dead = incident.closed_at, shown.frozen_at, shown.dead_password_since
    return [
        (say("incidents.about"), say(f"{incident.notice}.subject")),
        (say("incidents.when"), say("incidents.at", opened_at=incident.opened_at)),
        (say("incidents.source"), incident.source),
        (
            say("incidents.state"),
            Mark(say("incidents.open"), "warn") if closed is None else say("incidents.closed_state", closed_at=closed),
        ),
        (
            say("incidents.recovery"),
            say("incidents.recovery_open")
            if frozen is None
            else Mark(say("incidents.recovery_closed", since_at=frozen), "warn"),
        ),
        (
            say("incidents.password_label"),
            say("incidents.alive") if dead is None else Mark(say("incidents.dead", since_at=dead), "bad"),
        ),
    ]


def _reports(shown: Shown) -> Timeline:
    moments = tuple(Moment(one.used_at, say(f"{one.notice}.subject")) for one in shown.reports)
    return Timeline(moments, say("incidents.no_reports"))


def close(ask: Ask) -> Reply:
    """With a reason; recovery opens again unless it shall stay closed."""
    _, why, then = _look(ask), ask.field("why"), ask.field("then")
    try:
        care.close(ask.house, ask.args["incident"], ask.actor, why, keep_frozen=then != "open")
    except (Invalid, Conflict) as error:
        return _page(ask, why, then, error.text)
    return Reply(go_to="/helpdesk/incidents", done="incidents.closed.done")


ROUTES = (
    Route("GET", "/helpdesk/incidents", show, CARES),
    Route("GET", "/helpdesk/incidents/{incident}", one, CARES),
    Route("POST", "/helpdesk/incidents/{incident}/close", close, CARES, ("why", "then"), dangerous=True),
)
