"""Prepared statements of PostgreSQL, straight through libpq.

A step of a journey is many small statements; psycopg's cursors spend more on each than the statement itself costs. What
this file leaves out (adaptation of any other type than ours) nothing here needs. Connections, pooling, commit and
errors stay psycopg's.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import pq

from keyback.store.engine import Row, Sql, Values

_INT8, _BYTEA, _GUESS = 20, 17, 0
_READ: Mapping[int, Callable[[bytes], object]] = {
    20: int, 21: int, 23: int, 1700: int,
    17: lambda text: bytes.fromhex(text[2:].decode("ascii")),
    16: b"t".__eq__,
}  # fmt: skip
"""By type: whole numbers, sums of them, bytes, truth; all else is text."""
_DONE = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


class Connection(psycopg.Connection[Row]):
    """One that remembers what it has prepared. psycopg must prepare nothing itself (`prepare_threshold=None`): what it
    prepared it forgets after a rollback by `DEALLOCATE ALL`, and ours with it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.prepared: dict[tuple[Sql, tuple[int, ...]], bytes] = {}


class PreparedLink:
    """One connection, inside one transaction where something is written. Reading begins none: under READ COMMITTED
    each statement sees what is committed then, with or without one."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection, *, write: bool) -> None:
        self._connection = connection
        if write:
            _checked(connection.pgconn.exec_(b"BEGIN"))

    def run(self, statement: Sql, values: Values) -> int:
        """Rows affected."""
        return self._execute(statement, values).command_tuples or 0

    def one(self, statement: Sql, values: Values) -> Row | None:
        """The first row, if any."""
        result = self._execute(statement, values)
        return _row(result, _readers(result), 0) if result.ntuples else None

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        """All rows."""
        result = self._execute(statement, values)
        readers = _readers(result)
        return [_row(result, readers, number) for number in range(result.ntuples)]

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        """The same statement for many rows; sent together, which psycopg does well."""
        if len(rows) == 1:
            self._execute(statement, rows[0])
            return
        with self._connection.cursor() as cursor:
            cursor.executemany(statement.postgresql, rows)

    def _execute(self, statement: Sql, values: Values) -> pq.abc.PGresult:
        sent: list[bytes | None] = []
        types, formats = [], []
        for name in statement.order:
            value = values[name]
            binary = isinstance(value, bytes)
            types.append(_INT8 if isinstance(value, int) else _BYTEA if binary else _GUESS)
            formats.append(1 if binary else 0)
            sent.append(value if isinstance(value, bytes) else None if value is None else str(value).encode())
        link, key = self._connection.pgconn, (statement, tuple(types))
        name = self._connection.prepared.get(key)
        if name is None:
            name = b"keyback-%d" % len(self._connection.prepared)
            _checked(link.prepare(name, statement.numbered, types))
            self._connection.prepared[key] = name
        return _checked(link.exec_prepared(name, sent, formats))  # type: ignore[arg-type]  # None is NULL


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
