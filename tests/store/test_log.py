"""Pages of the audit log: each filter finds what is there and nothing else, no page loses or repeats a line, and every
walk keeps to its index."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from keyback.core.events import Activity, Event
from keyback.core.ports.listing import LogQuery
from keyback.core.types import DAY, MINUTE
from keyback.store.engine import PostgresqlEngine, Sql
from keyback.store.log import WALKS
from tests.living import Living
from tests.postgresql import Server

ADA, BO, GWEN = "id-ada", "id-bo", "id-gwen"
KINDS = (
    Event(Activity.FLOW_PROGRESS, ADA, ADA, "success", "User submitted their user ID", "c1", "192.0.2.1"),
    Event(Activity.FLOW_PROGRESS, BO, BO, "failure", "User submitted their user ID", "c2", "192.0.2.2"),
    Event(Activity.RESET, ADA, ADA, "success", "", "c1", "192.0.2.1"),
    Event(Activity.ADMIN_RESET, GWEN, ADA, "success", source="192.0.2.3"),
    Event(Activity.ADMIN_RESET, GWEN, BO, "failure", source="192.0.2.3"),
    Event(Activity.SIGN_IN_FAILED, "account:9", "account:9", "failure", "50053", source="192.0.2.1"),
    Event(Activity.SIGN_IN_FAILED, BO, BO, "failure", "50126", source="192.0.2.2"),
    Event(Activity.POLICY_CHANGED, GWEN, "", "success"),
)


def write(living: Living, count: int, seed: int = 1) -> None:
    """Lines of every kind, a minute apart."""
    dice = random.Random(seed)
    for _ in range(count):
        living.clock.move(MINUTE)
        with living.store.writing() as unit:
            unit.audit(dice.choice(KINDS))


def fits(line: dict[str, object], query: LogQuery) -> bool:
    """By looking at each line, as the store must not."""
    of_person = line["target"] in {query.person, *query.also} or (
        line["actor"] == query.person and line["actor"] != line["target"] and not query.about_only
    )
    return all((
        not query.activities or line["activity"] in query.activities,
        query.result in {"", line["result"]},
        not query.person or of_person,
        query.reason in {"", line["reason"]},
        query.source in {"", line["source"]},
        int(str(line["at"])) >= query.since,
        not query.until or int(str(line["at"])) < query.until,
    ))  # fmt: skip


def walked(living: Living, query: LogQuery) -> Sequence[int]:
    """Numbers of the lines of all pages."""
    found: list[int] = []
    for _ in range(1_000):
        with living.store.reading() as unit:
            page = unit.log.page(query)
        assert len(page.lines) <= query.count
        found += [int(line["seq"]) for line in page.lines]
        if not page.before:
            return found
        query = replace(query, before=page.before)
    raise AssertionError("the pages have no end")


def questions(living: Living) -> Sequence[LogQuery]:
    """Every filter alone, and mixtures of them."""
    now = living.clock.now()
    since, until = now - 90 * MINUTE, now - 30 * MINUTE
    resets = (Activity.FLOW_PROGRESS, Activity.RESET, Activity.ADMIN_RESET)
    return (
        LogQuery(), LogQuery(result="failure"), LogQuery((Activity.ADMIN_RESET,)), LogQuery(resets, "success"),
        LogQuery(person=ADA), LogQuery(person=GWEN), LogQuery(person=GWEN, about_only=True),
        LogQuery(person=BO, also=("account:9",)), LogQuery((Activity.SIGN_IN_FAILED,), reason="50053"),
        LogQuery(source="192.0.2.3"), LogQuery(resets, source="192.0.2.1"), LogQuery(resets, person=BO, result="failure"),
        LogQuery(since=since), LogQuery(until=until), LogQuery(resets, since=since, until=until),
        LogQuery(person=ADA, since=since, until=until, source="192.0.2.3"), LogQuery((Activity.KEY_ADDED,)),
        LogQuery(person="id-nobody"), LogQuery(source="' OR 1=1 --"), LogQuery(tuple(Activity), "failure", source="192.0.2.2"),
    )  # fmt: skip


@pytest.mark.parametrize("looks_at", [LogQuery().looks_at, 7])
def test_every_filter_finds_what_is_there_and_nothing_else(living: Living, looks_at: int) -> None:
    """WEB-13, AUD-1: page by page the same lines as by looking at each one, however few lines a page may look at."""
    write(living, 150)
    story = living.story()
    for query in questions(living):
        expected = [line["seq"] for line in reversed(story) if fits(line, query)]
        asked = replace(query, count=9, looks_at=looks_at, looks_at_in_order=looks_at)
        assert walked(living, asked) == expected, query


def test_pages_neither_lose_nor_repeat_a_line_while_lines_are_added(living: Living) -> None:
    """AUD-1: a cursor is a number, so what comes later is before the first page and nowhere else."""
    write(living, 60)
    there = [line["seq"] for line in reversed(living.story())]
    query, found = LogQuery(tuple(Activity), count=7), list[int]()
    for turn in range(100):
        with living.store.reading() as unit:
            page = unit.log.page(query)
        found += [int(line["seq"]) for line in page.lines]
        write(living, 2, seed=turn)
        if not page.before:
            break
        query = replace(query, before=page.before)
    assert found == there


def test_a_page_says_how_far_it_looked(living: Living) -> None:
    """Where no index knows what is asked for, a page looks at so many lines and no more."""
    write(living, 60)
    with living.store.reading() as unit:
        page = unit.log.page(LogQuery(source="203.0.113.99", count=9, looks_at_in_order=20))
        assert page.lines == ()
        at = unit.log.line(page.before)
        full = unit.log.page(LogQuery(count=9))
        end = unit.log.page(LogQuery((Activity.KEY_ADDED,)))
    assert at is not None
    assert page.looked_to == at["at"]
    assert (len(full.lines), full.looked_to) == (9, 0)
    assert (end.before, end.looked_to) == (0, 0)


def test_times_out_of_order_are_found(living: Living) -> None:
    """decisions 31: servers whose clocks differ a little write one after the other; the days asked for hold both."""
    start = living.clock.now()
    for offset in (0, 5, 3, 8, 6, 11):
        with living.store.writing() as unit:
            unit.now = start + offset * MINUTE  # as another server would have it
            unit.audit(KINDS[0])
    query = LogQuery(since=start + 4 * MINUTE, until=start + 8 * MINUTE)
    story = living.story()
    assert walked(living, query) == [line["seq"] for line in reversed(story) if fits(line, query)]
    assert len(walked(living, query)) == 2


def test_a_log_whose_beginning_is_gone_is_found_by_time(living: Living) -> None:
    """AUD-4: retention takes the oldest lines; numbers begin later then."""
    write(living, 30)
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM audit WHERE seq <= 12"), {})
    query = LogQuery(since=living.clock.now() - DAY)
    assert walked(living, query) == list(range(30, 12, -1))


@pytest.mark.parametrize("name", WALKS)
def test_no_walk_leaves_its_index(quick: Living, name: str) -> None:
    """A long log is not read through, and nothing of the walk itself is sorted."""
    index = {"all": "sqlite_autoindex_audit_1"}.get(name, f"audit_{name}")
    for statement in (WALKS[name].lines, WALKS[name].edge):
        values: dict[str, str | int] = dict.fromkeys(statement.order, "")
        with quick.store.reading() as unit:
            plan = [str(row[3]) for row in unit.link.all(Sql(f"EXPLAIN QUERY PLAN {statement.sqlite}"), values)]
        assert [step for step in plan if index in step and step.startswith("SEARCH")]
        assert not [step for step in plan if step.startswith("SCAN audit")]
        assert statement is WALKS[name].lines or "TEMP B-TREE" not in "".join(plan)


REAL = {
    "tenant": "t1", "activity_key": str(Activity.RESET), "result_key": "success", "target_key": ADA, "actor_key": GWEN,
    "source": "", "reason": "", "result": "", "activities": "",
}  # fmt: skip
MORE = Sql(
    """INSERT INTO audit SELECT tenant, seq + 1000 * n, at, activity, actor, target, result, reason, correlation, source,
    details, hash FROM audit, generate_series(1, 400) AS g(n)"""
)


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("name", WALKS)
def test_postgresql_walks_the_same_index(postgresql: Server, name: str, mode: str) -> None:
    """Whatever the statistics say, with values that it plans for and without."""
    living = Living(PostgresqlEngine(postgresql.new_database()))
    write(living, 60)
    index, walk = {"all": "audit_pkey"}.get(name, f"audit_{name}"), WALKS[name].lines
    values = ", ".join(f"'{REAL[one]}'" if one in REAL else "9000000" for one in walk.order)
    with living.store.writing() as unit:
        unit.link.run(MORE, {})
        unit.link.run(Sql("ANALYZE audit"), {})
        unit.link.run(Sql(f"SET LOCAL plan_cache_mode = {mode}"), {})
        unit.link.run(Sql(f"PREPARE look AS {walk.numbered.decode()}"), {})
        plan = "\n".join(str(row[0]) for row in unit.link.all(Sql(f"EXPLAIN EXECUTE look({values})"), {}))
        unit.link.run(Sql("DEALLOCATE look"), {})
        assert f"Index Scan Backward using {index} on audit" in plan, plan
    living.close()
    living.store.engine.close()


def test_names_of_many_people(living: Living) -> None:
    """User IDs by id, a hundred at a time; who is not there is left out."""
    people = [living.person(f"p{number}") for number in range(130)]
    with living.store.reading() as unit:
        found = unit.log.names({*people, "id-nobody"})
    assert len(found) == 130
    assert found["id-p7"] == "p7@contoso.example"
