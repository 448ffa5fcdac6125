"""Put a policy in force: a new version, conditional on the one that was looked at, and one line in the audit log."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from keyback.app.admin.rights import require
from keyback.app.house import House
from keyback.app.notices.silence import tell_of_silence
from keyback.app.policy.check import known, refuse
from keyback.app.policy.diff import Change, Plan
from keyback.app.policy.standing import rebuild
from keyback.core.errors import Conflict, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.policy import Document
from keyback.core.rules import policy_check
from keyback.core.rules.roles import Permission

MESSAGES = {
    "policy.accept": "The policy has warnings. Accept each by its name to use it. Nothing was changed.",
    "policy.accept_one": "{name}: {path}",
    "policy.accept_unknown": "There is no warning {name} to accept. Nothing was changed.",
    "policy.changed_meanwhile": "The policy was changed meanwhile: version {version} is in force now. Nothing was"
    " changed; look at the difference again.",
}

LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Order:
    """Who puts it in force, and why. `actor` is a person id or `host:<user>`."""

    actor: str
    why: str = ""
    accepted: frozenset[str] = frozenset()
    """Names of the warnings that are accepted."""
    source: str = ""


def apply(house: House, plan: Plan, order: Order) -> int:
    """The version in force afterwards; the present one if the plan changes nothing.

    Raises `Forbidden`, `Invalid` for mistakes and for warnings that are not accepted, `Conflict` if another version came in
    force since the plan was made.
    """
    refuse(plan.mistakes)
    refuse_unaccepted(plan, order.accepted)
    if not plan.changes:
        return plan.base
    with house.store.writing() as unit:
        require(unit, order.actor, Permission.CHANGE_POLICY)
        present = unit.policies.in_force()
        if (present.version if present is not None else 0) != plan.base:
            raise Conflict(say("policy.changed_meanwhile", version=present.version if present is not None else 0))
        refuse(policy_check.check(plan.policy, known(house, unit)).mistakes)
        version = plan.base + 1
        if not unit.policies.append(Document(version, plan.policy, order.actor, unit.now, order.why)):
            raise Conflict(say("policy.changed_meanwhile", version=version))
        unit.audit(Event(
            Activity.POLICY_CHANGED, order.actor, "", "success", order.why, source=order.source,
            details={"version": version, **_details(plan.changes)},
        ))  # fmt: skip
        if present is not None:
            tell_of_silence(unit, order.actor, present.policy.notifications, plan.policy.notifications)
    house.looks.refresh()
    house.kick("email")
    if plan.effect is not None and plan.effect.contacts_uncounted:
        rebuild(house)
    return version


def refuse_unaccepted(plan: Plan, accepted: Iterable[str]) -> None:
    """Every warning must be accepted by its name, and no other name may be given."""
    names = [warned.name for warned in plan.warnings]
    for name in accepted:
        if name not in policy_check.WARNINGS:
            raise Invalid(say("policy.accept_unknown", name=name))
    missing = [warned for warned in plan.warnings if warned.name not in frozenset(accepted)]
    if missing and names and not plan.accepted_before:
        raise Invalid(say("policy.accept"), [_told(warned) for warned in missing])


def _told(warned: policy_check.Warned) -> Text:
    return say("policy.accept_one", name=warned.name, path=warned.path)


def _details(changes: Iterable[Change]) -> Mapping[str, str]:
    """`old -> new` by path; long lists are cut, the stored versions hold them whole."""
    return {change.path: f"{_short(change.old)} -> {_short(change.new)}" for change in changes}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_DETAIL else f"{text[:LONGEST_DETAIL]}..."
