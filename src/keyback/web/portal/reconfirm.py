"""Is it all still right? Each thing with its ways to mend it, and one button for all."""

from keyback.app.registration import reconfirm as verb
from keyback.app.security_info.look import Thing
from keyback.app.sign_in.proving import Heard, Stale
from keyback.core.errors import NotFound, Refused, TooMany
from keyback.core.messages import say
from keyback.core.ports import SessionChallenge
from keyback.core.types import SECOND
from keyback.web.call import Answer, Call
from keyback.web.page import Act, Field, Group, Item, Link, Message, Page
from keyback.web.portal import things
from keyback.web.portal.places import elsewhere

MESSAGES = {
    "reconfirm.title": "Is this all still yours?",
    "reconfirm.lead": "If you forget your password, this is how you get in again. Please look whether it is still right.",
    "reconfirm.registered": "What you have registered",
    "reconfirm.all": "All of it is still mine",
    "reconfirm.change": "Change",
    "reconfirm.lost": "Not mine any more",
    "reconfirm.send": "Send a code",
    "reconfirm.unused": "Not used for a year: prove by a code that it is still yours.",
    "reconfirm.code_title": "Enter the code that we sent",
    "reconfirm.code_lead": "To {masked}. You have until {expires_at}.",
    "reconfirm.back": "Back to the list",
    "reconfirm.submit": "Continue",
}


def show(call: Call) -> Answer:
    """The list, or the code that is being waited for."""
    return Answer(_page(call, verb.look(call.site.house, call.visit)))


def items(call: Call) -> Answer:
    """The list, though a code is being waited for."""
    return Answer(_list(call, verb.look(call.site.house, call.visit)))


def post(call: Call) -> Answer:
    """All of it is right, or a code to one of them."""
    contact = call.fields.get("contact", "")
    try:
        if not contact:
            return elsewhere(call, verb.confirm(call.site.house, call.visit))
        verb.prove(call.site.house, call.visit, contact)
    except NotFound:
        return elsewhere(call)
    except Refused as error:
        return _again(call, error)
    return Answer(go_to="/confirm")


def answered(call: Call) -> Answer:
    """The code."""
    heard = Heard(call.visit, call.fields.get("challenge", ""), call.fields.get("answer", ""))
    try:
        return elsewhere(call, verb.answered(call.site.house, heard))
    except (Stale, NotFound):
        return elsewhere(call)
    except Refused as error:
        return _again(call, error)


def _again(call: Call, error: Refused) -> Answer:
    wait = max(1, (error.retry_at - call.now) // SECOND) if isinstance(error, TooMany) else 0
    page = _page(call, verb.look(call.site.house, call.visit), Message(error.text, "bad"))
    return Answer(page, 429 if wait else 422, retry_after=wait)


def _page(call: Call, seen: verb.Looking, *messages: Message) -> Page:
    return _list(call, seen, *messages) if seen.challenge is None else _code(call, seen, seen.challenge, *messages)


def _hidden(call: Call, **more: str) -> tuple[Field, ...]:
    label = say("reconfirm.submit")
    return tuple(Field(name, "hidden", label, value=value) for name, value in {"token": call.token, **more}.items())


def _list(call: Call, seen: verb.Looking, *messages: Message) -> Page:
    return Page(
        "confirm",
        say("reconfirm.title"),
        lead=(say("reconfirm.lead"), *((say("reconfirm.prove_first"),) if seen.unproven and not messages else ())),
        action="/confirm",
        submit=None if seen.unproven else say("reconfirm.all"),
        fields=_hidden(call),
        messages=messages,
        groups=(Group(say("reconfirm.registered"), tuple(_item(one, seen) for one in seen.things)),),
        links=(
            Link("help", "/contact", say("link.help")),
            Link("cancel", "/sign-out", say("link.cancel"), post=True),
        ),
    )


def _item(one: Thing, seen: verb.Looking) -> Item:
    unproven = one.id in seen.unproven
    acts = [Act("prove", "/confirm", say("reconfirm.send"), "contact", one.id)] if unproven else []
    if one.kind is not None:
        acts.append(Act("change", "/security-info/change", say("reconfirm.change"), "item", one.id))
    acts.append(Act("lost", "/security-info/lost", say("reconfirm.lost"), "item", one.id, harsh=True))
    more = (say("reconfirm.unused"),) if unproven else ()
    return Item(one.id, things.label(one), (*things.about(one), *more), acts=tuple(acts))


def _code(call: Call, seen: verb.Looking, challenge: SessionChallenge, *messages: Message) -> Page:
    asked = call.site.house.methods[challenge.method].ask(challenge.letters, challenge.state)
    to = next((one.name for one in seen.things if one.id == challenge.enrolment), "")
    return Page(
        "confirm_code",
        say("reconfirm.code_title"),
        lead=(say("reconfirm.code_lead", masked=to, expires_at=challenge.expires_at),),
        action="/confirm/answer",
        submit=say("reconfirm.submit"),
        fields=(
            *_hidden(call, challenge=challenge.id),
            Field("answer", asked.kind, asked.label, hint=asked.hint, length=asked.length),
        ),
        messages=messages,
        links=(Link("other", "/confirm/list", say("reconfirm.back")), Link("help", "/contact", say("link.help"))),
        expires=challenge.expires_at,
    )
