"""A house on a database with a clock of its own."""

from collections.abc import Iterator

import pytest

from keyback.store.engine import PostgresqlEngine
from tests.living import Living
from tests.postgresql import Server


@pytest.fixture
def shared(postgresql: Server) -> Iterator[Living]:
    """On PostgreSQL only: SQLite has no clock of its own."""
    engine = PostgresqlEngine(postgresql.new_database())
    house = Living(engine)
    yield house
    house.close()
