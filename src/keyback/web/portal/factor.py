"""The second factor at sign-in."""

from collections.abc import Callable
from dataclasses import replace

from keyback.app.sign_in import factor
from keyback.app.sign_in.proving import Heard
from keyback.app.sign_in.seat import Unseated
from keyback.core.errors import Refused, TooMany
from keyback.core.messages import say
from keyback.web.call import KNOWN, SESSION, Answer, Call
from keyback.web.page import Link, Message, Page
from keyback.web.portal import asking
from keyback.web.trouble import seconds_until

MESSAGES = {
    "factor.title": "Prove that it is you",
    "factor.lead": "Your password is right. One more proof, and you are signed in.",
    "factor.none_now": "None of your ways can be used at the moment. Your administrator can help you.",
    "factor.cancel": "Cancel and sign out",
}

HERE = Answer(go_to="/sign-in/factor")


def show(call: Call) -> Answer:
    """The open question, or the ways to choose from."""
    return Answer(_page(call, factor.look(call.site.house, call.visit)))


def ways(call: Call) -> Answer:
    """The list of ways; the open question stays open."""
    found = factor.look(call.site.house, call.visit)
    return Answer(asking.choose(call, _listing(_frame(found)), found.choices))


def pick(call: Call) -> Answer:
    """A method, or `method:contact` for one of several."""
    method, _, enrolment = call.fields.get("method", "").partition(":")
    return _asked(call, lambda: factor.pick(call.site.house, call.visit, method, enrolment))


def again(call: Call) -> Answer:
    """A new code, the same way."""
    return _asked(call, lambda: factor.again(call.site.house, call.visit))


def answered(call: Call) -> Answer:
    """A code: where it is right, the browser has another session cookie, and is known from now on."""
    heard = Heard(call.visit, call.fields.get("challenge", ""), call.fields.get("answer", ""))
    try:
        token, known = factor.answer(call.site.house, heard)
    except Unseated:
        raise
    except Refused as error:
        return _refused(call, error)
    return Answer(go_to="/signed-in", cookies={SESSION: token, KNOWN: known})  # which knows what comes between


def _asked(call: Call, act: Callable[[], None]) -> Answer:
    try:
        act()
    except Unseated:
        raise
    except Refused as error:
        return _refused(call, error)
    return HERE


def _refused(call: Call, error: Refused) -> Answer:
    """The present question with what went wrong on top."""
    page = _page(call, factor.look(call.site.house, call.visit), Message(error.text, "bad"))
    if isinstance(error, TooMany):
        return Answer(page, 429, retry_after=seconds_until(call, error))
    return Answer(page, 422)


def _page(call: Call, found: factor.Asking, *messages: Message) -> Page:
    frame = _frame(found, *messages)
    if found.challenge is None:
        return asking.choose(call, _listing(frame), found.choices)
    return asking.answer(call, frame, found.challenge, found.choices, found.again_at)


def _frame(found: factor.Asking, *messages: Message) -> asking.Frame:
    lead = say("factor.lead") if found.choices else say("factor.none_now")
    leave = Link("cancel", "/sign-out", say("factor.cancel"), post=True)
    return asking.Frame("/sign-in", say("factor.title"), (lead,), messages, (leave,))


def _listing(frame: asking.Frame) -> asking.Frame:
    """With a way on for who can use none of the ways that are listed."""
    return replace(frame, links=(Link("none", "/contact/none", say("contact.none_link")), *frame.links))
