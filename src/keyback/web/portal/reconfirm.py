"""Is it all still right? Each thing with its ways to mend it, and one button for all."""

from keyback.app.registration import reconfirm as verb
from keyback.app.sign_in.proving import For, Heard, Stale
from keyback.app.sign_in.seat import Seat, registered
from keyback.core.errors import NotFound, Refused, TooMany
from keyback.core.messages import say
from keyback.core.ports import SessionChallenge, SessionKind
from keyback.core.types import SECOND, Enrolment
from keyback.web.call import Answer, Call
from keyback.web.page import Act, Field, Group, Item, Link, Message, Page
from keyback.web.portal.places import at, elsewhere, place

MESSAGES = {
    "reconfirm.title": "Is this all still yours?",
    "reconfirm.lead": "If you forget your password, this is how you get in again. Please look whether it is still right.",
    "reconfirm.registered": "What you have registered",
    "reconfirm.all": "All of it is still mine",
    "reconfirm.change": "Change",
    "reconfirm.lost": "Not mine any more",
    "reconfirm.send": "Send a code",
    "reconfirm.unused": "Not used for a year: prove by a code that it is still yours.",
    "reconfirm.used": "Last used {used_at}.",
    "reconfirm.since": "Registered {added_at}.",
    "reconfirm.code_title": "Enter the code that we sent",
    "reconfirm.code_lead": "To {masked}. You have until {expires_at}.",
    "reconfirm.back": "Back to the list",
    "reconfirm.submit": "Continue",
}


def show(call: Call) -> Answer:
    """The list, or the code that is being waited for."""
    here = at(call, SessionKind.INTERRUPTED)
    if isinstance(here, Answer):
        return here
    return _shown(call, here) if place(call) == "/confirm" else elsewhere(call)


def items(call: Call) -> Answer:
    """The list, though a code is being waited for."""
    here = at(call, SessionKind.INTERRUPTED)
    if isinstance(here, Answer):
        return here
    return Answer(_list(call, here)) if place(call) == "/confirm" else elsewhere(call)


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
    here = at(call, SessionKind.INTERRUPTED)
    if isinstance(here, Answer):
        return here
    wait = max(1, (error.retry_at - call.now) // SECOND) if isinstance(error, TooMany) else 0
    shown = _shown(call, here, Message(error.text, "bad"))
    return Answer(shown.page, 429 if wait else 422, retry_after=wait)


def _shown(call: Call, here: Seat, *messages: Message) -> Answer:
    with call.site.house.store.reading() as unit:
        challenge = unit.session_challenges.open(here.session.id)
    waits = challenge is not None and challenge.purpose == For.CONFIRM and challenge.expires_at > call.now
    if challenge is None or not waits or not challenge.tries_left:
        return Answer(_list(call, here, *messages))
    return Answer(_code(call, here, challenge, *messages))


def _hidden(call: Call, **more: str) -> tuple[Field, ...]:
    label = say("reconfirm.submit")
    return tuple(Field(name, "hidden", label, value=value) for name, value in {"token": call.token, **more}.items())


def _list(call: Call, here: Seat, *messages: Message) -> Page:
    found = [one.enrolment for one in registered(call.site.house, here) if one.enrolment.ends_at is None]
    open_ = any(verb.must_be_proven(call.site.house, one, call.now) for one in found)
    return Page(
        "confirm",
        say("reconfirm.title"),
        lead=(say("reconfirm.lead"),),
        action="/confirm",
        submit=None if open_ else say("reconfirm.all"),
        fields=_hidden(call),
        messages=messages,
        groups=(Group(say("reconfirm.registered"), tuple(_item(call, one) for one in _once(found))),),
        links=(
            Link("help", "/contact", say("link.help")),
            Link("cancel", "/sign-out", say("link.cancel"), post=True),
        ),
    )


def _once(found: list[Enrolment]) -> list[Enrolment]:
    """A set of codes is one thing."""
    return list({(one.method if one.slot or _is_set(one, found) else one.id): one for one in found}.values())


def _is_set(one: Enrolment, found: list[Enrolment]) -> bool:
    return any(other.slot for other in found if other.method == one.method)


def _item(call: Call, one: Enrolment) -> Item:
    house = call.site.house
    method = house.methods[one.method]
    stale = verb.must_be_proven(house, one, call.now)
    used = (
        say("reconfirm.used", used_at=one.last_used_at)
        if one.last_used_at
        else say("reconfirm.since", added_at=one.added_at)
    )
    acts = [Act("lost", "/security-info/lost", say("reconfirm.lost"), "item", one.id, harsh=True)]
    if method.contact_kind is not None:
        acts.insert(0, Act("change", "/security-info/change", say("reconfirm.change"), "item", one.id))
    if stale:
        acts.insert(0, Act("prove", "/confirm", say("reconfirm.send"), "contact", one.id))
    return Item(
        one.id,
        say(f"method.{one.method}.name"),
        about=(say("methods.to", masked=method.masked(one)), say("reconfirm.unused") if stale else used)
        if method.contact_kind is not None
        else (used,),
        acts=tuple(acts),
    )


def _code(call: Call, here: Seat, challenge: SessionChallenge, *messages: Message) -> Page:
    method = call.site.house.methods[challenge.method]
    asked = method.ask(challenge.letters, challenge.state)
    one = next(
        (one.enrolment for one in registered(call.site.house, here) if one.enrolment.id == challenge.enrolment), None
    )
    masked = method.masked(one) if one else ""
    return Page(
        "confirm_code",
        say("reconfirm.code_title"),
        lead=(say("reconfirm.code_lead", masked=masked, expires_at=challenge.expires_at),),
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
