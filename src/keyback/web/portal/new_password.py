"""A new password at sign-in, and a new one for a known one."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from keyback.app.new_password import Judged
from keyback.app.sign_in import new_password as verb
from keyback.app.sign_in.fresh import NotFresh
from keyback.app.sign_in.seat import Seat, Unseated
from keyback.core.errors import Invalid, Refused, TooMany
from keyback.core.messages import Text, say
from keyback.core.rules import password as password_rules
from keyback.core.types import SECOND
from keyback.web.call import KNOWN, SESSION, Answer, Call
from keyback.web.page import Field, Link, Message, Page, Rule
from keyback.web.portal import asking
from keyback.web.portal.pages import PLACES
from keyback.web.portal.places import place

MESSAGES = {
    "must.title": "Choose a new password",
    "must.lead": "The password that you typed was for the first time only, or its time is over. For {user_id}, choose one that "
    "only you know. A few unrelated words are easy to remember and hard to guess.",
    "must.lead_pass": "For {user_id}. From now on you sign in with it. A few unrelated words are easy to remember and hard to "
    "guess.",
    "change.title": "Change your password",
    "change.lead": "For {user_id}. You stay signed in here, and are signed out everywhere else.",
    "change.current": "Present password",
    "change.submit": "Change password",
    "change.elsewhere_title": "Your password is changed elsewhere",
    "change.back": "Back",
    "change.done": "You are signed out everywhere but here.",
    "change.on": "Go on",
}


@dataclass(frozen=True, slots=True)
class _Form:
    """What differs between the two."""

    root: str
    title: Text
    lead: Text
    submit: Text
    judge: str
    fields: tuple[Field, ...] = ()
    links: tuple[Link, ...] = ()


def must(call: Call) -> Answer:
    """The form for who must choose a new one."""
    return _page(call, verb.needed_now(call.site.house, call.visit), _must_form)


def must_post(call: Call) -> Answer:
    """The new one, twice; then on to what comes next."""
    return _set(call, verb.must, must)


def must_judge(call: Call) -> Answer:
    """What only the server can tell of what is typed so far."""
    return judged(call, verb.judge(call.site.house, call.visit, call.fields.get("new", "")))


def change(call: Call) -> Answer:
    """The form for who wants another."""
    try:
        at = verb.open_to_change(call.site.house, call.visit)
    except verb.Elsewhere as error:
        links = (_back(), Link("help", "/contact", say("link.help")))
        return Answer(Page("ended", say("change.elsewhere_title"), lead=(error.text,), links=links))
    return _page(call, at, _change_form)


def change_post(call: Call) -> Answer:
    """The present one, and the new one twice."""
    return _set(call, verb.change, change)


def change_judge(call: Call) -> Answer:
    """What only the server can tell of what is typed so far."""
    return must_judge(call)


def judged(call: Call, found: Judged | None) -> Answer:
    """A rule, the strength, and what is wrong beyond the rules that the page shows by themselves."""
    if found is None:
        return Answer(body=msgspec.json.encode({"rules": {}, "strength": "", "why": None}))
    why = next((text for text in found.wrong if text.id not in {"password.too_short", "password.classes"}), None)
    told = {"id": why.id, "text": call.words.say(why)} if why else None
    return Answer(body=msgspec.json.encode({"rules": {"common": why is None}, "strength": found.strength, "why": told}))


def _must_form(at: Seat) -> _Form:
    out = Link("cancel", "/sign-out", say("link.cancel"), post=True)
    lead = say("must.lead_pass" if at.session.access_pass else "must.lead", user_id=at.person.upn)
    return _Form("/sign-in/password", say("must.title"), lead, say("password.submit"), "/sign-in/judge", links=(out,))


def _change_form(at: Seat) -> _Form:
    current = Field("current", "password", say("change.current"))
    lead = say("change.lead", user_id=at.person.upn)
    return _Form(
        "/password", say("change.title"), lead, say("change.submit"), "/password/judge", (current,), (_back(),)
    )


def _back() -> Link:
    return Link("cancel", "/signed-in", say("change.back"))


def _page(call: Call, at: Seat, made: Callable[[Seat], _Form]) -> Answer:
    """The user ID is there for password managers."""
    form = made(at)
    user_id = Field("user_id", "hidden", say("password.user_id"), value=at.person.upn, autocomplete="username")
    rules = password_rules.rules_shown(at.policy.policy.passwords)
    page = Page(
        "new_password",
        form.title,
        lead=(form.lead,),
        action=form.root,
        submit=form.submit,
        fields=(
            *asking.hidden(call), user_id, *form.fields,
            Field("new", "new_password", say("password.new")),
            Field("again", "new_password", say("password.again")),
        ),
        links=(*form.links, Link("help", "/contact", say("link.help"))),
        rules=tuple(Rule(rule.id, rule.text, rule.check, rule.amount) for rule in rules),
    )  # fmt: skip
    return Answer(page, judge=form.judge)


def _set(call: Call, act: Callable[..., verb.Changed], show: Callable[[Call], Answer]) -> Answer:
    fields = call.fields
    wanted = verb.Wanted(call.visit, fields.get("new", ""), fields.get("again", ""), fields.get("current", ""))
    try:
        changed = act(call.site.house, wanted)
    except (Unseated, NotFresh):
        raise
    except Refused as error:
        return _refused(call, error, show)
    cookies = {SESSION: changed.session, KNOWN: changed.known}
    there = place(call, changed.session)
    return Answer(_done(), cookies=cookies) if show is change else Answer(go_to=there, cookies=cookies)


def _done() -> Page:
    """With the places where the old one is still saved."""
    return Page(
        "password_changed",
        say("done.title"),
        lead=(say("change.done"), say("done.places")),
        checklist=tuple(say(name) for name in PLACES),
        links=(Link("cancel", "/signed-in", say("change.on")), Link("help", "/contact", say("link.help"))),
    )


def _refused(call: Call, error: Refused, show: Callable[[Call], Answer]) -> Answer:
    shown = show(call)
    reasons = error.mistakes if isinstance(error, Invalid) else ()
    messages = tuple(Message(text, "bad") for text in reasons or (error.text,))
    if shown.page is None:
        return shown
    wait = max(1, -(-(error.retry_at - call.now) // SECOND)) if isinstance(error, TooMany) else 0
    return replace(shown, page=replace(shown.page, messages=messages), status=429 if wait else 422, retry_after=wait)
