"""What lies under the master keys: every sealed column, every kind of keyed hash, and how they move to a new version.

A column moves row by row: opened, sealed again, and written only where the row still holds what was read, in short
transactions. Killed in the middle, run twice, or overtaken by a journey, nothing is lost, and what is left is found
again. Which version seals is in the database: it is the one under which the roots in `key_root` lie.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keyback.app.keys.ports import Batch, Count
from keyback.core.errors import Broken, Contended
from keyback.core.events import Event
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql
from keyback.store.seal import FORMAT, KEY_BYTES, MARK_BYTES, SIGNING, AesSealer
from keyback.store.unit import SqlStore

AT_ONCE: Final = 200
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Column:
    """A sealed column, the columns that find its row (the first one is what the seal is bound to), and what it holds."""

    table: str
    column: str
    keys: tuple[str, ...]
    before_all: tuple[Any, ...]
    """A key below every real one."""
    about: str
    sealed_as: tuple[str, str] = ("", "")
    """Table and column to which the seal is bound, where they are others: a hash keeps its seal when it becomes history."""

    @property
    def name(self) -> str:
        """`contact.value`."""
        return f"{self.table}.{self.column}"


SEALED: Final = (
    Column("key_root", "sealed", ("purpose",), ("",), "keys of keyed hashes, and of the signature of checkpoints"),
    Column("contact", "value", ("id",), ("",), "mail addresses and telephone numbers"),
    Column("enrolment", "secret", ("id",), ("",), "secrets of authenticator apps; hashes of recovery codes"),
    Column("credential", "encoded", ("person",), ("",), "Argon2id hashes of passwords"),
    Column(
        "old_password", "encoded", ("person", "replaced_at"), ("", -1), "Argon2id hashes of earlier passwords",
        ("credential", "encoded"),
    ),
    Column("setup_link", "secret", ("token",), (b"",), "the authenticator secret that a one-time link offers"),
    Column("session_challenge", "payload", ("id",), ("",), "addresses, numbers and secrets that are being registered"),
    Column("wrong_password", "sealed", ("account",), ("",), "keyed hashes of the last wrong passwords, for a day"),
    Column("upload", "body", ("id",), ("",), "people files that wait to be confirmed, for an hour"),
    Column("outbox", "sealed", ("id",), ("",), "messages: to whom, and what they say"),
)  # fmt: skip
"""Every sealed column. The roots come first: where they lie is which version is in use."""

HASHED: Final[Mapping[str, str]] = {
    "access-pass": "temporary access passes",
    "account": "stable stand-ins for user IDs that nobody has",
    "audit-chain": "the chain of the audit log",
    SIGNING: "the seed of the key that signs checkpoints of the audit log (Ed25519)",
    "code": "codes that were sent, bound to tenant, journey, challenge and purpose",
    "contact": "finding the same address or number again",
    "destination": "where a code was sent to",
    "form": "the token in a form, bound to its browser",
    "journey-cookie": "which browser holds a journey",
    "journey-successor": "the cookie after a right answer",
    "known-client": "the cookie by which a browser's owner is known",
    "objection-link": "links that say: this was not me",
    "outbox.id": "ids of messages",
    "resend-wait": "how much longer somebody waits for another message",
    "registration": "codes while a method is registered",
    "session-code": "codes that were sent to who is signed in, bound to tenant, session, challenge and purpose",
    "session-cookie": "which browser is signed in",
    "setup-code": "codes while a one-time link is used",
    "setup-link": "one-time links",
    "throttle": "whom a counter counts",
    "trust-root": "what a proof rests on: a mailbox, a number, a device",
    "wrong-password": "the last wrong passwords of an account, to count the same one once",
    "work": "proof of work (the key of its signature)",
}
"""Every purpose of a keyed hash (HMAC-SHA-256), each with a key of its own."""

_ROOTS = Sql("SELECT purpose, sealed, made_at FROM key_root WHERE tenant = :tenant")
_ADD_ROOT = Sql(
    "INSERT INTO key_root (tenant, purpose, sealed, made_at) VALUES (:tenant, :purpose, :sealed, :now) "
    "ON CONFLICT DO NOTHING"
)
_MOVE_ROOT = Sql(
    "UPDATE key_root SET sealed = :new, made_at = :now WHERE tenant = :tenant AND purpose = :purpose AND sealed = :old"
)
_LOCK = Sql(f"LOCK TABLE {', '.join(one.table for one in SEALED)} IN SHARE MODE")


def _place(one: Column, key: object, tenant: str) -> dict[str, str]:
    table, column = one.sealed_as if one.sealed_as[0] else (one.table, one.column)
    return {
        "table": table,
        "column": column,
        "row": key.hex() if isinstance(key, bytes) else str(key),
        "tenant": tenant,
    }


_KEYS = {one.name: ", ".join(one.keys) for one in SEALED}
_COUNT = {
    one.name: Sql(
        f"SELECT substr({one.column}, 1, {MARK_BYTES}), count(*) FROM {one.table} "
        f"WHERE tenant = :tenant AND length({one.column}) > 0 GROUP BY 1"
    )
    for one in SEALED
}
_NEXT = {
    one.name: Sql(
        f"SELECT {_KEYS[one.name]}, {one.column} FROM {one.table} WHERE tenant = :tenant "
        f"AND length({one.column}) > 0 AND substr({one.column}, 1, {MARK_BYTES}) <> :mark "
        f"AND ({_KEYS[one.name]}) > ({', '.join(f':{key}' for key in one.keys)}) "
        f"ORDER BY {_KEYS[one.name]} LIMIT :most"
    )
    for one in SEALED
}
_PUT = {
    one.name: Sql(
        f"UPDATE {one.table} SET {one.column} = :new WHERE tenant = :tenant AND {one.column} = :old AND "
        + " AND ".join(f"{key} = :{key}" for key in one.keys)
    )
    for one in SEALED
}


def sealer_of(store: SqlStore) -> AesSealer:
    """With its keys."""
    if not isinstance(store.sealer, AesSealer):
        raise Broken("this store is not sealed under a key file")
    return store.sealer


def adopt_keys(store: SqlStore) -> None:
    """Take from the database which version seals and the keys of keyed hashes; make those that are missing.

    Raises `Broken` when the key file is not the one that the database was sealed under.
    """
    sealer = sealer_of(store)
    sealer.keys.refresh()
    with store.reading() as unit:
        rows = unit.link.all(_ROOTS, {"tenant": store.tenant})
    if HASHED.keys() - {row[0] for row in rows}:
        with store.writing() as unit:
            _make_roots(unit.link, sealer, rows, unit.now)
            rows = unit.link.all(_ROOTS, {"tenant": store.tenant})
    roots = {row[0]: open_root(sealer, row[0], bytes(row[1])) for row in rows}
    sealer.adopt(_version(rows), roots)


def open_root(sealer: AesSealer, purpose: str, sealed: bytes) -> bytes:
    """The key of one kind of keyed hash. Raises `Broken`."""
    plain = sealer.open(sealed, **_place(SEALED[0], purpose, sealer.tenant))
    if plain[:1] != FORMAT or len(plain) != 1 + KEY_BYTES:
        raise Broken(f"key_root {purpose}: not a key")
    return plain[1:]


def sealed_root(link: Link, tenant: str, purpose: str) -> bytes:
    """As it lies in the database."""
    return next(bytes(row[1]) for row in link.all(_ROOTS, {"tenant": tenant}) if row[0] == purpose)


def _make_roots(link: Link, sealer: AesSealer, rows: Sequence[Row], now: Instant) -> None:
    """From the oldest master, as they were derived before, so that every keyed hash that is there stays true."""
    sealer.adopt(_version(rows) if rows else sealer.keys.newest, {})
    for purpose in HASHED.keys() - {row[0] for row in rows}:
        sealed = sealer.seal(FORMAT + sealer.root(purpose), **_place(SEALED[0], purpose, sealer.tenant))
        link.put(_ADD_ROOT, {"tenant": sealer.tenant, "purpose": purpose, "sealed": sealed, "now": now})


def _version(rows: Sequence[Row]) -> int:
    return max(version_of(bytes(row[1])) for row in rows)


def version_of(sealed: bytes) -> int:
    """The key version in the beginning of a sealed value; 0 for what is none."""
    return int.from_bytes(sealed[1:MARK_BYTES], "big") if sealed[:1] == FORMAT and len(sealed) >= MARK_BYTES else 0


class SqlVault:
    """Implements `app.keys.ports.Vault`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._sealer = sealer_of(store)
        self.purposes: tuple[str, ...] = tuple(one.name for one in SEALED)
        self.shared = store.engine.has_own_clock

    @property
    def active(self) -> int:
        """The version that seals."""
        return self._sealer.version

    def since(self) -> Instant:
        """When it began to."""
        with self._store.reading() as unit:
            return max(int(row[2]) for row in unit.link.all(_ROOTS, {"tenant": unit.tenant}))

    def now(self) -> Instant:
        """The store's time."""
        with self._store.reading() as unit:
            return unit.now

    def counts(self) -> Sequence[Count]:
        """How many values lie under each version, column by column."""
        found: list[Count] = []
        for purpose in self.purposes:
            with self._store.reading() as unit:
                found += _counted(unit.link, unit.tenant, purpose)
        return found

    def tell(self, event: Event) -> None:
        """One line of the audit log."""
        with self._store.writing() as unit:
            unit.audit(event)

    def activate(self, version: int, event: Event) -> None:
        """From here on what is new is sealed under `version`: the roots move to it, all at once."""
        sealer, one = self._sealer, SEALED[0]
        sealer.keys.derive(version, "check", "")
        with self._store.writing() as unit:
            for purpose, sealed, _ in unit.link.all(_ROOTS, {"tenant": unit.tenant}):
                place = _place(one, purpose, unit.tenant)
                plain = sealer.open(bytes(sealed), **place)
                new = sealer.sealed_under(version, plain, **place)
                values = {"tenant": unit.tenant, "purpose": purpose, "old": bytes(sealed), "new": new, "now": unit.now}
                if unit.link.run(_MOVE_ROOT, values) != 1:
                    raise Contended("somebody else rotates the keys")
            unit.audit(event)
        adopt_keys(self._store)

    def batch(self, purpose: str, after: tuple[Any, ...] | None) -> Batch:
        """Seal the next rows again that lie under another version, from the one after `after` on."""
        one = next(one for one in SEALED if one.name == purpose)
        sealer = self._sealer
        keys = dict(zip(one.keys, after or one.before_all, strict=True))
        with self._store.reading() as unit:
            rows = unit.link.all(_NEXT[purpose], {"tenant": unit.tenant, "mark": sealer.mark, "most": AT_ONCE, **keys})
        ready, unreadable = [], []
        for *found, old in rows:
            place = _place(one, found[0], self._store.tenant)
            try:
                new = sealer.seal(sealer.open(bytes(old), **place), **place)
            except Broken:
                unreadable.append(f"{purpose} {place['row']}")
            else:
                ready.append({**dict(zip(one.keys, found, strict=True)), "old": bytes(old), "new": new})
        return Batch(self._written(purpose, ready), tuple(unreadable), tuple(rows[-1][:-1]) if rows else None)

    def _written(self, purpose: str, ready: Sequence[Mapping[str, object]]) -> int:
        for attempt in range(_TRIES):
            try:
                with self._store.writing() as unit:
                    return sum(unit.link.run(_PUT[purpose], {"tenant": unit.tenant, **values}) for values in ready)
            except Contended:
                if attempt == _TRIES - 1:
                    raise
        return 0

    def retire(self, version: int, event: Event) -> Sequence[Count]:
        """Audit it if nothing lies under `version`, else tell what does. Waits for whoever is writing at this moment."""
        with self._store.writing() as unit:
            if self.shared:
                unit.link.run(_LOCK, {})
            counts = [one for name in self.purposes for one in _counted(unit.link, unit.tenant, name)]
            left = [one for one in counts if one.version == version]
            if not left:
                unit.audit(event)
        return left


def _counted(link: Link, tenant: str, purpose: str) -> Sequence[Count]:
    rows = link.all(_COUNT[purpose], {"tenant": tenant})
    found: dict[int, int] = {}
    for mark, count in rows:
        version = version_of(bytes(mark))
        found[version] = found.get(version, 0) + int(count)
    return [Count(purpose, version, count) for version, count in sorted(found.items())]
