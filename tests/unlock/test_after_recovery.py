"""After a reset what is registered is closed for a while, and nobody is asked to register (decisions 26)."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.types import DAY
from tests.living import NEW_PASSWORD, Browser, Living
from tests.sign_in.walking import CODE, give_pass, place
from tests.signing import seated, sign_in, with_app
from tests.unlock.unlocking import UNLOCK, first_proof, second_proof


def recovered(living: Living) -> int:
    """Ada has a new password; when."""
    browser = living.browser()
    browser.both_gates()
    browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert browser.page["title"]["id"] == "done.title"
    return living.clock.now()


def entered(living: Living) -> Browser:
    """With the new password and the authenticator."""
    browser = living.browser()
    sign_in(browser, password=NEW_PASSWORD)
    with_app(browser)
    return browser


def told(page: dict[str, Any]) -> set[str]:
    return {message["id"] for message in page["messages"]}


def test_security_info_is_read_only_until_the_hold_ends(living: Living) -> None:
    """decisions 26: a millisecond before it, and then"""
    living.ada()
    at = recovered(living)
    living.clock.move(DAY - 1 - (living.clock.now() - at))
    browser = seated(living, "id-ada", proved="totp")
    assert "info.closed" in told(browser.get("/security-info"))
    living.clock.move(1)
    assert "info.closed" not in told(browser.get("/security-info"))


def test_administrators_wait_longer(living: Living) -> None:
    """decisions 17, 26: three days"""
    living.ada()
    living.grant("id-ada", "helpdesk_administrator")
    at = recovered(living)
    living.clock.move(3 * DAY - 1 - (living.clock.now() - at))
    browser = seated(living, "id-ada", proved="totp")
    assert "info.closed" in told(browser.get("/security-info"))
    living.clock.move(1)
    assert "info.closed" not in told(browser.get("/security-info"))


def test_the_last_page_says_until_when_and_why(living: Living) -> None:
    living.ada()
    browser = living.browser()
    browser.both_gates()
    browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert [text["id"] for text in browser.page["lead"]] == ["done.lead", "done.closed", "done.places"]


def test_whoever_signs_in_again_is_neither_made_to_register_nor_asked_to_confirm(living: Living) -> None:
    """decisions 26: both wait"""
    living.ada()
    living.clock.move(400 * DAY)  # re-confirmation is long due
    recovered(living)
    browser = entered(living)
    assert place(browser) == "/signed-in"


def test_whoever_has_too_little_is_made_to_register_when_the_hold_has_ended(living: Living) -> None:
    """decisions 24, 26: first it waits, then it comes"""
    living.ada()
    at = recovered(living)
    living.clock.move(1)
    with living.store.writing() as unit:
        person = unit.people.by_id("id-ada", unit.now)
        assert person is not None
        unit.people.keep("id-ada", replace(person.upkeep, again_at=unit.now), unit.now)
    assert place(entered(living)) == "/signed-in"
    living.clock.move(DAY - (living.clock.now() - at))
    assert place(entered(living)) == "/register"


@pytest.mark.parametrize("checked", [True, False])
def test_a_pass_opens_it_only_after_a_caller_check(living: Living, *, checked: bool) -> None:
    """decisions 26, 27"""
    living.ada()
    recovered(living)
    give_pass(living, "id-ada", checked=checked)
    browser = living.browser()
    sign_in(browser, password=CODE)
    assert ("info.closed" in told(browser.get("/security-info"))) is not checked


def test_what_was_begun_before_is_over(living: Living) -> None:
    """decisions 15, 20, 26: questions, passes, sessions"""
    living.ada()
    give_pass(living, "id-ada")
    before = seated(living, "id-ada", proved="totp")
    recovered(living)
    with living.store.reading() as unit:
        assert unit.passes.live("id-ada", unit.now) is None
        assert list(unit.sessions.all_of("id-ada", unit.now)) == []
    assert place(before) == "/sign-in"


def test_unlocking_closes_nothing(living: Living) -> None:
    """decisions 26: the password is the same, so nothing was recovered"""
    living.set_policy(UNLOCK)
    living.ada()
    browser = living.browser()
    first_proof(browser)
    assert second_proof(browser)["state"] == "done"
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
    assert person is not None
    assert person.upkeep.recovered_at is None
