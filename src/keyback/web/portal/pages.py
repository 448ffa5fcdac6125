"""A scene as a page: what a person sees in each state of a journey."""

from collections.abc import Sequence

from keyback.app.reset.scene import Scene, candidates, offered
from keyback.core.journey import Ended, Why
from keyback.core.messages import Text, say
from keyback.core.rules import password as password_rules
from keyback.core.rules.registration import closed_until
from keyback.core.types import Code, Purpose
from keyback.web.call import Call
from keyback.web.page import Choice, Field, Link, Message, Page, Rule
from keyback.web.portal.start import ONE_GATE_STEPS, STEPS

MESSAGES = {
    "methods.title": "How do you want to prove who you are?",
    "methods.lead": "Choose one of the ways that you have registered.",
    "methods.lead_second": "One proof is done. Choose another way for the second.",
    "methods.to": "To {masked}",
    "methods.none": "No other way can be used now. Your administrator can help.",
    "answer.title": "Prove who you are",
    "answer.title_second": "One more proof",
    "answer.until": "You have until {expires_at}.",
    "answer.submit": "Continue",
    "answer.dead_now": "This code no longer works. Ask for a new one, or use another way.",
    "trouble.title": "Why can you not sign in?",
    "trouble.lead": "Either way you prove first who you are.",
    "trouble.reset": "I forgot my password",
    "trouble.reset_about": "You will choose a new one.",
    "trouble.unlock": "I know my password, but still cannot sign in",
    "trouble.unlock_about": "Your account is unlocked, and your password stays as it is.",
    "password.title": "Choose a new password",
    "password.lead": "For {user_id}. A few unrelated words are easy to remember and hard to guess.",
    "password.new": "New password",
    "password.again": "New password once more",
    "password.user_id": "User ID",
    "password.submit": "Set new password",
    "done.title": "Your new password works now",
    "done.lead": "You are signed out everywhere. Sign in with the new password.",
    "done.places": "The old password may still be saved in these places. Change it there, or it can lock you out again:",
    "done.wifi": "Wi-Fi on your phone and computer",
    "done.mail": "Mail and calendar on your phone",
    "done.drives": "Mapped drives and remote desktops",
    "done.browser": "Passwords that your browser remembers",
    "done.computer": "Your computer's own sign-in: be on the organisation's network the first time",
    "done.sign_in": "Sign in",
    "done.closed": "To keep your account safe, what is registered for it cannot be changed until {until_at}, because its "
    "password was reset just now. You can look at it all the time.",
    "done.unlocked_title": "Your account is unlocked",
    "done.unlocked": "Your password is the same as before. You can sign in with it now.",
    "done.unlocked_forgot": "Should it not work, you may have forgotten it after all. Then choose a new one with “Forgot "
    "password or locked out?”.",
    "done.reset": "Choose a new password",
    "ended.expired_title": "Time ran out",
    "ended.expired": "An attempt lives for a few minutes only. Nothing was changed. Please start again.",
    "ended.cancelled_title": "Cancelled",
    "ended.cancelled": "Nothing was changed. Your old password still works, if you remember it.",
    "ended.changed_title": "Please start again",
    "ended.changed": "Your account or the rules changed in the meantime, so this attempt ended. Nothing was changed by it.",
    "ended.replaced_title": "This attempt was replaced",
    "ended.replaced": "Newer attempts at your account got as far as this one, so it ended. Nothing was changed by it. If those "
    "were not yours, tell your administrator.",
    "ended.unverified_title": "We could not verify you",
    "ended.unverified": "You gave no proof that we could accept, so nothing was changed. Please contact your administrator, "
    "or start again: check the user ID first.",
    "refused.you_title": "We know it is you, but this password cannot be reset here",
    "refused.you_title_unlock": "We know it is you, but this account cannot be unlocked here",
    "refused.what_next_unlock": "Nothing was changed. Your administrator can help you to sign in again.",
    "refused.SSPR_0009": "Your organisation has switched off password reset.",
    "refused.SSPR_0010": "This password is kept in your organisation's own network, and setting it from here is not "
    "switched on.",
    "refused.SSPR_0011": "Password reset is not set up in your organisation.",
    "refused.SSPR_0013": "Password reset is not switched on for your account.",
    "refused.SSPR_0014": "You have not registered enough ways to prove who you are.",
    "refused.KEYBACK_0001": "Password reset is closed for your account, because somebody reported that a change to it was not "
    "made by you. Nothing was changed now. Contact your administrator, who can open it again.",
    "call.done_title": "Thank you. You have shown who you are",
    "call.done": "The person at the helpdesk sees it now, too. Go on talking, and close this page. Nothing else was opened by it.",
    "call.over_title": "This check is over",
    "call.over": "You gave no proof that we could accept in time, so the person at the helpdesk cannot help you yet. Nothing was "
    "changed. Ask for a new case number, and check your user ID.",
    "call.nothing_comes": "Nothing comes? Then the case number or the user ID may be wrong. Start over, and ask for the number "
    "again.",
    "link.other": "Use another way",
    "link.again": "Send a new code",
    "link.cancel": "Cancel",
}

PLACES = ("done.wifi", "done.mail", "done.drives", "done.browser", "done.computer")
"""Where an old password may still be saved (decisions 15)."""


def _hidden(call: Call, scene: Scene) -> tuple[Field, ...]:
    label = say("answer.submit")
    version = Field("version", "hidden", label, value=str(scene.journey.version))
    return (Field("token", "hidden", label, value=call.token), version)


def _step(scene: Scene) -> int:
    after = 2 if scene.journey.purpose in {Purpose.RESET, Purpose.OPEN} else 1
    return min(1 + scene.gate, len(_steps(scene)) - after)


def _steps(scene: Scene) -> tuple[Text, ...]:
    """With one gate there is one proof in the list. Before the first gate only the tenant's number counts, so that
    the list does not tell an administrator from anybody else (ENU-6)."""
    calling = scene.journey.purpose is Purpose.CALL
    tenant = 1 if calling else scene.policy.policy.self_service.methods_required
    steps = STEPS if (scene.journey.demand.gates if scene.personal else tenant) > 1 else ONE_GATE_STEPS
    return (*steps[:-2], steps[-1]) if calling or scene.journey.purpose is Purpose.UNLOCK else steps


def _calling(scene: Scene, *more: str) -> tuple[Text, ...]:
    """What who calls the helpdesk must know (decisions 21)."""
    return tuple(say(name) for name in ("call.never_ask", *more)) if scene.journey.purpose is Purpose.CALL else ()


def trouble(call: Call, scene: Scene, messages: Sequence[Message] = ()) -> Page:
    """Page B: forgotten, or locked out; the same for everybody (decisions 1)."""
    allowed = (Purpose.RESET, *((Purpose.UNLOCK,) if scene.policy.policy.self_service.allow_unlock else ()))
    return Page(
        "trouble",
        say("trouble.title"),
        lead=(say("trouble.lead"),),
        step=1,
        steps=_steps(scene),
        action="/reset/trouble",
        fields=_hidden(call, scene),
        choices=tuple(
            Choice("trouble", one.value, say(f"trouble.{one.value}"), say(f"trouble.{one.value}_about"))
            for one in allowed
        ),
        messages=tuple(messages),
        links=(*_leave(), Link("help", "/contact", say("link.help"))),
        expires=scene.journey.expires_at,
    )


def methods(call: Call, scene: Scene, messages: Sequence[Message] = ()) -> Page:
    """The list of ways; before the first gate of a private journey the same for everybody (ENU-6)."""
    choices = _personal_choices(call, scene) if scene.personal else _general_choices(call, scene)
    lead = say("methods.lead_second") if scene.journey.evidence else say("methods.lead")
    return Page(
        "choose_method",
        say("methods.title"),
        lead=(lead if choices else say("methods.none"), *_calling(scene)),
        step=_step(scene),
        steps=_steps(scene),
        action="/reset/method",
        fields=_hidden(call, scene),
        choices=choices,
        messages=tuple(messages),
        links=(*_none_usable(scene), *_leave(), Link("help", "/contact", say("link.help"))),
        expires=scene.journey.expires_at,
    )


def _none_usable(scene: Scene) -> tuple[Link, ...]:
    """Who calls the helpdesk speaks to it already."""
    return () if scene.journey.purpose is Purpose.CALL else (Link("none", "/contact/none", say("contact.none_link")),)


def _general_choices(call: Call, scene: Scene) -> tuple[Choice, ...]:
    names = offered(call.site.house, scene)
    return tuple(Choice("method", name, say(f"method.{name}.title"), say(f"method.{name}.about")) for name in names)


def _personal_choices(call: Call, scene: Scene) -> tuple[Choice, ...]:
    shelf = call.site.house.methods
    found: dict[str, Choice] = {}
    for one in candidates(call.site.house, scene):
        method = shelf[one.method]
        value = f"{one.method}:{one.id}" if method.contact_kind else one.method
        about = (
            say("methods.to", masked=method.masked(one)) if method.contact_kind else say(f"method.{one.method}.about")
        )
        found.setdefault(value, Choice("method", value, say(f"method.{one.method}.title"), about))
    return tuple(found.values())


def answer(call: Call, scene: Scene, messages: Sequence[Message] = ()) -> Page:
    """The open challenge."""
    challenge = scene.challenge
    if challenge is None:
        return methods(call, scene, messages)
    method = call.site.house.methods[challenge.method]
    ask = method.ask(challenge.letters, challenge.state)
    alive = challenge.tries_left > 0 and challenge.expires_at > call.now
    lead = [_sent(call, scene), say("answer.until", expires_at=challenge.expires_at)] if alive else []
    told = list(messages) or ([] if alive else [Message(say("answer.dead_now"), "bad")])
    fields = (*_hidden(call, scene), Field("answer", ask.kind, ask.label, hint=ask.hint, length=ask.length))
    return Page(
        "answer",
        say("answer.title_second") if scene.journey.evidence else say("answer.title"),
        lead=(*(lead if method.contact_kind else lead[:1]), *_calling(scene, *(["call.nothing_comes"] if method.contact_kind else []))),
        step=_step(scene),
        steps=_steps(scene),
        action="/reset/answer",
        submit=say("answer.submit") if alive else None,
        fields=fields if alive else fields[:2],
        messages=tuple(told),
        links=(*_again_link(scene), Link("other", "/reset/ways", say("link.other")), *_leave(),
               Link("help", "/contact", say("link.help"))),
        expires=challenge.expires_at,
    )  # fmt: skip


def _sent(call: Call, scene: Scene) -> Text:
    challenge = scene.challenge
    if challenge is None:
        return say("methods.lead")
    chosen = [one for one in scene.held if one.method == challenge.method]
    chosen = [one for one in chosen if not challenge.enrolment or one.id == challenge.enrolment]
    if scene.personal and chosen:
        masked = call.site.house.methods[challenge.method].masked(chosen[0])
        return say(f"method.{challenge.method}.sent_to", masked=masked)
    return say(f"method.{challenge.method}.sent")


def _again_link(scene: Scene) -> tuple[Link, ...]:
    challenge = scene.challenge
    if challenge is None or not challenge.destination:
        return ()
    return (Link("again", "/reset/again", say("link.again"), post=True, after=scene.again_at),)


def _leave() -> tuple[Link, ...]:
    return (Link("cancel", "/reset/cancel", say("link.cancel"), post=True),)


def password(call: Call, scene: Scene, messages: Sequence[Message] = ()) -> Page:
    """Page D. The user ID is there for password managers."""
    user_id = scene.person.upn if scene.person else ""
    rules = password_rules.rules_shown(scene.policy.policy.passwords)
    return Page(
        "new_password",
        say("password.title"),
        lead=(say("password.lead", user_id=user_id),),
        step=len(_steps(scene)) - 1,
        steps=_steps(scene),
        action="/reset/password",
        submit=say("password.submit"),
        fields=(
            *_hidden(call, scene),
            Field("user_id", "hidden", say("password.user_id"), value=user_id, autocomplete="username"),
            Field("new", "new_password", say("password.new")),
            Field("again", "new_password", say("password.again")),
        ),
        messages=tuple(messages),
        links=(*_leave(), Link("help", "/contact", say("link.help"))),
        rules=tuple(Rule(rule.id, rule.text, rule.check, rule.amount) for rule in rules),
        expires=scene.journey.expires_at,
    )


def done(scene: Scene) -> Page:
    """Page E, with the places where the old password is still saved (decisions 15), and how long what is registered is
    closed (decisions 26)."""
    if scene.journey.purpose is not Purpose.RESET:
        return _unlocked(scene) if scene.journey.purpose is Purpose.UNLOCK else _called(scene)
    until = closed_until(scene.person, scene.policy.policy, scene.now) if scene.person else None
    closed = (say("done.closed", until_at=until),) if until is not None else ()
    return Page(
        "done",
        say("done.title"),
        lead=(say("done.lead"), *closed, say("done.places")),
        step=len(_steps(scene)),
        steps=_steps(scene),
        checklist=tuple(say(name) for name in PLACES),
        links=(Link("sign_in", "/sign-in", say("done.sign_in")), Link("help", "/contact", say("link.help"))),
    )


def _unlocked(scene: Scene) -> Page:
    return Page(
        "done",
        say("done.unlocked_title"),
        lead=(say("done.unlocked"), say("done.unlocked_forgot")),
        step=len(_steps(scene)),
        steps=_steps(scene),
        links=(
            Link("sign_in", "/sign-in", say("done.sign_in")),
            Link("restart", "/reset", say("done.reset")),
            Link("help", "/contact", say("link.help")),
        ),
    )


def _called(scene: Scene) -> Page:
    """Whoever calls has shown who they are, and can do nothing else here."""
    lead = (say("call.done"), say("call.never_ask"))
    return Page("done", say("call.done_title"), lead=lead, step=len(_steps(scene)), steps=_steps(scene))


def ended(scene: Scene) -> Page:
    """Over; why, what it means, and what to do next."""
    state = scene.journey.state
    if scene.journey.purpose is Purpose.CALL:
        again = Link("restart", "/call", say("journey.restart"))
        lead = (say("call.over"), say("call.never_ask"))
        return Page("ended", say("call.over_title"), lead=lead, links=(again,), reference=scene.journey.id)
    why, code = (state.why, state.code) if isinstance(state, Ended) else (Why.CHANGED, None)
    if code is not None:
        return _refused(scene, code)
    unproven = why is Why.EXPIRED and not scene.journey.evidence
    name = "unverified" if unproven or why is Why.REFUSED else str(why)
    again, helper = Link("restart", "/reset", say("journey.restart")), Link("help", "/contact", say("link.help"))
    return Page(
        "ended",
        say(f"ended.{name}_title"),
        lead=(say(f"ended.{name}"),),
        links=(helper, again) if name == "unverified" else (again, helper, Link("sign_in", "/sign-in", say("link.sign_in"))),
        reference=scene.journey.id,
    )  # fmt: skip


def _refused(scene: Scene, code: Code) -> Page:
    proven, kind = bool(scene.journey.evidence), "_unlock" if scene.journey.purpose is Purpose.UNLOCK else ""
    return Page(
        "refused",
        say(f"refused.you_title{kind}") if proven else say("refused.title"),
        lead=(say(f"refused.{code}"), say(f"refused.what_next{kind}")),
        links=(Link("help", "/contact", say("link.help")), Link("restart", "/reset", say("link.restart"))),
        code=str(code),
        reference=scene.journey.id,
    )
