"""Two engines, one truth: SQLite (embedded default) and PostgreSQL behind one small `Link`.

Statements are written once, with `:name` parameters, and prepared for both engines when their module is
imported. Columns are whole numbers, text and bytes only, so that nothing is converted on the way.
"""

import re
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from queue import LifoQueue
from typing import TYPE_CHECKING, Any, Protocol

from keyback.core.errors import Conflict, Contended, Unavailable
from keyback.core.messages import say

if TYPE_CHECKING:
    import psycopg_pool

    from keyback.store.prepared import Connection

Row = tuple[Any, ...]
Values = Mapping[str, object]
"""Whole numbers, text, bytes or None, by parameter name."""

MESSAGES: Mapping[str, str] = {"store.conflict": "Somebody else changed this at the same moment. Nothing was changed."}

BUSY_TIMEOUT_MS = 5_000
RECONNECT_SECONDS = 10
"""How long the pool tries on its own, at growing intervals; after that whoever asks makes it try at once (F11)."""
_CONNECTION: Mapping[str, Any] = {
    "options": "-c statement_timeout=10s -c lock_timeout=5s -c jit=off -c random_page_cost=1.1",
    "prepare_threshold": None,  # psycopg's own would forget ours after each rollback
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000,
}  # fmt: skip
"""A server that vanished without a word is noticed (F11); seconds, and milliseconds. No statement is worth compiling, and
rows that are found by an index are read from memory or flash."""
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-8000", "wal_autocheckpoint=4000")
_NAME = re.compile(r"(?<!:):([a-z_]+)")


class Sql:
    """One statement, ready for both engines."""

    __slots__ = ("numbered", "order", "postgresql", "sqlite")

    def __init__(self, text: str) -> None:
        self.sqlite = " ".join(text.split())
        self.postgresql = _NAME.sub(r"%(\1)s", self.sqlite.replace("%", "%%"))
        self.order = tuple(dict.fromkeys(_NAME.findall(self.sqlite)))
        self.numbered = _NAME.sub(lambda name: f"${self.order.index(name[1]) + 1}", self.sqlite).encode()


class Link(Protocol):
    """One connection inside one transaction."""

    def run(self, statement: Sql, values: Values) -> int:
        """Rows affected."""

    def put(self, statement: Sql, values: Values) -> None:
        """For what decides nothing by its rows: done before whatever comes next, and its error may come with that."""

    def one(self, statement: Sql, values: Values) -> Row | None:
        """The first row, if any."""

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        """All rows."""

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        """`put`, for many rows."""


class Engine(Protocol):
    """Opens transactions."""

    name: str
    has_own_clock: bool
    """Whether several nodes share it, so that its time is the one that counts (decisions 31)."""

    def transaction(self, *, write: bool) -> AbstractContextManager[Link]:
        """Commits when left without an error, else rolls back."""

    def close(self) -> None:
        """Give back all connections."""


class _SqliteLink:
    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, statement: Sql, values: Values) -> int:
        return self._connection.execute(statement.sqlite, values).rowcount

    def put(self, statement: Sql, values: Values) -> None:
        self._connection.execute(statement.sqlite, values)

    def one(self, statement: Sql, values: Values) -> Row | None:
        row: Row | None = self._connection.execute(statement.sqlite, values).fetchone()
        return row

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        return self._connection.execute(statement.sqlite, values).fetchall()

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        self._connection.executemany(statement.sqlite, rows)


class SqliteEngine:
    """One file (or memory): WAL, full sync, foreign keys; writers of this process queue on a lock, those of
    other processes wait at most `BUSY_TIMEOUT_MS`."""

    name = "sqlite"
    has_own_clock = False

    def __init__(self, path: Path | None) -> None:
        """`path` None: in memory, the store's in-memory twin."""
        self._path = path
        self._writer = threading.Lock()
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._single = None if path else self.connect()
        self._reader_of_memory = threading.RLock()

    def connect(self) -> sqlite3.Connection:
        """A connection of one's own, as the engine sets them up."""
        try:
            connection = sqlite3.connect(
                self._path or ":memory:",
                timeout=BUSY_TIMEOUT_MS / 1000,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
            )
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            raise Unavailable(str(error)) from error
        return connection

    def memory_connection(self) -> sqlite3.Connection | None:
        """The one connection of an in-memory database, for the migration runner."""
        return self._single

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Link]:
        """BEGIN IMMEDIATE for what writes, a plain snapshot for what reads."""
        lock = self._writer if write and self._path else self._reader_of_memory if not self._path else None
        if lock:
            lock.acquire()
        try:
            connection = self._single or self._take()
            try:
                yield from self._within(connection, "BEGIN IMMEDIATE" if write else "BEGIN")
            finally:
                if not self._single:
                    self._idle.put(connection)
        finally:
            if lock:
                lock.release()

    @staticmethod
    def _within(connection: sqlite3.Connection, begin: str) -> Iterator[Link]:
        try:
            connection.execute(begin)
            yield _SqliteLink(connection)
            connection.execute("COMMIT")
        except sqlite3.IntegrityError as error:
            raise Conflict(say("store.conflict")) from error
        except sqlite3.OperationalError as error:
            raise (Contended if "locked" in str(error) else Unavailable)(str(error)) from error
        except sqlite3.Error as error:
            raise Unavailable(str(error)) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _take(self) -> sqlite3.Connection:
        return self._idle.get_nowait() if not self._idle.empty() else self.connect()

    def close(self) -> None:
        """Close idle connections."""
        while not self._idle.empty():
            self._idle.get_nowait().close()
        if self._single:
            self._single.close()


class PostgresqlEngine:
    """READ COMMITTED with conditional writes; statement and lock time-outs; a bounded pool."""

    name = "postgresql"
    has_own_clock = True

    def __init__(self, url: str, *, size: int = 8) -> None:
        self.url = url
        self._size = size
        self._pool: psycopg_pool.ConnectionPool[Connection] | None = None
        self._lock = threading.Lock()

    def _opened(self) -> "psycopg_pool.ConnectionPool[Connection]":
        with self._lock:
            if self._pool is None:
                from psycopg_pool import ConnectionPool

                from keyback.store.prepared import Connection

                self._pool = ConnectionPool(
                    self.url,
                    min_size=1,
                    max_size=self._size,
                    timeout=BUSY_TIMEOUT_MS / 1000,
                    reconnect_timeout=RECONNECT_SECONDS,
                    connection_class=Connection,
                    kwargs=dict(_CONNECTION),
                    open=True,
                )
            return self._pool

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Link]:
        """One transaction, READ COMMITTED. Raises `Unsure` when the connection is lost while a change is committed."""
        import psycopg
        import psycopg_pool

        from keyback.store.prepared import PreparedLink

        try:
            with self._opened().connection() as connection:
                link = PreparedLink(connection, write=write)
                yield link
                link.commit()
        except psycopg.errors.IntegrityError as error:
            raise Conflict(say("store.conflict")) from error
        except (
            psycopg.errors.DeadlockDetected,
            psycopg.errors.SerializationFailure,
            psycopg.errors.LockNotAvailable,
        ) as e:
            raise Contended(type(e).__name__) from e
        except (psycopg.Error, psycopg_pool.PoolTimeout, psycopg_pool.PoolClosed) as error:
            raise Unavailable(type(error).__name__) from error

    def close(self) -> None:
        """Close the pool."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()
                self._pool = None


def engine_for(database: str) -> SqliteEngine | PostgresqlEngine:
    """`database`: a file path, `:memory:`, or a `postgresql://` address."""
    if database.startswith(("postgresql://", "postgres://")):
        return PostgresqlEngine(database)
    return SqliteEngine(None if database == ":memory:" else Path(database))
