"""Real servers, real HTTP, real SIGKILL: after the restart the user goes on, and the invariants hold (F01, F02, F03,
F19, F33)."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from keyback.app.helpdesk import checking
from keyback.core.types import ContactKind
from keyback.methods.totp import code_at, step_at
from keyback.store import migrations
from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine
from keyback.wiring.world import SystemClock
from tests.call.calling import enter, work_of
from tests.faults import invariants
from tests.faults.acting import Somebody
from tests.faults.invariants import Case, Said
from tests.faults.operations import POLICY
from tests.faults.processes import Distant, Ground, run
from tests.living import NEW_PASSWORD, OLD_PASSWORD, Living
from tests.postgresql import Server

EVIDENCE, PASSWORD = "INSERT INTO evidence", "INSERT INTO credential"
CHARGED = "UPDATE challenge SET tries_left"
DECIDED = "UPDATE caller_case SET state = :state"
PASSED = Sql("SELECT count(*) FROM caller_case WHERE state = 'passed'")
PASSED_LINE = Sql("SELECT count(*) FROM audit WHERE activity = 'Caller passed caller check'")
HELPED = Sql("SELECT count(*) FROM credential WHERE must_change = 1")
HELPED_LINE = Sql("SELECT count(*) FROM audit WHERE activity = 'Reset password (by admin)'")
HELPED_TOLD = Sql("SELECT count(*) FROM outbox WHERE template = 'notice.password_set_by_admin'")


@pytest.fixture(params=["sqlite", "postgresql"])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    engine: SqliteEngine | PostgresqlEngine
    if request.param == "sqlite":
        database = str(tmp_path / "keyback.db")
        engine = SqliteEngine(Path(database))
    else:
        server: Server = request.getfixturevalue("postgresql")
        database = server.new_database()
        engine = PostgresqlEngine(database)
    made = Ground(engine, database, tmp_path)
    yield made
    made.living.close()


def ada(ground: Ground) -> Somebody:
    who = Somebody(ground.living, "ada")
    ground.living.person(who.name)
    ground.living.contact(who.id, ContactKind.EMAIL, who.mail)
    ground.living.authenticator(who.id, who.secret)
    return who


def lost(browser: Distant, **fields: str) -> None:
    """The answer to this post never comes."""
    with pytest.raises(httpx2.HTTPError):
        browser.post(**fields)


def first_gate(ground: Ground, who: Somebody, browser: Distant) -> None:
    browser.start(who.upn)
    browser.choose("email_code")
    browser.post(answer=ground.code(who))
    assert browser.page["state"] == "choose_method"


def both_gates(ground: Ground, who: Somebody, browser: Distant) -> None:
    first_gate(ground, who, browser)
    browser.choose("totp")
    browser.post(answer=_shown(who))
    assert browser.page["state"] == "new_password"


def _shown(who: Somebody) -> str:
    """What the authenticator shows by the real clock."""
    return code_at(who.secret, step_at(SystemClock().now()))


def kill_at(place: str, statement: str = "", nth: int = 1) -> dict[str, Any]:
    return {"place": place, "statement": statement, "nth": nth}


@pytest.mark.parametrize("place", ["commit", "committed"])
def test_killed_around_the_commit_of_a_proof(ground: Ground, place: str) -> None:
    """F01, I5, I12: the code is spent and the proof stands, or neither; the same form again leads on."""
    who = ada(ground)
    before = invariants.remember(ground.living, who.id)
    with ground.serving(kill_at(place, EVIDENCE)) as server:
        browser = server.browser(ground.living)
        browser.start(who.upn)
        browser.choose("email_code")
        form, code = dict(browser.page), ground.code(who)
        lost(browser, answer=code)
        assert server.killed()
    invariants.check(Case(ground.living, who.id, before, Said.UNSURE))
    with ground.serving() as server:
        browser.moved(server.port)
        browser.page = form
        assert browser.post(answer=code)["state"] == "choose_method"
        stranger = server.browser(ground.living)
        stranger.start(who.upn)
        assert stranger.post("/reset/answer", answer=code)["state"] == "choose_method"
    invariants.check(Case(ground.living, who.id, before, Said.DONE))
    assert len(ground.letters(who)) <= 2


@pytest.mark.parametrize("place", ["commit", "committed"])
def test_killed_around_the_commit_of_the_password(ground: Ground, place: str) -> None:
    """F02, F03, I1 to I4, I8, I10: before it nothing changed and the journey goes on; after it reloading shows the true
    end, and sending again changes nothing."""
    who = ada(ground)
    before = invariants.remember(ground.living, who.id)
    with ground.serving(kill_at(place, PASSWORD)) as server:
        browser = server.browser(ground.living)
        both_gates(ground, who, browser)
        form = dict(browser.page)
        lost(browser, new=NEW_PASSWORD, again=NEW_PASSWORD)
        assert server.killed()
    invariants.check(Case(ground.living, who.id, before, Said.UNSURE, NEW_PASSWORD))
    assert ground.living.has_password(who.id, NEW_PASSWORD if place == "committed" else OLD_PASSWORD)
    with ground.serving() as server:
        browser.moved(server.port)
        shown = browser.get("/reset/journey")["state"]
        assert shown == ("done" if place == "committed" else "new_password")
        browser.page = form
        assert browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)["state"] == "done"
    invariants.check(Case(ground.living, who.id, before, Said.DONE, NEW_PASSWORD))


@pytest.mark.parametrize("place", ["commit", "committed"])
def test_killed_around_the_answer_that_decides_a_caller_check(ground: Ground, place: str) -> None:
    """F01, F02, decisions 21, I5, I11: passed with its line in the log and its proof spent, or open for the same answer."""
    who = ada(ground)
    operator = ground.living.operator("helpdesk_administrator", "olga")
    case = checking.open_case(work_of(ground.living, operator), who.id).number
    before = invariants.remember(ground.living, who.id)
    with ground.serving(kill_at(place, DECIDED)) as server:
        browser = server.browser(ground.living)
        enter(browser, case, who.upn)
        browser.choose("totp")
        form, code = dict(browser.page), _shown(who)
        lost(browser, answer=code)
        assert server.killed()
    invariants.check(Case(ground.living, who.id, before, Said.UNSURE))
    done = int(place == "committed")
    assert [invariants.number(ground.living, one) for one in (PASSED, PASSED_LINE)] == [done, done]
    with ground.serving() as server:
        browser.moved(server.port)
        browser.page = form
        assert browser.post(answer=code)["state"] == "done"
    invariants.check(Case(ground.living, who.id, before, Said.DONE))
    assert [invariants.number(ground.living, one) for one in (PASSED, PASSED_LINE)] == [1, 1]


@pytest.mark.parametrize("place", ["commit", "committed"])
def test_an_operator_who_is_killed_did_all_of_it_or_nothing(ground: Ground, place: str) -> None:
    """F02, ADM-4, I7, I8: the password, its line and its notice; and it can be done again."""
    who = ada(ground)
    operator = ground.living.operator("helpdesk_administrator", "olga")
    told: dict[str, Any] = {"operator": operator, "person": who.id}
    assert ground.run("help", kill_at(place, PASSWORD), **told) == -9
    found = [invariants.number(ground.living, one) for one in (HELPED, HELPED_LINE, HELPED_TOLD)]
    assert found == [int(place == "committed")] * 3
    assert ground.living.has_password(who.id, OLD_PASSWORD) == (place == "commit")
    assert ground.run("help", **told) == 0
    assert invariants.number(ground.living, HELPED_LINE) == 1 + found[1]


def test_killed_between_the_charge_and_the_slow_comparison(ground: Ground) -> None:
    """F01, I6: the try is spent, the code is not; typing it again leads on."""
    who = ada(ground)
    code = ground.living.recovery_codes(who.id)[0]
    before = invariants.remember(ground.living, who.id)
    with ground.serving(kill_at("committed", CHARGED)) as server:
        browser = server.browser(ground.living)
        browser.start(who.upn)
        browser.choose("recovery_code")
        lost(browser, answer=code)
        assert server.killed()
    invariants.check(Case(ground.living, who.id, before, Said.UNSURE))
    with ground.serving() as server:
        browser.moved(server.port)
        assert browser.get("/reset/journey")["state"] == "answer"
        assert browser.post(answer=code)["state"] == "choose_method"
    invariants.check(Case(ground.living, who.id, before, Said.DONE))


def test_killed_between_sending_and_noting_it(ground: Ground) -> None:
    """F15, F19: at most one message more, with the same id and the same code."""
    who = ada(ground)
    with ground.serving(kill_at("sent")) as server:
        browser = server.browser(ground.living)
        browser.start(who.upn)
        with suppress(httpx2.HTTPError):  # the courier may be faster than the answer
            browser.choose("email_code")
        assert server.killed()
    assert len(ground.letters(who)) == 1
    ground.living.clock.move(2 * 60_000)  # its lease is over
    ground.living.running.courier.run_once("email")
    ground.living.running.courier.run_once("email")
    again = [one for one in ground.living.inbox.messages() if one["to"] == who.mail]
    assert [one["id"] for one in again] == [ground.letters(who)[0]["id"]]
    assert [one["text"] for one in again] == [ground.letters(who)[0]["text"]]


@pytest.mark.parametrize(("kind", "nth"), [("sqlite", 45), ("postgresql", 20)])
def test_a_migration_that_is_killed_is_nothing_or_everything(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, nth: int
) -> None:
    """BKP-5: it is one transaction, and the next start does it."""
    server: Server = request.getfixturevalue("postgresql")
    database = str(tmp_path / "new.db") if kind == "sqlite" else server.new_database()
    engine = SqliteEngine(Path(database)) if kind == "sqlite" else PostgresqlEngine(database)
    assert run("migrate", kill_at("statement", "CREATE", nth), database, tmp_path / "mail") == -9
    assert migrations.present(engine) is None
    assert run("migrate", None, database, tmp_path / "mail") == 0
    assert migrations.present(engine) == migrations.HEAD
    living = Living(engine)
    assert living.browser().start("nobody@contoso.example")["state"] == "choose_method"
    living.close()


def test_an_import_that_is_killed_is_finished_by_running_it_again(ground: Ground) -> None:
    """F02, I7: a person is written whole or not at all."""
    who = ada(ground)
    before = invariants.remember(ground.living, who.id)
    rows = [
        [f"p{n}@contoso.example", f"P {n}", "true", f"+4915112{n:06}", f"p{n}@mail.example", ""] for n in range(120)
    ]
    assert ground.run("import", kill_at("commit", "INSERT INTO person", 2), rows=rows) == -9
    invariants.check(Case(ground.living, who.id, before, Said.UNSURE))
    assert ground.run("import", rows=rows) == 0
    invariants.check(Case(ground.living, who.id, before, Said.DONE))
    people = invariants.number(ground.living, Sql("SELECT count(*) FROM person"))
    contacts = invariants.number(ground.living, Sql("SELECT count(*) FROM contact"))
    assert (people, contacts) == (121, 241)


def test_a_policy_is_in_force_with_its_line_in_the_log_or_not_at_all(ground: Ground) -> None:
    """F02, I7."""
    who = ada(ground)
    before = invariants.remember(ground.living, who.id)
    document = f"{POLICY}lives: {{journey_minutes: 9}}\n"
    assert ground.run("policy", kill_at("commit", "INSERT INTO policy_document"), policy=document) == -9
    invariants.check(Case(ground.living, who.id, before, Said.UNSURE))
    assert minutes_in_force(ground) == 15
    assert ground.run("policy", policy=document) == 0
    assert minutes_in_force(ground) == 9
    invariants.check(Case(ground.living, who.id, before, Said.DONE))


def minutes_in_force(ground: Ground) -> int:
    with ground.living.store.reading() as unit:
        in_force = unit.policies.in_force()
    assert in_force is not None
    return in_force.policy.lives.journey_minutes
