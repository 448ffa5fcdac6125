"""Points at which a test makes an operation fail: every statement, begin and commit, every hash, every message sent.

They stand between the house and its ports (`tests.living.Between`); nothing in the installed package knows them.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from keyback.core.errors import Contended, Unavailable, Unsure
from keyback.core.ports import Channel, Hasher, Letter, Receipt
from keyback.store.engine import Engine, Link, Row, Sql, Values
from tests.living import Between

Deed = Callable[[str], None]
BEGIN, COMMIT, COMMITTED, HASH, SEND, SENT = "begin", "commit", "committed", "hash", "send", "sent"


@dataclass
class Points:
    """Numbers what passes, from 1, and does its deed once: at one number, or at a name that is waited for."""

    names: list[str] = field(default_factory=list)
    every: Deed | None = None
    """Done at each point, if any."""
    _at: int = 0
    _deed: Deed | None = None

    def count(self) -> None:
        """From the beginning, without doing anything."""
        self.arm(0, None)

    def arm(self, at: int, deed: Deed | None) -> None:
        """From the beginning; `deed` at the point with this number."""
        self.names, self._at, self._deed = [], at, deed

    @property
    def done(self) -> bool:
        """Whether the deed was done."""
        return len(self.names) >= self._at > 0

    def reach(self, name: str) -> None:
        self.names.append(name)
        if self._deed is not None and len(self.names) == self._at:
            self._deed(name)
        if self.every is not None:
            self.every(name)


def away(name: str) -> None:
    """The store cannot be reached; when the commit was under way, nobody can say whether it happened."""
    raise Unsure(name) if name == COMMITTED else Unavailable(name)


def contended(name: str) -> None:
    """Another transaction was in the way; a commit that happened was not."""
    raise Unsure(name) if name == COMMITTED else Contended(name)


class Killer:
    """Ends its own process at the `nth` time when `place` is reached in a transaction that ran a statement beginning
    with `statement`. Places: `statement` (before it runs), `commit`, `committed`, or `hash`, `send`, `sent`."""

    def __init__(self, place: str, statement: str = "", nth: int = 1) -> None:
        self._place, self._statement, self._left = place, statement, nth
        self._inside = False

    def reach(self, name: str) -> None:
        if name == BEGIN:
            self._inside = False
        here = bool(self._statement) and name.startswith(self._statement)
        self._inside = self._inside or here
        if here if self._place == "statement" else name == self._place and (self._inside or not self._statement):
            self._left -= 1
            if self._left == 0:
                sys.stderr.flush()
                os.kill(os.getpid(), signal.SIGKILL)


Reach = Callable[[str], None]


class PointLink:
    """A link whose statements are points."""

    def __init__(self, link: Link, reach: Reach) -> None:
        self._link, self._reach = link, reach

    def run(self, statement: Sql, values: Values) -> int:
        self._reach(statement.sqlite)
        return self._link.run(statement, values)

    def put(self, statement: Sql, values: Values) -> None:
        self._reach(statement.sqlite)
        self._link.put(statement, values)

    def one(self, statement: Sql, values: Values) -> Row | None:
        self._reach(statement.sqlite)
        return self._link.one(statement, values)

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        self._reach(statement.sqlite)
        return self._link.all(statement, values)

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        self._reach(statement.sqlite)
        self._link.many(statement, rows)


class PointEngine:
    """An engine whose transactions are points."""

    def __init__(self, engine: Engine, reach: Reach) -> None:
        self._engine, self._reach = engine, reach
        self.name, self.has_own_clock = engine.name, engine.has_own_clock

    def transaction(self, *, write: bool) -> AbstractContextManager[Link]:
        return self._transaction(write=write)

    @contextmanager
    def _transaction(self, *, write: bool) -> Iterator[Link]:
        self._reach(BEGIN)
        with self._engine.transaction(write=write) as link:
            yield PointLink(link, self._reach)
            if write:
                self._reach(COMMIT)
        if write:
            self._reach(COMMITTED)

    def close(self) -> None:
        self._engine.close()


@dataclass
class PointHasher:
    """A hasher whose work is a point."""

    hasher: Hasher
    reach: Reach

    def hash(self, secret: str) -> str:
        self.reach(HASH)
        return self.hasher.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        self.reach(HASH)
        return self.hasher.verify(encoded, secret, stranger=stranger)

    def outdated(self, encoded: str) -> bool:
        return self.hasher.outdated(encoded)


class PointChannel:
    """A channel whose sending is a point: before it, and after it before anybody hears of it."""

    def __init__(self, channel: Channel, reach: Reach) -> None:
        self._channel, self._reach = channel, reach
        self.name = channel.name

    def send(self, letter: Letter) -> Receipt:
        self._reach(SEND)
        receipt = self._channel.send(letter)
        self._reach(SENT)
        return receipt

    def close(self) -> None:
        self._channel.close()


def between(reach: Reach) -> Between:
    """All of them."""
    return Between(
        engine=lambda engine: PointEngine(engine, reach),
        hasher=lambda hasher: PointHasher(hasher, reach),
        channel=lambda channel: PointChannel(channel, reach),
    )
