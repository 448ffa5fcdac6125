"""The caller check on the person's page: the number to read out, and what became of it."""

from collections.abc import Mapping

from keyback.app.helpdesk import looking
from keyback.core.messages import say
from keyback.core.ports.desk import Case
from keyback.core.rules.helpdesk import PASSED_LIFE
from keyback.core.types import HOUR, Span
from keyback.web.admin.call import Ask
from keyback.web.admin.parts import Live, Once, Panel, Paragraph, Part, Press, Presses
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "case.title": "Caller check",
    "case.about": "Make sure who calls before you do anything. Never ask for a code, and never let one be read to you.",
    "case.cannot": "This person has nothing that a check could be passed with. Go on with “Without a caller check”.",
    "case.begin": "Start caller check",
    "case.again": "Start a new check",
    "case.close": "Stop this check",
    "case.number": "Case number: read it out",
    "case.tell": "“Open {address} on any device, and type this case number and your user ID. Then prove who you are there.”",
    "case.waiting": "Waiting for the caller until {until_at}. This page turns by itself.",
    "case.look": "Look now",
    "case.of_other": "Another operator checks this person now, until {until_at}.",
    "case.passed": "Passed: the caller has shown who they are with {method}. You can help until {until_at}.",
    "case.passed_other": "Another operator has checked this person. Begin a check of your own before you do anything.",
    "case.over": "The last check was passed, but is over. Begin a new one.",
    "case.failed": "Failed: the caller could not show who they are. Do nothing for them.",
    "case.expired": "Expired: nothing came in time. Begin a new check if the caller is still there.",
}


TOLD_FOR: Span = HOUR
"""How long the page says what came of the last check."""


def panel(ask: Ask, seen: looking.Glance, *, serves: bool, standing: str) -> Panel:
    """What there is to be seen of it on the person's page."""
    case = seen.case
    parts: tuple[Part, ...] = ()
    if case is not None and standing == "open":
        parts = _open(ask, seen, case)
    elif case is not None and serves:
        until = (case.decided_at or 0) + PASSED_LIFE
        method = ask.call.words.say(say(f"method.{case.method}.name"))
        parts = (Message(say("case.passed", method=method, until_at=until), "good"),)
    elif case is not None:
        parts = _over(ask, case, standing)
    mine = standing == "open" and case is not None and case.operator == ask.actor
    if seen.may_check and not seen.can_pass:
        parts = (*parts, Message(say("case.cannot"), "warn"))
    elif seen.may_check and not serves and not mine:
        label = say("case.begin" if case is None else "case.again")
        parts = (*parts, Presses((Press(f"/helpdesk/{seen.person.id}/case", label, primary=True),)))
    return Panel(say("case.title"), parts, id="case", about=say("case.about"))


def _open(ask: Ask, seen: looking.Glance, case: Case) -> tuple[Part, ...]:
    if case.operator != ask.actor:
        return (Message(say("case.of_other", until_at=case.expires_at)),)
    person = seen.person.id
    address = f"{ask.house.base_url}/call"
    return (
        Once(say("case.number"), f"{case.number[:3]} {case.number[3:]}"),
        Paragraph(say("case.tell", address=address)),
        Live(
            f"/helpdesk/{person}/case", "case_open", say("case.waiting", until_at=case.expires_at), say("case.look"),
            ends_at=case.expires_at,
        ),
        Presses((Press(f"/helpdesk/{person}/case/close", say("case.close")),)),
    )  # fmt: skip


def _over(ask: Ask, case: Case, standing: str) -> tuple[Part, ...]:
    recent = (case.decided_at or case.expires_at) + TOLD_FOR > ask.now
    mine = case.operator == ask.actor
    if standing == "passed" and recent:
        return (Message(say("case.over" if mine else "case.passed_other"), "warn"),)
    if standing not in {"failed", "expired"} or not recent or not mine:
        return ()
    return (Message(say(f"case.{standing}"), "bad" if standing == "failed" else "warn"),)
