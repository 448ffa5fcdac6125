"""Prepared statements of PostgreSQL, straight through libpq.

A step of a journey is many small statements; psycopg's cursors spend more on each than the statement itself costs. What
this file leaves out (adaptation of any other type than ours) nothing here needs. Connections, pooling, rollback and
errors stay psycopg's.
"""

import select
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import pq

from keyback.core.errors import Unsure
from keyback.store.engine import Row, Sql, Values

_INT8, _BYTEA, _GUESS = 20, 17, 0
_READ: Mapping[int, Callable[[bytes], object]] = {
    20: int, 21: int, 23: int, 1700: int,
    17: lambda text: bytes.fromhex(text[2:].decode("ascii")),
    16: b"t".__eq__,
}  # fmt: skip
"""By type: whole numbers, sums of them, bytes, truth; all else is text."""
_DONE = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})
_BEGIN, _COMMIT = Sql("BEGIN"), Sql("COMMIT")
_MOST = 500
"""Calls that wait: a bound on their memory, and on answers that nobody reads while we still send."""
_Call = tuple[bytes, list[bytes | None], list[int]]
"""Name of the prepared statement, values, their formats (0 text, 1 binary)."""


class Connection(psycopg.Connection[Row]):
    """One that remembers what it has prepared. psycopg must prepare nothing itself (`prepare_threshold=None`): what it
    prepared it forgets after a rollback by `DEALLOCATE ALL`, and ours with it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.prepared: dict[tuple[Sql, tuple[int, ...]], bytes] = {}


class PreparedLink:
    """One connection, inside one transaction where something is written. Reading begins none: under READ COMMITTED
    each statement sees what is committed then, with or without one. What nobody asks about waits for the next question
    or for the commit, and goes along with it (libpq's pipeline mode): a round trip costs more than the statement."""

    __slots__ = ("_connection", "_waiting", "_write")

    def __init__(self, connection: Connection, *, write: bool) -> None:
        self._connection = connection
        self._write = write
        self._waiting: list[_Call] = [self._call(_BEGIN, {})] if write else []

    def run(self, statement: Sql, values: Values) -> int:
        """Rows affected."""
        return self._answer(statement, values).command_tuples or 0

    def put(self, statement: Sql, values: Values) -> None:
        """Sent later, in its turn; its error is that of what it goes along with."""
        self._waiting.append(self._call(statement, values))
        if len(self._waiting) == _MOST:
            self._send()

    def one(self, statement: Sql, values: Values) -> Row | None:
        """The first row, if any."""
        result = self._answer(statement, values)
        return _row(result, _readers(result), 0) if result.ntuples else None

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        """All rows."""
        result = self._answer(statement, values)
        readers = _readers(result)
        return [_row(result, readers, number) for number in range(result.ntuples)]

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        """The same statement for many rows."""
        for values in rows:
            self.put(statement, values)

    def commit(self) -> None:
        """Raises `Unsure` when the connection is lost meanwhile."""
        if not self._write:
            return
        try:
            result = self._answer(_COMMIT, {})
        except psycopg.OperationalError as error:
            if self._connection.closed:
                raise Unsure(type(error).__name__) from error
            raise
        if result.command_status != b"COMMIT":  # a failed transaction answers with ROLLBACK
            raise psycopg.errors.InFailedSqlTransaction

    def _call(self, statement: Sql, values: Values) -> _Call:
        sent: list[bytes | None] = []
        types, formats = [], []
        for name in statement.order:
            value = values[name]
            binary = isinstance(value, bytes)
            types.append(_INT8 if isinstance(value, int) else _BYTEA if binary else _GUESS)
            formats.append(1 if binary else 0)
            sent.append(value if isinstance(value, bytes) else None if value is None else str(value).encode())
        key = (statement, tuple(types))
        name = self._connection.prepared.get(key)
        if name is None:
            name = b"keyback-%d" % len(self._connection.prepared)
            _checked(self._connection.pgconn.prepare(name, statement.numbered, types))
            self._connection.prepared[key] = name
        return name, sent, formats

    def _answer(self, statement: Sql, values: Values) -> pq.abc.PGresult:
        call = self._call(statement, values)
        if not self._waiting:
            return _checked(self._connection.pgconn.exec_prepared(*call))  # type: ignore[arg-type]  # None is NULL
        self._waiting.append(call)
        return self._send()

    def _send(self) -> pq.abc.PGresult:
        """All that waits, at once; the answer to the last. After an error the server skips the rest."""
        link, calls = self._connection.pgconn, self._waiting
        self._waiting = []
        link.enter_pipeline_mode()
        for call in calls:
            link.send_query_prepared(*call)
        link.pipeline_sync()
        answers = []
        for _ in calls:
            answers.append(_result(link))
            _result(link)  # None: that was all of it
        _result(link)  # the answer to the sync
        if self._connection.closed:
            raise psycopg.OperationalError("the connection was lost")
        link.exit_pipeline_mode()
        return [_checked(answer) for answer in answers if answer][-1]


def _result(link: pq.abc.PGconn) -> pq.abc.PGresult | None:
    """The next. libpq alone would keep all other threads from running while it waits."""
    while link.is_busy():
        ready = select.poll()
        ready.register(link.socket, select.POLLIN | (select.POLLOUT if link.flush() else 0))
        ready.poll()
        link.consume_input()
    return link.get_result()


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    """Raises what psycopg would raise for the same answer."""
    if result.status in _DONE:
        return result
    state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode("ascii")
    try:
        kind: type[psycopg.Error] = psycopg.errors.lookup(state)
    except KeyError:
        kind = psycopg.OperationalError
    raise kind(result.error_message.decode("utf-8", "replace").strip())


def _readers(result: pq.abc.PGresult) -> list[Callable[[bytes], object]]:
    return [_READ.get(result.ftype(column), bytes.decode) for column in range(result.nfields)]


def _row(result: pq.abc.PGresult, readers: Sequence[Callable[[bytes], object]], number: int) -> Row:
    values = (result.get_value(number, column) for column in range(len(readers)))
    return tuple(None if value is None else read(value) for read, value in zip(readers, values, strict=True))
