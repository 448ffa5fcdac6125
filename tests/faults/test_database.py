"""The database dies, fills up, is slow, or is not what was written: refused, honest, and healed without hands."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from keyback.store.engine import BUSY_TIMEOUT_MS, Engine, Link, PostgresqlEngine, Sql, SqliteEngine
from keyback.web.trouble import TRIES
from tests.faults import invariants
from tests.faults.acting import Walk, said, somebody
from tests.faults.invariants import Case, Said
from tests.faults.kit import COMMIT, Points, between, contended
from tests.faults.operations import OPERATIONS, choose_password
from tests.living import NEW_PASSWORD, OLD_PASSWORD, Between, Living
from tests.postgresql import Server

HEALED_WITHIN_SECONDS = 30
ROOM = 2**30


@pytest.fixture
def mortal() -> Iterator[Server]:
    """A PostgreSQL of its own, that may die."""
    server = Server()
    yield server
    server.stop()


@pytest.mark.parametrize("dies_at", ["UPDATE person SET generation", "INSERT INTO audit", COMMIT])
def test_postgresql_dies_in_the_middle_of_a_change(mortal: Server, dies_at: str) -> None:
    """F11, I2, I7, I8, I11: 503 meanwhile and nothing half; well within 30 s after it is back, all of it works."""
    points = Points()
    living = Living(PostgresqlEngine(mortal.new_database()), between=between(points.reach))
    act = choose_password(living, 1)
    before = invariants.remember(living, act.person)

    def dies(name: str) -> None:
        if name.startswith(dies_at) and not died:
            died.append(name)
            mortal.crash()

    died: list[str] = []
    points.every = dies
    assert act.do() in {Said.FAILED, Said.UNSURE}
    browser = living.browser()
    browser.get("/reset")
    assert browser.status == 503
    mortal.start()
    points.every = None
    until = time.monotonic() + HEALED_WITHIN_SECONDS
    while browser.get("/reset") and browser.status == 503:
        assert time.monotonic() < until
    invariants.check(Case(living, act.person, before, Said.FAILED, act.new))
    act.again()
    invariants.check(Case(living, act.person, before, Said.DONE, act.new))
    living.close()


def test_a_pool_without_a_free_connection_is_waited_for_and_then_refused(postgresql: Server) -> None:
    """F13, I11: the wait has an end, the answer says when to come back, and then it works."""
    living = Living(engine := PostgresqlEngine(postgresql.new_database(), size=2))
    who = somebody(living, 1)
    walk = Walk(living, who)
    walk.browser.get("/reset")
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(engine.transaction(write=False))
        began = time.monotonic()
        walk.browser.get("/reset")
        assert said(walk.browser) is not Said.DONE
        assert time.monotonic() - began < 4 * BUSY_TIMEOUT_MS / 1000
    walk.start()
    living.close()


def test_a_statement_or_a_lock_of_postgresql_never_takes_for_ever(postgresql: Server) -> None:
    """F13: whatever the server's own settings are."""
    engine = PostgresqlEngine(postgresql.new_database())
    shown = Sql("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
    with engine.transaction(write=False) as link:
        assert link.one(shown, {}) == ("10s", "5s")
    engine.close()


@pytest.mark.parametrize("operation", ["start", "answer from the mailbox", "password", "sign in"])
def test_transactions_that_always_meet_others_are_given_up(
    engine: SqliteEngine | PostgresqlEngine, operation: str
) -> None:
    """F13, I3, I11: done again a few times, not for ever; then 503 with Retry-After, and nothing happened twice."""
    points = Points()
    living = Living(engine, between=between(points.reach))
    act = OPERATIONS[operation](living, 1)
    before = invariants.remember(living, act.person)
    met: list[str] = []

    def always(name: str) -> None:
        if name == COMMIT:
            met.append(name)
            contended(name)

    points.every = always
    assert act.do() is Said.FAILED
    assert len(met) == TRIES
    points.every = None
    invariants.check(Case(living, act.person, before, Said.FAILED, act.new))
    act.again()
    invariants.check(Case(living, act.person, before, Said.DONE, act.new))
    living.close()


class Disk:
    """A disk of an engine that can be full: SQLite's pages end; PostgreSQL answers as it does without space."""

    def __init__(self) -> None:
        self.full = False

    def between(self) -> Between:
        return Between(engine=lambda engine: _Engine(engine, self))


class _Engine:
    def __init__(self, engine: Engine, disk: Disk) -> None:
        self._engine, self._disk = engine, disk
        self.name, self.has_own_clock = engine.name, engine.has_own_clock

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Link]:
        with self._engine.transaction(write=write) as link:
            if self.name == "sqlite":
                link.all(Sql(f"PRAGMA max_page_count = {1 if self._disk.full else ROOM}"), {})
            yield link
            if write and self._disk.full and self.name == "postgresql":
                raise psycopg.errors.DiskFull

    def close(self) -> None:
        self._engine.close()


def test_a_full_disk_refuses_changes_and_shows_pages(engine: SqliteEngine | PostgresqlEngine) -> None:
    """F18, AUD-2, I2, I7, I11: no change without its line in the log; pages work; with room it goes on by itself."""
    disk = Disk()
    living = Living(engine, between=disk.between())
    who = somebody(living, 1)
    walk = Walk(living, who).both()
    form = dict(walk.browser.page)
    before = invariants.remember(living, who.id)
    disk.full = True
    _fill(living)
    assert living.browser().get("/reset")["state"] == "start"
    assert walk.browser.get("/reset/journey")["state"] == "new_password"
    walk.browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert said(walk.browser) is Said.FAILED
    assert living.has_password(who.id, OLD_PASSWORD)
    disk.full = False
    walk.browser.page = form
    assert walk.browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)["state"] == "done"
    invariants.check(Case(living, who.id, before, Said.DONE, NEW_PASSWORD))
    living.close()


def _fill(living: Living) -> None:
    """Until not even the smallest attempt fits."""
    refused = 0
    for number in range(1_000):
        living.clock.move(60_000)
        browser = living.browser()
        browser.start(f"nobody{number}@contoso.example")
        refused = refused + 1 if browser.status == 503 else 0
        if refused == 5:
            living.clock.move(-60_000 * (number + 1))
            return
    raise AssertionError("the disk is never full")


@pytest.mark.parametrize("limit", ["INSERT INTO throttle", "UPDATE throttle", "SELECT used FROM throttle"])
@pytest.mark.parametrize("operation", ["start", "choose email", "answer from the mailbox", "sign in", "ask for help"])
def test_without_counters_nothing_is_let_through(limit: str, operation: str) -> None:
    """F22, THR-9: a limiter that cannot be read or written refuses."""
    points = Points()
    living = Living(SqliteEngine(None), between=between(points.reach))
    act = OPERATIONS[operation](living, 1)
    before = invariants.remember(living, act.person)
    met: list[str] = []

    def broken(name: str) -> None:
        if name.startswith(limit):
            met.append(name)
            raise sqlite3.DatabaseError("malformed")

    points.every = broken
    told = act.do()
    points.every = None
    assert (told is Said.FAILED) == bool(met)
    invariants.check(Case(living, act.person, before, told))
    living.close()


def test_counters_that_were_wiped_leave_spent_codes_spent(living: Living) -> None:
    """F22, I5: tries of a code and used codes stand with the code itself, not in the counters."""
    who = somebody(living, 1)
    browser = Walk(living, who).start().choose("totp").browser
    for _ in range(4):
        browser.post(answer="000000")
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM throttle"), {})
    browser.post(answer="000000")
    assert browser.told() == ["answer.wrong_last"]
    browser.post(answer=who.code())
    assert browser.page["state"] == "answer"
