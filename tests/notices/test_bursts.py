"""Many failed attempts at one account, and who hears of them by which channel."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import Notifications, Policy
from keyback.core.types import DAY, HOUR, MINUTE, ContactKind
from keyback.store.engine import SqliteEngine
from tests.counting import Counter
from tests.living import ADMIN_BASE, MAIL, MOBILE, OPEN_POLICY, Living

BOSS, BOSS_PHONE = "boss@mail.contoso.example", "+4915112345699"


def policy(*channels: str, sms_per_day: int = 1_000) -> Policy:
    """Five wrong answers close an account for a day."""
    rules = replace(OPEN_POLICY.limits, failures_per_account_day=5, failures_per_method_hour=50, wrong_per_challenge=10,
                    failures_per_account_and_source_hour=50, failures_per_source_10_minutes=500, sms_per_day=sms_per_day)  # fmt: skip
    return replace(OPEN_POLICY, limits=rules, notifications=Notifications(failure_bursts=channels))


def with_boss(living: Living, *, phone: bool = False) -> str:
    boss = living.operator("global_administrator", "boss")
    living.contact(boss, ContactKind.PRIMARY, BOSS, how="")
    if phone:
        living.contact(boss, ContactKind.MOBILE, BOSS_PHONE)
    return boss


def guess(living: Living, user_id: str = "ada@contoso.example", times: int = 7) -> None:
    """Wrong codes of an authenticator."""
    browser = living.browser()
    browser.start(user_id)
    browser.choose("totp")
    for _ in range(times):
        browser.post(answer="000000")


def told(living: Living, *words: str) -> list[tuple[str, str]]:
    """Channel and recipient of the messages with any of these words."""
    return sorted(
        (str(one["channel"]), str(one["to"])) for one in living.delivered() if any(word in str(one) for word in words)
    )


def lines(living: Living) -> list[dict[str, Any]]:
    return [line for line in living.story() if line["activity"] == "Find many failures at one account"]


def test_the_person_and_the_administrators_hear_once_when_the_budget_closes(living: Living) -> None:
    """AUD-7, issue 5: once in each pause, with a link to the person for administrators."""
    living.set_policy(policy("email"))
    ada, _ = living.ada(), with_boss(living)
    guess(living, times=4)
    assert lines(living) == []
    living.clock.move(MINUTE)
    guess(living)
    guess(living)
    assert [line["target"] for line in lines(living)] == [ada]
    assert told(living, "pauses for your account", "Many wrong answers") == [("email", BOSS), ("email", MAIL)]
    mail = next(one for one in living.delivered() if one["to"] == BOSS)
    assert f"{ADMIN_BASE}/helpdesk/{ada}" in str(mail["text"])
    living.clock.move(DAY + HOUR)
    guess(living)
    assert len(lines(living)) == 2


def test_text_messages_go_to_confirmed_mobiles_and_hold_no_link(living: Living) -> None:
    """SND-9: one message, without a link; the person's confirmed mobile, and the administrators'."""
    living.set_policy(policy("email", "sms"))
    living.ada()
    with_boss(living, phone=True)
    guess(living)
    texts = {str(one["to"]): str(one["text"]) for one in living.delivered() if one["channel"] == "sms"}
    assert set(texts) == {MOBILE, BOSS_PHONE}
    assert all("://" not in text and "Contoso" in text for text in texts.values())


def test_without_a_mobile_a_mail_goes_all_the_same(living: Living) -> None:
    """NOT-1: nobody is left out because they have no phone, or one that is not confirmed."""
    living.set_policy(policy("sms"))
    bob = living.person("bob")
    living.contact(bob, ContactKind.EMAIL, "bob@mailbox.example")
    living.contact(bob, ContactKind.MOBILE, "+4915112345610", how="")
    living.authenticator(bob)
    with_boss(living)
    guess(living, "bob@contoso.example")
    assert told(living, "wrong answers") == [("email", "bob@mailbox.example"), ("email", BOSS)]


def test_the_budget_of_text_messages_holds_for_notices(living: Living) -> None:
    """SND-2: when it is used up a mail goes."""
    living.set_policy(policy("sms", sms_per_day=1))
    living.ada()
    with_boss(living, phone=True)
    guess(living)
    assert told(living, "wrong answers") == [("email", BOSS), ("sms", MOBILE)]


def test_where_nobody_wants_to_hear_it_stands_in_the_log(living: Living) -> None:
    """Issue 5: switched off, the person still gets the warning of before (THR-14)."""
    living.set_policy(policy())
    living.ada()
    with_boss(living)
    guess(living)
    assert len(lines(living)) == 1
    assert told(living, "Many wrong answers", "pauses for your account") == []
    assert told(living, "Somebody tries to reset") == [("email", MAIL)]


def test_nobody_hears_of_an_account_that_does_not_exist(living: Living) -> None:
    """ENU-1: a line in the log under the decoy's mark, and messages to nowhere."""
    living.set_policy(policy("email", "sms"))
    living.ada()
    with_boss(living, phone=True)
    guess(living, "nobody@contoso.example")
    assert [line["target"].partition(":")[0] for line in lines(living)] == ["decoy"]
    assert living.delivered() == []


@pytest.mark.parametrize("channels", [(), ("email",), ("sms",), ("email", "sms")])
def test_a_burst_is_the_same_work_for_everybody(channels: tuple[str, ...]) -> None:
    """ENU-2: the wrong answer that closes a budget does the same statements for a person and for nobody."""
    work = []
    for user_id in ("ada@contoso.example", "nobody@contoso.example"):
        counter = Counter()
        living = Living(SqliteEngine(None), policy(*channels), counter.between)
        living.ada()
        with_boss(living, phone=True)
        browser = living.browser()
        browser.start(user_id)
        browser.choose("totp")
        for _ in range(4):
            browser.post(answer="000000")
        counter.take()
        browser.post(answer="000000")
        work.append(counter.take().statements)
        living.close()
    assert work[0] == work[1]
