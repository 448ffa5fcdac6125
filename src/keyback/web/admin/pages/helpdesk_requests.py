"""Requests for help: who pressed the button at the portal. Nobody has verified them."""

from collections.abc import Mapping

from keyback.app.helpdesk import queue
from keyback.app.helpdesk.queue import Asked
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages._desk import HELPS
from keyback.web.admin.parts import Column, Form, Go, Line, Option, Panel, Part, Row, Screen, Select, Table

MESSAGES: Mapping[str, str] = {
    "requests.title": "Requests for help",
    "requests.lead": "Anybody can ask in anybody's name: make sure who it is before you do anything.",
    "requests.list": "Open requests, oldest first",
    "requests.person": "Person",
    "requests.kind": "What happened",
    "requests.when": "Asked",
    "requests.source": "Network address",
    "requests.kind.contact": "Asks for help",
    "requests.kind.none_usable": "Can use none of the registered ways",
    "requests.at": "{opened_at}",
    "requests.empty": "Nobody waits for help.",
    "requests.close": "Close a request",
    "requests.which": "Request of",
    "requests.why": "Reason (for the audit log)",
    "requests.why_hint": "Such as “helped on the telephone” or “knows nothing of it”.",
    "requests.close_now": "Close",
    "requests.closed.done": "The request is closed.",
}


def show(ask: Ask) -> Reply:
    """The queue."""
    return _page(ask)


def _page(ask: Ask, request: str = "", why: str = "", error: Text | None = None) -> Reply:
    found = queue.requests(ask.work())
    columns = tuple(Column(say(f"requests.{name}")) for name in ("person", "kind", "when", "source"))
    parts: list[Part] = [Table(say("requests.list"), columns, tuple(_row(one) for one in found), say("requests.empty"))]
    if found:
        which = tuple(Option(one.request.id, one.person.upn) for one in found)
        controls = (
            Select("request", say("requests.which"), which, request),
            Line("why", say("requests.why"), why, hint=say("requests.why_hint"), error=error, required=True),
        )
        form = Form("/helpdesk/requests/close", say("requests.close_now"), controls)
        parts.append(Panel(say("requests.close"), (form,), id="close"))
    screen = Screen("requests", say("requests.title"), tuple(parts), lead=(say("requests.lead"),),
                    above=(Go("/helpdesk", say("helpdesk.title")),), place="/helpdesk")  # fmt: skip
    return Reply(screen, 422 if error else 200)


def _row(one: Asked) -> Row:
    """The name leads to the person, where the request is taken."""
    request, person = one.request, one.person
    kind, when = say(f"requests.kind.{request.kind}"), say("requests.at", opened_at=request.opened_at)
    return Row(
        request.id, ((Go(f"/helpdesk/{person.id}", person.display_name), person.upn), kind, when, request.source)
    )


def close(ask: Ask) -> Reply:
    """With a reason."""
    request, why = ask.field("request"), ask.field("why")
    try:
        queue.close_request(ask.work(), request, why)
    except Invalid as error:
        return _page(ask, request, why, error.text)
    return Reply(go_to="/helpdesk/requests", done="requests.closed.done")


ROUTES = (
    Route("GET", "/helpdesk/requests", show, HELPS),
    Route("POST", "/helpdesk/requests/close", close, HELPS, ("request", "why")),
)
