"""What one has registered: each thing, whether it counts for a reset and why not, and what can be done with it."""

from collections.abc import Callable

from keyback.app.registration.looking import look as registering
from keyback.app.security_info import changing
from keyback.app.security_info.changing import End
from keyback.app.security_info.look import Overview, Thing, look
from keyback.app.sign_in.again import want
from keyback.app.sign_in.fresh import NotFresh
from keyback.app.sign_in.seat import Unseated
from keyback.core.errors import NotFound, Refused
from keyback.core.messages import Text, say
from keyback.core.rules.assurance import SPARE
from keyback.core.rules.registration import Why
from keyback.core.types import Code
from keyback.web.call import KNOWN, SESSION, Answer, Call
from keyback.web.page import Act, Field, Group, Item, Link, Message, Page
from keyback.web.portal import register_pages, things

MESSAGES = {
    "info.title": "What you have registered",
    "info.could": "If you forget your password, you can set a new one yourself. You would be asked for {gates} "
    "{gates:proof|different proofs} from the things below that count.",
    "info.few": "If you forget your password, you cannot set a new one yourself now: too few of the things below count. "
    "{gates} {gates:is|different ones are} needed.",
    "info.cannot": "If you forget your password, you cannot set a new one yourself.",
    "info.fresh": "You can change things here until {until_at}. If something was lost or stolen, choose “Report lost”: "
    "it stops at once, even if it is the last one.",
    "info.closed": "Your account was recovered a short time ago, so nothing can be changed here until {until_at}. If it cannot "
    "wait, ask your administrator.",
    "info.prove": "Prove who you are to change something",
    "info.ways": "Apps and devices",
    "info.ways_none": "You have no authenticator app yet.",
    "info.contacts": "Addresses and numbers",
    "info.contacts_none": "You have no address or number yet.",
    "info.codes": "Recovery codes",
    "info.codes_none": "You have no recovery codes yet. They help when everything else is lost.",
    "info.counts": "It counts for a reset of your password.",
    "info.preferred": "Used first",
    "info.new": "New",
    "info.replaced": "Replaced",
    "info.limited": "Does not count",
    "info.why_waits": "It is new. It counts for a reset from {from_at}.",
    "info.why_replaced": "You replaced it. It still works for a reset until {from_at}, then no more.",
    "info.why_unconfirmed": "It is not confirmed: nobody entered the code that was sent there. So it cannot help you.",
    "info.why_own_mailbox": "This mailbox opens with the password you would be resetting, so it cannot help you then.",
    "info.why_notices_only": "We only send news about your account there. It cannot prove who you are.",
    "info.why_not_messaged": "We cannot send messages to this kind of number, so it cannot help you.",
    "info.why_switched_off": "Your organisation has switched this way off.",
    "info.why_not_for_you": "Your organisation does not allow this way for your account.",
    "info.why_same_thing": "It hangs on the same phone, mailbox or app as another one here, so the two count as one.",
    "info.add": "Add another way",
    "info.change": "Change",
    "info.remove": "Remove",
    "info.prefer": "Use first",
    "info.lost": "Report lost",
    "info.remove_title": "Remove this?",
    "info.remove_lead": "It will no longer let you in or help you when you forget your password. Everywhere else you will be "
    "signed out, and all your addresses are told.",
    "info.remove_yes": "Yes, remove it",
    "info.lost_title": "Was this lost or stolen?",
    "info.lost_lead": "It stops working at once, for you too. Everywhere else you will be signed out, and all your addresses "
    "are told.",
    "info.lost_yes": "Yes, stop it now",
    "info.next": "Continue",
    "info.back": "Back to what you have registered",
    "info.signed_in": "Back to your account",
}

_MARKS = {Why.WAITS: "new", Why.REPLACED: "replaced"}
"""One word for why something does not count, or not yet, or not for long."""


def show(call: Call, message: Text | None = None, status: int = 200) -> Answer:
    """All of it."""
    seen = look(call.site.house, call.visit)
    if seen.at.session.wanted:
        want(call.site.house, call.visit, "")  # another page was asked for before, and left
    open_now = seen.fresh_until is not None and seen.closed_until is None
    page = Page(
        "security_info",
        say("info.title"),
        lead=_lead(seen),
        fields=(_token(call),),
        messages=((Message(message, "bad"),) if message else ()) + _state(seen),
        groups=_groups(seen, acts=open_now),
        links=(
            *_first(seen),
            Link("home", "/signed-in", say("info.signed_in")),
            Link("help", "/contact", say("link.help")),
        ),
    )
    return Answer(page, status)


def change(call: Call) -> Answer:
    """A new address or number in the place of an old one."""

    def done(item: str) -> Answer:
        thing = changing.changeable(call.site.house, call.visit, item)
        form = register_pages.Form(thing.method, thing.id)
        return Answer(register_pages.contact(call, registering(call.site.house, call.visit), form))

    return _answered(call, done)


def remove(call: Call) -> Answer:
    """Take something away."""
    return _ended(call, End.REMOVED)


def lost(call: Call) -> Answer:
    """Stop something that is lost or stolen."""
    return _ended(call, End.LOST)


def prefer(call: Call) -> Answer:
    """Use something first."""

    def done(item: str) -> Answer:
        session = changing.prefer(call.site.house, call.visit, item)
        return Answer(go_to="/security-info", cookies={SESSION: session})

    return _answered(call, done)


def _answered(call: Call, verb: Callable[[str], Answer]) -> Answer:
    try:
        return verb(call.fields.get("item", ""))
    except NotFresh:
        return Answer(go_to="/prove")
    except Refused as error:
        if isinstance(error, Unseated):
            raise
        return show(call, error.text, 404 if isinstance(error, NotFound) else 422)


def _ended(call: Call, end: End) -> Answer:
    """Asked once more before, because it cannot be undone."""

    def done(item: str) -> Answer:
        if call.fields.get("sure") == "yes":
            renewed = changing.remove(call.site.house, call.visit, item, end)
            return Answer(go_to="/security-info", cookies={SESSION: renewed.session, KNOWN: renewed.known})
        return Answer(_sure(call, changing.removable(call.site.house, call.visit, item, end), end))

    return _answered(call, done)


def _sure(call: Call, thing: Thing, end: End) -> Page:
    yes = say(f"info.{end}_yes")
    hidden = (Field(name, "hidden", yes, value=value) for name, value in (("item", thing.id), ("sure", "yes")))
    return Page(
        end.value,
        say(f"info.{end}_title"),
        lead=(things.label(thing), say(f"info.{end}_lead")),
        action=f"/security-info/{end}",
        submit=yes,
        fields=(_token(call), *hidden),
        links=(Link("cancel", "/security-info", say("info.back")), Link("help", "/contact", say("link.help"))),
    )


def _first(seen: Overview) -> tuple[Link, ...]:
    if seen.closed_until is not None or seen.at.person.frozen_at is not None:
        return ()
    if seen.fresh_until is None:
        return (Link("prove", "/prove", say("info.prove"), above=True),)
    return (Link("add", "/register/ways", say("info.add"), above=True),)


def _token(call: Call) -> Field:
    return Field("token", "hidden", say("info.next"), value=call.token)


def _lead(seen: Overview) -> tuple[Text, ...]:
    if seen.refusal is None:
        return (say("info.could", gates=seen.gates),)
    if seen.refusal is Code.TOO_FEW_METHODS:
        return (say("info.few", gates=seen.gates),)
    return (say("info.cannot"), say(f"refused.{seen.refusal}"))


def _state(seen: Overview) -> tuple[Message, ...]:
    if seen.closed_until is not None:
        return (Message(say("info.closed", until_at=seen.closed_until), "warn"),)
    return (Message(say("info.fresh", until_at=seen.fresh_until), "info"),) if seen.fresh_until else ()


def _groups(seen: Overview, *, acts: bool) -> tuple[Group, ...]:
    of = {"ways": [], "contacts": [], "codes": []}  # type: dict[str, list[Thing]]
    for one in seen.things:
        of["contacts" if one.kind else "codes" if one.method in SPARE else "ways"].append(one)
    return tuple(
        Group(
            say(f"info.{name}"),
            tuple(_item(one, acts=acts) for one in some),
            say(f"info.{name}_none"),
        )
        for name, some in of.items()
    )


def _item(one: Thing, *, acts: bool) -> Item:
    mark, tone = _mark(one)
    return Item(one.id, things.label(one), (*things.about(one), _state_of(one)), mark, tone, _acts(one) if acts else ())


def _mark(one: Thing) -> tuple[Text | None, str]:
    if one.reason is not None:
        word = _MARKS.get(one.reason.why, "limited")
        return say(f"info.{word}"), "warn"
    return (say("info.preferred"), "good") if one.preferred else (None, "")


def _state_of(one: Thing) -> Text:
    reason = one.reason
    if reason is None:
        return say("info.counts")
    return say(f"info.why_{reason.why}", **({"from_at": reason.at} if reason.at else {}))


def _acts(one: Thing) -> tuple[Act, ...]:
    if not one.method:
        return ()
    names = (["prefer"] if one.may_be_preferred else []) + (["change"] if one.kind and not one.replaced else [])
    return tuple(
        Act(name, f"/security-info/{name}", say(f"info.{name}"), "item", one.id, harsh=name in {"remove", "lost"})
        for name in (*names, "remove", "lost")
    )
