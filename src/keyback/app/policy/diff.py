"""What a document would change: field by field, and for how many people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keyback.app.house import House
from keyback.app.policy.check import Checked, judged
from keyback.app.policy.document import flat
from keyback.app.policy.effect import Effect, effect
from keyback.app.policy.standing import refresh_due
from keyback.app.policy.writing import complete, named
from keyback.core.messages import Text
from keyback.core.policy import Policy
from keyback.core.ports import Unit
from keyback.core.rules.policy_check import Warned


@dataclass(frozen=True, slots=True)
class Change:
    """One field that would change. Groups stand by name. `old` is None where nothing was in force."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Plan:
    """A change of policy that was looked at. It can be carried out only while `base` is still in force."""

    base: int
    """Version that was in force; 0: none."""
    policy: Policy
    """With group ids."""
    changes: tuple[Change, ...]
    mistakes: tuple[Text, ...]
    warnings: tuple[Warned, ...]
    effect: Effect | None
    """None where mistakes forbid to count."""
    accepted_before: bool = False
    """It was in force before, so its warnings were accepted then."""


def diff(house: House, data: bytes) -> Plan:
    """Compare a file with the policy in force. Changes nothing but the bookkeeping of waits that have ended."""
    refresh_due(house)
    with house.store.reading() as unit:
        return planned(house, unit, judged(house, unit, data))


def planned(house: House, unit: Unit, checked: Checked) -> Plan:
    """The plan for a policy that was judged."""
    before = unit.policies.in_force()
    old = None if before is None else before.policy
    changes = differences(house, unit.policies.groups(), old, checked.policy)
    counted = None if checked.mistakes else effect(unit, before, checked.policy, house.methods.values())
    base = before.version if before is not None else 0
    return Plan(base, checked.policy, changes, checked.mistakes, checked.warnings, counted)


def differences(house: House, names: Mapping[str, str], old: Policy | None, new: Policy) -> tuple[Change, ...]:
    """The fields in which two policies differ, in the order of the document; `names` of groups by id."""
    now = flat(complete(named(new, names), house.methods))
    if old is None:
        return tuple(Change(path, None, value) for path, value in now.items())
    was = flat(complete(named(old, names), house.methods))
    paths = dict.fromkeys([*now, *was])
    return tuple(Change(path, was.get(path), now.get(path)) for path in paths if was.get(path) != now.get(path))
