"""A policy page: settings with their values in force, what a change will do, and saving it. Every page is this one, with
settings of its own."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keyback.app.admin.rights import is_host
from keyback.app.policy import editing, touched
from keyback.app.policy.apply import Order
from keyback.app.policy.document import flat, read_flat
from keyback.app.policy.editing import Draft, Edits
from keyback.app.policy.touched import Touched
from keyback.core.errors import Forbidden, Invalid
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.exporting import csv_of, json_of
from keyback.web.admin.pages import _policy_review as review
from keyback.web.admin.pages._policy_review import LONGEST_WHY, Proposal, Said, Sections
from keyback.web.admin.pages._policy_settings import Groups, Known, Scene, Setting, Typed, read_all, typed_of
from keyback.web.admin.parts import Control, Form, Go, Hidden, Part, Presses, Screen, Words
from keyback.web.page import Message

MESSAGES = {
    "policy_page.review": "Review and save",
    "policy_page.saved.done": "Saved. It is in force from now on.",
    "policy_page.mistakes": "This cannot be saved as it is. Nothing was changed; what you typed is kept.",
    "policy_page.same": "Nothing is different from what is in force.",
    "policy_page.none": "No policy is in force yet. What you see are the defaults.",
    "policy_page.reading": "You may look at this. Changing it needs a role that may change policy for the whole organisation.",
    "policy_page.mangled": "What came with this form is not what this page sends. Open the page again. Nothing was changed.",
    "policy_page.history": "History of the policy",
    "policy_page.why_long": "A reason has at most {most} characters.",
    "policy_page.is.range": "{value} is not possible. From {low} to {high}.",
    "policy_page.is.no_groups": "Pick at least one group, or choose None or All.",
    "policy_page.is.unknown_group": "The group {name} is gone. Untick it.",
    "policy_page.is.no_mfa_groups": "Pick at least one group.",
    "policy_page.is.no_factor": "Signing in is to need a second factor, and no method is switched on that is one.",
    "policy_page.is.too_few_methods": "Where {gates} methods are required, people must be able to choose methods that count "
    "as {gates}. Those switched on do not: {methods}.",
    "policy_page.is.questions_alone": "Security questions may never be the only proof.",
    "policy_page.is.password_length": "{value} is too short for passwords that open an account alone. At least 15; from 8 only "
    "where everybody always needs a second factor.",
    "policy_page.is.passes_order": "{value} is longer than the longest that an issuer may say, which is {longest}.",
    "policy_page.is.network": "{value} is not a network. Write it as 192.0.2.0/24 or 2001:db8::/32.",
    "policy_page.is.country": "{value} is not a country. Write two capital letters, such as DE.",
    "policy_page.is.domain": "{value} is not a mail domain. Write it as example.org.",
    "policy_page.is.helpdesk_link": "Write an address that begins with https://, or a mail address.",
    "policy_page.is.never_silent": "This is never off: somebody must learn of it. Tick at least one.",
    "policy_page.is.term": "{value} is not a term. A term has 4 to 64 characters.",
    "policy_page.is.terms": "{value} terms are too many. Up to 1000.",
}
_VERSION = re.compile(r"[0-9]{1,9}")
LARGEST = 2 * 1024 * 1024
"""Bytes of a form: a thousand terms of any letters, encoded."""
READS, CHANGES = one_of(Permission.READ_POLICY), one_of(Permission.CHANGE_POLICY)


def _nothing(_ask: Ask, _values: Mapping[str, Any]) -> tuple[Part, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class PolicyPage:
    """What is different from page to page."""

    path: str
    """May hold `{name}` of a part of the path."""
    state: str
    title: Callable[[Ask], Words]
    settings: Callable[[Ask], Sequence[Setting]]
    every: Sequence[Setting]
    """All that `settings` may give, for the names of their fields."""
    above: Go | None = None
    lead: tuple[Text, ...] = ()
    before: Callable[[Ask, Mapping[str, Any]], tuple[Part, ...]] = _nothing
    """Parts above the form, from the values in force."""
    after: Callable[[Ask, Mapping[str, Any]], tuple[Part, ...]] = _nothing
    shown: tuple[Control, ...] = ()
    """Controls that can only be looked at."""

    def at(self, ask: Ask) -> str:
        """The path, with its parts filled in."""
        return self.path.format_map(ask.args)


def routes(page: PolicyPage) -> tuple[Route, ...]:
    """The form, the review, saving, and lists of those it touches."""

    def show(ask: Ask) -> Reply:
        return Reply(_form(ask, page, editing.values_of(ask.house)))

    def again(ask: Ask) -> Reply:
        edits = _carried(ask, page)
        document, values = editing.values_of(ask.house, edits.base)
        return Reply(_form(ask, page, (document, {**values, **edits.values})))

    def ask_review(ask: Ask) -> Reply:
        return _review(ask, page)

    def save(ask: Ask) -> Reply:
        edits = _carried(ask, page)
        return saved(ask, lambda: _proposal(ask, page, editing.draft(ask.house, edits)), page.at(ask))

    def people(ask: Ask) -> Reply:
        return listed(ask, editing.draft(ask.house, _carried(ask, page)))

    fields = tuple(dict.fromkeys(name for one in page.every for name in one.fields))
    lists = tuple(dict.fromkeys(name for one in page.every for name in one.lists))
    carried = ("base", "edits")
    return (
        Route("GET", page.path, show, READS),
        Route("POST", page.path, again, CHANGES, carried, largest=LARGEST),
        Route("POST", f"{page.path}/review", ask_review, CHANGES, ("base", *fields), lists, largest=LARGEST),
        Route("POST", f"{page.path}/save", save, CHANGES, (*carried, "why"), ("accept",), dangerous=True, largest=LARGEST),
        Route("POST", f"{page.path}/people", people, one_of(Permission.EXPORT_PEOPLE), (*carried, "which", "kind"),
              largest=LARGEST),
    )  # fmt: skip


# --- the form -----------------------------------------------------------------------------------------------------


def _form(
    ask: Ask, page: PolicyPage, found: tuple[Any, Mapping[str, Any]], messages: tuple[Message, ...] = ()
) -> Screen:
    document, values = found
    typed = typed_of(page.settings(ask), values)
    if document.version == 0:
        messages = (*messages, Message(say("policy_page.none"), "info"))
    return _shown(ask, page, _Filled(typed, document.version, {}), messages)


@dataclass(frozen=True, slots=True)
class _Filled:
    """A form as it is sent or shown."""

    typed: Typed
    base: int
    wrong: Mapping[str, Text]


def _shown(ask: Ask, page: PolicyPage, filled: _Filled, messages: tuple[Message, ...] = ()) -> Screen:
    may = decides(ask)
    settings = page.settings(ask)
    groups = groups_of(ask) if any(isinstance(one, Groups) for one in settings) else ()
    scene = Scene(groups, disabled=not may)
    controls: list[Control] = [Hidden("base", str(filled.base))]
    for one in settings:
        controls += one.controls(filled.typed, filled.wrong.get(one.path), scene)
    form = Form(f"{page.at(ask)}/review", say("policy_page.review"), (*controls, *page.shown), readonly=not may)
    _, values = editing.values_of(ask.house)
    history = Presses((Go("/policy/history", say("policy_page.history")),))
    parts = (*page.before(ask, values), form, *page.after(ask, values), history)
    if not may:
        messages = (*messages, Message(say("policy_page.reading"), "info"))
    above = (page.above,) if page.above is not None else ()
    return Screen(page.state, page.title(ask), parts, page.lead, messages, above=above)


def groups_of(ask: Ask) -> tuple[Known, ...]:
    """All groups, with how many members each has."""
    work = ask.work()
    with ask.house.store.reading() as unit:
        return tuple(Known(one.id, one.name, one.members) for one in work.groups(unit).all())


def decides(ask: Ask) -> bool:
    """Whether they may change the policy: for the whole organisation or not at all (ADM-2)."""
    return ask.operator.rights.everywhere(Permission.CHANGE_POLICY)


# --- review and save ----------------------------------------------------------------------------------------------


def _review(ask: Ask, page: PolicyPage) -> Reply:
    _may_decide(ask)
    typed, settings = Typed(ask.fields, ask.lists), page.settings(ask)
    values, wrong = read_all(settings, typed)
    filled = _Filled(typed, version_in(ask.field("base")), wrong)
    bad = Message(say("policy_page.mistakes"), "bad")
    if wrong:
        return Reply(_shown(ask, page, filled, (bad,)), 422)
    drafted = editing.draft(ask.house, Edits(filled.base, values))
    at_fields, elsewhere = _mistakes(drafted.plan.mistakes, settings)
    if drafted.plan.mistakes:
        told = tuple(Message(one, "bad") for one in elsewhere)
        return Reply(_shown(ask, page, _Filled(typed, filled.base, at_fields), (bad, *told)), 422)
    if not drafted.plan.changes:
        same = Message(say("policy_page.same"), "info")
        return Reply(_form(ask, page, editing.values_of(ask.house), (same,)))
    return Reply(review.screen(ask, _proposal(ask, page, drafted)))


def _mistakes(mistakes: Sequence[Text], settings: Sequence[Setting]) -> tuple[dict[str, Text], list[Text]]:
    """At the settings that they are about, and the rest; the first one of each setting."""
    at: dict[str, Text] = {}
    rest: list[Text] = []
    for one in mistakes:
        path = str(one.values.get("path", ""))
        mine = next((s.path for s in settings if path == s.path or path.startswith(f"{s.path}[")), "")
        if not mine:
            rest.append(kind_words(one))
        else:
            at.setdefault(mine, kind_words(one))
    return at, rest


def kind_words(mistake: Text) -> Text:
    """Without the path, which only files have."""
    id_ = f"policy_page.is.{mistake.id.removeprefix('policy.')}"
    return Text(id_, mistake.values) if id_ in MESSAGES else mistake


def _proposal(ask: Ask, page: PolicyPage, drafted: Draft) -> Proposal:
    edits = json.dumps(dict(drafted.edits.values), ensure_ascii=False, separators=(",", ":"))
    hidden = (("base", str(drafted.edits.base)), ("edits", edits))
    sections: Sections = ((None, page.settings(ask)),)
    above = (*((page.above,) if page.above is not None else ()), Go(page.at(ask), page.title(ask)))
    who = actor_name(ask, drafted.newest.actor)
    return Proposal(page.at(ask), drafted, hidden, sections, _everything(ask) if drafted.moved else (), who, above)


def _everything(ask: Ask) -> Sections:
    from keyback.web.admin.pages.policy_history import sections  # late: it knows all pages, and they are made here

    return sections(ask)


def saved(ask: Ask, propose: Callable[[], Proposal], go_to: str) -> Reply:
    """Save what is proposed; where something is missing or somebody was faster, it is to be looked at again."""
    _may_decide(ask)
    proposal = propose()
    if proposal.draft.moved and not proposal.draft.plan.changes:  # sent twice, or somebody else wanted the same
        return Reply(go_to=go_to, done="policy_page.saved.done")
    said = Said(ask.field("why"), ask.lists.get("accept", ()))
    refused = _refused(proposal, said)
    if refused is not None:
        return Reply(review.screen(ask, proposal, refused), 422)
    ticked = frozenset(said.accepted) & {one.name for one in editing.to_accept(proposal.draft)}
    order = Order(ask.actor, said.why, ticked, ask.call.source)
    if editing.save(ask.house, proposal.draft, order):
        return Reply(go_to=go_to, done="policy_page.saved.done")
    if not proposal.draft.moved:
        proposal = propose()
    return Reply(review.screen(ask, proposal, Said(said.why)), 409)


def _refused(proposal: Proposal, said: Said) -> Said | None:
    plan = proposal.draft.plan
    if plan.mistakes:
        raise Invalid(say("policy_page.mistakes"), [kind_words(one) for one in plan.mistakes])
    if proposal.draft.moved:
        return None
    if len(said.why) > LONGEST_WHY:
        return Said(said.why[:LONGEST_WHY], said.accepted, say("policy_page.why_long", most=LONGEST_WHY))
    if not {one.name for one in editing.to_accept(proposal.draft)} <= set(said.accepted):
        return Said(said.why, said.accepted, say("review.must_accept"))
    return None


def listed(ask: Ask, drafted: Draft) -> Reply:
    """A list of those whom the draft touches, as a file."""
    _may_decide(ask)
    if drafted.moved or drafted.plan.mistakes:
        raise Invalid(say("policy_page.mangled"))
    try:
        which = Touched(ask.field("which"))
    except ValueError as error:
        raise Invalid(say("policy_page.mangled")) from error
    people = touched.export(ask.house, drafted.plan, which, Order(ask.actor, source=ask.call.source))
    rows = [(one.upn, one.display_name, one.id) for one in people]
    names = ("user_id", "name", "id")
    if ask.field("kind") == "json":
        return Reply(download=Download(f"{which.value}.json", "application/json", json_of(names, rows)))
    return Reply(download=Download(f"{which.value}.csv", "text/csv; charset=utf-8", csv_of(names, rows)))


def actor_name(ask: Ask, actor: str) -> str:
    """The user ID of who did it; the command line's name as it is."""
    if not actor or is_host(actor):
        return actor
    with ask.house.store.reading() as unit:
        person = unit.people.by_id(actor, unit.now)
    return person.upn if person is not None else actor


def version_in(text: str) -> int:
    """A version's number as it was carried along. Raises `Invalid`."""
    if not _VERSION.fullmatch(text):
        raise Invalid(say("policy_page.mangled"))
    return int(text)


def _may_decide(ask: Ask) -> None:
    if not decides(ask):
        raise Forbidden(say("rights.none"))


def _carried(ask: Ask, page: PolicyPage) -> Edits:
    """What the review sent along: only this page's settings, of their own types. Raises `Invalid`."""
    _may_decide(ask)
    base = version_in(ask.field("base"))
    try:
        values = json.loads(ask.field("edits"))
    except (ValueError, RecursionError) as error:
        raise Invalid(say("policy_page.mangled")) from error
    paths = {one.path for one in page.settings(ask)}
    if not isinstance(values, dict) or not values.keys() <= paths:
        raise Invalid(say("policy_page.mangled"))
    reading = read_flat(values)
    if reading.mistakes:
        raise Invalid(say("policy_page.mangled"))
    known = flat(reading.policy)
    return Edits(base, {path: known.get(path, value) for path, value in values.items()})
