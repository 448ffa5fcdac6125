"""What holds after every fault, as functions that look into the database: I1 to I12, each by its own name.

A `Case` is one operation that met one fault, and what the house held before it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from keyback.core.audit_chain import FIELDS, canonical
from keyback.store.engine import Row, Sql
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, SECRET, TENANT, Living

PROVEN = "User completed the %"
WRITTEN = {"reset": "User successfully reset password", "unlock": "User successfully unlocked account"}
"""By what the journey was for."""

_THROTTLES = Sql("SELECT limit_name, throttle_key, used, paused_until, window_start, ends_at FROM throttle")
_NOTICES = Sql(
    """SELECT count(*) FROM outbox WHERE template IN ('notice.password_reset', 'notice.password_changed')
    AND created_at >= :since"""
)
_UNLOCKED = Sql("SELECT count(*) FROM outbox WHERE template = 'notice.unlocked' AND created_at >= :since")
_PASSWORD = Sql("SELECT version, set_at, encoded FROM credential WHERE person = :person")
_HEAD = Sql("SELECT seq, hash FROM audit_head")
_LINES = Sql(f"SELECT {', '.join(FIELDS)}, hash FROM audit WHERE seq > :after ORDER BY seq")
_JOURNEYS = Sql("SELECT id, state, gates, purpose FROM journey WHERE person = :person")
_PROOFS = Sql(
    """SELECT e.journey, e.method, e.roots, e.spent_at, c.used_at, c.journey, n.method, n.state
    FROM evidence e JOIN challenge c ON c.tenant = e.tenant AND c.id = e.challenge
    JOIN journey j ON j.tenant = e.tenant AND j.id = e.journey
    LEFT JOIN enrolment n ON n.tenant = e.tenant AND n.id = e.enrolment WHERE j.person = :person"""
)
_USED = Sql(
    """SELECT count(*) FROM challenge c JOIN journey j ON j.tenant = c.tenant AND j.id = c.journey
    WHERE j.person = :person AND c.used_at IS NOT NULL"""
)
_SAID = Sql("SELECT count(*) FROM audit WHERE correlation = :journey AND result = 'success' AND reason LIKE :reason")
_SESSIONS = Sql("SELECT count(*) FROM session WHERE person = :person")
_LIVE = Sql(
    """SELECT count(*) FROM journey j JOIN person p ON p.tenant = j.tenant AND p.id = j.person
    WHERE j.person = :person AND j.state IN ('proving', 'choosing') AND (j.generation = p.generation
      OR EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = j.tenant AND e.journey = j.id))"""
)
_LINKS = Sql("SELECT count(*) FROM setup_link WHERE person = :person AND used_at IS NULL")
_TABLES = {
    "sqlite": Sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"),
    "postgresql": Sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"),
}


class Said(StrEnum):
    """What the person was told."""

    DONE = "done"
    """It happened; or, of a wrong answer, that it is wrong."""
    FAILED = "failed"
    """Nothing was changed."""
    UNSURE = "unsure"
    """Nobody can say."""


def rows(living: Living, statement: Sql, **values: object) -> Sequence[Row]:
    """Everything a statement finds."""
    with living.store.reading() as unit:
        return unit.link.all(statement, values)


def number(living: Living, statement: Sql, **values: object) -> int:
    """The first column of its first row."""
    return int(rows(living, statement, **values)[0][0])


@dataclass(frozen=True, slots=True)
class Counter:
    """One row of the limiter."""

    used: int
    paused_until: int
    window_start: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Before:
    """What was there."""

    at: int
    throttles: Mapping[tuple[str, bytes], Counter]
    password: tuple[int, int, bytes]
    seq: int
    hash: bytes


def remember(living: Living, person: str) -> Before:
    """Look at everything that the invariants compare with."""
    head = rows(living, _HEAD)[0]
    return Before(living.clock.now(), counters(living), password_row(living, person), head[0], bytes(head[1]))


def counters(living: Living) -> Mapping[tuple[str, bytes], Counter]:
    """By limit and hashed key."""
    return {(row[0], bytes(row[1])): Counter(*row[2:]) for row in rows(living, _THROTTLES)}


def password_row(living: Living, person: str) -> tuple[int, int, bytes]:
    """Version, time and sealed hash; version 0 where there is none."""
    found = rows(living, _PASSWORD, person=person)
    return (found[0][0], found[0][1], bytes(found[0][2])) if found else (0, 0, b"")


@dataclass(frozen=True, slots=True)
class Case:
    """One operation, interrupted or not."""

    living: Living
    person: str
    before: Before
    said: Said
    new: str = ""
    """The password that it was to set, if any."""
    notices: int = 1
    """How many messages must tell of it."""
    keeps: int = 0
    """How many sessions may be left after it."""

    @property
    def changed(self) -> bool:
        """Whether there is another password than before."""
        return password_row(self.living, self.person) != self.before.password


def i1_success_is_true(case: Case) -> None:
    if case.new and case.said is Said.DONE:
        assert case.living.has_password(case.person, case.new)
        assert not case.living.has_password(case.person, OLD_PASSWORD)


def i2_failure_changed_nothing(case: Case) -> None:
    if case.said is Said.FAILED or not case.new:
        assert not case.changed
    elif case.changed:
        assert case.living.has_password(case.person, case.new)


def i3_applied_at_most_once(case: Case) -> None:
    assert password_row(case.living, case.person)[0] - case.before.password[0] in {0, 1}
    for journey, state, _, purpose in rows(case.living, _JOURNEYS, person=case.person):
        for meant, reason in WRITTEN.items():
            done = state == "done" and purpose == meant
            assert number(case.living, _SAID, journey=journey, reason=reason) == done


def i4_never_older(case: Case) -> None:
    version, set_at, _ = password_row(case.living, case.person)
    assert (version, set_at) >= case.before.password[:2]


def i5_used_once(case: Case) -> None:
    proofs = rows(case.living, _PROOFS, person=case.person)
    assert number(case.living, _USED, person=case.person) == len(proofs)
    for journey, _, _, _, used_at, own_journey, enrolled, state in proofs:
        assert used_at is not None
        assert own_journey == journey
        assert enrolled != "recovery_code" or state == "spent"


def i6_counters_stay(case: Case) -> None:
    now, at = counters(case.living), case.living.clock.now()
    for key, before in case.before.throttles.items():
        after = now.get(key)
        if case.said is not Said.FAILED or before.ends_at <= at:
            continue
        assert after is not None
        assert (after.window_start, after.used) >= (before.window_start, before.used)
        assert after.paused_until >= before.paused_until


def i7_audit_is_whole(case: Case) -> None:
    seq, previous = case.before.seq, case.before.hash
    for row in rows(case.living, _LINES, after=seq):
        seq += 1
        line: dict[str, Any] = dict(zip(FIELDS, row, strict=False))
        assert line["seq"] == seq
        previous = case.living.house.sealer.mac("audit-chain", previous, TENANT.id, canonical(line))
        assert bytes(row[-1]) == previous
    head = rows(case.living, _HEAD)[0]
    assert (head[0], bytes(head[1])) == (seq, previous)
    for journey, _, _, _ in rows(case.living, _JOURNEYS, person=case.person):
        proofs = [row for row in rows(case.living, _PROOFS, person=case.person) if row[0] == journey]
        assert number(case.living, _SAID, journey=journey, reason=PROVEN) == len(proofs)


def i8_notices_are_queued(case: Case) -> None:
    assert number(case.living, _NOTICES, since=case.before.at) == (case.notices if case.changed else 0)
    unlocked = [
        row for row in rows(case.living, _JOURNEYS, person=case.person) if row[1] == "done" and row[3] == "unlock"
    ]
    assert number(case.living, _UNLOCKED, since=case.before.at) == len(unlocked)


def i10_nothing_older_works(case: Case) -> None:
    if case.changed:
        assert number(case.living, _SESSIONS, person=case.person) <= case.keeps
        assert number(case.living, _LIVE, person=case.person) == 0
        assert number(case.living, _LINKS, person=case.person) == 0


def i12_no_proof_is_skipped(case: Case) -> None:
    proofs = rows(case.living, _PROOFS, person=case.person)
    for journey, state, gates, _ in rows(case.living, _JOURNEYS, person=case.person):
        own = [row for row in proofs if row[0] == journey]
        if state in {"choosing", "done"}:
            assert len({row[1] for row in own}) >= gates
            assert len({row[2] for row in own}) >= gates
        assert all(row[3] is not None for row in own) or state != "done"


INVARIANTS: tuple[Callable[[Case], None], ...] = (
    i1_success_is_true,
    i2_failure_changed_nothing,
    i3_applied_at_most_once,
    i4_never_older,
    i5_used_once,
    i6_counters_stay,
    i7_audit_is_whole,
    i8_notices_are_queued,
    i10_nothing_older_works,
    i12_no_proof_is_skipped,
)
"""I9 looks at everything at once (`i9_no_secret_in_the_clear`), and I11 is that the operation then succeeds."""


def check(case: Case) -> None:
    """All of them."""
    for invariant in INVARIANTS:
        invariant(case)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never stand anywhere in the clear."""

    texts: list[str] = field(default_factory=lambda: [OLD_PASSWORD, NEW_PASSWORD, MAIL])
    octets: list[bytes] = field(default_factory=lambda: [SECRET])

    def __iter__(self) -> Any:
        return iter([*(text.encode() for text in self.texts), *self.octets])


def i9_no_secret_in_the_clear(living: Living, secrets: Secrets, *more: bytes) -> None:
    """In no column of any row, and in nothing else that is given."""
    held = list(more)
    with living.store.reading() as unit:
        for (table,) in unit.link.all(_TABLES[living.store.engine.name], {}):
            found = unit.link.all(Sql(f"SELECT * FROM {table}"), {})
            held.extend(value if isinstance(value, bytes) else str(value).encode() for row in found for value in row)
    everything = b"\0".join(held)
    assert [secret for secret in secrets if secret in everything] == []
