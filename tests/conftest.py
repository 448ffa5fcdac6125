"""Fixtures: both engines, real, and a living house on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Playwright, sync_playwright

from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.living import Living
from tests.postgresql import Server

settings.register_profile("keyback", deadline=None, derandomize=True, database=None)  # the same run each time
settings.load_profile("keyback")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """One server for each test process; fails loudly where PostgreSQL is not installed."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteEngine | PostgresqlEngine]:
    """An empty database on each engine in turn."""
    made: SqliteEngine | PostgresqlEngine
    if request.param == "sqlite":
        made = SqliteEngine(tmp_path / "keyback.db")
    else:
        server: Server = request.getfixturevalue("postgresql")
        made = PostgresqlEngine(server.new_database(), size=70)
    yield made
    made.close()


@pytest.fixture
def living(engine: SqliteEngine | PostgresqlEngine) -> Iterator[Living]:
    """A house on each engine in turn."""
    house = Living(engine)
    yield house
    house.close()


@pytest.fixture
def quick() -> Iterator[Living]:
    """A house in memory, for what does not depend on the engine."""
    house = Living(SqliteEngine(None))
    yield house
    house.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """One driver for each test process; the browser is Debian's Chromium, which the tests name themselves."""
    with sync_playwright() as driver:
        yield driver
