"""Pages C, D and E, and every way a journey can end: always the true state, whatever was posted."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, assert_never

from keyback.app.reset import answer as answer_verb
from keyback.app.reset import begin as begin_verb
from keyback.app.reset import choose as choose_verb
from keyback.app.reset import leave as leave_verb
from keyback.app.reset import mean as mean_verb
from keyback.app.reset.look import look
from keyback.app.reset.scene import Scene
from keyback.app.reset.stepping import proving
from keyback.core.errors import Invalid, NotFound, Refused, TooMany
from keyback.core.journey import Choosing, Done, Ended, Proving
from keyback.core.messages import say
from keyback.core.types import SECOND, Purpose
from keyback.web.call import JOURNEY, KNOWN, Answer, Call
from keyback.web.page import Link, Message, Page
from keyback.web.portal import pages
from keyback.web.portal.new_password import judged

MESSAGES = {
    "journey.none_title": "Start again",
    "journey.none": "This attempt is not open in this browser. It may have ended, or cookies are switched off.",
    "journey.restart": "Start again",
}

_MEANT: Mapping[str, Literal[Purpose.RESET, Purpose.UNLOCK]] = MappingProxyType(
    {"reset": Purpose.RESET, "unlock": Purpose.UNLOCK}
)
HERE = Answer(go_to="/reset/journey")


def show(call: Call) -> Answer:
    """The page of the present state."""
    try:
        scene = look(call.site.house, call.cookies.get(JOURNEY, ""))
    except NotFound:
        return _none()
    return _shown(call, scene)


def present(call: Call) -> Answer:
    """A post's own address, opened again: where the journey is now."""
    return HERE


def ways(call: Call) -> Answer:
    """The list of methods, while a challenge is open; the open one stays open."""
    try:
        scene = look(call.site.house, call.cookies.get(JOURNEY, ""))
    except NotFound:
        return _none()
    if proving(scene):
        return Answer(pages.methods(call, scene))
    return _shown(call, scene)


def _shown(call: Call, scene: Scene, *messages: Message) -> Answer:
    match scene.journey.state:
        case Proving() if not proving(scene):
            return Answer(pages.trouble(call, scene, messages))
        case Proving():
            show_open = pages.answer if scene.challenge else pages.methods
            return Answer(show_open(call, scene, messages))
        case Choosing():
            return Answer(pages.password(call, scene, messages), judge="/reset/judge")
        case Done():
            return Answer(pages.done(scene))
        case Ended():
            return Answer(pages.ended(scene))
    assert_never(scene.journey.state)


def _again(call: Call, status: int, *messages: Message, retry_after: int = 0) -> Answer:
    """The present state with what went wrong on top."""
    try:
        scene = look(call.site.house, call.cookies.get(JOURNEY, ""))
    except NotFound:
        return _none()
    shown = _shown(call, scene, *messages)
    return Answer(shown.page, status, judge=shown.judge, retry_after=retry_after)


def _refused(call: Call, error: Refused, status: int = 422) -> Answer:
    if isinstance(error, NotFound):
        return _none()
    if isinstance(error, TooMany):
        wait = max(1, (error.retry_at - call.now) // SECOND)
        return _again(call, 429, Message(error.text, "bad"), retry_after=wait)
    reasons = error.mistakes if isinstance(error, Invalid) else ()
    return _again(call, status, *(Message(text, "bad") for text in reasons or (error.text,)))


def meant(call: Call) -> Answer:
    """Forgotten, or locked out. Anything else changes nothing."""
    purpose = _MEANT.get(call.fields.get("trouble", ""))
    try:
        if purpose is not None:
            mean_verb.mean(call.site.house, _token(call), purpose, call.version)
    except Refused as error:
        return _refused(call, error)
    return HERE


def pick(call: Call) -> Answer:
    """A method, or `method:contact` for one of several."""
    method, _, enrolment = call.fields.get("method", "").partition(":")
    try:
        begin_verb.begin(call.site.house, _token(call), begin_verb.Pick(method, enrolment, call.version))
    except Refused as error:
        return _refused(call, error)
    return HERE


def again(call: Call) -> Answer:
    """A new code, the same way."""
    try:
        begin_verb.again(call.site.house, _token(call), call.version)
    except Refused as error:
        return _refused(call, error)
    return HERE


def answered(call: Call) -> Answer:
    """A code."""
    before = _token(call)
    reply = answer_verb.Reply(before, call.fields.get("answer", ""), call.version, call.source)
    try:
        after = answer_verb.answer(call.site.house, reply)
    except Refused as error:
        return _refused(call, error, 422 if reply.answer else 400)
    if not reply.answer:  # nothing, or of the wrong kind (COD-12), to a form that is not the present one
        return _again(call, 400)
    return HERE if after == before else replace(HERE, cookies={JOURNEY: after})


def password(call: Call) -> Answer:
    """The new password, twice."""
    new, again = call.fields.get("new", ""), call.fields.get("again", "")
    wanted = choose_verb.NewPassword(new, again, call.version, call.source, call.cookies.get(KNOWN, ""))
    try:
        known = choose_verb.choose(call.site.house, _token(call), wanted)
    except Refused as error:
        return _refused(call, error)
    return Answer(go_to=HERE.go_to, cookies={KNOWN: known} if known else {})


def judge(call: Call) -> Answer:
    """What only the server can tell of what is typed so far: a rule, the strength, and what is wrong beyond the rules
    that the page shows by themselves."""
    try:
        found = choose_verb.judge_only(call.site.house, _token(call), call.fields.get("new", ""))
    except NotFound:
        return _none()
    return judged(call, found)


def cancel(call: Call) -> Answer:
    """Give up, or start over."""
    try:
        leave_verb.leave(call.site.house, _token(call), call.version)
    except NotFound:
        return _none()
    return HERE


def _token(call: Call) -> str:
    return call.cookies.get(JOURNEY, "")


def _none() -> Answer:
    links = (Link("restart", "/reset", say("journey.restart")), Link("help", "/contact", say("link.help")))
    return Answer(Page("ended", say("journey.none_title"), lead=(say("journey.none"),), links=links), 404)
