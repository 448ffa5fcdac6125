"""What is over goes when its time has come, not a moment sooner, a few rows at a time, and nothing else goes with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from keyback.app import retention
from keyback.app.audit.verify import verify
from keyback.app.incidents.care import close, list_incidents
from keyback.app.setup.issue import rescue
from keyback.core.events import Activity, Event
from keyback.core.ports import AccessPass, Charge, Credential, SessionChallenge
from keyback.core.types import DAY, HOUR, MINUTE, Instant
from keyback.settings import Settings, mistakes
from keyback.store.checkpoints import SqlBook
from keyback.store.engine import Link, Sql
from keyback.store.retention import SqlRemoving
from keyback.wiring.janitor import Janitor
from tests.conventions.source import ROOT, sources
from tests.incidents.reporting import objected, reset_by_ada
from tests.living import OPEN_POLICY, Living
from tests.retention import of_the_desk
from tests.signing import seated

Days = Mapping[str, int]


def broom(living: Living, days: Days | None = None) -> retention.Broom:
    return retention.Broom(living.house, SqlRemoving, days or {}, lambda: False)  # type: ignore[arg-type]  # units of this store


def count(living: Living, table: str) -> int:
    with living.store.reading() as unit:
        row = unit.link.one(Sql(f"SELECT count(*) FROM {table}"), {})
    assert row is not None
    return int(row[0])


def ended(living: Living, when: Instant, *, proofs: int) -> None:
    """An attempt of Ada's that the janitor has ended, with so many proofs."""
    browser = living.browser()
    if proofs:
        browser.first_gate()
    else:
        browser.start()
    with living.store.writing() as unit:
        unit.link.run(
            Sql("UPDATE journey SET state = 'ended', why = 'expired', expires_at = :at WHERE state <> 'ended'"),
            {"at": when},
        )


def messages(living: Living, when: Instant) -> None:
    living.delivered()
    living.browser().first_gate()
    living.delivered()
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE outbox SET done_at = :at"), {"at": when})


def incident(living: Living, when: Instant) -> None:
    person = "id-ada"
    assert objected(living, person)
    [one] = list_incidents(living.house, only_open=True)
    close(living.house, one.incident.id, "host:test", "over", keep_frozen=False)
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE incident SET closed_at = :at"), {"at": when})


def session(living: Living, when: Instant) -> None:
    seated(living, "id-ada", ends_at=when)


def question(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.session_challenges.insert(
            SessionChallenge(
                "q1",
                "s1",
                "id-ada",
                "add",
                "email_code",
                "",
                "",
                b"",
                b"",
                b"new@mail.example",
                "KX",
                when - HOUR,
                when,
                5,
            )
        )


def access_pass(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.passes.issue(
            AccessPass("p1", "id-ada", b"m", 1, when - HOUR, when, True, False, 5, "host:test", when - HOUR, "test"),
            when,
        )


def wrong_password(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.guesses.keep("account", [(when, b"m" * 16)], when)


def setup_link(living: Living, when: Instant) -> None:
    rescue(living.house, "ada@contoso.example", "host:test")
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE setup_link SET expires_at = :at"), {"at": when})


def objection(living: Living, when: Instant) -> None:
    reset_by_ada(living)
    with living.store.writing() as unit:
        assert unit.link.run(Sql("UPDATE objection_link SET expires_at = :at"), {"at": when}) == 1


def beat(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.link.run(Sql("INSERT INTO pulse (tenant, name, at, count) VALUES ('t1', 'test', :at, 1)"), {"at": when})


def throttle(living: Living, when: Instant) -> None:
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM throttle"), {})
        unit.throttles.charge(Charge("test", "key", 3, HOUR), when - HOUR)


KINDS: dict[str, tuple[str, Callable[[Living, Instant], None]]] = {
    "unproven_journeys": ("journey", lambda living, at: ended(living, at, proofs=0)),
    "journeys": ("journey", lambda living, at: ended(living, at, proofs=1)),
    "throttles": ("throttle", throttle),
    "messages": ("outbox", messages),
    "sessions": ("session", session),
    "session_challenges": ("session_challenge", question),
    "access_passes": ("access_pass", access_pass),
    "wrong_passwords": ("wrong_password", wrong_password),
    "setup_links": ("setup_link", setup_link),
    "objection_links": ("objection_link", objection),
    "incidents": ("incident", incident),
    "help_requests": ("help_request", of_the_desk.help_request),
    "caller_cases": ("caller_case", of_the_desk.caller_case),
    "approvals": ("approval", of_the_desk.approval),
    "uploads": ("upload", of_the_desk.upload),
    "pulse": ("pulse", beat),
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_row_goes_at_its_edge_and_not_before(living: Living, name: str) -> None:
    """DOS-6: one millisecond before it stays, at the edge and after it it goes."""
    living.ada()
    table, make = KINDS[name]
    span = retention.spans({})[name]
    assert span is not None
    ends = living.clock.now()
    make(living, ends)
    there = count(living, table)
    assert there
    for now, left in ((ends + span - 1, there), (ends + span, 0), (ends + span + 1, 0)):
        with living.store.writing() as unit:
            SqlRemoving(unit).remove(name, now - span, 100)
        assert count(living, table) == left, now - ends - span


def test_a_proven_attempt_stays_when_unproven_ones_go(living: Living) -> None:
    """DOS-6: 24 hours and 7 days."""
    living.ada()
    ended(living, living.clock.now(), proofs=1)
    living.clock.move(MINUTE)
    ended(living, living.clock.now(), proofs=0)
    living.clock.move(3 * DAY)
    retention.sweep(broom(living))
    assert (count(living, "journey"), count(living, "evidence")) == (1, 1)
    living.clock.move(5 * DAY)
    retention.sweep(broom(living))
    assert [count(living, table) for table in ("journey", "challenge", "evidence")] == [0, 0, 0]


def test_what_is_alive_is_never_removed(living: Living) -> None:
    """THR-8, DOS-6: an open attempt, a waiting message, a pause, an open incident, a live link."""
    person = living.ada()
    assert objected(living, person)
    browser = living.browser()
    browser.start()
    tables = ("journey", "incident", "objection_link")
    before = [count(living, table) for table in tables]
    retention.sweep(broom(living))
    assert [count(living, table) for table in tables] == before
    living.clock.move(900 * DAY)
    retention.sweep(broom(living, {"retention.audit_days": 0}))
    assert [count(living, table) for table in ("incident", "objection_link")] == before[1:]


def test_an_incident_stays_while_recovery_is_closed(quick: Living) -> None:
    """NOT-4: so that somebody can still open it."""
    person = quick.ada()
    assert objected(quick, person)
    [one] = list_incidents(quick.house, only_open=True)
    close(quick.house, one.incident.id, "host:test", "stays closed", keep_frozen=True)
    quick.clock.move(1_000 * DAY)
    retention.sweep(broom(quick))
    assert count(quick, "incident") == 1
    close(quick.house, one.incident.id, "host:test", "found", keep_frozen=False)
    quick.clock.move(1)
    retention.sweep(broom(quick))
    assert (count(quick, "incident"), count(quick, "objection_link")) == (0, 0)


@pytest.mark.parametrize(
    ("days", "left"), [(402, [2, 3, 4, 5]), (403, [1, 2, 3, 4, 5]), (1, [5]), (0, [1, 2, 3, 4, 5])]
)
def test_old_lines_of_the_audit_log_go_and_the_rest_verifies(living: Living, days: int, left: list[int]) -> None:
    """AUD-3, AUD-4: the oldest only; the signed base says after which line the log begins; 0 means for ever."""
    for moved in (0, 1, 100 * DAY, 300 * DAY, 2 * DAY - 1):  # the first line is exactly 402 days old then
        living.clock.move(moved)
        with living.store.writing() as unit:
            unit.audit(Event(Activity.PERSON_CHANGED, "test", "test", "success"))
    retention.sweep(broom(living, {"retention.audit_days": days}))
    assert [line["seq"] for line in living.story()] == left
    assert verify(SqlBook(living.store)).fault is None


def test_a_line_that_is_younger_keeps_all_after_it(living: Living) -> None:
    """AUD-4, F17: when the clock once stood wrong, the chain still loses only its beginning."""
    for moved in (0, 500 * DAY, -500 * DAY):
        living.clock.move(moved)
        with living.store.writing() as unit:
            unit.audit(Event(Activity.PERSON_CHANGED, "test", "test", "success"))
    living.clock.move(450 * DAY)
    retention.sweep(broom(living))
    assert [line["seq"] for line in living.story()] == [2, 3]
    assert verify(SqlBook(living.store)).fault is None


def test_all_lines_may_go(quick: Living) -> None:
    """AUD-3: the log goes on where it was."""
    for _ in range(3):
        with quick.store.writing() as unit:
            unit.audit(Event(Activity.PERSON_CHANGED, "test", "test", "success"))
    quick.clock.move(401 * DAY)
    retention.sweep(broom(quick))
    assert count(quick, "audit") == 0
    assert verify(SqlBook(quick.store)).fault is None
    with quick.store.writing() as unit:
        unit.audit(Event(Activity.PERSON_CHANGED, "test", "test", "success"))
    assert verify(SqlBook(quick.store)).fault is None
    assert [line["seq"] for line in quick.story()] == [4]


def test_nothing_but_retention_touches_a_line() -> None:
    """AUD-4: everywhere else lines are inserted and read."""
    touching = [
        source.name
        for source in sources(ROOT / "src" / "keyback" / "store")
        for words in ("UPDATE audit SET", "DELETE FROM audit WHERE")
        if words in source.path.read_text()
    ]
    assert touching == ["src/keyback/store/retention.py"]


def test_many_rows_go_in_small_batches(living: Living) -> None:
    """DOS-6: each batch is its own transaction of at most 500 rows, with a breath after it; writers come in between."""
    many = 1_730
    row = Sql(
        """INSERT INTO journey (tenant, id, purpose, person, account, refusal, gates, administrator, decided_by,
          disclosure, policy_version, generation, started_at, expires_at, version, state, why, code, browser, source,
          language)
        VALUES ('t1', :id, 'reset', NULL, '', NULL, 2, 0, 'tenant', 'private', 1, 0, 0, :at, 1, 'ended', 'expired', NULL,
          :browser, '', '')"""
    )
    with living.store.writing() as unit:
        at = unit.now
        unit.link.many(row, [{"id": f"j{n}", "at": at + n % 3, "browser": str(n).encode()} for n in range(many)])
    living.clock.move(2 * DAY)
    left: list[int] = []

    def pause() -> bool:
        left.append(count(living, "journey"))
        with living.store.writing() as unit:  # somebody else writes between two batches
            unit.throttles.charge(Charge("between", "", 1_000, HOUR), unit.now)
        return False

    gone = retention.sweep(replace(broom(living), pause=pause))
    assert left == [1_230, 730, 230, 0]
    assert gone == many


def test_who_stops_the_server_does_not_wait_for_the_rest(quick: Living) -> None:
    """DOS-6: after one batch at most."""
    with quick.store.writing() as unit:
        for number in range(1_200):
            unit.throttles.charge(Charge("test", str(number), 1, HOUR), unit.now)
    quick.clock.move(2 * HOUR)
    assert retention.sweep(replace(broom(quick), pause=lambda: True)) == retention.AT_ONCE
    assert count(quick, "throttle") == 700


@pytest.fixture
def with_history(living: Living) -> Living:
    """Three people with five old passwords each."""
    for name in ("ada", "bo", "cy"):
        person = living.person(name)
        for _ in range(5):
            living.clock.move(MINUTE)
            before = living.password_of(person)
            new = Credential(living.hasher.hash(str(living.clock.now())), (), living.clock.now(), must_change=False,
                             not_after=None, version=before.version)  # fmt: skip
            with living.store.writing() as unit:
                assert unit.people.set_credential(person, new, unit.now, keep=before.encoded)
    return living


@pytest.mark.parametrize(("history", "left"), [(0, 0), (1, 0), (3, 6), (24, 15)])
def test_old_passwords_beyond_the_history_are_forgotten(with_history: Living, history: int, left: int) -> None:
    """PWD-6: the newest stay, as many as the history needs beside the present one."""
    living = with_history
    living.set_policy(replace(OPEN_POLICY, passwords=replace(OPEN_POLICY.passwords, history=history)))
    with living.store.reading() as unit:
        kept = [unit.people.credential(f"id-{name}", max(history, 1)) for name in ("ada", "bo", "cy")]
    assert retention.trim_histories(broom(living), "") == "id-cy"
    assert retention.trim_histories(broom(living), "id-cy") == ""
    assert count(living, "old_password") == left
    with living.store.reading() as unit:
        assert [unit.people.credential(f"id-{name}", max(history, 1)) for name in ("ada", "bo", "cy")] == kept


def test_histories_are_walked_a_few_people_at_a_time(with_history: Living) -> None:
    """DOS-6."""
    with with_history.store.writing() as unit:
        removing = SqlRemoving(unit)
        assert [removing.trim_histories(after, 0, 2) for after in ("", "id-bo", "id-cy")] == ["id-bo", "id-cy", ""]
    assert count(with_history, "old_password") == 0


def test_every_table_stands_in_the_table(living: Living) -> None:
    """DOS-6: nothing is kept without somebody having said how long."""
    said = {table for kept in retention.TABLE for table in kept.tables.split()}
    with living.store.reading() as unit:
        there = tables(unit.link, living.store.engine.name) - {"alembic_version", "sqlite_sequence"}
    assert said == there


def tables(link: Link, engine: str) -> set[str]:
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if engine == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return {str(row[0]) for row in link.all(Sql(listing), {})}


def test_the_organisation_chooses_in_days_and_never_by_accident() -> None:
    """AUD-4, DOS-6: what the settings say by default is what the table says; too short is refused."""
    settings = Settings("https://reset.contoso.example", proxies=("10.0.0.1",))
    assert retention.spans(settings.retention) == retention.spans({})
    assert {kept.setting for kept in retention.TABLE} - {""} == settings.retention.keys()
    assert retention.spans({"retention.audit_days": 0})["audit"] is None
    for wrong in (
        replace(settings, retention_journey_days=0),
        replace(settings, retention_incident_days=1),
        replace(settings, retention_audit_days=-1),
    ):
        assert [text.id for text in mistakes(wrong)] == ["settings.range"]


def test_the_janitor_does_it_all(living: Living) -> None:
    """DOS-6: a day later the abandoned attempt is gone, and its story has its last line."""
    living.ada()
    living.browser().start()
    janitor = Janitor(living.running)
    living.clock.move(20 * MINUTE)
    janitor.sweep()
    assert count(living, "journey") == 1
    living.clock.move(DAY)
    janitor.sweep()
    assert count(living, "journey") == 0
    assert "User abandoned the attempt" in [line["reason"] for line in living.story()]
