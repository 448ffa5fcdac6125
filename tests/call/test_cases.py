"""Cases: who may open one, how many, and that each is decided once, whatever happens at once (decisions 21)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keyback.app.helpdesk import checking
from keyback.app.reset.answer import Reply, answer
from keyback.core.errors import Forbidden, Refused, TooMany
from keyback.core.events import Activity
from keyback.core.ports.desk import CaseState
from keyback.core.types import DAY
from keyback.store.engine import Sql
from tests.call.calling import enter, helpdesk, work_of
from tests.living import Living


def activities(living: Living) -> list[str]:
    return [str(line["activity"]) for line in living.story()]


def test_a_new_case_closes_the_one_before(living: Living) -> None:
    """Decisions 21: one case per person; who still works on the old one gets nowhere."""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    browser.choose("totp")
    newer = desk.open()
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "ended"
    assert (desk.case().id, desk.case().state) == (newer.id, CaseState.OPEN)


def test_two_answers_at_once_pass_once(living: Living) -> None:
    """RAC-1, COD-4: a case is decided by one conditional write."""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    browser.choose("totp")
    hidden = {field["name"]: field["value"] for field in browser.page["fields"] if field["kind"] == "hidden"}
    sent = {**hidden, "answer": living.code_of_app()}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: browser.http.post("/reset/answer", json=sent), range(4)))
    assert desk.case().state is CaseState.PASSED
    assert activities(living).count(Activity.CASE_PASSED) == 1


def test_a_case_is_decided_once(living: Living) -> None:
    """COD-4, I5: passed stays passed."""
    desk = helpdesk(living)
    case = desk.passed()
    with living.store.writing() as unit:
        assert not unit.cases.decide(case.journey, CaseState.FAILED, "", unit.now)
        assert not unit.cases.attach(case.id, "another", unit.now)
    assert desk.case().state is CaseState.PASSED


def test_two_operators_at_once_have_one_case(living: Living) -> None:
    """RAC-1: one open case per person."""
    desk = helpdesk(living)
    second = living.operator("helpdesk_administrator", "otto")
    with ThreadPoolExecutor(2) as pool:
        cases = list(pool.map(lambda who: checking.open_case(work_of(living, who), desk.ada), [desk.olga, second]))
    with living.store.engine.transaction(write=False) as link:
        rows = link.all(Sql("SELECT id FROM caller_case WHERE state = 'open' AND tenant = :tenant"), {"tenant": "t1"})
    assert len(rows) == 1
    assert rows[0][0] in {case.id for case in cases}


def test_who_may_not_help_a_person_opens_no_case(living: Living) -> None:
    """ADM-1: by the matrix, judged in the unit that opens it."""
    desk = helpdesk(living)
    living.grant(desk.ada, "authentication_administrator")
    with pytest.raises(Forbidden):
        desk.open()
    with pytest.raises(Forbidden):
        checking.open_case(desk.work, desk.olga)
    reader = living.operator("global_reader", "rita")
    bob = living.person("bob")
    with pytest.raises(Forbidden):
        checking.open_case(work_of(living, reader), bob)


def test_disabled_accounts_are_not_checked(quick: Living) -> None:
    """There is nobody to be helped by a check."""
    desk = helpdesk(quick)
    off = quick.person("off", enabled=False)
    with pytest.raises(Refused):
        checking.open_case(desk.work, off)


def test_cases_are_limited(quick: Living) -> None:
    """THR-10: per person, and per operator."""
    desk = helpdesk(quick)
    for _ in range(6):
        desk.open()
    with pytest.raises(TooMany):
        desk.open()
    others = [quick.person(f"person{number}") for number in range(5)]
    for number in range(24):
        checking.open_case(desk.work, others[number % len(others)])
    with pytest.raises(TooMany):
        checking.open_case(desk.work, others[-1])
    quick.clock.move(DAY)
    desk.open()


def test_numbers_are_drawn_anew_where_one_is_taken(quick: Living) -> None:
    """Two open cases never have the same number; the audit log never holds one (COD-9)."""
    desk = helpdesk(quick)
    people = [quick.person(f"person{number}") for number in range(20)]
    numbers = {checking.open_case(desk.work, person).number for person in people}
    assert len(numbers) == 20
    assert not [line for line in quick.story() for number in numbers if number in str(line["details"])]


class Killed(Exception):
    """The process is gone."""


class Dying:
    """A hasher during whose work the process is killed."""

    def hash(self, secret: str) -> str:
        raise Killed(len(secret))

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        raise Killed(len(encoded), len(secret), stranger)

    def outdated(self, encoded: str) -> bool:
        raise Killed(len(encoded))


def test_a_kill_between_the_charge_and_the_comparison_costs_a_try_and_no_more(living: Living) -> None:
    """F01, THR-5: the try is spent, the case is open, and the right code still passes it."""
    desk, browser = helpdesk(living), living.browser()
    codes = living.recovery_codes(desk.ada)
    enter(browser, desk.open().number)
    browser.choose("recovery_code")
    version = next(int(field["value"]) for field in browser.page["fields"] if field["name"] == "version")
    token = str(next(cookie.value for cookie in browser.http.cookies.jar if "journey" in cookie.name))
    with pytest.raises(Killed):
        answer(replace(living.house, hasher=Dying()), Reply(token, codes[0], version, "203.0.113.7"))
    assert desk.case().state is CaseState.OPEN
    with living.store.engine.transaction(write=False) as link:
        row = link.one(Sql("SELECT tries_left FROM challenge WHERE tenant = :tenant"), {"tenant": "t1"})
    assert row is not None
    assert row[0] == 4
    browser.get("/reset/journey")
    browser.post(answer=codes[0])
    assert desk.case().state is CaseState.PASSED
