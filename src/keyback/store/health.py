"""What `keyback doctor` asks the database about itself and about rows that should not wait or lack."""

from collections.abc import Sequence
from dataclasses import dataclass

from keyback.core.types import Instant
from keyback.store.engine import Sql
from keyback.store.unit import SqlStore
from keyback.store.words import BATCH, rebuild

_WITHOUT_ROW = Sql(
    """SELECT count(*) FROM person p LEFT JOIN readiness r ON r.tenant = p.tenant AND r.person = p.id
    WHERE p.tenant = :tenant AND r.person IS NULL"""
)
_WAITING = Sql(
    """SELECT count(*), coalesce(min(created_at), 0) FROM outbox
    WHERE tenant = :tenant AND state = 'waiting' AND created_at < :before"""
)
_FAILED = Sql("SELECT count(*) FROM outbox WHERE tenant = :tenant AND state = 'failed' AND done_at >= :since")
_SQLITE = (Sql("PRAGMA journal_mode"), Sql("PRAGMA synchronous"))
_POSTGRESQL = Sql(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name"
)
_UNSAFE = frozenset({"off"})


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages that have waited longer than they should."""

    count: int
    since: Instant


def people_without_row(store: SqlStore) -> int:
    """People who are missing in the readiness rows."""
    with store.reading() as unit:
        row = unit.link.one(_WITHOUT_ROW, {"tenant": unit.tenant})
    return int(row[0]) if row else 0


def untrue_words(store: SqlStore, most: int, *, repair: bool) -> int:
    """How many of so many people are not found by the words of their names; with `repair` they are afterwards."""
    after, wrong, looked = "", 0, 0
    while looked < most:
        with store.writing() if repair else store.reading() as unit:
            after, found = rebuild(unit, after, repair=repair)
        wrong += found
        looked += BATCH
        if not after:
            break
    return wrong


def waiting(store: SqlStore, before: Instant) -> Waiting:
    """Messages written before then that still wait."""
    with store.reading() as unit:
        row = unit.link.one(_WAITING, {"tenant": unit.tenant, "before": before})
    return Waiting(int(row[0]), int(row[1])) if row else Waiting(0, 0)


def failed(store: SqlStore, since: Instant) -> int:
    """Messages that were given up since then."""
    with store.reading() as unit:
        row = unit.link.one(_FAILED, {"tenant": unit.tenant, "since": since})
    return int(row[0]) if row else 0


def forgetful(store: SqlStore) -> Sequence[str]:
    """Settings of the database with which a power cut loses what was acknowledged."""
    with store.reading() as unit:
        if store.engine.has_own_clock:
            return [f"{name}={value}" for name, value in unit.link.all(_POSTGRESQL, {}) if value in _UNSAFE]
        mode, synchronous = (unit.link.one(statement, {}) for statement in _SQLITE)
    wrong = [f"journal_mode={mode[0]}"] if mode and mode[0] not in {"wal", "memory"} else []
    return wrong + ([f"synchronous={synchronous[0]}"] if synchronous and int(synchronous[0]) < 2 else [])  # noqa: PLR2004 - FULL
