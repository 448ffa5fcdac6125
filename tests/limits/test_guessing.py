"""How often one may guess: at an account, from a network, across everything that could be a way around."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from keyback.app.retention import Broom, sweep
from keyback.core.journey import Ended, Proving, Why
from keyback.core.policy import Limits
from keyback.core.rules.limits import LIMITS, Client, charge, source_network, wide_network
from keyback.core.types import DAY, HOUR, MINUTE
from keyback.store.engine import Sql, SqliteEngine
from keyback.store.retention import SqlRemoving
from keyback.wiring.house import Place, World, build
from tests.limits.visiting import ADA, OFFICE, limited, wrong_answers
from tests.living import BASE, MAIL, TENANT, Living


def house(**changes: Any) -> Living:
    return Living(SqliteEngine(None), limited(**changes))


@pytest.fixture
def loose() -> Iterator[Living]:
    """Only the limits of accounts hold; those of networks are out of the way."""
    made = house(failures_per_source_10_minutes=1_000, starts_per_source_10_minutes=1_000)
    made.ada()
    yield made
    made.close()


SPELLINGS = (ADA, "Ada@Contoso.Example", " ada@contoso.example ", "\uff41da@contoso.example", "ADA@CONTOSO.EXAMPLE")


def test_spellings_browsers_and_networks_share_one_count(loose: Living) -> None:
    """THR-2, ENU-5."""
    seen = []
    for number, spelling in enumerate(SPELLINGS):
        browser = loose.browser(f"203.0.113.{number}")
        browser.start(spelling)
        browser.choose("totp")
        browser.post(answer="000000")
        seen.append((browser.status, browser.told()))
    assert seen == [(422, ["answer.wrong"])] * 5
    assert wrong_answers(loose.browser("203.0.113.77"), "totp")[0] == (429, "answer.paused")


def test_a_new_code_another_way_and_a_right_answer_elsewhere_take_nothing_back(loose: Living) -> None:
    """THR-3 (amended): only a completed reset or time does."""
    first = loose.browser()
    first.start()
    first.choose("totp")
    for _ in range(3):
        first.post(answer="000000")
    first.get("/reset/ways")
    first.choose("email_code")
    first.post(answer=loose.newest_code(MAIL))
    first.choose("totp")
    for _ in range(2):
        first.post(answer="000000")
    assert first.status == 422
    first.post("/reset/answer", answer=loose.code_of_app())
    assert (first.status, first.told()) == (429, ["answer.paused"])


def test_a_completed_reset_gives_all_back_in_its_budget(loose: Living) -> None:
    """THR-3 (amended), decisions 15: what others used up, known clients do not clear, and the other way round."""
    browser = loose.browser()
    wrong_answers(loose.browser("203.0.113.80"), "sms_code")
    browser.both_gates()
    browser.set_password()
    assert browser.page["state"] == "done"
    loose.clock.move(2 * MINUTE)
    assert wrong_answers(loose.browser("203.0.113.81"), "sms_code")[:4] == [(422, "answer.wrong")] * 4


def test_never_a_hundred_failures_in_a_row(loose: Living) -> None:
    """THR-4: a month of guessing by one method, as often as the daily limits allow, from ever new networks: known
    clients and all others together have a hundred. A right answer begins the count again."""
    answered = 0
    for day in range(15):
        for number in range(2):
            seen = wrong_answers(loose.browser(f"203.0.{day}.{number}"), "totp")
            answered += [status for status, _ in seen].count(422)
            loose.clock.move(2 * HOUR)
        loose.clock.move(DAY)
    assert answered == LIMITS["failures.row"].budget == 50
    assert wrong_answers(loose.browser("203.0.113.1"), "recovery_code")[0] == (422, "answer.wrong")


def test_a_right_answer_ends_the_row(loose: Living) -> None:
    """THR-4, THR-3 (amended)."""
    row = charge("failures.row", Limits(), "x", Client())
    with loose.store.writing() as unit:
        for _ in range(3):
            unit.throttles.charge(row, unit.now)
    wrong = loose.browser()
    wrong.start()
    wrong.choose("totp")
    wrong.post(answer="000000")
    assert rows_of(loose, "failures.row") == [1, 3]
    wrong.post(answer=loose.code_of_app())
    assert wrong.page["state"] == "choose_method"
    assert rows_of(loose, "failures.row") == [3]


def test_what_is_refused_uses_up_nothing(loose: Living) -> None:
    """decisions 9: a pause refuses without comparing, so that knocking at it wears out nothing else."""
    for number, way in enumerate(("sms_code", "recovery_code")):
        wrong_answers(loose.browser(f"203.0.113.{number}"), way)
    knocking = loose.browser("203.0.113.9")
    assert wrong_answers(knocking, "totp") == [(429, "answer.paused")] * 5
    assert rows_of(loose, "failures.row") == [0, 5, 5]
    loose.clock.move(DAY)
    assert wrong_answers(loose.browser("203.0.113.9"), "totp")[0] == (422, "answer.wrong")


def rows_of(living: Living, limit: str) -> list[int]:
    with living.store.reading() as unit:
        found = unit.link.all(
            Sql("SELECT used FROM throttle WHERE limit_name = :limit ORDER BY used"), {"limit": limit}
        )
    return [int(row[0]) for row in found]


def test_a_pause_is_looked_at_again_at_the_last_step(loose: Living) -> None:
    """THR-11: a journey that began before the pause does not slip through after it, not even with the right answer."""
    early = loose.browser()
    early.first_gate()
    early.choose("totp")
    for number, way in enumerate(("sms_code", "recovery_code", "email_code")):
        wrong_answers(loose.browser(f"203.0.113.{number}"), way)
    early.post(answer=loose.code_of_app())
    assert (early.status, early.told()) == (429, ["answer.paused"])


def test_the_owner_is_warned_once_an_hour(loose: Living) -> None:
    """THR-14: at the fifth wrong answer, and not again within the hour however many follow; that the pause began is news."""

    def warnings() -> list[dict[str, Any]]:
        return [one for one in loose.delivered() if one["subject"] == "Somebody tries to reset your password"]

    browser = loose.browser()
    browser.start()
    browser.choose("totp")
    for _ in range(4):
        browser.post(answer="000000")
    assert warnings() == []
    browser.post(answer="000000")
    assert [one["to"] for one in warnings()] == [MAIL]
    wrong_answers(loose.browser("203.0.113.8"), "recovery_code")
    assert len(warnings()) == 1
    pauses = [one for one in loose.delivered() if one["subject"] == "Password reset pauses for your account"]
    assert [one["to"] for one in pauses] == [MAIL]


def test_a_warning_costs_the_same_for_nobody(loose: Living) -> None:
    """ENU-2, THR-14: as many rows, which go nowhere."""

    def rows() -> int:
        with loose.store.reading() as unit:
            return len(unit.link.all(Sql("SELECT id FROM outbox"), {}))

    counts = []
    for number, user_id in enumerate((ADA, "nobody@contoso.example")):
        before = rows()
        wrong_answers(loose.browser(f"203.0.113.{number}"), "totp", user_id)
        counts.append(rows() - before)
    assert counts == [3, 3]


def test_starts_and_failures_of_a_network_count_whoever_is_meant() -> None:
    """decisions 9: 20 in ten minutes each."""
    living = house()
    started, told = [], [""]
    for number in range(21):
        browser = living.browser()
        browser.start(f"somebody{number}@contoso.example")
        started.append(browser.status)
        told = browser.told()
    assert started == [200] * 20 + [429]
    assert told == ["start.too_many"]
    living.clock.move(10 * MINUTE)
    failed: list[tuple[int, str]] = []
    for number in range(7):
        failed += wrong_answers(living.browser(), "totp", f"person{number}@contoso.example")
    assert [status for status, _ in failed].count(422) == 20
    assert failed[-1] == (429, "answer.paused")
    living.close()


@pytest.mark.parametrize(("source", "allowed"), [("198.51.100.9", 20), ("203.0.113.9", 2)])
def test_a_trusted_network_may_do_ten_times_as_much(source: str, allowed: int) -> None:
    """decisions 9"""
    living = house(trusted_networks=(OFFICE,), starts_per_source_10_minutes=2)
    statuses = []
    for number in range(21):
        browser = living.browser(source)
        browser.start(f"somebody{number}@contoso.example")
        statuses.append(browser.status)
    assert statuses == [200] * allowed + [429] * (21 - allowed)
    living.close()


def test_ipv6_counts_by_the_64_and_by_the_48() -> None:
    """THR-6, decisions 9."""
    assert source_network("2001:db8:1:2::77") == source_network("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert wide_network("2001:db8:1:2::77") == wide_network("2001:db8:1:ffff::1") == "2001:db8:1::/48"
    assert (source_network("::ffff:192.0.2.1"), wide_network("::ffff:192.0.2.1")) == ("192.0.2.1", "")
    assert (source_network("nonsense"), wide_network("nonsense")) == ("unknown", "")
    living = house(starts_per_source_10_minutes=3, starts_per_wide_source_hour=5)
    statuses = []
    for number in range(8):
        browser = living.browser(f"2001:db8:7:{number // 2:x}::{number + 1:x}")
        browser.start(f"somebody{number}@contoso.example")
        statuses.append(browser.status)
    assert statuses == [200] * 5 + [429] * 3
    living.close()


def test_a_storm_halves_what_others_have_and_never_what_known_clients_have() -> None:
    """decisions 9: rounded up."""
    rules = Limits()
    for name in ("failures.method", "failures.account", "starts.source", "sign_in.free"):
        usual = charge(name, rules, "ada", Client()).budget
        assert charge(name, rules, "ada", Client(storm=True)).budget == (usual + 1) // 2
        assert charge(name, rules, "ada", Client(known=True, storm=True)).budget == usual


def past_the_first_gate(living: Living) -> list[Proving | Ended]:
    with living.store.reading() as unit:
        rows = unit.link.all(Sql("SELECT journey FROM evidence ORDER BY at, journey"), {})
        found = [unit.journeys.by_id(row[0]) for row in rows]
    return [one.state for one in sorted((one for one in found if one), key=lambda one: one.started_at)]  # type: ignore[misc]


def test_a_fourth_proven_attempt_ends_the_oldest(loose: Living) -> None:
    """COD-7: three are left, and the story says why the oldest ended."""
    code = loose.recovery_codes("id-ada")
    browsers = [loose.browser(f"203.0.113.{number}") for number in range(4)]
    for number, browser in enumerate(browsers):
        browser.start()
        browser.choose("recovery_code")
        assert browser.post(answer=code[number])["state"] == "choose_method"
        loose.clock.move(1_000)
    assert past_the_first_gate(loose) == [Ended(Why.REPLACED), Proving(), Proving(), Proving()]
    assert browsers[0].get("/reset/journey")["title"]["id"] == "ended.replaced_title"
    assert [browser.get("/reset/journey")["state"] for browser in browsers[1:]] == ["choose_method"] * 3
    assert [line["reason"] for line in loose.story()].count("Newer attempts took the place of this one") == 1


def test_proofs_at_once_leave_three(living: Living) -> None:
    """COD-7, RAC-2: whoever is first, on both engines."""
    living.set_policy(limited(starts_per_source_10_minutes=1_000))
    codes = living.recovery_codes(living.ada())
    browsers = [living.browser(f"203.0.113.{number}") for number in range(8)]
    for browser in browsers:
        browser.start()
        browser.choose("recovery_code")

    def prove(number: int) -> int:
        browsers[number].post(answer=codes[number])
        return browsers[number].status

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(prove, range(8)))
    states = past_the_first_gate(living)
    assert states.count(Proving()) == min(3, len(states))
    assert len(states) == statuses.count(200) >= 4


def test_two_nodes_share_every_count(living: Living) -> None:
    """THR-2, THR-8: what one server counted another one knows."""
    living.ada()
    world = World(living.clock, living.random, living.hasher)
    channels = (living.inbox.channel("email"), living.inbox.channel("sms"))
    first, other = living.running, build(living.store, TENANT, world, Place(BASE, work_number=50), channels)  # fmt: skip
    seen = []
    for number in range(6):
        living.running = first if number % 2 else other
        browser = living.browser(f"203.0.113.{number}")
        browser.start()
        browser.choose("totp")
        browser.post(answer="000000")
        seen.append(browser.status)
    assert seen == [422] * 5 + [429]
    living.running = first
    other.close()


def test_a_full_house_of_counters_keeps_the_live_ones(living: Living) -> None:
    """THR-8: nobody can flush a counter by making others; sweeping removes only what holds nothing any more."""
    rules = Limits()
    hers = charge("failures.account", rules, "ada", Client())
    with living.store.writing() as unit:
        for _ in range(hers.budget):
            assert unit.throttles.charge(hers, unit.now) is None
    with living.store.writing() as unit:
        for number in range(2_000):
            unit.throttles.charge(
                charge("starts.source", rules, f"10.{number // 250}.{number % 250}.1", Client()), unit.now
            )
    living.clock.move(HOUR)
    sweep(Broom(living.house, SqlRemoving, {}, lambda: False))  # type: ignore[arg-type]  # units of this store
    with living.store.writing() as unit:
        assert unit.throttles.charge(hers, unit.now) is not None
        assert len(unit.link.all(Sql("SELECT used FROM throttle"), {})) == 1
