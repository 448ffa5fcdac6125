"""Work in somebody's name, and where in the database something stands."""

from keyback.app.people.ports import Work
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from tests.living import Living

_SQLITE = Sql("SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'")
_POSTGRESQL = Sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")


def as_operator(living: Living, role: str, name: str) -> Work:
    """Work of a new person with this role in the whole organisation."""
    person = living.operator(role, name)
    return Work(living.house, SqlPeopleChanges, SqlGroupChanges, person)  # type: ignore[arg-type]  # units of this store


def columns(living: Living) -> set[tuple[str, str]]:
    """Every column of every table."""
    with living.store.reading() as unit:
        statement = _POSTGRESQL if living.store.engine.has_own_clock else _SQLITE
        return {(str(row[0]), str(row[1])) for row in unit.link.all(statement, {})}


def tables_about_people(living: Living) -> set[tuple[str, str]]:
    """Columns that are called after a person."""
    return {(table, column) for table, column in columns(living) if column in {"person", "member", "holder"}}


def places_with(living: Living, text: str) -> set[tuple[str, str]]:
    """Columns in which exactly this stands somewhere."""
    found = set()
    with living.store.reading() as unit:
        for table, column in columns(living):
            statement = Sql(f"SELECT 1 FROM {table} WHERE CAST({column} AS TEXT) = :text LIMIT 1")
            if unit.link.one(statement, {"text": text}) is not None:
                found.add((table, column))
    return found


def count_rows(living: Living, table: str) -> int:
    """How many rows."""
    with living.store.reading() as unit:
        row = unit.link.one(Sql(f"SELECT count(*) FROM {table}"), {})
    assert row is not None
    return int(row[0])
