"""One person at the helpdesk: how things stand at a glance, the caller check, and what can be done on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keyback.app.helpdesk import acting, approving, looking
from keyback.app.helpdesk.acting import Deed, Outcome
from keyback.app.helpdesk.basis import Claim
from keyback.app.helpdesk.looking import Glance
from keyback.core.errors import Forbidden, NotFound, Refused, TooMany
from keyback.core.messages import say
from keyback.core.rules import helpdesk
from keyback.core.rules.helpdesk import Action, Ground
from keyback.core.types import SECOND
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _case, _glance
from keyback.web.admin.pages._desk import HELPS, label, spoken
from keyback.web.admin.parts import (
    Control,
    Facts,
    Form,
    Go,
    Line,
    Once,
    Option,
    Panel,
    Paragraph,
    Part,
    Pick,
    Press,
    Presses,
    Screen,
    Select,
)
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "act.title": "Help",
    "act.about": "The person is told of everything that you do here.",
    "act.approved": "Somebody has agreed to this: {why}",
    "act.asked": "“{why}”: waits for a second person until {until_at}.",
    "act.out_of_reach": "Your roles let you look at this person, and do nothing for them.",
    "act.of_nobody": "Nothing can be done for this account here: it is disabled, or is no person's.",
    "act.without": "Without a caller check",
    "act.without_about": "If the caller can use none of their ways. A second person must agree, or you have seen a document.",
    "act.what": "What is to be done",
    "act.ground": "How do you know who it is?",
    "act.ground.approval": "I do not: I ask a second person",
    "act.ground.in_person": "The person is here, and I have seen a document",
    "act.ground.in_person_second": "The person is here, and I have seen a document; a second person must agree as well",
    "act.document": "Which document (if you have seen one)",
    "act.document_hint": "Such as “passport”. No numbers of documents.",
    "act.why": "Reason (for the second person and the audit log)",
    "act.why_hint": "Such as the number of a ticket, and why no check is possible.",
    "act.go_on": "Go on",
    "act.temporary_password": "Temporary password for {user_id}",
    "act.access_pass": "Temporary access pass for {user_id}",
    "act.password_once": "Read it out now: it is shown this once. It works until {until_at}, and stays until another password is "
    "chosen with it.",
    "act.pass_once": "Read it out now: it is shown this once. It works until {until_at}.",
    "act.password_ended": "Everything that was signed in has ended. The person signs in with it, and then chooses a password of "
    "their own.",
    "act.pass_next": "The person signs in with it in place of the password, and registers a way to prove who they are.",
    "act.back": "Back to {user_id}",
    "act.unlock.done": "Sign-in is unlocked. The person is told.",
    "act.clear_pause.done": "Password reset is open again. The person is told.",
    "act.end_sessions.done": "The person is signed out everywhere, and told.",
    "act.demand_registration.done": "The person will be asked to register anew, and is told.",
    "act.asked.done": "Your request waits for a second person. It can be used for 24 hours once somebody agrees.",
}
SHOWN_ONCE = frozenset({Action.TEMPORARY_PASSWORD, Action.ACCESS_PASS})


@dataclass(frozen=True, slots=True)
class Typed:
    """The form for acting without a check, as it was filled in."""

    values: Mapping[str, str] = field(default_factory=dict)
    error: Refused | None = None


def show(ask: Ask) -> Reply:
    """The page."""
    return Reply(_screen(ask, looking.glance(ask.work(), ask.args["person"]), Typed()))


def again(ask: Ask, error: Refused, typed: Mapping[str, str] | None = None) -> Reply:
    """The page with what went wrong on top, and what was typed; who may not do it is told on a page of its own."""
    if isinstance(error, Forbidden | NotFound):
        raise error
    seen = looking.glance(ask.work(), ask.args["person"])
    status, wait = 422, 0
    if isinstance(error, TooMany):
        status, wait = 429, max(1, -(-(error.retry_at - ask.now) // SECOND))
    return Reply(_screen(ask, seen, Typed(typed or {}, error)), status, retry_after=wait)


def _screen(ask: Ask, seen: Glance, typed: Typed) -> Screen:
    case, now = seen.case, ask.now
    serves = helpdesk.serves(case, ask.actor, seen.person, now)
    standing = helpdesk.standing(case, now) if case else ""
    waits = standing == "open" and case is not None and case.operator == ask.actor
    parts: list[Part] = [_case.panel(ask, seen, serves=serves, standing=standing)]
    help_now = _help(ask, seen, serves=serves)
    if help_now:
        parts += [Panel(say("act.title"), help_now, id="help", about=say("act.about"))]
    parts += _glance.panels(ask, seen)
    if seen.may and not serves:
        parts += [_without(seen, typed)]
    told = [Message(typed.error.text, "bad")] if typed.error else []
    if not helpdesk.can_be_checked(seen.person):
        told.append(Message(say("act.of_nobody"), "warn"))
    elif not (seen.may or seen.may_check):
        told.append(Message(say("act.out_of_reach")))
    return Screen(
        "case_open" if waits else "helpdesk_person", seen.person.display_name, tuple(parts), messages=tuple(told),
        above=(Go("/helpdesk", say("helpdesk.title")),), place="/helpdesk",
    )  # fmt: skip


def _help(ask: Ask, seen: Glance, *, serves: bool) -> tuple[Part, ...]:
    """Buttons for what may be done now."""
    path = f"/helpdesk/{seen.person.id}"
    parts: list[Part] = []
    if serves and seen.may:
        on = (("ground", Ground.CASE.value),)
        parts.append(Presses(tuple(_press(path, action, on) for action in Action if action in seen.may)))
    for one in seen.approvals:
        action = Action(one.action)
        if helpdesk.approved(one, ask.actor, seen.person, action, ask.now) and action in seen.may:
            agreed = (("ground", Ground.APPROVAL.value), ("approval", one.id))
            parts += [Message(say("act.approved", why=one.why), "good"), Presses((_press(path, action, agreed),))]
        elif one.decided_at is None:
            parts.append(Facts(((label(action), say("act.asked", why=one.why, until_at=one.expires_at)),)))
    return tuple(parts)


def _press(path: str, action: Action, on: tuple[tuple[str, str], ...]) -> Press:
    first = action is Action.TEMPORARY_PASSWORD
    return Press(f"{path}/{action.value.replace('_', '-')}", label(action), on, primary=first)


def _without(seen: Glance, typed: Typed) -> Panel:
    """Another way to act than a check (decisions 21)."""
    values, wrong = typed.values, typed.error.text if typed.error else None
    second = "_second" if seen.second_in_person else ""
    controls: tuple[Control, ...] = (
        Select(
            "action", say("act.what"),
            tuple(Option(one.value, label(one), say(f"desk.about.{one.value}")) for one in Action if one in seen.may),
            values.get("action", ""),
        ),
        Pick(
            "ground", say("act.ground"),
            (
                Option(Ground.APPROVAL.value, say("act.ground.approval")),
                Option(Ground.IN_PERSON.value, say(f"act.ground.in_person{second}")),
            ),
            values.get("ground", Ground.APPROVAL.value),
        ),
        Line("document", say("act.document"), values.get("document", ""), hint=say("act.document_hint"),
             error=wrong if wrong and wrong.id == "helpdesk.document" else None),
        Line("why", say("act.why"), values.get("why", ""), hint=say("act.why_hint"),
             error=wrong if wrong and wrong.id == "incidents.reason" else None),
    )  # fmt: skip
    form = Form(f"/helpdesk/{seen.person.id}/without-check", say("act.go_on"), controls)
    return Panel(say("act.without"), (form,), id="without", about=say("act.without_about"))


def _on_basis(action: Action, ask: Ask) -> Reply:
    """A button: on a check, or on what somebody agreed to."""
    ground = Ground.APPROVAL if ask.field("ground") == Ground.APPROVAL else Ground.CASE
    return _act(ask, Deed(action, ask.args["person"], Claim(ground, approval=ask.field("approval"))))


def without_check(ask: Ask) -> Reply:
    """The form: done at once where a document was seen and that is enough; else a second person is asked."""
    typed = {name: ask.field(name) for name in ("action", "ground", "document", "why")}
    person, work = ask.args["person"], ask.work()
    seen = looking.glance(work, person)
    action = next((one for one in Action if one == typed["action"] and one in seen.may), None)
    if action is None:
        raise Forbidden(say("rights.none"))
    in_person = typed["ground"] == Ground.IN_PERSON
    if in_person and not seen.second_in_person:
        return _act(ask, Deed(action, person, Claim(Ground.IN_PERSON, typed["document"])), typed)
    try:
        approving.ask(work, action, person, approving.reason(typed["why"], typed["document"] if in_person else None))
    except Refused as error:
        return again(ask, error, typed)
    return Reply(go_to=f"/helpdesk/{person}", done="act.asked.done")


def _act(ask: Ask, deed: Deed, typed: Mapping[str, str] | None = None) -> Reply:
    try:
        outcome = acting.act(ask.work(), deed)
    except Refused as error:
        return again(ask, error, typed)
    if deed.action in SHOWN_ONCE:
        return Reply(_once(ask, deed.action, outcome))
    return Reply(go_to=f"/helpdesk/{deed.person}", done=f"act.{deed.action.value}.done")


def _once(ask: Ask, action: Action, outcome: Outcome) -> Screen:
    """The only page that ever shows it."""
    person, password = outcome.person, action is Action.TEMPORARY_PASSWORD
    title = say(f"act.{action.value}", user_id=person.upn)
    told = say("act.password_once" if password else "act.pass_once", until_at=outcome.until)
    parts = (
        Once(told, outcome.secret, spoken(ask, outcome.secret)),
        Paragraph(say("act.password_ended" if password else "act.pass_next")),
        Presses((Go(f"/helpdesk/{person.id}", say("act.back", user_id=person.upn)),)),
    )
    return Screen("shown_once", title, parts, above=(Go("/helpdesk", say("helpdesk.title")),), place="/helpdesk")


def temporary_password(ask: Ask) -> Reply:
    """Shown once, on the page that answers."""
    return _on_basis(Action.TEMPORARY_PASSWORD, ask)


def access_pass(ask: Ask) -> Reply:
    """Likewise."""
    return _on_basis(Action.ACCESS_PASS, ask)


def unlock(ask: Ask) -> Reply:
    """Sign-in."""
    return _on_basis(Action.UNLOCK, ask)


def clear_pause(ask: Ask) -> Reply:
    """Password reset."""
    return _on_basis(Action.CLEAR_PAUSE, ask)


def end_sessions(ask: Ask) -> Reply:
    """Everywhere."""
    return _on_basis(Action.END_SESSIONS, ask)


def demand_registration(ask: Ask) -> Reply:
    """At the next sign-in."""
    return _on_basis(Action.DEMAND_REGISTRATION, ask)


ON = ("ground", "approval")
FORM = ("action", "ground", "document", "why")
ROUTES = (
    Route("GET", "/helpdesk/{person}", show, HELPS),
    Route("POST", "/helpdesk/{person}/temporary-password", temporary_password, HELPS, ON, dangerous=True),
    Route("POST", "/helpdesk/{person}/access-pass", access_pass, HELPS, ON, dangerous=True),
    Route("POST", "/helpdesk/{person}/unlock", unlock, HELPS, ON),
    Route("POST", "/helpdesk/{person}/clear-pause", clear_pause, HELPS, ON),
    Route("POST", "/helpdesk/{person}/end-sessions", end_sessions, HELPS, ON),
    Route("POST", "/helpdesk/{person}/demand-registration", demand_registration, HELPS, ON),
    Route("POST", "/helpdesk/{person}/without-check", without_check, HELPS, FORM, dangerous=True),
)
