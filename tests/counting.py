"""Counts the work that a house does, at its ports. Keyback knows nothing of it: what is counted passes by here."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from keyback.app.house import House
from keyback.core.ports import Directory, Hasher, Preflight, Sealer
from keyback.core.types import DirectoryKind, Person
from keyback.store.engine import Engine, Link, Row, Sql, Values
from tests.living import Between


@dataclass
class Work:
    """What was done, in its order."""

    statements: list[str] = field(default_factory=list)
    """Texts, in SQLite's spelling, with `read` or `write` where a transaction begins."""
    hashes: list[str] = field(default_factory=list)
    """`hash` or `verify`: one Argon2 each."""
    opens: list[str] = field(default_factory=list)
    """Tables whose seals were opened."""
    asked: list[str] = field(default_factory=list)
    """Directories, and what they were asked."""
    kicks: list[str] = field(default_factory=list)
    """Channels whose courier was woken."""

    @property
    def messages(self) -> int:
        """Rows that went into the outbox."""
        return sum(text.startswith("INSERT INTO outbox") for text in self.statements)


class Counter:
    """Stands between one house and its ports; `take` gives what was done since the last time."""

    def __init__(self, *directories: Directory) -> None:
        """`directories`: more of them than the house has by itself."""
        self._more = directories
        self._work = Work()

    def take(self) -> Work:
        """And begin again at nothing."""
        done, self._work = self._work, Work()
        return done

    @property
    def between(self) -> Between:
        """For `Living`."""
        return Between(engine=self.engine, hasher=self.hasher, sealer=self.sealer, house=self.house)

    def engine(self, real: Engine) -> Engine:
        """Every statement, and every beginning."""
        return _Engine(real, self)

    def hasher(self, real: Hasher) -> Hasher:
        """Every Argon2."""
        return _Hasher(real, self)

    def sealer(self, real: Sealer) -> Sealer:
        """Every seal that is opened."""
        return _Sealer(real, self)

    def house(self, real: House) -> House:
        """Every question to a directory, and every kick."""
        directories: Mapping[DirectoryKind, Directory] = {**real.directories, **{one.kind: one for one in self._more}}
        counted = {kind: _Directory(one, self) for kind, one in directories.items()}

        def kick(channel: str) -> None:
            self.now.kicks.append(channel)
            real.kick(channel)

        return replace(real, directories=counted, kick=kick)

    @property
    def now(self) -> Work:
        """What is being counted."""
        return self._work


class _Hasher:
    def __init__(self, real: Hasher, counter: Counter) -> None:
        self._real = real
        self._counter = counter

    def hash(self, secret: str) -> str:
        self._counter.now.hashes.append("hash")
        return self._real.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        self._counter.now.hashes.append("verify for a stranger" if stranger else "verify")
        return self._real.verify(encoded, secret, stranger=stranger)

    def outdated(self, encoded: str) -> bool:
        return self._real.outdated(encoded)


class _Sealer:
    def __init__(self, real: Sealer, counter: Counter) -> None:
        self._real = real
        self._counter = counter

    def seal(self, plain: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        return self._real.seal(plain, table=table, column=column, row=row, tenant=tenant)

    def open(self, sealed: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        self._counter.now.opens.append(table)
        return self._real.open(sealed, table=table, column=column, row=row, tenant=tenant)

    def token(self) -> bytes:
        return self._real.token()

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        return self._real.mac(purpose, *parts)


class _Directory:
    def __init__(self, real: Directory, counter: Counter) -> None:
        self.kind = real.kind
        self._real = real
        self._counter = counter

    def can_write(self, person: Person) -> Preflight:
        self._counter.now.asked.append(f"{self.kind} can_write")
        return self._real.can_write(person)

    def verify(self, person: Person, password: str) -> bool:
        self._counter.now.asked.append(f"{self.kind} verify")
        return self._real.verify(person, password)


class _Engine:
    def __init__(self, real: Engine, counter: Counter) -> None:
        self.name = real.name
        self.has_own_clock = real.has_own_clock
        self._real = real
        self._counter = counter

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Link]:
        self._counter.now.statements.append("write" if write else "read")
        with self._real.transaction(write=write) as link:
            yield _Link(link, self._counter)

    def close(self) -> None:
        self._real.close()


class _Link:
    def __init__(self, real: Link, counter: Counter) -> None:
        self._real = real
        self._counter = counter

    def _note(self, statement: Sql) -> None:
        self._counter.now.statements.append(statement.sqlite)

    def run(self, statement: Sql, values: Values) -> int:
        self._note(statement)
        return self._real.run(statement, values)

    def put(self, statement: Sql, values: Values) -> None:
        self._note(statement)
        self._real.put(statement, values)

    def one(self, statement: Sql, values: Values) -> Row | None:
        self._note(statement)
        return self._real.one(statement, values)

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        self._note(statement)
        return self._real.all(statement, values)

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        self._note(statement)
        self._counter.now.statements.extend("and a row" for _ in rows[1:])
        self._real.many(statement, rows)
