"""Proving again who one is, before a change (REG-1)."""

from collections.abc import Callable
from dataclasses import replace

from keyback.app.sign_in import again as verb
from keyback.app.sign_in.again import Again, Stage
from keyback.app.sign_in.proving import Heard
from keyback.app.sign_in.seat import Unseated
from keyback.core.errors import Refused, TooMany
from keyback.core.messages import say
from keyback.core.ports import SessionKind
from keyback.core.types import SECOND
from keyback.web.call import SESSION, Answer, Call
from keyback.web.page import Field, Link, Message, Page
from keyback.web.portal import asking
from keyback.web.portal.places import place

MESSAGES = {
    "prove.title": "Prove that it is you",
    "prove.lead": "Before you change how you sign in, we make sure that nobody else sits at your browser.",
    "prove.password": "First, type your password again.",
    "prove.strongest": "Use the strongest way that you have registered.",
    "prove.submit": "Continue",
    "prove.first_title": "Your password is right",
    "prove.first": "You have registered no other way to prove who you are. For the next ten minutes you can change your password, "
    "and sign out elsewhere.",
    "prove.first_register": "Before you register the first way, we make sure in another way that it is you.",
    "prove.first_go": "Register a way to prove who you are",
    "prove.back": "Back, without changing anything",
}


def show(call: Call) -> Answer:
    """What is asked next."""
    return _shown(call, verb.look(call.site.house, call.visit))


def ways(call: Call) -> Answer:
    """The list of ways, while a question is open; the open one stays open."""
    found = verb.look(call.site.house, call.visit)
    return _shown(call, replace(found, stage=Stage.CHOOSE) if found.stage is Stage.ANSWER else found)


def password(call: Call) -> Answer:
    """The password, once more."""
    return _then(call, lambda: verb.password(call.site.house, call.visit, call.fields.get("password", "")))


def pick(call: Call) -> Answer:
    """A method, or `method:contact` for one of several."""
    method, _, enrolment = call.fields.get("method", "").partition(":")
    return _then(call, lambda: verb.pick(call.site.house, call.visit, method, enrolment))


def again(call: Call) -> Answer:
    """A new code, the same way."""
    return _then(call, lambda: verb.once_more(call.site.house, call.visit))


def answered(call: Call) -> Answer:
    """A code."""
    heard = Heard(call.visit, call.fields.get("challenge", ""), call.fields.get("answer", ""))
    return _then(call, lambda: verb.answer(call.site.house, heard))


def _then(call: Call, act: Callable[[], str | None]) -> Answer:
    """Done, under the session's new name if it has one; or the present page with what went wrong on top."""
    try:
        token = act()
    except Unseated:
        raise
    except Refused as error:
        return _refused(call, error)
    if token is None:
        return Answer(go_to="/prove")
    return Answer(go_to="/prove", cookies={SESSION: token})  # which knows what is asked next


def _back(call: Call, found: Again) -> str:
    """To where a change is made, once all is proven."""
    if found.stage is Stage.FIRST and found.at.session.kind is SessionKind.INTERRUPTED:
        return "/register/first"
    if found.stage is not Stage.DONE:
        return "/prove"
    session = found.at.session
    return (session.wanted or "/security-info") if session.kind is SessionKind.PORTAL else place(call)


def _refused(call: Call, error: Refused) -> Answer:
    shown = _shown(call, verb.look(call.site.house, call.visit), Message(error.text, "bad"))
    if isinstance(error, TooMany):
        return replace(shown, status=429, retry_after=max(1, -(-(error.retry_at - call.now) // SECOND)))
    return shown if shown.page is None else replace(shown, status=422)


def _shown(call: Call, found: Again, *messages: Message) -> Answer:
    there = _back(call, found)
    if there != "/prove":
        return Answer(go_to=there)
    if found.stage is Stage.FIRST:
        return Answer(_first(messages))
    if found.stage is Stage.PASSWORD:
        return Answer(_password(call, found, messages))
    frame = asking.Frame("/prove", say("prove.title"), (say("prove.strongest"),), messages, _links(found))
    if found.stage is Stage.ANSWER and found.challenge is not None:
        return Answer(asking.answer(call, frame, found.challenge, found.ways, found.again_at))
    return Answer(asking.choose(call, frame, found.ways))


def _password(call: Call, found: Again, messages: tuple[Message, ...]) -> Page:
    """The user ID is there for password managers."""
    user_id = Field("user_id", "hidden", say("sign_in.user_id"), value=found.at.person.upn, autocomplete="username")
    return Page(
        "prove_password",
        say("prove.title"),
        lead=(say("prove.lead"), say("prove.password")),
        action="/prove/password",
        submit=say("prove.submit"),
        fields=(*asking.hidden(call), user_id, Field("password", "password", say("sign_in.password"))),
        messages=messages,
        links=(*_links(found), Link("help", "/contact", say("link.help"))),
    )


def _first(messages: tuple[Message, ...]) -> Page:
    """Nothing is registered, so there is nothing more to prove: what is open now, and how to register."""
    return Page(
        "prove_first",
        say("prove.first_title"),
        lead=(say("prove.first"), say("prove.first_register")),
        messages=messages,
        links=(
            Link("register", "/register/first", say("prove.first_go")),
            Link("password", "/password", say("signed_in.password")),
            Link("sessions", "/sessions", say("signed_in.sessions")),
            Link("help", "/contact", say("link.help")),
        ),
    )


def _links(found: Again) -> tuple[Link, ...]:
    inside = found.at.session.kind is SessionKind.PORTAL
    return (Link("cancel", "/signed-in", say("prove.back")),) if inside else ()
