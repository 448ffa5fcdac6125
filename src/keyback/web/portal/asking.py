"""A question put to a browser that is signed in or on its way there, as a page: the ways to choose from, and the one that
is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keyback.core.messages import Text, say
from keyback.core.ports import SessionChallenge
from keyback.core.types import Enrolment, Instant
from keyback.web.call import Call
from keyback.web.page import Choice, Field, Link, Message, Page

MESSAGES = {
    "asking.lost": "Have you lost what is asked for here? Your administrator can help you.",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What differs from page to page. `root`: below which its posts lie (`/prove`)."""

    root: str
    title: Text
    lead: tuple[Text, ...] = ()
    messages: tuple[Message, ...] = ()
    links: tuple[Link, ...] = ()


def hidden(call: Call, **more: str) -> tuple[Field, ...]:
    """The form's token, and what else it carries."""
    label = say("answer.submit")
    return tuple(Field(name, "hidden", label, value=value) for name, value in {"token": call.token, **more}.items())


def choices(call: Call, ways: Iterable[Enrolment]) -> tuple[Choice, ...]:
    """One for each method, or for each contact."""
    found: dict[str, Choice] = {}
    for one in ways:
        method = call.site.house.methods[one.method]
        sent = method.contact_kind is not None
        about = say("methods.to", masked=method.masked(one)) if sent else say(f"method.{one.method}.about")
        value = f"{one.method}:{one.id}" if sent else one.method
        found.setdefault(value, Choice("method", value, say(f"method.{one.method}.title"), about))
    return tuple(found.values())


def choose(call: Call, frame: Frame, ways: Iterable[Enrolment]) -> Page:
    """The list of ways. A message is sent only when one is picked."""
    return Page(
        "choose_method",
        frame.title,
        lead=(*frame.lead, say("asking.lost")),
        action=f"{frame.root}/method",
        fields=hidden(call),
        choices=choices(call, ways),
        messages=frame.messages,
        links=(*frame.links, Link("help", "/contact", say("link.help"))),
    )


def alive(challenge: SessionChallenge, now: Instant) -> bool:
    """Whether an answer to it can still be right."""
    return challenge.tries_left > 0 and challenge.expires_at > now


def answer(call: Call, frame: Frame, challenge: SessionChallenge, ways: Sequence[Enrolment], again_at: Instant) -> Page:
    """The open question. `again_at`: when another code may be asked for."""
    method = call.site.house.methods[challenge.method]
    ask = method.ask(challenge.letters, challenge.state)
    open_ = alive(challenge, call.now)
    fields = hidden(call, challenge=challenge.id)
    if open_:
        fields += (Field("answer", ask.kind, ask.label, hint=ask.hint, length=ask.length),)
    dead = () if open_ or frame.messages else (Message(say("answer.dead_now"), "bad"),)
    sent = method.contact_kind is not None
    more = (Link("again", f"{frame.root}/again", say("link.again"), post=True, after=again_at),) if sent else ()
    return Page(
        "answer",
        frame.title,
        lead=_lead(call, challenge, ways) if open_ else (),
        action=f"{frame.root}/answer",
        submit=say("answer.submit") if open_ else None,
        fields=fields,
        messages=(*frame.messages, *dead),
        links=(*more, Link("other", f"{frame.root}/ways", say("link.other")), *frame.links,
               Link("help", "/contact", say("link.help"))),
        expires=challenge.expires_at,
    )  # fmt: skip


def _lead(call: Call, challenge: SessionChallenge, ways: Sequence[Enrolment]) -> tuple[Text, ...]:
    method = call.site.house.methods[challenge.method]
    mine = (one for one in ways if one.method == challenge.method and challenge.enrolment in {"", one.id})
    to = next((method.masked(one) for one in mine), None)
    sent = say(f"method.{challenge.method}.sent_to", masked=to) if to else say(f"method.{challenge.method}.sent")
    return (sent,) if method.contact_kind is None else (sent, say("answer.until", expires_at=challenge.expires_at))
