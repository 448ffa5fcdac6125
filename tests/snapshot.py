"""A house in memory, put back to where it was: thousands of times for the price of once."""

from keyback.store.engine import SqliteEngine
from tests.living import Living


class Snapshot:
    """Of database and clock, as they are now."""

    def __init__(self, living: Living) -> None:
        assert isinstance(living.store.engine, SqliteEngine)
        connection = living.store.engine.memory_connection()
        assert connection is not None
        self._connection, self._clock = connection, living.clock
        self._rows, self._now = connection.serialize(), living.clock.now()

    def restore(self) -> None:
        self._connection.deserialize(self._rows)
        self._clock.move(self._now - self._clock.now())
