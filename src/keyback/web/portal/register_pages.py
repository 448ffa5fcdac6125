"""The pages of registration."""

from dataclasses import dataclass

from keyback.app.registration.adding import device, is_set
from keyback.app.registration.looking import View, gates_of, offers_codes
from keyback.app.security_info.look import ways as ways_of
from keyback.app.sign_in.proving import For, new_one
from keyback.core.messages import Text, say
from keyback.core.ports import SessionChallenge, SessionKind
from keyback.core.types import ContactKind
from keyback.web.call import Call
from keyback.web.page import Choice, Field, Group, Item, Link, Message, Page
from keyback.web.portal import things
from keyback.web.qr import grouped, qr

MESSAGES = {
    "register.lead": "If you ever forget your password, you prove with this that it is you.",
    "register.factor": "Your organisation asks for a second proof when you sign in. Set it up now.",
    "register.again": "Your administrator asks you to set up your ways anew.",
    "register.way": "Way {number}",
    "register.device_lead": "You need an authenticator app on your phone. On the next page you scan a picture with it.",
    "register.device_start": "Set up",
    "register.scan": "Scan this with the app, or type the key into it. Then enter the code that the app shows.",
    "register.key": "Key for the authenticator app",
    "register.device_code": "Code from the app",
    "register.device_hint": "The 6 digits that the app shows now.",
    "register.mail": "Your own mail address",
    "register.mail_hint": "A mailbox that you can open without your password here, such as a private one.",
    "register.phone": "Your mobile number",
    "register.phone_hint": "With its country, such as +49 151 2345678.",
    "register.send": "Send a code",
    "register.change_title": "Change where codes go",
    "register.change_lead": "We send a code to the new one. The old one is told, and serves until the new one counts.",
    "register.code_title": "Enter the code that we sent",
    "register.code_lead": "We have sent a code to {masked}. Nothing counts until you enter it here.",
    "register.until": "You have until {expires_at}.",
    "register.submit": "Continue",
    "register.codes_title": "Your recovery codes",
    "register.codes_lead": "Each of these ten codes works once. Print or save them now: they are never shown again. Older codes "
    "no longer work.",
    "register.codes_start": "Make ten codes",
    "register.code_number": "Code {number}",
    "register.ways_title": "What do you want to set up?",
    "register.ways_lead": "Choose one. You can add more at any time.",
    "register.ways_none": "There is nothing more that you can set up here. Your administrator can help.",
    "register.other": "Set up a different method",
    "register.skip": "Not now",
    "register.skip_left": "Not now (you can put it off {left} more {left:time|times})",
    "register.go_on": "Continue to sign in",
    "register.back": "Back, without changing anything",
    "register.prove": "Prove it now",
    "register.first_title": "First, prove that it is you",
    "register.first_lead": "A password alone could be stolen. We send a code to one of the places that your organisation knows.",
    "register.impossible_title": "You cannot set this up here yet",
    "register.impossible": "Your organisation wants you to register, but knows no place to which we could send you a code, or "
    "allows nothing that would be enough.",
    "register.impossible_next": "Your administrators were told. Ask them for an access pass, or register from your "
    "organisation's own network.",
    "register.closed_title": "Closed for your safety",
    "register.done_title": "All set",
    "register.registered": "What you have registered",
    "register.done_two": "If you forget your password, you will need {one} and {other}.",
    "register.done_one": "If you forget your password, you will need {one}.",
    "register.done_factor": "When you sign in, you will be asked for a second proof besides your password.",
    "register.done_later": "What is new counts for this from {counts_at}. That keeps strangers from using it at once.",
    "register.done_codes": "For the day when you have lost everything, print ten recovery codes.",
    "register.make_codes": "Make recovery codes",
}


def _hidden(call: Call, **more: str) -> tuple[Field, ...]:
    label = say("register.submit")
    return tuple(Field(name, "hidden", label, value=value) for name, value in {"token": call.token, **more}.items())


def _steps(view: View) -> tuple[int, tuple[Text, ...]]:
    """Which of how many; none for who adds something of their own will."""
    if not view.asked or not view.duty.missing:
        return 0, ()
    total = max(view.duty.gates, view.duty.missing)
    names = tuple(say("register.way", number=number + 1) for number in range(total))
    return total - view.duty.missing + 1, names


def _links(view: View, *before: Link) -> tuple[Link, ...]:
    out = [*before]
    if view.may_skip:
        left = view.duty.skips_left
        label = (
            say("register.skip_left", left=left) if view.duty.skippable and left is not None else say("register.skip")
        )
        out.append(Link("skip", "/register/skip", label, post=True))
    if view.at.session.kind is SessionKind.PORTAL:
        out.append(Link("back", "/security-info", say("register.back")))
    return (*out, Link("help", "/contact", say("link.help")))


def _why(view: View) -> Text:
    if view.duty.factor:
        return say("register.factor")
    return say("register.again" if view.asked and view.at.person.upkeep.again_at else "register.lead")


def suggested(call: Call, view: View, *messages: Message) -> Page:
    """What helps most, ready to be filled in."""
    name = view.duty.offers[0]
    if call.site.house.methods[name].contact_kind is not None:
        return contact(call, view, Form(name), *messages)
    step, steps = _steps(view)
    codes = is_set(call.site.house.methods[name])
    return Page(
        "register",
        say(f"method.{name}.name"),
        lead=(_why(view), say(f"method.{name}.setup") if codes else say("register.device_lead")),
        step=step,
        steps=steps,
        action="/register/start",
        submit=say("register.codes_start" if codes else "register.device_start"),
        fields=_hidden(call, method=name),
        messages=messages,
        links=_links(view, *_other(view)),
    )


def _other(view: View) -> tuple[Link, ...]:
    return (Link("other", "/register/ways", say("register.other")),) if len(view.ways) > 1 else ()


@dataclass(frozen=True, slots=True)
class Form:
    """An address or number that is asked for, and what was wrong with the one typed before."""

    method: str
    replaces: str = ""
    typed: str = ""
    wrong: Text | None = None


def contact(call: Call, view: View, form: Form, *messages: Message) -> Page:
    """Its page; the same for what is free and what somebody else has (ENU-8)."""
    name, replaces = form.method, form.replaces
    mail = call.site.house.methods[name].contact_kind is ContactKind.EMAIL
    label, hint = ("register.mail", "register.mail_hint") if mail else ("register.phone", "register.phone_hint")
    field = Field("value", "text", say(label), value=form.typed, hint=say(hint), error=form.wrong,
                  autocomplete="email" if mail else "tel")  # fmt: skip
    step, steps = (0, ()) if replaces else _steps(view)
    return Page(
        "register_contact",
        say("register.change_title") if replaces else say(f"method.{name}.name"),
        lead=(say("register.change_lead") if replaces else _why(view),),
        step=step,
        steps=steps,
        action="/register/contact",
        submit=say("register.send"),
        fields=(*_hidden(call, method=name, replaces=replaces), field),
        messages=messages,
        links=_links(view, *(() if replaces else _other(view))),
    )


def question(call: Call, view: View, *messages: Message) -> Page:
    """The open question: a device with its picture, or the code that was sent."""
    challenge = view.question
    if challenge is None:
        return ways(call, view, *messages)
    return _sent(call, view, challenge, messages) if challenge.destination else _device(call, view, challenge, messages)


def _device(call: Call, view: View, challenge: SessionChallenge, messages: tuple[Message, ...]) -> Page:
    shown, (step, steps) = device(call.site.house, view.at, challenge), _steps(view)
    ask = call.site.house.methods[challenge.method].ask(challenge.letters, challenge.state)
    code = Field("answer", ask.kind, say("register.device_code"), hint=say("register.device_hint"), length=ask.length)
    return Page(
        "register_device",
        say(f"method.{challenge.method}.name"),
        lead=(say("register.scan"),),
        step=step,
        steps=steps,
        action="/register/answer",
        submit=say("register.submit"),
        fields=(*_hidden(call, challenge=challenge.id), code),
        messages=messages,
        links=_links(view, *_other(view)),
        expires=challenge.expires_at,
        qr=qr(shown["uri"]),
        facts=((say("register.key"), grouped(shown["key"])),),
    )


def _sent(call: Call, view: View, challenge: SessionChallenge, messages: tuple[Message, ...]) -> Page:
    method, first_proof = call.site.house.methods[challenge.method], challenge.purpose == For.FIRST
    ask = method.ask(challenge.letters, challenge.state)
    masked = method.masked(new_one(method, "", challenge.payload))
    step, steps = (0, ()) if challenge.replaces or first_proof else _steps(view)
    again = Link("again", "/register/again", say("link.again"), post=True, after=view.again_at)
    return Page(
        "register_code",
        say("register.code_title"),
        lead=(say("register.code_lead", masked=masked), say("register.until", expires_at=challenge.expires_at)),
        step=step,
        steps=steps,
        action="/register/first/answer" if first_proof else "/register/answer",
        submit=say("register.submit"),
        fields=(
            *_hidden(call, challenge=challenge.id),
            Field("answer", ask.kind, ask.label, hint=ask.hint, length=ask.length),
        ),
        messages=messages,
        links=_links(view, again, *(_other_first(view) if first_proof else _other(view))),
        expires=challenge.expires_at,
    )


def _other_first(view: View) -> tuple[Link, ...]:
    return (Link("other", "/register/first/ways", say("link.other")),) if len(view.known) > 1 else ()


def ways(call: Call, view: View, *messages: Message) -> Page:
    """Everything that can be registered."""
    names = [name for name in view.ways if not view.asked or name in view.duty.offers]
    return Page(
        "register_ways",
        say("register.ways_title"),
        lead=(say("register.ways_lead" if names else "register.ways_none"),),
        action="/register/start",
        fields=_hidden(call),
        choices=tuple(
            Choice("method", name, say(f"method.{name}.name"), say(f"method.{name}.setup")) for name in names
        ),
        messages=messages,
        links=_links(view),
    )


def codes(view: View, made: tuple[str, ...], there: str) -> Page:
    """Ten codes, once."""
    return Page(
        "register_codes",
        say("register.codes_title"),
        lead=(say("register.codes_lead"),),
        owner=view.at.person.upn,
        facts=tuple((say("register.code_number", number=number), code) for number, code in enumerate(made, 1)),
        links=(Link("next", there, say("register.submit")), Link("help", "/contact", say("link.help"))),
    )


def first(call: Call, view: View, *messages: Message) -> Page:
    """Where the first proof can be sent."""
    choices = tuple(
        Choice(
            "contact",
            one.contact.id,
            say("methods.to", masked=one.method.masked(new_one(one.method, "", one.contact.value.encode()))),
            say(f"method.{one.method.name}.name"),
        )
        for one in view.known
    )
    return Page(
        "register_first",
        say("register.first_title"),
        lead=(say("register.first_lead"),),
        action="/register/first",
        fields=_hidden(call),
        choices=choices,
        messages=messages,
        links=_links(view),
    )


def impossible(call: Call, view: View) -> Page:
    """Nothing can be registered here: whom to ask, and a way on where there is one."""
    return Page(
        "register_impossible",
        say("register.impossible_title"),
        lead=(say("register.impossible"), say("register.impossible_next")),
        fields=_hidden(call),
        links=_on(view),
    )


def prove_first(call: Call, view: View, why: Text) -> Page:
    """Something is registered already and must be proven; it can be put off by who cannot do that now."""
    prove = Link("prove", "/prove", say("register.prove"))
    return Page(
        "register_prove", say("prove.title"), lead=(_why(view), why), fields=_hidden(call), links=_links(view, prove)
    )


def closed(call: Call, view: View, why: Text) -> Page:
    """Read-only after a recovery, and until when."""
    return Page("register_closed", say("register.closed_title"), lead=(why,), fields=_hidden(call), links=_on(view))


def _on(view: View) -> tuple[Link, ...]:
    helper = Link("help", "/contact", say("link.help"))
    if view.may_skip:
        return (Link("skip", "/register/skip", say("register.go_on"), post=True), helper)
    if view.at.session.kind is SessionKind.PORTAL:
        return (Link("back", "/security-info", say("register.back")), helper)
    return (helper, Link("restart", "/sign-out", say("link.restart"), post=True))


def done(call: Call, view: View) -> Page:
    """What was registered, and what will happen when the password is forgotten."""
    house, at = call.site.house, view.at
    items = tuple(Item(one.id, things.label(one)) for one in ways_of(house, at))
    offered = offers_codes(house, view)
    codes_link = (Link("codes", "/register/codes", say("register.make_codes"), post=True),) if offered else ()
    return Page(
        "register_done",
        say("register.done_title"),
        lead=(*_promise(call, view), *((say("register.done_codes"),) if offered else ())),
        fields=_hidden(call),
        groups=(Group(say("register.registered"), items),),
        links=(
            Link("next", "/signed-in", say("register.submit"), above=True),
            *codes_link,
            Link("help", "/contact", say("link.help")),
        ),
    )


def _promise(call: Call, view: View) -> tuple[Text, ...]:
    """In one sentence, what a reset will ask for; and from when, if something of it waits."""
    if view.duty.gates == 0:
        return (say("register.done_factor"),)
    needed = gates_of(call.site.house, view.at)
    if not needed:
        return ()
    methods = call.site.house.methods
    words = [
        call.words.say(
            say(f"method.{one.enrolment.method}.need", masked=methods[one.enrolment.method].masked(one.enrolment))
        )
        for one in needed
    ]
    two = len(words) > 1
    sentence = say("register.done_two", one=words[0], other=words[1]) if two else say("register.done_one", one=words[0])
    waits = max(one.enrolment.usable_from for one in needed)
    return (sentence, say("register.done_later", counts_at=waits)) if waits > view.at.now else (sentence,)
