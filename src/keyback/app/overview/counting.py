"""Figures about everybody, counted by classes of like people: of a million now and then, of few whenever they are asked for.

They are kept with the version of the policy under which they were counted, so that nobody takes those of an older one for
the present ones.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from keyback.app.house import House
from keyback.core.policy import InForce, resolve
from keyback.core.ports import Unit
from keyback.core.rules import policy_check, readiness
from keyback.core.rules.assurance import NEVER_FOR_ADMINISTRATORS, PHONE_CODES
from keyback.core.rules.readiness import BITS, FOREIGN_PASSWORD, NEVER, NO_ADMINISTRATOR, Likes, Must
from keyback.core.types import MINUTE, Code, Instant

EVERY: Final = 5 * MINUTE
AT_ONCE: Final = 10_000
"""Up to so many people are counted for every look."""
_PREFIX: Final = "overview."
_VERSION: Final = "overview.policy"


class Measure(StrEnum):
    """Numbers of people who are enabled and may help themselves at all. Names of figures, so permanent."""

    PEOPLE = "people"
    IN_SCOPE = "in_scope"
    ABLE = "able"
    """In scope, and could reset now."""
    REGISTERED = "registered"
    """In scope, with enough methods, if some still wait."""
    MUST_REGISTER = "must_register"
    RECONFIRM = "reconfirm"
    STRANDED = "stranded"
    NOTHING = "nothing"
    """Have registered nothing at all, in scope or not."""
    ADMINISTRATORS = "administrators"
    ADMINISTRATORS_UNABLE = "administrators_unable"
    """In scope, and could not."""
    ADMINISTRATORS_BY_PHONE = "administrators_by_phone"
    ONE_GATE = "one_gate"
    """In scope, and one proof is enough."""
    BY_CONTACT = "by_contact"
    """In scope, with a mailbox or a phone that counts."""
    BY_PHONE = "by_phone"
    FOREIGN = "foreign"
    """In scope, with a password that lives elsewhere."""
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted, when, and under which policy."""

    numbers: Mapping[Measure, int]
    at: Instant
    version: int
    live: bool = False
    """Counted for this look."""

    def __getitem__(self, measure: Measure) -> int:
        return self.numbers.get(measure, 0)


def counted(house: House, unit: Unit, policy: InForce) -> Counted | None:
    """Now where people are few, else as it was kept; None: it was never counted."""
    if unit.listing.totals()["all"] <= AT_ONCE:
        return Counted(count(house, unit, policy), unit.now, policy.version, live=True)
    figures = unit.pulse.figures()
    if _VERSION not in figures:
        return None
    version, at = figures[_VERSION]
    kept = {one: figures[_PREFIX + one][0] for one in Measure if _PREFIX + one in figures}
    return Counted(kept, at, version)


def refresh(house: House, *, force: bool = False) -> bool:
    """Count again what is too old or of another policy; whether it was. What counts everybody is read outside of the unit
    that writes."""
    with house.store.reading() as unit:
        policy = unit.policies.in_force()
        version, at = unit.pulse.figures().get(_VERSION, (-1, 0))
        fresh = version == (policy.version if policy else 0) and unit.now - at < EVERY
        if fresh and not force:
            return False
        numbers = count(house, unit, policy) if policy else {}
        people = unit.listing.counted()
    with house.store.writing() as unit:
        for name, value in {**{_PREFIX + one: number for one, number in numbers.items()},
                            **{f"people.{name}": value for name, value in people.items()}}.items():  # fmt: skip
            unit.pulse.set_figure(name, value)
        unit.pulse.set_figure(_VERSION, policy.version if policy else 0)
    return True


def count(house: House, unit: Unit, policy: InForce) -> dict[Measure, int]:
    """One look at the classes of like people."""
    total: Counter[Measure] = Counter()
    since = readiness.due_since(policy.policy, unit.now)
    for like, number in unit.readiness.classes(groups_of(policy), unit.now, since):
        if like.enabled and like.helps_self != NEVER:
            for one in _measures(house, like, policy):
                total[one] += number
    return {one: total[one] for one in Measure}


def groups_of(policy: InForce) -> Sequence[str]:
    """Every group that the policy tells apart."""
    return sorted({group for _, group in policy_check.groups_of(policy.policy)})


def enough_with_waiting(like: Likes, policy: InForce) -> bool:
    """Whether what they registered would do once it no longer waits."""
    return readiness.refusal_of(replace(like, methods=like.methods | like.waiting), policy) is not Code.TOO_FEW_METHODS


def _measures(house: House, like: Likes, policy: InForce) -> Iterator[Measure]:
    yield Measure.PEOPLE
    musts = readiness.musts(like, policy, house.methods.values())
    administrator = like.administrator != NO_ADMINISTRATOR
    found = {
        Measure.NOTHING: not like.methods and not like.waiting,
        Measure.MUST_REGISTER: Must.REGISTER in musts,
        Measure.RECONFIRM: Must.RECONFIRM in musts,
        Measure.STRANDED: Must.STRANDED in musts,
        Measure.ADMINISTRATORS: administrator,
        Measure.ADMINISTRATORS_BY_PHONE: administrator and _has(like, PHONE_CODES),
        Measure.QUESTIONS: _has(like, NEVER_FOR_ADMINISTRATORS),
    }
    yield from (one for one, holds in found.items() if holds)
    if readiness.in_scope(like, policy):
        yield from _in_scope(like, policy, administrator=administrator)
        contacts = (method.name for method in house.methods.values() if method.contact_kind is not None)
        yield from (Measure.BY_CONTACT,) if _has(like, contacts) else ()


def _in_scope(like: Likes, policy: InForce, *, administrator: bool) -> Iterator[Measure]:
    able = readiness.refusal_of(like, policy) is None
    found = {
        Measure.IN_SCOPE: True,
        Measure.ABLE: able,
        Measure.REGISTERED: enough_with_waiting(like, policy),
        Measure.ADMINISTRATORS_UNABLE: administrator and not able,
        Measure.ONE_GATE: resolve(policy.policy, like.groups, administrator=administrator).gates == 1,
        Measure.BY_PHONE: _has(like, PHONE_CODES),
        Measure.FOREIGN: like.helps_self == FOREIGN_PASSWORD,
    }
    yield from (one for one, holds in found.items() if holds)


def _has(like: Likes, names: Iterable[str]) -> bool:
    return any(like.methods & BITS.get(name, 0) for name in names)
