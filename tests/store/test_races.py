"""64 at once, on both engines, and exactly one wins (RAC-1, COD-4, THR-5, TOT-1)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyback.app.reset import answer as answer_verb
from keyback.app.reset import choose as choose_verb
from keyback.core.errors import Refused, Trouble
from keyback.core.ports import Charge
from keyback.core.types import HOUR
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.living import MAIL, NEW_PASSWORD, Browser, Living

MANY = 64


def released_together(work: Callable[[int], object]) -> list[object]:
    """Run `work` in many threads that all wait for the same moment; errors of ours are results."""
    gate = threading.Barrier(MANY)

    def run(number: int) -> object:
        gate.wait()
        try:
            return work(number)
        except Trouble as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(run, range(MANY)))


def token_of(browser: Browser) -> str:
    """The journey cookie."""
    return str(browser.http.cookies["keyback-journey"])


def version_of(browser: Browser) -> int:
    """The present form's version."""
    return int(next(field["value"] for field in browser.page["fields"] if field["name"] == "version"))


def passed(living: Living) -> int:
    """How many gates were passed."""
    return sum(str(line["reason"]).startswith("User completed the ") for line in living.story())


def test_a_right_code_passes_one_gate_once(living: Living) -> None:
    """COD-4, GAT-3."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    before = token_of(browser)
    reply = answer_verb.Reply(before, living.newest_code(MAIL), version_of(browser), "203.0.113.7")
    results = released_together(lambda _: answer_verb.answer(living.house, reply))
    after = {result for result in results if isinstance(result, str)} - {before}
    assert (len(after), passed(living)) == (1, 1)
    with living.store.reading() as unit:
        journey = unit.journeys.by_browser(living.house.sealer.mac("journey-cookie", after.pop()))
    assert journey is not None
    assert len(journey.evidence) == 1


def test_wrong_codes_at_once_get_no_more_than_the_limit(living: Living) -> None:
    """THR-5: charged before comparing; N parallel requests get no more tries than the budget."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("totp")
    token, version = token_of(browser), version_of(browser)

    def guess(number: int) -> str:
        reply = answer_verb.Reply(token, f"{number:06}", version + number % 8, "203.0.113.7")
        return answer_verb.answer(living.house, reply)

    results = released_together(guess)
    compared = [r for r in results if isinstance(r, Refused) and r.text.id in {"answer.wrong", "answer.wrong_last"}]
    assert 1 <= len(compared) <= 5


def test_one_authenticator_step_is_accepted_once_across_journeys(living: Living) -> None:
    """TOT-1."""
    living.ada()
    browsers = [living.browser() for _ in range(8)]
    for browser in browsers:
        browser.start()
        browser.choose("totp")
    code = living.code_of_app()

    def use(number: int) -> str:
        browser = browsers[number % 8]
        reply = answer_verb.Reply(token_of(browser), code, version_of(browser), f"203.0.113.{number}")
        return answer_verb.answer(living.house, reply)

    released_together(use)
    assert passed(living) == 1


def test_one_recovery_code_is_spent_once(living: Living) -> None:
    """COD-4: slow comparison outside the transaction, one conditional write inside."""
    codes = living.recovery_codes(living.ada())
    browsers = [living.browser() for _ in range(4)]
    for browser in browsers:
        browser.start()
        browser.choose("recovery_code")

    def use(number: int) -> str:
        browser = browsers[number % 4]
        reply = answer_verb.Reply(token_of(browser), codes[0], version_of(browser), f"203.0.113.{number}")
        return answer_verb.answer(living.house, reply)

    released_together(use)
    assert passed(living) == 1


def test_a_password_is_set_once(living: Living) -> None:
    """RAC-2, I3."""
    ada = living.ada()
    browser = living.browser()
    browser.both_gates()
    token, version = token_of(browser), version_of(browser)

    def choose(number: int) -> bool:
        new = f"{NEW_PASSWORD} {number}"
        wanted = choose_verb.NewPassword(new, new, version, "203.0.113.7")
        return choose_verb.choose(living.house, token, wanted) != ""

    results = released_together(choose)
    assert results.count(True) == 1
    winner = results.index(True)
    assert living.has_password(ada, f"{NEW_PASSWORD} {winner}")
    assert [line["reason"] for line in living.story()].count("Successfully completed reset.") == 1


def test_a_limit_lets_through_exactly_its_budget(living: Living) -> None:
    """THR-5, THR-8."""

    def charge(_: int) -> bool:
        with living.store.writing() as unit:
            return unit.throttles.charge(Charge("test", "key", 10, HOUR, pause=HOUR), unit.now) is None

    assert released_together(charge).count(True) == 10


def test_the_audit_chain_has_no_gap(living: Living) -> None:
    """I7: sequence without a gap, whatever happens at once."""
    living.ada()

    def start(number: int) -> None:
        living.browser().start(f"somebody{number}@contoso.example")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(16)))
    numbers = [line["seq"] for line in living.story()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.soak
@pytest.mark.parametrize("round_", range(250))
def test_every_race_again_and_again(engine: SqliteEngine | PostgresqlEngine, round_: int) -> None:
    """The long version: 50 rounds of each of five races."""
    races = [test_a_right_code_passes_one_gate_once, test_wrong_codes_at_once_get_no_more_than_the_limit,
             test_one_authenticator_step_is_accepted_once_across_journeys, test_one_recovery_code_is_spent_once,
             test_a_password_is_set_once]  # fmt: skip
    living = Living(engine)
    races[round_ % len(races)](living)
    living.close()
