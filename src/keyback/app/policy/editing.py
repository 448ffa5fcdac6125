"""Change some settings of the policy, three ways: what somebody else saved since the form was made is never overwritten
unseen. The second one is shown both differences, and only then may save (decisions 22)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from keyback.app.house import House
from keyback.app.policy.apply import Order, apply
from keyback.app.policy.check import Checked, known
from keyback.app.policy.diff import Change, Plan, differences, planned
from keyback.app.policy.document import flat, read_flat
from keyback.app.policy.standing import refresh_due
from keyback.app.policy.writing import complete
from keyback.core.errors import Conflict, Contended, Invalid, NotFound
from keyback.core.messages import say
from keyback.core.policy import Document, Policy
from keyback.core.ports import Unit
from keyback.core.rules import policy_check

MESSAGES = {
    "policy.edit.no_setting": "There is no setting {path}. Nothing was changed.",
}

NOTHING = Document(0, Policy(), "", 0, "")
"""Before the first version: the defaults, which are not in force."""


@dataclass(frozen=True, slots=True)
class Edits:
    """What somebody wants on top of one version. Values by path, as `flat` has them; groups by id."""

    base: int
    """The version that was looked at; 0: none was in force."""
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Draft:
    """The edits on top of what is in force now."""

    plan: Plan
    edits: Edits
    """On top of the version in force: only what really differs from the version that was looked at."""
    held: frozenset[str] = frozenset()
    """Warnings that hold already, in parts of the policy that stay as they are: they were accepted when those were saved."""
    newest: Document = NOTHING
    others: tuple[Change, ...] = ()
    """What others changed since the version that was looked at."""
    moved: bool = False
    """Another version came in force since."""


def values_of(house: House, version: int | None = None) -> tuple[Document, Mapping[str, Any]]:
    """A version (default: the newest) and every setting of it by path. Raises `NotFound`."""
    with house.store.reading() as unit:
        document = _newest(unit) if version is None else _version(unit, version)
    return document, _flat(house, document.policy)


def draft(house: House, edits: Edits) -> Draft:
    """What saving would change, and for whom. Changes nothing but the bookkeeping of waits that have ended.

    Raises `Invalid` for a setting that does not exist, `NotFound` for a version that does not.
    """
    refresh_due(house)
    with house.store.reading() as unit:
        newest, looked_at = _newest(unit), _version(unit, edits.base)
        was, now = _flat(house, looked_at.policy), _flat(house, newest.policy)
        mine = {path: value for path, value in edits.values.items() if value != _at(was, path)}
        drafted = _planned(house, unit, newest, {**now, **mine})
        others = differences(house, unit.policies.groups(), looked_at.policy, newest.policy)
    moved = newest.version != edits.base
    return replace(drafted, edits=Edits(newest.version, mine), others=others if moved else (), moved=moved)


def back(house: House, version: int, base: int | None = None) -> Draft:
    """What it would change to have the values of an earlier version again; `base` is the version that was looked at."""
    refresh_due(house)
    with house.store.reading() as unit:
        newest, earlier = _newest(unit), _version(unit, version)
        looked_at = newest if base is None else _version(unit, base)
        now, then = _flat(house, newest.policy), _flat(house, earlier.policy)
        mine = {path: then.get(path) for path in then if then[path] != now.get(path)}
        drafted = _planned(house, unit, newest, {**now, **mine})
        others = differences(house, unit.policies.groups(), looked_at.policy, newest.policy)
    moved = newest.version != looked_at.version
    return replace(drafted, edits=Edits(newest.version, mine), others=others if moved else (), moved=moved)


def save(house: House, drafted: Draft, order: Order) -> bool:
    """Put it in force. False: somebody else was faster, nothing was changed, and it must be drafted and looked at again.

    Raises `Invalid` for mistakes and for warnings that are not accepted, `Forbidden` without the right.
    """
    if drafted.moved:
        return False
    held = drafted.held & {one.name for one in drafted.plan.warnings}
    try:
        apply(house, drafted.plan, replace(order, accepted=order.accepted | held))
    except Conflict:
        return False
    return True


def to_accept(drafted: Draft) -> tuple[policy_check.Warned, ...]:
    """Warnings that somebody must accept by name before it can be saved."""
    return tuple(one for one in drafted.plan.warnings if one.name not in drafted.held)


def _planned(house: House, unit: Unit, newest: Document, values: Mapping[str, Any]) -> Draft:
    reading = read_flat(values)
    today = known(house, unit)
    verdict = policy_check.check(reading.policy, today)
    plan = planned(house, unit, Checked(reading.policy, (*reading.mistakes, *verdict.mistakes), verdict.warnings))
    if plan.base != newest.version:
        raise Contended
    return Draft(plan, Edits(newest.version), _held(plan, newest, today), newest)


def _held(plan: Plan, newest: Document, today: policy_check.Known) -> frozenset[str]:
    if not newest.version:
        return frozenset()
    already = policy_check.check(newest.policy, today).warnings
    touched = {_section(change.path) for change in plan.changes}
    return frozenset(one.name for one in plan.warnings if one in already and _section(one.path) not in touched)


def _section(path: str) -> str:
    return path.partition(".")[0]


def _flat(house: House, policy: Policy) -> Mapping[str, Any]:
    return flat(complete(policy, house.methods))


def _at(values: Mapping[str, Any], path: str) -> Any:
    if path not in values:
        raise Invalid(say("policy.edit.no_setting", path=path))
    return values[path]


def _newest(unit: Unit) -> Document:
    found = unit.policies.history(1)
    return found[0] if found else NOTHING


def _version(unit: Unit, version: int) -> Document:
    if version == 0:
        return NOTHING
    found = unit.policies.document(version)
    if found is None:
        raise NotFound(say("policy.no_version", version=version))
    return found
