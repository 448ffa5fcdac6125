"""What the Overview tells, read in one unit: figures, the last days, what is wrong, and what makes the organisation weaker."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from keyback.app import breached, clock
from keyback.app.house import House
from keyback.app.logs.days import begins
from keyback.app.overview.counting import Counted, Measure, counted, groups_of
from keyback.app.watch.state import watch
from keyback.core.events import Activity
from keyback.core.policy import InForce, Policy, Scope
from keyback.core.ports import Unit
from keyback.core.ports.listing import LogQuery
from keyback.core.rules import policy_check
from keyback.core.rules.policy_check import Known, Warned
from keyback.core.types import DAY, MINUTE, SECOND, Instant

DAYS: Final = 14
WEEK: Final = 7
PATIENCE: Final = 10 * MINUTE
"""After which a message is late."""
REMEMBERED: Final = 30 * DAY
"""How long a broken audit log is spoken of."""


class Trouble(StrEnum):
    """Something that somebody should look at."""

    OFF = "off"
    BRAKE = "brake"
    STORM = "storm"
    PREFIXES = "prefixes"
    UNDELIVERED = "undelivered"
    LATE = "late"
    BREACHED = "breached"
    CLOCK = "clock"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Found:
    """One trouble: how many it is about, and until or since when."""

    trouble: Trouble
    count: int = 0
    at: Instant = 0


@dataclass(frozen=True, slots=True)
class Weak:
    """A setting in force that makes things easier for an attacker, and for how many people it holds."""

    warned: Warned
    people: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the organisation's zone."""

    date: str
    resets: int
    failures: int
    unlocks: int


@dataclass(frozen=True, slots=True)
class Looked:
    """All of it. Without a policy there are no figures."""

    policy: InForce | None
    counted: Counted | None
    days: tuple[Day, ...]
    troubles: tuple[Found, ...]
    weak: tuple[Weak, ...]

    @property
    def week(self) -> Day:
        """The last seven days together, today included."""
        last = self.days[-WEEK:]
        return Day("", sum(d.resets for d in last), sum(d.failures for d in last), sum(d.unlocks for d in last))


def look(house: House, unit: Unit, zone: str) -> Looked:
    """In the caller's unit."""
    policy = unit.policies.in_force()
    numbers = counted(house, unit, policy) if policy else None
    weak = tuple(_weak(house, policy, numbers)) if policy else ()
    return Looked(policy, numbers, tuple(_days(unit, zone)), tuple(_troubles(house, unit, policy)), weak)


def _days(unit: Unit, zone: str) -> Iterator[Day]:
    today = datetime.fromtimestamp(unit.now // SECOND, UTC).astimezone(ZoneInfo(zone)).date()
    dates = [str(today - timedelta(days=back)) for back in reversed(range(-1, DAYS))]
    starts = [begins(date, zone) for date in dates]
    for date, since, until in zip(dates[:-1], starts, starts[1:], strict=False):
        beats = (unit.pulse.within(name, since, until).total for name in ("resets", "failures", "unlocks"))
        yield Day(date, *beats)


def _troubles(house: House, unit: Unit, policy: InForce | None) -> Iterator[Found]:
    if policy is not None and policy.policy.self_service.enabled_for is Scope.NONE:
        yield Found(Trouble.OFF)
    seen = watch(unit)
    if seen.braked:
        yield Found(Trouble.BRAKE, at=seen.brake_until)
    if seen.stormy:
        yield Found(Trouble.STORM, at=seen.storm_until)
    counts = {
        Trouble.PREFIXES: unit.throttles.paused("sends.unanswered", unit.now),
        Trouble.UNDELIVERED: unit.outbox.lost(unit.now - DAY),
        Trouble.LATE: unit.outbox.late(unit.now - PATIENCE),
    }
    yield from (Found(trouble, count) for trouble, count in counts.items() if count)
    if breached.standing(house, (policy.policy if policy else Policy()).passwords)[1] is not None:
        yield Found(Trouble.BREACHED)
    if abs(unit.apart) > clock.WARNS:
        yield Found(Trouble.CLOCK, abs(unit.apart) // SECOND)
    broken = unit.log.lines(LogQuery((Activity.AUDIT_BROKEN,), since=unit.now - REMEMBERED, count=1))
    yield from (Found(Trouble.AUDIT, at=int(line["at"])) for line in broken)


_TOUCHES: Final[Mapping[str, Measure]] = MappingProxyType({
    "one_gate": Measure.ONE_GATE, "email_only": Measure.IN_SCOPE, "sms_only": Measure.IN_SCOPE,
    "no_countries": Measure.BY_PHONE, "notices_off": Measure.IN_SCOPE, "trust_imported_contacts": Measure.BY_CONTACT,
    "guided_everywhere": Measure.PEOPLE, "writeback": Measure.FOREIGN, "security_questions": Measure.QUESTIONS,
    "administrators_sms": Measure.ADMINISTRATORS_BY_PHONE, "administrators_stranded": Measure.ADMINISTRATORS,
    "password_only": Measure.NOTHING, "registration_off": Measure.NOTHING, "unlimited_skips": Measure.MUST_REGISTER,
    "short_holds": Measure.IN_SCOPE,
})  # fmt: skip
"""Whom a warning is about; all others are about everybody."""


def _weak(house: House, policy: InForce, numbers: Counted | None) -> Iterator[Weak]:
    known = Known(tuple(house.methods), frozenset(groups_of(policy)), had_pilot=True)
    for warned in policy_check.check(policy.policy, known).warnings:
        measure = _TOUCHES.get(warned.name, Measure.PEOPLE)
        yield Weak(warned, numbers[measure] if numbers else 0)
