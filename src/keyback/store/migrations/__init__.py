"""The database schema, as numbered migrations; the schema changes in no other way.

Alembic and SQLAlchemy are imported only when a migration has to run.
"""

from keyback.core.errors import Refused, Unavailable
from keyback.core.messages import say
from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine

HEAD = "0004"

MESSAGES = {
    "store.newer": "The database was made by a newer Keyback (schema {found}; this one knows {known}). Nothing was "
    "changed. Start the newer version, or restore a backup made with this one.",
}

_FOUND = Sql("SELECT version_num FROM alembic_version")


def present(engine: SqliteEngine | PostgresqlEngine) -> str | None:
    """The schema's version in the database; None: none yet."""
    try:
        with engine.transaction(write=False) as link:
            row = link.one(_FOUND, {})
    except Unavailable as error:
        if "no such table" in str(error) or "UndefinedTable" in str(error):
            return None
        raise
    return str(row[0]) if row else None


def upgrade(engine: SqliteEngine | PostgresqlEngine) -> None:
    """Bring the schema up to `HEAD`, in one transaction. Raises `Refused` when the database is newer."""
    found = present(engine)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise Refused(say("store.newer", found=found, known=HEAD))
    from keyback.store.migrations import runner

    runner.run(engine)
