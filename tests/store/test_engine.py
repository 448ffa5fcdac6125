"""Both engines keep the same promises: all or nothing, up to date, and never newer than the program."""

from pathlib import Path

import pytest

from keyback.core.errors import Conflict, Refused, Unavailable
from keyback.core.ports import Charge
from keyback.core.types import DAY, HOUR
from keyback.store import migrations
from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine
from keyback.store.retention import SqlRemoving
from tests.living import Living

Engine = SqliteEngine | PostgresqlEngine
_ADD = Sql("INSERT INTO domain (tenant, name) VALUES ('t1', :name)")
_COUNT = Sql("SELECT count(*) FROM domain")


def count(living: Living) -> int:
    """Domains now."""
    with living.store.reading() as unit:
        row = unit.link.one(_COUNT, {})
    assert row is not None
    return int(row[0])


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    assert migrations.present(engine) is None
    migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert migrations.present(engine) == migrations.HEAD


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    """BKP-5: refuse, and say so."""
    migrations.upgrade(engine)
    with engine.transaction(write=True) as link:
        link.run(Sql("UPDATE alembic_version SET version_num = '9999'"), {})
    with pytest.raises(Refused) as refused:
        migrations.upgrade(engine)
    assert refused.value.text.id == "store.newer"


def test_an_error_undoes_the_whole_unit(living: Living) -> None:
    """RAC-1."""
    with pytest.raises(ZeroDivisionError), living.store.writing() as unit:  # noqa: PT012 - the whole unit
        unit.link.run(_ADD, {"name": "a.example"})
        raise ZeroDivisionError
    assert count(living) == 0


def test_what_nobody_asks_about_is_done_in_its_turn(living: Living) -> None:
    """RAC-1: before the next question, and before the commit; more of it than goes along at once, too."""
    with living.store.writing() as unit:
        unit.link.put(_ADD, {"name": "a.example"})
        assert unit.link.one(_COUNT, {}) == (1,)
        unit.link.many(_ADD, [{"name": f"{number}.example"} for number in range(1_200)])
    assert count(living) == 1_201


@pytest.mark.parametrize("asked", [False, True])
def test_what_nobody_asks_about_undoes_the_whole_unit_when_it_fails(living: Living, *, asked: bool) -> None:
    """RAC-1: whether the error comes with the next question or with the commit; the next unit is none the worse."""
    with pytest.raises(Conflict), living.store.writing() as unit:  # noqa: PT012 - the whole unit
        unit.link.put(_ADD, {"name": "a.example"})
        unit.link.put(_ADD, {"name": "a.example"})
        unit.link.put(_ADD, {"name": "b.example"})
        if asked:
            unit.link.one(_COUNT, {})
    assert count(living) == 0
    with living.store.writing() as unit:
        unit.link.put(_ADD, {"name": "a.example"})
    assert count(living) == 1


def test_the_database_holds_the_rules_too(living: Living) -> None:
    """A second row with the same key, or one without its owner, is refused in the domain's words."""
    with living.store.writing() as unit:
        unit.link.run(_ADD, {"name": "a.example"})
    with pytest.raises(Conflict), living.store.writing() as unit:
        unit.link.run(_ADD, {"name": "a.example"})
    orphan = Sql("INSERT INTO domain (tenant, name) VALUES ('nobody', 'b.example')")
    with pytest.raises(Conflict), living.store.writing() as unit:
        unit.link.run(orphan, {})
    assert count(living) == 1


@pytest.mark.parametrize("wrong", ["choosing", "done", "passed"])
def test_a_decoy_can_never_stand_where_a_password_is_chosen(living: Living, wrong: str) -> None:
    """GAT-3: not even by a mistake in the program."""
    living.browser().start("nobody@contoso.example")
    with pytest.raises(Conflict), living.store.writing() as unit:
        unit.link.run(Sql("UPDATE journey SET state = :state"), {"state": wrong})


def test_sqlite_writes_through_to_the_disk(tmp_path: Path) -> None:
    """I5, F33: WAL with full synchronisation, foreign keys on."""
    connection = SqliteEngine(tmp_path / "x.db").connect()
    asked = ("journal_mode", "synchronous", "foreign_keys")
    assert [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked] == ["wal", 2, 1]
    connection.close()


def test_a_database_that_is_away_is_no_answer(tmp_path: Path) -> None:
    """GAT-5, THR-9: unreachable means refuse."""
    away = SqliteEngine(tmp_path / "no" / "such" / "folder.db")
    with pytest.raises(Unavailable), away.transaction(write=True):
        pass
    gone = PostgresqlEngine(f"postgresql:///nothing?host={tmp_path}&user=nobody&connect_timeout=1", size=1)
    with pytest.raises(Unavailable), gone.transaction(write=False):
        pass
    gone.close()


def test_a_counter_is_forgotten_only_when_it_holds_nothing(living: Living) -> None:
    """THR-8: durable, and never evicted while it is live."""
    charge = Charge("test", "key", 2, HOUR, pause=DAY)
    with living.store.writing() as unit:
        assert [unit.throttles.charge(charge, unit.now) for _ in range(2)] == [None, None]
    living.clock.move(2 * HOUR)
    with living.store.writing() as unit:
        assert SqlRemoving(unit).remove("throttles", unit.now, 10) == 0
        assert unit.throttles.charge(charge, unit.now) == unit.now - 2 * HOUR + DAY
    living.clock.move(2 * DAY)
    with living.store.writing() as unit:
        assert SqlRemoving(unit).remove("throttles", unit.now, 10) == 1
        assert unit.throttles.charge(charge, unit.now) is None
