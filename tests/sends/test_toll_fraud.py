"""Text messages have budgets of every kind, and who hits one cannot tell (SND-2 to SND-5)."""

import re
from dataclasses import replace

import pytest

from keyback.core.policy import Numbers
from keyback.core.types import DAY, HOUR, MINUTE, SECOND, ContactKind
from keyback.store.engine import Sql, SqliteEngine
from tests.living import MOBILE, RESEND, Living
from tests.nodes import another_node
from tests.sends.fraud import held_back, pumped, texts, with_limits


def test_numbers_that_differ_in_their_last_four_digits_share_a_budget(living: Living) -> None:
    """SND-2: 20 in an hour, across accounts, on both engines; then again."""
    living.set_policy(with_limits(sms_per_prefix_hour=4))
    pages = {pumped(living, f"+49151123456{last:02}") for last in range(10, 17)}
    assert pages == {"answer"}
    assert len(texts(living)) == 4
    assert held_back(living) == ["sends.prefix"] * 3
    assert len(texts(living)) == 4
    pumped(living, "+4917112345678")
    assert len(texts(living)) == 5
    living.clock.move(HOUR)
    pumped(living, "+4915112345610")
    assert len(texts(living)) == 6


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"sms_per_country_day": 3}, "sends.country"),
        ({"sms_per_day": 3}, "sends.tenant"),
        ({"sms_budget_day": 32, "sms_price": 10}, "sends.money"),
    ],
)
def test_many_prefixes_do_not_help(quick: Living, limits: dict[str, int], name: str) -> None:
    """SND-2: country, organisation and money in a day; a message that would go beyond the money is not sent."""
    quick.set_policy(with_limits(**limits))
    for place in range(5):
        assert pumped(quick, f"+491511{place}345678") == "answer"
    assert len(texts(quick)) == 3
    assert held_back(quick) == [name] * 2
    quick.clock.move(DAY)
    pumped(quick, "+4915119345678")
    assert len(texts(quick)) == 4


def test_each_country_has_a_budget_of_its_own(quick: Living) -> None:
    """SND-2."""
    policy = with_limits(sms_per_country_day=1)
    quick.set_policy(replace(policy, numbers=Numbers(("DE", "AT"))))
    for number in ("+4915112345678", "+4915212345678", "+436641234567"):
        pumped(quick, number)
    assert texts(quick) == ["+4915112345678", "+436641234567"]


def test_a_price_above_the_whole_budget_sends_nothing(quick: Living) -> None:
    """SND-2."""
    quick.set_policy(with_limits(sms_budget_day=9, sms_price=10))
    assert pumped(quick, MOBILE) == "answer"
    assert texts(quick) == []


def test_one_network_asks_for_so_many(quick: Living) -> None:
    """SND-2: by e-mail too; this is told, because it says nothing of an account."""
    quick.set_policy(with_limits(sends_per_source_hour=2))
    seen = []
    for name in ("one", "two", "three"):
        browser = quick.browser()
        browser.start(f"{name}@contoso.example")
        browser.choose("email_code")
        seen.append((browser.status, browser.told()))
    assert seen == [(200, []), (200, []), (429, ["begin.too_many"])]


def test_a_country_that_the_policy_drops_gets_nothing_from_then_on(quick: Living) -> None:
    """SND-3, SND-1: destination and list are read when the message is made; the page stays the same."""
    quick.ada()
    quick.set_policy(replace(with_limits(), numbers=Numbers(("AT",))))
    browser = quick.browser()
    browser.start()
    assert browser.choose("sms_code")["state"] == "answer"
    assert texts(quick) == []
    browser.post("/reset/cancel")
    quick.set_policy(with_limits())
    quick.clock.move(RESEND)
    again = quick.browser()
    again.start()
    again.choose("sms_code")
    assert texts(quick) == [MOBILE]


def test_a_code_goes_where_the_store_says_when_it_is_sent(living: Living) -> None:
    """SND-1: nothing that the browser sends names a destination; a number replaced meanwhile gets nothing."""
    ada = living.ada()
    browser = living.browser()
    browser.start()
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM contact WHERE person = :ada AND kind = 'mobile'"), {"ada": ada})
    living.contact(ada, ContactKind.MOBILE, "+4917112345678")
    browser.post(method="sms_code:+4915112345609", to=MOBILE, destination=MOBILE)
    browser.get("/reset/journey")
    browser.choose("sms_code")
    assert texts(living) == ["+4917112345678"]


def test_a_prefix_whose_codes_nobody_types_is_paused_for_a_day(living: Living) -> None:
    """SND-4, AUD-7: after 50 unanswered; told once, in the audit log and to the administrators."""
    boss = living.person("boss")
    living.grant(boss, "global_administrator")
    living.contact(boss, ContactKind.EMAIL, "boss@mailbox.example")
    living.set_policy(with_limits(sms_per_prefix_hour=1_000))
    for last in range(53):
        pumped(living, f"+49151123456{last:02}")
    assert len(texts(living)) == 50
    assert held_back(living) == ["sends.unanswered"] * 3
    paused = [line for line in living.story() if line["activity"] == "Pause messages to numbers"]
    assert [line["details"] for line in paused] == ['{"numbers":"+491511234xxxx"}']
    told = [message for message in living.delivered() if message["to"] == "boss@mailbox.example"]
    assert [message["subject"] for message in told] == ["No more text messages to some numbers"]
    living.clock.move(DAY)
    pumped(living, "+4915112345699")
    assert len(texts(living)) == 51


def test_confirmed_codes_keep_a_prefix_open(quick: Living) -> None:
    """SND-4: one confirmed code makes ten messages good, so one in ten is enough."""
    quick.set_policy(with_limits(sms_per_prefix_hour=1_000))
    for last in range(60):
        number = f"+49151123456{last:02}"
        name = f"owner{last}"
        quick.contact(quick.person(name), ContactKind.MOBILE, number)
        browser = quick.browser()
        browser.start(f"{name}@contoso.example")
        browser.choose("sms_code")
        if last % 10 == 9:
            browser.post(answer=quick.newest_code(number))
    assert len(texts(quick)) == 60
    assert held_back(quick) == []


def test_a_message_that_was_held_back_looks_and_costs_like_one_that_was_sent(quick: Living) -> None:
    """SND-5: the same page and the same statements for who was held back, who was not, and nobody."""
    quick.set_policy(with_limits(sms_per_prefix_hour=1))
    seen = {}
    for name, number in (("sent", "+4915112345601"), ("held", "+4915112345602"), ("nobody", "")):
        if number:
            quick.contact(quick.person(f"x{name}"), ContactKind.MOBILE, number)
        browser = quick.browser()
        browser.start(f"x{name}@contoso.example")
        statements: list[str] = []
        assert isinstance(quick.store.engine, SqliteEngine)
        connection = quick.store.engine.memory_connection()
        assert connection is not None
        connection.set_trace_callback(statements.append)
        page = browser.choose("sms_code")
        connection.set_trace_callback(None)
        words = re.sub(r"[0-9a-f]{32}|\d{13}|\([A-Z]{2}\)|letters [A-Z]{2}", "", str(page["lead"]))
        seen[name] = (browser.status, page["state"], words, [one.split("(")[0][:24] for one in statements])
    assert seen["sent"] == seen["held"] == seen["nobody"]
    assert held_back(quick) == ["sends.prefix"]
    assert texts(quick) == ["+4915112345601"]


def test_a_number_changed_within_the_hold_time_gets_no_code(quick: Living) -> None:
    """SND-8: until its hold is over, and then it does."""
    ada = quick.ada()
    with quick.store.writing() as unit:
        unit.link.run(Sql("UPDATE contact SET usable_from = :later WHERE person = :ada AND kind = 'mobile'"),
                      {"later": unit.now + DAY, "ada": ada})  # fmt: skip
    for sent in ([], [MOBILE]):
        browser = quick.browser()
        browser.start()
        assert browser.choose("sms_code")["state"] == "answer"
        assert texts(quick) == sent
        quick.clock.move(DAY)


def test_the_budgets_outlive_a_restart_and_hold_for_every_node(living: Living) -> None:
    """SND-2, THR-8: they are rows, not memory."""
    living.set_policy(with_limits(sms_per_prefix_hour=2))
    for last in range(3):
        pumped(living, f"+491511234561{last}")
        with another_node(living):
            pumped(living, f"+491511234562{last}")
    assert texts(living) == ["+4915112345610", "+4915112345620"]


def test_waits_are_not_the_same_for_ever(quick: Living) -> None:
    """SND-6: the countdown is the server's rule, and longer than its step by an amount that nobody knows before."""
    quick.set_policy(with_limits(sends_per_hour=100, sends_per_day=1_000))
    waits = set()
    for place in range(6):
        quick.contact(quick.person(f"p{place}"), ContactKind.EMAIL, f"p{place}@mailbox.example")
        browser = quick.browser()
        browser.start(f"p{place}@contoso.example")
        page = browser.choose("email_code")
        waits.add(next(link["after"] for link in page["links"] if link["rel"] == "again") - quick.clock.now())
        quick.clock.move(MINUTE)
    assert all(MINUTE <= wait <= MINUTE + 6 * SECOND for wait in waits)
    assert len(waits) > 1
