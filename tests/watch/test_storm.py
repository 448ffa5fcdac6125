"""A storm of failures hardens, and pauses nobody (THR-7, decisions 9)."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyback.app.watch import storm
from keyback.app.watch.tend import tend
from keyback.core.ports import Beat
from keyback.core.rules.norms import failures_allowed, too_many_wrong
from keyback.core.types import HOUR, MINUTE
from tests.living import OLD_PASSWORD, Living
from tests.nodes import another_node
from tests.watch.weather import CROWD, administrator, fail, lines, now, told


@pytest.mark.parametrize(
    ("total", "counted", "allowed"),
    [(0, 0, 200), (5, 1, 30), (100, 2, 30), (100, 1, 60), (1_000, 10, 60), (100_000, 10, 200)],
)
def test_three_times_what_is_usual(total: int, counted: int, allowed: int) -> None:
    """THR-7: never fewer than 30 a minute nor more than 200."""
    assert failures_allowed(Beat(total, total, counted)) == allowed


@pytest.mark.parametrize(
    ("wrong", "right", "much"), [(99, 0, False), (100, 0, True), (100, 25, True), (100, 26, False), (80, 20, True)]
)
def test_a_ratio_tells_too(wrong: int, right: int, *, much: bool) -> None:
    """THR-7."""
    assert too_many_wrong(Beat(wrong, wrong, 1), Beat(right, right, 1)) is much


def test_guessing_over_many_accounts_hardens_the_work_and_tells_once(living: Living) -> None:
    """THR-7, AUD-7: by real wrong answers of a stranger who takes one account after the other; the right code works."""
    living.set_policy(CROWD)
    living.ada()
    boss = administrator(living)
    with living.store.writing() as unit:
        unit.pulse.set_figure("storm.budget", 30)
    easy = work_of(living)
    for place in range(10):
        browser = living.browser()
        browser.start(f"nobody{place}@contoso.example")
        browser.choose("totp")
        for _ in range(4):
            browser.post(answer="000000")
    assert now(living).stormy
    assert work_of(living) == easy * storm.HARDER
    assert len(lines(living, "Find storm of failures")) == 1
    assert told(living, boss).count("Far more wrong answers than usual") == 1
    ada = living.browser()
    assert ada.both_gates()["state"] == "new_password"
    assert ada.set_password()["state"] == "done"
    living.clock.move(10 * MINUTE)
    assert not now(living).stormy
    assert work_of(living) == easy


def work_of(living: Living) -> int:
    """How much work the first page asks for."""
    work = living.browser().get("/reset")["work"]
    most: int = (json.loads(work) if isinstance(work, str) else work)["maxNumber"]
    return most


def test_spraying_passwords_over_many_accounts_is_a_storm_too(living: Living) -> None:
    """THR-7, THR-12: five guesses at each of many accounts; Ada signs in all the same."""
    living.ada()
    with living.store.writing() as unit:
        unit.pulse.set_figure("storm.budget", 30)
    for place in range(31):
        browser = living.browser()
        browser.get("/sign-in")
        browser.post(user_id=f"somebody{place % 10}@contoso.example", password="a password of last summer")
    assert now(living).stormy
    assert len(lines(living, "Find storm of failures")) == 1
    ada = living.browser()
    ada.get("/sign-in")
    assert ada.post(user_id="ada@contoso.example", password=OLD_PASSWORD)["state"] == "answer"


def test_it_lasts_until_ten_minutes_after_the_last_of_it(quick: Living) -> None:
    """THR-7: and is told once."""
    fail(quick, 199)
    assert not now(quick).stormy
    fail(quick, 1)
    assert now(quick).storm_until == quick.clock.now() + 10 * MINUTE
    quick.clock.move(6 * MINUTE)
    fail(quick, 250)
    assert now(quick).storm_until == quick.clock.now() + 10 * MINUTE
    quick.clock.move(10 * MINUTE)
    assert not now(quick).stormy
    assert len(lines(quick, "Find storm of failures")) == 1


def test_strangers_have_half_the_tries_and_known_clients_all_of_them(quick: Living) -> None:
    """THR-7, decisions 9."""
    quick.set_policy(CROWD)
    quick.ada()
    fail(quick, 200)
    stranger = quick.browser()
    stranger.start()
    stranger.choose("totp")
    seen = []
    for _ in range(4):
        stranger.post(answer="000000")
        seen.append(stranger.status)
    assert seen == [422, 422, 422, 429]
    quick.clock.move(HOUR)
    known = quick.browser()
    known.both_gates()
    known.set_password()
    fail(quick, 200)
    known.start()
    known.choose("totp")
    seen = []
    for _ in range(4):
        known.post(answer="000000")
        seen.append(known.status)
    assert seen == [422] * 4


def test_nobody_is_paused_by_it(quick: Living) -> None:
    """THR-7: a new journey begins and ends well in the middle of it, even without proof of work."""
    quick.set_policy(CROWD)
    quick.ada()
    fail(quick, 1_000)
    browser = quick.browser()
    browser.get("/reset")
    browser.post(user_id="ada@contoso.example", work="")
    assert browser.status < 400
    browser.both_gates()
    assert browser.set_password()["state"] == "done"


def test_many_at_once_are_all_counted_and_tell_once(living: Living) -> None:
    """RAC-1."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: fail(living, 26), range(8)))
    assert now(living).stormy
    assert len(lines(living, "Find storm of failures")) == 1
    with living.store.reading() as unit:
        assert unit.pulse.within("failures", 0, living.clock.now() + 1).total == 208


def test_it_blows_on_every_node_and_after_a_restart(living: Living) -> None:
    """THR-8."""
    easy = work_of(living)
    fail(living, 200)
    with another_node(living):
        assert work_of(living) == easy * storm.HARDER


def test_the_janitor_sees_slow_guessing_by_its_ratio(quick: Living) -> None:
    """THR-7: under the number of any minute, but nearly all of it wrong."""
    for _ in range(10):
        fail(quick, 15)
        quick.clock.move(30_000)
    tend(quick.house)
    assert now(quick).stormy


def test_a_busy_week_raises_the_number(quick: Living) -> None:
    """THR-7: worked out by the janitor; the present minutes do not raise their own number."""
    fail(quick, 150)
    tend(quick.house)
    assert now(quick).storm_budget == 200
    quick.clock.move(2 * HOUR)
    tend(quick.house)
    assert now(quick).storm_budget == 90
