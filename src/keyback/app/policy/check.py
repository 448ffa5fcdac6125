"""Whether a document may be applied: everything wrong with it, and everything to accept."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.policy.document import read
from keyback.app.policy.writing import with_groups
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.policy import Policy, Scope
from keyback.core.ports import Unit
from keyback.core.rules import policy_check
from keyback.core.rules.policy_check import Known, Warned

MESSAGES = {"policy.invalid": "The policy cannot be used. Nothing was changed."}

ALL_VERSIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """A document that was read. `policy` has group ids; it may be used only if there are no mistakes."""

    policy: Policy
    mistakes: tuple[Text, ...]
    warnings: tuple[Warned, ...]


def check(house: House, data: bytes) -> Checked:
    """Judge a file. Raises nothing about its content: that is what it tells."""
    with house.store.reading() as unit:
        return judged(house, unit, data)


def judged(house: House, unit: Unit, data: bytes) -> Checked:
    """Judge a file within a unit."""
    reading = read(data)
    ids = {name: group for group, name in unit.policies.groups().items()}
    folded = {name.casefold(): group for name, group in ids.items()}
    policy = with_groups(reading.policy, lambda name: ids.get(name) or folded.get(name.casefold(), name))
    verdict = policy_check.check(policy, known(house, unit))
    return Checked(policy, (*reading.mistakes, *verdict.mistakes), verdict.warnings)


def known(house: House, unit: Unit) -> Known:
    """What a document may name today."""
    earlier = unit.policies.history(ALL_VERSIONS)
    had_pilot = any(one.policy.self_service.enabled_for is not Scope.NONE for one in earlier)
    return Known(tuple(house.methods), frozenset(unit.policies.groups()), had_pilot)


def refuse(mistakes: tuple[Text, ...]) -> None:
    """Raises `Invalid` if there are any."""
    if mistakes:
        raise Invalid(say("policy.invalid"), mistakes)
