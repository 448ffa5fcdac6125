"""Who can reset today, and who must register, confirm or is stranded: counted by classes, listed by name."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.policy.standing import refresh_due
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.core.policy import InForce
from keyback.core.ports import Candidate, Unit
from keyback.core.rules import policy_check, readiness
from keyback.core.rules.readiness import NEVER, Likes, Must

MESSAGES = {"readiness.no_policy": "No policy is in force, so nobody must register. Run `keyback policy apply`."}


@dataclass(frozen=True, slots=True)
class Counted:
    """Enabled people who may help themselves at all."""

    people: int
    able: int
    """Could reset now."""
    must: Mapping[Must, int]


def count(house: House) -> Counted:
    """One look at the classes of like people. Raises `Refused` without a policy."""
    refresh_due(house)
    with house.store.reading() as unit:
        policy = _in_force(unit)
        able, people, must = 0, 0, Counter[Must]()
        for like, number in _classes(unit, policy):
            people += number
            able += number * (readiness.refusal_of(like, policy) is None)
            for one in readiness.musts(like, policy, house.methods.values()):
                must[one] += number
    return Counted(people, able, {one: must[one] for one in Must})


def people(house: House, must: Must, most: int) -> Sequence[Candidate]:
    """At most so many of those who must, in order of user ID; who confirmed longest ago comes before others."""
    found: list[Candidate] = []
    refresh_due(house)
    with house.store.reading() as unit:
        policy = _in_force(unit)
        groups, since = _groups(policy), readiness.due_since(policy.policy, unit.now)
        for like, _ in _classes(unit, policy):
            if len(found) < most and must in readiness.musts(like, policy, house.methods.values()):
                found += unit.readiness.members(like, groups, unit.now, since, most - len(found))
    return sorted(found, key=lambda one: one.upn)


def _in_force(unit: Unit) -> InForce:
    policy = unit.policies.in_force()
    if policy is None:
        raise Refused(say("readiness.no_policy"))
    return policy


def _groups(policy: InForce) -> Sequence[str]:
    return sorted({group for _, group in policy_check.groups_of(policy.policy)})


def _classes(unit: Unit, policy: InForce) -> Iterable[tuple[Likes, int]]:
    since = readiness.due_since(policy.policy, unit.now)
    for like, number in unit.readiness.classes(_groups(policy), unit.now, since):
        if like.enabled and like.helps_self != NEVER:
            yield like, number
