"""Three planted mistakes, made of Keyback's own repositories: if the checks of this folder do not see them, the checks
are worth nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from keyback.core.ports import Charge
from keyback.core.types import Instant
from keyback.store.engine import Sql
from keyback.store.journeys import SqlJourneys
from keyback.store.people import SqlPeople
from keyback.store.throttles import SqlThrottles
from keyback.store.unit import SqlStore, SqlUnit

_EVIDENCE = Sql("UPDATE evidence SET spent_at = :now WHERE challenge = :challenge")
_USE = Sql("UPDATE challenge SET used_at = :now WHERE id = :challenge")
_UNUSED = Sql("SELECT id FROM challenge WHERE used_at IS NULL AND superseded = 0 AND expires_at > :now")
_STEP = Sql("UPDATE enrolment SET counter = :counter WHERE id = :enrolment")
_PAPER = Sql("UPDATE enrolment SET state = 'spent' WHERE id = :enrolment")
_ACTIVE = Sql("SELECT id, counter FROM enrolment WHERE state = 'active'")


class NoEvidenceCheck(SqlStore):
    """At commit the proofs are spent, but nobody looks whether they are still there, unspent and fresh."""

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        with super().writing() as unit:
            unit.journeys = _Trusting(unit.link, unit.tenant)
            yield unit


class _Trusting(SqlJourneys):
    __slots__ = ()

    def spend_evidence(self, journey: str, challenge: str, not_before: Instant, now: Instant) -> bool:
        del journey, not_before
        self._link.run(_EVIDENCE, {"challenge": challenge, "now": now})
        return True


class CheckThenCharge(SqlStore):
    """The limit is looked at first, then counted: two steps."""

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        with super().reading() as before:
            seen = {(row[0], bytes(row[1])): int(row[2]) for row in before.link.all(_COUNTERS, {})}
        with super().writing() as unit:
            unit.throttles = _Late(unit, seen)
            yield unit


_COUNTERS = Sql("SELECT limit_name, throttle_key, used FROM throttle")
_COUNT = Sql(
    """INSERT INTO throttle (tenant, limit_name, throttle_key, window_start, used, paused_until, ends_at)
    VALUES (:tenant, :limit, :key, :now, 1, 0, :ends)
    ON CONFLICT (tenant, limit_name, throttle_key) DO UPDATE SET used = throttle.used + 1"""
)


class _Late(SqlThrottles):
    __slots__ = ("_seen",)

    def __init__(self, unit: SqlUnit, seen: dict[tuple[str, bytes], int]) -> None:
        super().__init__(unit.link, unit.tenant, unit.sealer)
        self._seen = seen

    def charge(self, charge: Charge, now: Instant) -> Instant | None:
        key = self._sealer.mac("throttle", charge.limit, charge.key)
        if self._seen.get((charge.limit, key), 0) >= charge.budget:
            return now + charge.window
        values = {"tenant": self._tenant, "limit": charge.limit, "key": key, "now": now, "ends": now + charge.window}
        self._link.run(_COUNT, values)
        return None


@dataclass(frozen=True, slots=True)
class _Seen:
    unused: frozenset[str]
    counters: dict[str, int]


class SelectThenUpdate(SqlStore):
    """Whether a code, a step or a recovery code is unused is selected first; then it is used up."""

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        with super().reading() as before:
            unused = frozenset(row[0] for row in before.link.all(_UNUSED, {"now": before.now}))
            seen = _Seen(unused, dict(tuple(row) for row in before.link.all(_ACTIVE, {})))
        with super().writing() as unit:
            unit.journeys = _SelectsChallenges(unit, seen)
            unit.people = _SelectsEnrolments(unit, seen)
            yield unit


class _SelectsChallenges(SqlJourneys):
    __slots__ = ("_seen",)

    def __init__(self, unit: SqlUnit, seen: _Seen) -> None:
        super().__init__(unit.link, unit.tenant)
        self._seen = seen

    def consume(self, challenge: str, now: Instant) -> bool:
        if challenge not in self._seen.unused:
            return False
        self._link.run(_USE, {"challenge": challenge, "now": now})
        return True


class _SelectsEnrolments(SqlPeople):
    __slots__ = ("_seen",)

    def __init__(self, unit: SqlUnit, seen: _Seen) -> None:
        super().__init__(unit.link, unit.tenant, unit.sealer, unit.now)
        self._seen = seen

    def advance(self, enrolment: str, counter: int, now: Instant) -> bool:
        del now
        if self._seen.counters.get(enrolment, counter) >= counter:
            return False
        self._link.run(_STEP, {"enrolment": enrolment, "counter": counter})
        return True

    def spend(self, enrolment: str, now: Instant) -> bool:
        del now
        if enrolment not in self._seen.counters:
            return False
        self._link.run(_PAPER, {"enrolment": enrolment})
        return True
