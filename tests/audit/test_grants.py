"""On PostgreSQL the service's role need not be able to change lines of the log: the guide's grants, tried out (AUD-4)."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from keyback.core.errors import Unavailable
from keyback.store.engine import PostgresqlEngine, Sql
from keyback.store.keys import adopt_keys
from keyback.store.unit import SqlStore
from keyback.wiring.shipping import NOWHERE
from keyback.wiring.watch import Watch
from tests.living import NEW_PASSWORD, TENANT, Living
from tests.postgresql import Server

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "run-in-production.md"
ROLE = "keyback_service"


class Served:
    """A house that the owner made, and the guide's role on its database."""

    def __init__(self, server: Server) -> None:
        url = server.new_database()
        self.owner = PostgresqlEngine(url)
        self.living = Living(self.owner)
        adopt_keys(self.living.store)
        with psycopg.connect(url, autocommit=True) as connection:
            row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone()
            if row is None:
                connection.execute(f"CREATE ROLE {ROLE} LOGIN")
            for block in re.findall(r"```sql\n(.*?)```", GUIDE.read_text(), re.DOTALL):
                for statement in block.split(";"):
                    if statement.strip():
                        connection.execute(statement)
        self.engine = PostgresqlEngine(url.replace("user=keyback", f"user={ROLE}"))

    def close(self) -> None:
        """Both."""
        self.engine.close()
        self.living.close()


@pytest.fixture
def served(postgresql: Server) -> Iterator[Served]:
    """Closed afterwards."""
    made = Served(postgresql)
    yield made
    made.close()


@pytest.mark.parametrize("forgery", [
    "UPDATE audit SET reason = 'nothing happened'", "DELETE FROM audit", "TRUNCATE audit", "DROP TABLE audit",
    "ALTER TABLE audit DISABLE TRIGGER ALL", "UPDATE alembic_version SET version_num = '0001'",
])  # fmt: skip
def test_the_role_cannot_change_a_line(served: Served, forgery: str) -> None:
    """AUD-4."""
    with pytest.raises(Unavailable, match="InsufficientPrivilege"), served.engine.transaction(write=True) as link:
        link.run(Sql(forgery), {})


def test_a_whole_journey_and_the_minutes_work_need_no_more(served: Served) -> None:
    """AUD-4: writing lines, checkpoints, sending and resetting go on with that role."""
    living = served.living
    living.ada()
    living.store.engine = served.engine
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    Watch(living.store, living.clock.now, living.clock.now).look(NOWHERE)
    assert living.has_password("id-ada", NEW_PASSWORD)
    store = SqlStore(served.engine, living.store.sealer, living.clock, TENANT.id)
    with store.reading() as unit:
        assert unit.link.one(Sql("SELECT current_user"), {}) == (ROLE,)
        row = unit.link.one(Sql("SELECT count(*) FROM checkpoint"), {})
    assert row == (1,)
