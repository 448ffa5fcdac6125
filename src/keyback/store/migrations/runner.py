"""Runs Alembic over an engine: transactional on both, with lock and statement time-outs on PostgreSQL."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool, StaticPool

from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.store.migrations import versions

LOCK_TIMEOUT = "5s"


def run(engine: SqliteEngine | PostgresqlEngine, to: str = "head") -> None:
    """Run what is missing, up to a version. Safe to kill at any point: it is one transaction."""
    with _connect(engine) as connection:
        script = ScriptDirectory(str(versions.__path__[0]), version_locations=[str(versions.__path__[0])])

        def upgrade(revision: object, _: MigrationContext) -> object:
            return script._upgrade_revs(to, revision)  # type: ignore[arg-type]  # noqa: SLF001 - Alembic's own EnvironmentContext does the same

        context = MigrationContext.configure(
            connection, opts={"fn": upgrade, "script": script, "transactional_ddl": True}
        )
        with Operations.context(context):
            context.run_migrations()
        connection.commit()


def _connect(engine: SqliteEngine | PostgresqlEngine) -> Connection:
    if isinstance(engine, PostgresqlEngine):
        address = engine.url.replace("postgres://", "postgresql://", 1).replace(
            "postgresql://", "postgresql+psycopg://", 1
        )
        connection = create_engine(address, poolclass=NullPool).connect()
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        return connection
    memory = engine.memory_connection()
    made = create_engine(
        "sqlite://", creator=lambda: memory or engine.connect(), poolclass=StaticPool if memory else NullPool
    )
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return made.connect()
