"""Who knows the password but is locked out proves as much as for a reset, and keeps it (decisions 14)."""

from collections.abc import Iterator

import pytest

from keyback.core.rules.limits import Client, charge
from keyback.core.types import ContactKind
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.living import MAIL, NEW_PASSWORD, Living, with_self_service
from tests.signing import session_of, sign_in
from tests.unlock.unlocking import (
    UNLOCK,
    account,
    counted,
    first_proof,
    follow,
    journeys,
    lock,
    mean,
    proofs,
    second_proof,
)


@pytest.fixture
def house(engine: SqliteEngine | PostgresqlEngine) -> Iterator[Living]:
    living = Living(engine, UNLOCK)
    living.ada()
    yield living
    living.close()


def test_two_proofs_unlock_and_the_password_is_the_same(house: Living) -> None:
    """GAT-9, decisions 14"""
    before = house.password_of("id-ada")
    lock(house)
    shut = house.browser()
    sign_in(shut)
    assert (shut.status, session_of(shut)) == (429, "")
    browser = house.browser()
    assert first_proof(browser)["state"] == "choose_method"
    page = second_proof(browser)
    assert (page["state"], page["title"]["id"]) == ("done", "done.unlocked_title")
    assert house.password_of("id-ada") == before
    assert journeys(house) == [("unlock", "done", None, None)]
    assert proofs(house) == (2, 2)
    again = house.browser()
    sign_in(again)
    assert session_of(again)


def test_it_says_that_the_password_is_the_same_and_what_to_do_if_it_is_forgotten(house: Living) -> None:
    browser = house.browser()
    first_proof(browser)
    page = second_proof(browser)
    assert [text["id"] for text in page["lead"]] == ["done.unlocked", "done.unlocked_forgot"]
    assert [link["href"] for link in page["links"]] == ["/sign-in", "/reset", "/contact"]


def test_no_page_for_a_new_password_is_in_the_list_of_steps(house: Living) -> None:
    browser = house.browser()
    pages = [first_proof(browser), second_proof(browser), mean(house.browser())]
    for page in pages:
        assert "New password" not in page["steps"]
        assert page["steps"][-1] == "Done"
    assert [page["step"] for page in pages] == [3, 4, 2]


def test_who_forgot_chooses_a_new_password_as_ever(house: Living) -> None:
    """entra-sspr 1.2"""
    browser = house.browser()
    first_proof(browser, "reset")
    assert second_proof(browser)["state"] == "new_password"
    assert follow(browser, new=NEW_PASSWORD, again=NEW_PASSWORD)["title"]["id"] == "done.title"
    assert house.has_password("id-ada", NEW_PASSWORD)
    assert journeys(house) == [("reset", "done", None, None)]


def test_without_unlocking_nobody_is_asked(house: Living) -> None:
    """decisions 1: to all, or to none"""
    house.set_policy(with_self_service())
    browser = house.browser()
    browser.start()
    assert browser.get("/reset/journey")["state"] == "choose_method"


def test_everybody_is_told_and_it_stands_in_the_audit_log_as_in_entra(house: Living) -> None:
    """NOT-1, AUD-1; entra-sspr 8.1"""
    house.contact("id-ada", ContactKind.PRIMARY, "ada@contoso.example")
    browser = house.browser()
    first_proof(browser)
    second_proof(browser)
    told = {one["to"] for one in house.delivered() if one["subject"] == "Your account was unlocked"}
    assert told == {MAIL, "ada@contoso.example"}
    lines = [line for line in house.story() if line["activity"] == "Unlock user account (self-service)"]
    assert [(line["target"], line["result"], line["reason"]) for line in lines] == [("id-ada", "success", "Success")]
    reasons = [line["reason"] for line in house.story() if line["correlation"] == lines[0]["correlation"]]
    assert "User chose to unlock the account" in reasons
    assert "User successfully unlocked account" in reasons
    assert "User successfully reset password" not in reasons


def test_both_budgets_of_signing_in_and_this_budget_of_everything_else_are_cleared(house: Living) -> None:
    """decisions 9, decisions 14: the lock of strangers and the one of known browsers"""
    lock(house)
    browser = house.browser()
    mean(browser)
    browser.choose("totp")
    for _ in range(2):
        follow(browser, answer="000000")
    assert counted(house) >= {"sign_in.failures", "sign_in.gap", "failures.account", "failures.method"}
    assert first_proof(browser)["state"] == "choose_method"
    assert second_proof(browser)["state"] == "done"
    assert not counted(house) & {"sign_in.failures", "sign_in.gap", "failures.account", "failures.method", "failures.pair",
                                 "sends.account.hour"}  # fmt: skip


def test_wrong_passwords_that_were_kept_are_forgotten(house: Living) -> None:
    """decisions 25"""
    with house.store.writing() as unit:
        unit.guesses.keep(account(house), [(unit.now, b"x" * 16)], unit.now)
    browser = house.browser()
    first_proof(browser)
    second_proof(browser)
    with house.store.reading() as unit:
        assert list(unit.guesses.last(account(house))) == []


def test_sessions_and_generation_stay(house: Living) -> None:
    """decisions 20: nothing changed that they depend on"""
    session = house.browser()
    sign_in(session)
    with house.store.reading() as unit:
        before = unit.people.by_id("id-ada", unit.now)
        sessions = list(unit.sessions.all_of("id-ada", unit.now))
    browser = house.browser()
    first_proof(browser)
    second_proof(browser)
    with house.store.reading() as unit:
        assert unit.people.by_id("id-ada", unit.now) == before
        assert list(unit.sessions.all_of("id-ada", unit.now)) == sessions
        assert len(sessions) == 1


def test_administrators_hear_of_one_of_them(house: Living) -> None:
    """decisions 15, NOT-5"""
    house.grant("id-ada", "helpdesk_administrator")
    chief = house.person("grace")
    house.contact(chief, ContactKind.EMAIL, "grace@mailbox.example")
    house.grant(chief, "global_administrator")
    browser = house.browser()
    first_proof(browser)
    assert second_proof(browser)["state"] == "done"
    subjects = [one["subject"] for one in house.delivered() if one["to"] == "grace@mailbox.example"]
    assert subjects == ["An administrator has unlocked their own account"]


def test_one_proof_is_enough_where_policy_says_so(house: Living) -> None:
    house.set_policy(with_self_service(UNLOCK, methods_required=1))
    browser = house.browser()
    assert first_proof(browser)["state"] == "done"
    assert proofs(house) == (1, 1)


def test_it_is_no_reset_for_the_brake(house: Living) -> None:
    """decisions 9: completed resets are counted, and nothing else"""
    browser = house.browser()
    first_proof(browser)
    second_proof(browser)
    assert "resets" not in counted(house)


def test_recovery_codes_unlock_too(house: Living) -> None:
    codes = house.recovery_codes("id-ada")
    browser = house.browser()
    first_proof(browser)
    browser.choose("recovery_code")
    assert follow(browser, answer=codes[4])["state"] == "done"
    assert proofs(house) == (2, 2)


@pytest.mark.parametrize("known", [True, False])
def test_the_lock_goes_in_both_budgets_whichever_was_used(house: Living, *, known: bool) -> None:
    """decisions 9: whoever locked it, its owner unlocks it from anywhere; other things stay in the other budget"""
    names = ("sign_in.failures", "sign_in.gap", "factor.hour", "factor.day", "failures.account")
    with house.store.writing() as unit:
        for name in names:
            unit.throttles.charge(charge(name, UNLOCK.limits, account(house), Client(known)), unit.now)
    browser = house.browser()
    first_proof(browser)
    assert second_proof(browser)["state"] == "done"
    assert counted(house) & set(names) == ({"failures.account"} if known else set())
