"""One attempt to reset, or one sign-in, told from its first step to its end, with the time that passed between."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from keyback.app.logs.days import stamp
from keyback.app.logs.naming import Seen
from keyback.app.logs.reading import LONGEST_STORY, story
from keyback.app.logs.views import SIGN_INS
from keyback.core.events import Activity, Step
from keyback.core.messages import Text, say
from keyback.core.types import SECOND
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _logs
from keyback.web.admin.pages.audit_logs import PATH
from keyback.web.admin.pages.sign_in_logs import why
from keyback.web.admin.parts import Cell, Facts, Go, Mark, Moment, Part, Screen, Timeline, Tone, Words
from keyback.web.page import Message

MESSAGES = {
    "audit_story.attempt": "One attempt, step by step",
    "audit_story.sign_in": "One sign-in, step by step",
    "audit_story.reference": "Reference",
    "audit_story.about": "About whom",
    "audit_story.began": "Began",
    "audit_story.took": "Took",
    "audit_story.address": "Address",
    "audit_story.ended": "How it ended",
    "audit_story.seconds": "{seconds} seconds",
    "audit_story.after": "{seconds} seconds after the step before",
    "audit_story.method": "Method: {method}",
    "audit_story.from": "From {address}",
    "audit_story.empty": "Nothing is known of this attempt.",
    "audit_story.long": "Only the first {count} steps are shown.",
    "audit_story.was_reset": "The password was reset",
    "audit_story.was_unlocked": "The account was unlocked",
    "audit_story.signed_in": "Signed in",
    "audit_story.blocked": "Stopped by a limit",
    "audit_story.open": "It has no end yet, or it was left",
}
_ENDS: Final[dict[str, tuple[str, Tone]]] = {
    str(Activity.RESET): ("audit_story.was_reset", "good"),
    str(Activity.UNLOCKED): ("audit_story.was_unlocked", "good"),
    str(Activity.SIGN_IN): ("audit_story.signed_in", "good"),
    str(Activity.BLOCKED): ("audit_story.blocked", "bad"),
}
_LEFT: Final = frozenset({
    Step.CANCELLED, Step.CANCELLED_LATE, Step.ABANDONED, Step.NOT_ENABLED, Step.NOT_IN_SCOPE, Step.TOO_FEW_METHODS,
    Step.ON_PREMISES, Step.FROZEN, Step.NO_POLICY, Step.REPLACED, Step.STOPPED_CHANGED,
})  # fmt: skip
"""Steps that are the last one, and say why themselves."""


def show(ask: Ask) -> Reply:
    """By the reference that its pages show."""
    lines = story(ask.house, _logs.reader_of(ask), ask.args["correlation"].lower())
    first = lines[0]
    title = say("audit_story.sign_in" if first.activity in SIGN_INS else "audit_story.attempt")
    parts: tuple[Part, ...] = (
        Facts(tuple(_facts(ask, lines))), Timeline(tuple(_moments(lines)), say("audit_story.empty")),
    )  # fmt: skip
    if len(lines) == LONGEST_STORY:
        parts = (*parts, Message(say("audit_story.long", count=LONGEST_STORY)))
    above = (Go(PATH, say("audit_logs.title")),)
    return Reply(Screen("audit_story", title, parts, above=above, place=PATH))


def _facts(ask: Ask, lines: Sequence[Seen]) -> Iterator[tuple[Text, Cell]]:
    first, last = lines[0], lines[-1]
    yield say("audit_story.ended"), ending(lines)
    yield say("audit_story.about"), _logs.name_cell(first.about, actor=False)
    yield say("audit_story.began"), stamp(first.at, ask.site.zone)
    if len(lines) > 1:
        yield say("audit_story.took"), say("audit_story.seconds", seconds=_seconds(last.at - first.at))
    if first.source:
        yield say("audit_story.address"), first.source
    yield say("audit_story.reference"), first.correlation


def ending(lines: Sequence[Seen]) -> Mark:
    """By the last line that is an end."""
    for one in reversed(lines):
        if one.activity in _ENDS and one.result == "success":
            id_, tone = _ENDS[one.activity]
            return Mark(Text(id_), tone)
        if one.activity == Activity.FLOW_PROGRESS and one.reason in _LEFT:
            return Mark(one.reason, "warn")
        if one.activity == Activity.SIGN_IN_FAILED:
            return Mark(why(one), "bad")
    return Mark(say("audit_story.open"), "info")


def _moments(lines: Sequence[Seen]) -> Iterator[Moment]:
    yield _moment(lines[0], None, lines[0])
    for before, one in pairwise(lines):
        yield _moment(one, before, lines[0])


def _moment(one: Seen, before: Seen | None, first: Seen) -> Moment:
    about: list[Words] = []
    if before is not None:
        about.append(say("audit_story.after", seconds=_seconds(one.at - before.at)))
    if method := one.details.get("method") or one.details.get("factors"):
        about.append(say("audit_story.method", method=str(method)))
    if one.source and (before is None or one.source != first.source):
        about.append(say("audit_story.from", address=one.source))
    tone: Tone = "bad" if one.result == "failure" else ""
    return Moment(one.at, _title(one), tuple(about), tone, Go(f"{PATH}/{one.seq}", one.activity))


def _title(one: Seen) -> Words:
    """Steps are told by their reason, sign-ins by their number and meaning, everything else by its name."""
    if one.activity == Activity.FLOW_PROGRESS:
        return one.reason
    if one.activity in {*SIGN_INS, Activity.SIGN_IN_NEW_BROWSER}:
        return why(one)
    return one.activity


def _seconds(span: int) -> str:
    return f"{max(span, 0) / SECOND:.1f}"


ROUTES = (Route("GET", f"{PATH}/story/{{correlation}}", show, _logs.READS),)
