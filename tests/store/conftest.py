"""A store with one organisation and nothing in it, on each engine in turn."""

from collections.abc import Iterator

import pytest

from keyback.core.ports import Tenant
from keyback.store import migrations
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.wiring.world import FixedClock, SystemRandom
from tests.people import TENANT


@pytest.fixture
def store(engine: SqliteEngine | PostgresqlEngine) -> Iterator[SqlStore]:
    """Closed afterwards."""
    migrations.upgrade(engine)
    clock = FixedClock()
    made = SqlStore(engine, AesSealer(Keys({1: bytes(range(32))}), TENANT, SystemRandom()), clock, TENANT)
    with made.writing() as unit:
        unit.tenants.insert(Tenant(TENANT, "Example", "UTC", "en", had_administrator=True), clock.now())
    yield made
    made.close()
