"""What waits for a second person: who asks, for whom, what, and why."""

from collections.abc import Mapping

from keyback.app.helpdesk import approving
from keyback.app.helpdesk.approving import Waiting
from keyback.core.messages import say
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages._desk import HELPS, label
from keyback.web.admin.parts import Column, Go, Press, Row, Screen, Table

MESSAGES: Mapping[str, str] = {
    "approvals.title": "Waiting for a second person",
    "approvals.lead": "Nobody could check who asks for this. Speak with the operator before you agree, and with the person if you "
    "can. What you agree to can be done once, within a day.",
    "approvals.list": "Requests that you may decide about, oldest first",
    "approvals.what": "What",
    "approvals.person": "For whom",
    "approvals.asker": "Asked by",
    "approvals.why": "Reason",
    "approvals.until": "Until",
    "approvals.at": "{until_at}",
    "approvals.empty": "Nothing waits for you. What you asked for yourself is decided by somebody else.",
    "approvals.agree": "Agree",
    "approvals.deny": "Deny",
    "approvals.granted.done": "You agreed. The operator can do it once, within a day.",
    "approvals.denied.done": "You denied it. Nothing will be done.",
}


def show(ask: Ask) -> Reply:
    """The queue."""
    columns = tuple(Column(say(f"approvals.{name}")) for name in ("what", "person", "asker", "why", "until"))
    rows = tuple(_row(one) for one in approving.waiting(ask.work()))
    table = Table(say("approvals.list"), columns, rows, say("approvals.empty"))
    return Reply(Screen("approvals", say("approvals.title"), (table,), lead=(say("approvals.lead"),),
                        above=(Go("/helpdesk", say("helpdesk.title")),), place="/helpdesk"))  # fmt: skip


def _row(one: Waiting) -> Row:
    asked = one.approval
    path = f"/helpdesk/approvals/{asked.id}"
    return Row(
        asked.id,
        (
            label(asked.action), (Go(f"/helpdesk/{one.person.id}", one.person.display_name), one.person.upn),
            one.asker.upn if one.asker else asked.asked_by, asked.why, say("approvals.at", until_at=asked.expires_at),
        ),
        (Press(f"{path}/grant", say("approvals.agree"), primary=True), Press(f"{path}/deny", say("approvals.deny"), harsh=True)),
    )  # fmt: skip


def grant(ask: Ask) -> Reply:
    """By somebody who could do the same."""
    approving.decide(ask.work(), ask.args["approval"], granted=True)
    return Reply(go_to="/helpdesk/approvals", done="approvals.granted.done")


def deny(ask: Ask) -> Reply:
    """Likewise."""
    approving.decide(ask.work(), ask.args["approval"], granted=False)
    return Reply(go_to="/helpdesk/approvals", done="approvals.denied.done")


ROUTES = (
    Route("GET", "/helpdesk/approvals", show, HELPS),
    Route("POST", "/helpdesk/approvals/{approval}/grant", grant, HELPS, dangerous=True),
    Route("POST", "/helpdesk/approvals/{approval}/deny", deny, HELPS),
)
