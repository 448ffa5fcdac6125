"""What a change of policy will do, before it is saved: what changes, whom it touches, what must be accepted (ADM-11)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keyback.app.policy import diff, editing
from keyback.app.policy.editing import Draft
from keyback.app.policy.effect import Administrator, Effect
from keyback.app.policy.touched import MOST, Touched, number
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.core.types import Code
from keyback.web.admin.call import Ask
from keyback.web.admin.pages._policy_settings import Setting, entries
from keyback.web.admin.parts import (
    Cell,
    Change,
    Changes,
    Checks,
    Column,
    Control,
    Form,
    Go,
    Hidden,
    Line,
    Mark,
    Option,
    Panel,
    Paragraph,
    Part,
    Press,
    Presses,
    Row,
    Screen,
    Table,
    Words,
)
from keyback.web.page import Message

MESSAGES = {
    "review.title": "Look at it before it counts",
    "review.lead": "Nothing is saved yet.",
    "review.changes": "What changes",
    "review.elsewhere": "Settings of the policy file",
    "review.was": "Before",
    "review.is": "After",
    "review.no_changes": "Nothing changes.",
    "review.touches": "Whom it touches",
    "review.sum": "Of {people} {people:person|people}, {now} can reset now and {then} could afterwards. Self-service is on for "
    "{scope_now} now and for {scope_then} afterwards.",
    "review.nobody": "It changes for nobody whether they can reset.",
    "review.lost": "{lose} of {able} people who can reset now could no longer reset; {administrators} "
    "{administrators:administrator|administrators} among them.",
    "review.list": "How many people it touches",
    "review.what": "What happens to them",
    "review.people": "People",
    "review.gain": "Gain self-service: could not reset, and then could",
    "review.lose": "Lose self-service: could reset, and then could not",
    "review.newly": "Would have too few methods, and have to register first",
    "review.asked": "Are asked to register at their next sign-in",
    "review.factor": "Need a second factor to sign in, and have none",
    "review.stranded": "Are asked to register, and no method is open to them",
    "review.first": "A file holds the first {most} of them.",
    "review.no_files": "Lists of people are for those whose role may export people.",
    "review.uncounted": "Not counted: people whose only mailbox is in a domain that becomes, or no longer is, your own mail, "
    "or whose number is in a country that the list gains or loses.",
    "review.csv": "CSV",
    "review.json": "JSON",
    "review.administrators": "Administrators among them",
    "review.administrator": "Administrator",
    "review.now": "Today",
    "review.then": "Then",
    "review.can": "Can reset",
    "review.code.SSPR_0009": "Cannot: self-service is off",
    "review.code.SSPR_0010": "Cannot: the password lives in another directory",
    "review.code.SSPR_0011": "Cannot: no policy is in force",
    "review.code.SSPR_0013": "Cannot: not switched on for them",
    "review.code.SSPR_0014": "Cannot: too few methods",
    "review.code.KEYBACK_0001": "Cannot: closed by a report",
    "review.none": "No administrator gains or loses self-service.",
    "review.moved": "{who} has saved version {version} since you opened this page. Nothing of yours is saved. Look at both, "
    "and save again if yours is still right.",
    "review.moved_why": "{who} has saved version {version} since you opened this page, because: {why}. Nothing of yours is "
    "saved. Look at both, and save again if yours is still right.",
    "review.others": "What changed meanwhile",
    "review.mine": "What your change does on top of it",
    "review.held": "Warnings that hold already and stay as they are",
    "review.save": "Save",
    "review.save_panel": "Save it",
    "review.accept": "This has risks. Tick each that you accept.",
    "review.must_accept": "Tick every one of these, or change what is wrong. Nothing is saved.",
    "review.why": "Reason",
    "review.why_hint": "Stands in the history and in the audit log.",
    "review.cancel": "Cancel",
    "review.again": "Go on editing",
}
LONGEST_WHY = 500
PAST = (say("review.was"), say("review.is"))
"""Headings over what has happened already."""
Sections = Sequence[tuple[Text | None, Sequence[Setting]]]
"""Settings under the title of their page; None: no title is needed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft that somebody looks at, and how it is carried from page to page."""

    path: str
    draft: Draft
    hidden: tuple[tuple[str, str], ...]
    sections: Sections
    """Of the page."""
    everything: Sections = ()
    """Of all pages, for what others changed meanwhile."""
    who: str = ""
    """User ID of who saved the newest version."""
    above: tuple[Go, ...] = ()
    """The way here."""
    editable: bool = True
    """Whether there is a form to go back to."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about it so far."""

    why: str = ""
    accepted: tuple[str, ...] = ()
    wrong: Text | None = None


def screen(ask: Ask, proposal: Proposal, said: Said = Said()) -> Screen:
    """The page."""
    plan = proposal.draft.plan
    title = say("review.mine" if proposal.draft.moved else "review.changes")
    parts: list[Part] = [*_meanwhile(proposal), Panel(title, changes(plan.changes, proposal.sections))]
    if plan.effect is not None:
        parts.append(_touches(ask, proposal, plan.effect))
        parts += _administrators(ask, plan.effect)
    held = [one for one in plan.warnings if one.name in proposal.draft.held]
    if held:
        parts.append(Panel(say("review.held"), tuple(Paragraph(one.text) for one in held)))
    parts.append(Panel(say("review.save_panel"), (_form(proposal, said), *_back(proposal))))
    messages = _moved(proposal) + ((Message(said.wrong, "bad"),) if said.wrong else ())
    return Screen("review", say("review.title"), tuple(parts), (say("review.lead"),), messages, above=proposal.above)


def changes(found: Sequence[diff.Change], sections: Sections, headings: tuple[Text, ...] = ()) -> tuple[Part, ...]:
    """Old and new by the labels of the pages; what is on no page stands by its path."""
    left = list(found)
    parts: list[Part] = []
    for title, settings in sections:
        by_path = {one.path: one for one in left}
        mine = tuple(_change(by_path[one.path], one) for one in settings if one.path in by_path)
        left = [one for one in left if one.path not in {setting.path for setting in settings}]
        if mine:
            part = Changes(mine, say("review.no_changes"), title, *headings)
            parts.append(Panel(title, (part,)) if title is not None else part)
    if left or not parts:
        others = tuple(_change(one, None) for one in left)
        parts.append(Changes(others, say("review.no_changes"), say("review.elsewhere") if parts else None, *headings))
    return tuple(parts)


def _change(change: diff.Change, setting: Setting | None) -> Change:
    if setting is None:
        return Change(change.path, _plain(change.old), _plain(change.new))
    old, new = (_words(setting, value) for value in (change.old, change.new))
    return Change(setting.label, old, new)


def _words(setting: Setting, value: Any) -> Words:
    return say("setting.nothing") if value is None else setting.words(value, {})


def _plain(value: Any) -> Words:
    if isinstance(value, bool):
        return say("setting.yes" if value else "setting.no")
    if isinstance(value, list):
        return entries([_flat(one) for one in value])
    return say("setting.nothing") if value in {None, ""} else str(value)


def _flat(value: Any) -> str:
    return ", ".join(str(one) for one in value.values()) if isinstance(value, dict) else str(value)


def _moved(proposal: Proposal) -> tuple[Message, ...]:
    if not proposal.draft.moved:
        return ()
    newest = proposal.draft.newest
    values: Mapping[str, str | int] = {"who": proposal.who or newest.actor, "version": newest.version}
    if newest.why:
        return (Message(say("review.moved_why", why=newest.why, **values), "warn"),)
    return (Message(say("review.moved", **values), "warn"),)


def _meanwhile(proposal: Proposal) -> Iterator[Part]:
    if proposal.draft.moved:
        yield Panel(say("review.others"), changes(proposal.draft.others, proposal.everything, PAST))


# --- whom it touches ----------------------------------------------------------------------------------------------


def _touches(ask: Ask, proposal: Proposal, effect: Effect) -> Panel:
    files = ask.operator.rights.everywhere(Permission.EXPORT_PEOPLE)
    columns = (Column(say("review.what")), Column(say("review.people"), number=True))
    rows = [
        Row(which.value, (say(f"review.{which.value}"), str(count)), _files(proposal, which, files=files and count > 0))
        for which in Touched
        if (count := number(effect, which)) or which in {Touched.GAIN, Touched.LOSE}
    ]
    parts: list[Part] = [Paragraph(one) for one in _sentences(effect)]
    parts.append(Table(say("review.list"), columns, tuple(rows), say("review.nobody")))
    if not files:
        parts.append(Paragraph(say("review.no_files")))
    elif any(number(effect, which) > MOST for which in Touched):
        parts.append(Paragraph(say("review.first", most=MOST)))
    return Panel(say("review.touches"), tuple(parts))


def _sentences(effect: Effect) -> Iterator[Text]:
    now, then = effect.before, effect.after
    if effect.lose:
        yield say("review.lost", lose=effect.lose, able=now.able, administrators=len(effect.administrators_lose))
    if not effect.gain and not effect.lose:
        yield say("review.nobody")
    yield say(
        "review.sum",
        people=effect.people,
        now=now.able,
        then=then.able,
        scope_now=now.in_scope,
        scope_then=then.in_scope,
    )
    if effect.contacts_uncounted:
        yield say("review.uncounted")


def _files(proposal: Proposal, which: Touched, *, files: bool) -> tuple[Press, ...]:
    if not files:
        return ()
    return tuple(
        Press(
            f"{proposal.path}/people", say(f"review.{kind}"), (*proposal.hidden, ("which", which.value), ("kind", kind))
        )
        for kind in ("csv", "json")
    )


def _administrators(ask: Ask, effect: Effect) -> Iterator[Part]:
    columns = (Column(say("review.administrator")), Column(say("review.now")), Column(say("review.then")))
    rows = tuple(
        Row(one.who.id, (_named(ask, one), _can(one.before), _can(one.after))) for one in effect.administrators
    )
    title = say("review.administrators")
    yield Panel(title, (Table(title, columns, rows, say("review.none")),))


def _named(ask: Ask, one: Administrator) -> Cell:
    if ask.may(Permission.READ_PEOPLE):
        return Go(f"/users/{one.who.id}", one.who.upn)
    return one.who.upn


def _can(code: Code | None) -> Mark:
    return Mark(say("review.can"), "good") if code is None else Mark(say(f"review.code.{code.value}"), "warn")


# --- saving ---------------------------------------------------------------------------------------------------------


def _form(proposal: Proposal, said: Said) -> Form:
    warnings = editing.to_accept(proposal.draft)
    hidden: tuple[Control, ...] = tuple(Hidden(name, value) for name, value in proposal.hidden)
    accept = Checks("accept", say("review.accept"), tuple(Option(one.name, one.text) for one in warnings), said.accepted,
                    error=said.wrong)  # fmt: skip
    why = Line("why", say("review.why"), said.why, hint=say("review.why_hint"))
    controls = (*hidden, accept, why) if warnings else (*hidden, why)
    cancel = Go(proposal.path, say("review.cancel"))
    return Form(f"{proposal.path}/save", say("review.save"), controls, cancel=cancel)


def _back(proposal: Proposal) -> Iterator[Part]:
    if proposal.editable:
        yield Presses((Press(proposal.path, say("review.again"), proposal.hidden),))
