"""Every version of the policy: when, who, why and what; and putting one back, which is a new version (decisions 22)."""

from collections.abc import Iterator

from keyback.app.admin.rights import HOST, is_host
from keyback.app.policy import editing, history
from keyback.app.policy.editing import Draft
from keyback.core.errors import Invalid
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _policy_review as review
from keyback.web.admin.pages import (
    administrator_policy,
    customization,
    method_policies,
    notifications,
    password_protection,
    properties,
    registration,
    reset_methods,
)
from keyback.web.admin.pages._policy import (
    CHANGES,
    READS,
    actor_name,
    decides,
    kind_words,
    listed,
    saved,
    version_in,
)
from keyback.web.admin.pages._policy_review import Proposal, Sections
from keyback.web.admin.parts import Column, Facts, Go, Mark, Panel, Part, Press, Row, Screen, Table, Words

MESSAGES = {
    "policy_history.title": "History of the policy",
    "policy_history.lead": "Nothing is lost: every version is kept, and can be put back.",
    "policy_history.version": "Version",
    "policy_history.one": "Version {version}",
    "policy_history.when": "When",
    "policy_history.at": "{saved_at}",
    "policy_history.who": "Who",
    "policy_history.why": "Reason",
    "policy_history.what": "Changes",
    "policy_history.in_force": "In force",
    "policy_history.changes": "{count} {count:setting|settings}",
    "policy_history.first": "The first version",
    "policy_history.empty": "No policy has been saved yet. Begin with Properties.",
    "policy_history.changed": "What this version changed",
    "policy_history.put_back": "Put back",
    "policy_history.same": "Version {version} is the same as what is in force.",
    "policy_history.cannot": "Version {version} cannot be put back as it is. Nothing was changed.",
}
PATH = "/policy/history"
COUNT = 25
"""Versions on a page."""


def show(ask: Ask) -> Reply:
    """The list, or one version of it."""
    if ask.query.get("version"):
        return Reply(_one(ask, version_in(ask.query["version"])))
    newest, _ = editing.values_of(ask.house)
    before = version_in(ask.query["after"]) if ask.query.get("after") else newest.version + 1
    found = history.before(ask.house, before, COUNT)
    columns = tuple(Column(say(f"policy_history.{name}")) for name in ("version", "when", "who", "why", "what"))
    more = str(found[-1].document.version) if found and found[-1].document.version > 1 else ""
    table = Table(
        say("policy_history.title"), columns, tuple(_row(ask, one, newest.version) for one in found),
        say("policy_history.empty"), PATH, next=more, first=PATH if ask.query.get("after") else "",
    )  # fmt: skip
    above = (properties.SECTION,)
    return Reply(
        Screen("policy_history", say("policy_history.title"), (table,), (say("policy_history.lead"),), above=above)
    )


def _row(ask: Ask, one: history.Version, newest: int) -> Row:
    document = one.document
    go = Go(f"{PATH}?version={document.version}", say("policy_history.one", version=document.version))
    first = (go, Mark(say("policy_history.in_force"), "good")) if document.version == newest else go
    changes = (
        say("policy_history.changes", count=len(one.changes)) if document.version > 1 else say("policy_history.first")
    )
    at = say("policy_history.at", saved_at=document.at)
    return Row(str(document.version), (first, at, _who(ask, document.actor), document.why, changes))


def _who(ask: Ask, actor: str) -> Words:
    return say("logs.name_host", user=actor.removeprefix(HOST)) if is_host(actor) else actor_name(ask, actor)


def _one(ask: Ask, version: int) -> Screen:
    one = history.one(ask.house, version)
    newest, _ = editing.values_of(ask.house)
    document = one.document
    facts = Facts((
        (say("policy_history.when"), say("policy_history.at", saved_at=document.at)),
        (say("policy_history.who"), _who(ask, document.actor)),
        (say("policy_history.why"), document.why or say("setting.nothing")),
    ))  # fmt: skip
    parts: tuple[Part, ...] = (
        facts,
        Panel(say("policy_history.changed"), review.changes(one.changes, sections(ask), review.PAST)),
    )
    if version == newest.version:
        facts = Facts((*facts.rows, (say("policy_history.version"), Mark(say("policy_history.in_force"), "good"))))
        parts = (facts, *parts[1:])
    actions = tuple(_put_back(ask, version, newest.version))
    above = (Go(PATH, say("policy_history.title")),)
    return Screen("policy_version", say("policy_history.one", version=version), parts, above=above, actions=actions)


def _put_back(ask: Ask, version: int, newest: int) -> Iterator[Press]:
    if version != newest and decides(ask):
        values = (("base", str(newest)), ("version", str(version)))
        yield Press(f"{PATH}/review", say("policy_history.put_back"), values, primary=True)


def sections(ask: Ask) -> Sections:
    """Every setting that has a page, under the page's title."""
    pages = (properties, reset_methods, registration, notifications, customization, administrator_policy)
    return (
        *((one.TITLE, one.SETTINGS) for one in pages),
        *((say(f"method.{name}.name"), method_policies.settings_of(one)) for name, one in ask.house.methods.items()),
        (say("method_policies.pass"), method_policies.PASS_SETTINGS),
        (password_protection.TITLE, password_protection.SETTINGS),
    )


def _draft(ask: Ask) -> Draft:
    return editing.back(ask.house, version_in(ask.field("version")), version_in(ask.field("base")))


def _proposal(ask: Ask) -> Proposal:
    draft = _draft(ask)
    hidden = (("base", str(draft.edits.base)), ("version", ask.field("version")))
    who = actor_name(ask, draft.newest.actor)
    version = version_in(ask.field("version"))
    above = (
        Go(PATH, say("policy_history.title")),
        Go(f"{PATH}?version={version}", say("policy_history.one", version=version)),
    )
    return Proposal(PATH, draft, hidden, sections(ask), sections(ask), who, above, editable=False)


def ask_review(ask: Ask) -> Reply:
    """What putting it back would do."""
    proposal = _proposal(ask)
    version = version_in(ask.field("version"))
    if proposal.draft.plan.mistakes:
        mistakes = [kind_words(one) for one in proposal.draft.plan.mistakes]
        raise Invalid(say("policy_history.cannot", version=version), mistakes)
    if not proposal.draft.plan.changes:
        raise Invalid(say("policy_history.same", version=version))
    return Reply(review.screen(ask, proposal))


def save(ask: Ask) -> Reply:
    """Put it back."""
    return saved(ask, lambda: _proposal(ask), PATH)


def people(ask: Ask) -> Reply:
    """Those whom it would touch."""
    return listed(ask, _draft(ask))


ROUTES = (
    Route("GET", PATH, show, READS, query=("version", "after")),
    Route("POST", f"{PATH}/review", ask_review, CHANGES, ("base", "version")),
    Route("POST", f"{PATH}/save", save, CHANGES, ("base", "version", "why"), ("accept",), dangerous=True),
    Route("POST", f"{PATH}/people", people, one_of(Permission.EXPORT_PEOPLE), ("base", "version", "which", "kind")),
)
