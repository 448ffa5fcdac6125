"""Whom a change of policy would touch, by name: the very people whom its effect counts."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from keyback.app.admin.rights import require
from keyback.app.house import House
from keyback.app.policy.apply import Order
from keyback.app.policy.diff import Plan
from keyback.app.policy.effect import Effect
from keyback.core.errors import Contended
from keyback.core.events import Activity, Event
from keyback.core.policy import InForce
from keyback.core.ports import Candidate, Method, Unit
from keyback.core.rules import policy_check, readiness
from keyback.core.rules.readiness import Likes, Must
from keyback.core.rules.roles import Permission
from keyback.core.types import Code

MOST = 100_000
"""People in one file."""
PAGE = 50_000
"""People looked at in one statement."""


class Touched(StrEnum):
    """One of the numbers of an effect."""

    GAIN = "gain"
    LOSE = "lose"
    NEWLY = "newly"
    """Would have too few methods, and had enough or were not in scope."""
    ASKED = "asked"
    FACTOR = "factor"
    STRANDED = "stranded"


def number(effect: Effect, which: Touched) -> int:
    """How many they are."""
    return {
        Touched.GAIN: effect.gain,
        Touched.LOSE: effect.lose,
        Touched.NEWLY: effect.newly_must_register,
        Touched.ASKED: effect.asked,
        Touched.FACTOR: effect.without_factor,
        Touched.STRANDED: effect.stranded,
    }[which]


def touched(house: House, plan: Plan, which: Touched, most: int, page: int = PAGE) -> Sequence[Candidate]:
    """At most so many of them, in order of user ID; so many people are looked at at a time. Raises `Contended` if another version came in force since."""
    with house.store.reading() as unit:
        before = unit.policies.in_force()
        if (before.version if before is not None else 0) != plan.base:
            raise Contended
        found = list(
            _found(unit, before, InForce(0, plan.policy), (tuple(house.methods.values()), which, (most, page)))
        )
    return sorted(found, key=lambda one: one.upn)


def export(house: House, plan: Plan, which: Touched, order: Order) -> Sequence[Candidate]:
    """The same for a file, noted in the audit log. Raises `Forbidden` without the right (ADM-6)."""
    with house.store.writing() as unit:
        require(unit, order.actor, Permission.EXPORT_PEOPLE)
        details: dict[str, str | int] = {"list": f"policy.{which}", "base": plan.base}
        unit.audit(Event(Activity.PEOPLE_EXPORTED, order.actor, "", "success", source=order.source, details=details))
    return touched(house, plan, which, MOST)


def _found(
    unit: Unit, before: InForce | None, after: InForce, asked: tuple[Sequence[Method], Touched, tuple[int, int]]
) -> Iterator[Candidate]:
    """Everybody is looked at once, a page at a time; each class of like people is judged once."""
    methods, which, (most, page) = asked
    groups = sorted({
        group for one in (before, after) if one is not None for _, group in policy_check.groups_of(one.policy)
    })  # fmt: skip
    since, last, found = readiness.due_since(after.policy, unit.now), "", 0
    judged: dict[Likes, bool] = {}
    while people := unit.readiness.page(groups, unit.now, since, last, page):
        for who, like in people:
            if like not in judged:
                judged[like] = _counts(like) and _is(like, before, after, (methods, which))
            if judged[like] and found < most:
                found += 1
                yield who
        if found >= most or len(people) < page:
            return
        last = people[-1][0].id


def _counts(like: Likes) -> bool:
    return like.enabled and like.helps_self != readiness.NEVER


_MUST = {Touched.ASKED: Must.REGISTER, Touched.FACTOR: Must.FACTOR, Touched.STRANDED: Must.STRANDED}


def _is(like: Likes, before: InForce | None, after: InForce, asked: tuple[Sequence[Method], Touched]) -> bool:
    methods, which = asked
    if which in _MUST:
        return _MUST[which] in readiness.musts(like, after, methods)
    was, will = readiness.refusal_of(like, before), readiness.refusal_of(like, after)
    if which is Touched.NEWLY:
        return will is Code.TOO_FEW_METHODS and was is not Code.TOO_FEW_METHODS
    return (will if which is Touched.GAIN else was) is None and (was if which is Touched.GAIN else will) is not None
