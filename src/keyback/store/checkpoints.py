"""Signed checkpoints of the audit log, and the log as the verifier reads it."""

from collections.abc import Iterator, Mapping
from typing import Final

from keyback.core.audit_chain import FIELDS, Checkpoint, Linked, Mark, canonical
from keyback.core.errors import Broken
from keyback.core.events import Event
from keyback.core.types import Instant, Span
from keyback.store.engine import Row, Sql
from keyback.store.keys import sealed_root, sealer_of
from keyback.store.seal import SIGNING, AesSealer, signed
from keyback.store.unit import SqlStore, SqlUnit

AT_ONCE: Final = 1_000
CHECKING: Final = ("audit-chain", SIGNING)
"""Whose keys a log is checked with."""

_HEAD = Sql(
    """SELECT h.seq, h.hash, (SELECT coalesce(max(a.seq), 0) FROM audit a WHERE a.tenant = h.tenant)
    FROM audit_head h WHERE h.tenant = :tenant"""
)
_LINES = Sql(
    f"""SELECT {", ".join(FIELDS)}, hash FROM audit WHERE tenant = :tenant AND seq > :after AND seq <= :upto
    ORDER BY seq LIMIT :most"""
)
_COLUMNS = "SELECT seq, hash, at, base, signature FROM checkpoint WHERE tenant = :tenant"
_AFTER = Sql(f"{_COLUMNS} AND seq > :after AND seq <= :upto ORDER BY seq LIMIT :most")
_BASE = Sql(f"{_COLUMNS} AND base = 1 ORDER BY seq DESC LIMIT 1")
_NEWEST = Sql(f"{_COLUMNS} ORDER BY seq DESC LIMIT 1")
_UNSHIPPED = Sql(f"{_COLUMNS} AND shipped_at IS NULL ORDER BY seq DESC LIMIT :most")
_SHIPPED = Sql(
    "UPDATE checkpoint SET shipped_at = :now WHERE tenant = :tenant AND seq = :seq AND base = :base "
    "AND shipped_at IS NULL"
)
_PUT = Sql(
    """INSERT INTO checkpoint (tenant, seq, hash, at, signature, shipped_at, base)
    VALUES (:tenant, :seq, :hash, :at, :signature, NULL, :base)
    ON CONFLICT (tenant, seq) DO UPDATE SET at = excluded.at, signature = excluded.signature, base = 1,
      shipped_at = NULL WHERE excluded.base = 1"""
)
_FORGET_BEFORE = Sql("DELETE FROM checkpoint WHERE tenant = :tenant AND seq < :seq")


def begin_after(unit: SqlUnit, mark: Mark) -> None:
    """Retention has removed everything up to `mark`: from now on the log begins after it. In the same transaction."""
    if not isinstance(unit.sealer, AesSealer):
        raise Broken("this store is not sealed under a key file")
    _put(unit, unit.sealer, mark, base=True)
    unit.link.put(_FORGET_BEFORE, {"tenant": unit.tenant, "seq": mark.seq})


def _put(unit: SqlUnit, sealer: AesSealer, mark: Mark, *, base: bool) -> Checkpoint:
    plain = Checkpoint(unit.tenant, mark, unit.now, base)
    signature = sealer.sign(plain.said)
    values = {"tenant": unit.tenant, "seq": mark.seq, "hash": mark.hash, "at": plain.at, "base": int(base)}
    unit.link.put(_PUT, {**values, "signature": signature})
    return Checkpoint(unit.tenant, mark, plain.at, base, signature)


class SqlBook:
    """Implements `app.audit.ports.Book`: short transactions, so that nobody waits for a long look."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._sealer = sealer_of(store)
        self.tenant = store.tenant
        self.public_key = self._sealer.public_key()

    def head(self) -> tuple[Mark, int]:
        """The end of the chain, and the highest number there is. Raises `Broken` without a chain."""
        with self._store.reading() as unit:
            row = unit.link.one(_HEAD, {"tenant": unit.tenant})
        if row is None:
            raise Broken("the audit chain has no head")
        return Mark(int(row[0]), bytes(row[1])), int(row[2])

    def base(self) -> Checkpoint | None:
        """After which line the log begins."""
        return self._one(_BASE)

    def newest(self) -> Checkpoint | None:
        """The last checkpoint."""
        return self._one(_NEWEST)

    def lines(self, after: int, upto: int) -> Iterator[Linked]:
        """In order, a batch in memory at a time."""
        while True:
            with self._store.reading() as unit:
                values = {"tenant": unit.tenant, "after": after, "upto": upto, "most": AT_ONCE}
                rows = unit.link.all(_LINES, values)
            yield from (Linked(dict(zip(FIELDS, row[:-1], strict=True)), bytes(row[-1])) for row in rows)
            if len(rows) < AT_ONCE:
                return
            after = int(rows[-1][0])

    def checkpoints(self, after: int, upto: int) -> Iterator[Checkpoint]:
        """In order."""
        while True:
            with self._store.reading() as unit:
                values = {"tenant": unit.tenant, "after": after, "upto": upto, "most": AT_ONCE}
                rows = unit.link.all(_AFTER, values)
            yield from (self._read(row) for row in rows)
            if len(rows) < AT_ONCE:
                return
            after = int(rows[-1][0])

    def hash_of(self, previous: bytes, line: Mapping[str, str | int]) -> bytes:
        """As `store.audit` computes it."""
        return self._sealer.mac("audit-chain", previous, self.tenant, canonical(line))

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether its signature does."""
        return signed(self.public_key, checkpoint.said, checkpoint.signature)

    def sign(self, mark: Mark, every: Span) -> Checkpoint | None:
        """A checkpoint, unless there is one that is younger than `every`, or of this line."""
        with self._store.writing() as unit:
            row = unit.link.one(_NEWEST, {"tenant": unit.tenant})
            newest = self._read(row) if row is not None else None
            if newest is not None and (newest.mark.seq >= mark.seq or unit.now - newest.at < every):
                return None
            return _put(unit, self._sealer, mark, base=False)

    def tell(self, event: Event) -> None:
        """One line."""
        with self._store.writing() as unit:
            unit.audit(event)

    def sealed_roots(self) -> Mapping[str, bytes]:
        """What an export needs beside the key file to be checked without the database; sealed."""
        with self._store.reading() as unit:
            return {purpose: sealed_root(unit.link, unit.tenant, purpose) for purpose in CHECKING}

    def unshipped(self, most: int) -> list[Checkpoint]:
        """Those that nobody elsewhere has yet, the newest first: it vouches for all before it."""
        with self._store.reading() as unit:
            rows = unit.link.all(_UNSHIPPED, {"tenant": unit.tenant, "most": most})
        return [self._read(row) for row in rows]

    def shipped(self, checkpoint: Checkpoint) -> None:
        """Somebody elsewhere has it."""
        with self._store.writing() as unit:
            values = {"tenant": unit.tenant, "seq": checkpoint.mark.seq, "base": int(checkpoint.base), "now": unit.now}
            unit.link.put(_SHIPPED, values)

    def now(self) -> Instant:
        """The store's time."""
        with self._store.reading() as unit:
            return unit.now

    def _one(self, statement: Sql) -> Checkpoint | None:
        with self._store.reading() as unit:
            row = unit.link.one(statement, {"tenant": unit.tenant})
        return self._read(row) if row is not None else None

    def _read(self, row: Row) -> Checkpoint:
        return Checkpoint(
            self._store.tenant, Mark(int(row[0]), bytes(row[1])), int(row[2]), bool(row[3]), bytes(row[4])
        )
