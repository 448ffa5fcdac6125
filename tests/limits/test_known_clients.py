"""The cookie of known clients: who gets it, what it tells, and when it dies (decisions 9, decisions 20)."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from keyback.app.known import LIFE, MOST, knows, remember
from keyback.core.types import DAY, SECOND, ContactKind
from keyback.web.call import KNOWN, set_cookie
from tests.limits.visiting import ADA, known, sign_in, wrong_answers
from tests.living import HOME, NEW_PASSWORD, Browser, Living


def held(browser: Browser) -> str:
    return str(browser.http.cookies.get(KNOWN) or "")


def locked_for_others(living: Living) -> None:
    """Ten wrong passwords by strangers."""
    for number in range(10):
        sign_in(living.browser(f"203.0.113.{number + 100}"), f"not her password {number}")
    assert sign_in(living.browser("203.0.113.99")) == 429


def test_signing_in_makes_a_browser_known_and_trying_does_not(quick: Living) -> None:
    """decisions 25: known clients and all others apart."""
    quick.ada()
    stranger = quick.browser("203.0.113.98")
    sign_in(stranger, "not her password")
    assert held(stranger) == ""
    hers = known(quick)
    locked_for_others(quick)
    assert sign_in(hers) == 200


def test_a_completed_reset_makes_a_browser_known_in_the_same_answer(quick: Living) -> None:
    """decisions 9: under the generation that the reset has raised."""
    quick.ada()
    browser = quick.browser()
    browser.both_gates()
    assert held(browser) == ""
    browser.set_password()
    assert browser.page["state"] == "done"
    locked_for_others(quick)
    assert sign_in(browser, NEW_PASSWORD) == 200


def test_the_cookie_tells_nothing_and_lives_as_long_as_cookies_may(quick: Living) -> None:
    """decisions 34, SES-2, ENU-6."""
    person = quick.ada()
    value = held(known(quick))
    assert re.fullmatch(r"[0-9a-f]{60}", value)
    assert person not in value
    lines = set_cookie(KNOWN, value, secure=True).split("; ")
    assert lines[1:] == ["Path=/", "HttpOnly", "SameSite=Strict", "Secure", f"Max-Age={400 * DAY // SECOND}"]
    assert lines[0].startswith("__Host-keyback-known=")


def test_it_dies_with_the_generation_and_of_age_and_is_nobody_elses(quick: Living) -> None:
    """decisions 20"""
    house = quick.house
    value = remember(house, "", "ada", 1)
    assert knows(house, value, "ada", 1)
    assert not knows(house, value, "ada", 2)
    assert not knows(house, value, "bo", 1)
    quick.clock.move(LIFE - 1)
    assert knows(house, value, "ada", 1)
    quick.clock.move(1)
    assert not knows(house, value, "ada", 1)


@pytest.mark.parametrize("spoil", [lambda v: v[:-1], lambda v: v + "0", lambda v: v.upper(), lambda v: "f" + v[1:],
                                   lambda v: v[:30] + ("1" if v[30] == "0" else "0") + v[31:]])  # fmt: skip
def test_a_cookie_that_was_altered_is_worth_nothing(quick: Living, spoil: Callable[[str], str]) -> None:
    """COD-14"""
    value = remember(quick.house, "", "ada", 1)
    assert not knows(quick.house, spoil(value), "ada", 1)
    assert knows(quick.house, value, "ada", 1)


def test_a_shared_browser_knows_the_last_five_people(quick: Living) -> None:
    """Each person once, newest first."""
    value = ""
    for person in ("ada", "bo", "cy", "di", "ed", "flo", "bo"):
        value = remember(quick.house, value, person, 1)
    assert len(value.split("-")) == MOST
    assert [name for name in ("ada", "bo", "cy", "di", "ed", "flo") if knows(quick.house, value, name, 1)] == [
        "bo", "cy", "di", "ed", "flo",
    ]  # fmt: skip


def test_every_token_is_looked_at_whoever_is_meant(quick: Living) -> None:
    """ENU-2, ENU-5: the same keyed hashes for a user ID that exists and for one that does not."""
    made = []
    sealer = quick.house.sealer
    value = ""
    for person in ("ada", "bo", "cy"):
        value = remember(quick.house, value, person, 1)

    class Counting:
        def mac(self, purpose: str, *parts: str | bytes) -> bytes:
            made.append(purpose)
            return sealer.mac(purpose, *parts)

    counting = replace(quick.house, sealer=Counting())  # type: ignore[arg-type]
    counts = []
    for account in ("ada", "cy", "nobody"):
        made.clear()
        knows(counting, value, account, 1)
        counts.append(len(made))
    assert counts == [3, 3, 3]


def test_known_and_others_have_a_budget_each_and_each_is_the_whole_one(quick: Living) -> None:
    """decisions 9, THR-2."""
    quick.ada()
    hers = known(quick)
    stranger = wrong_answers(quick.browser("203.0.113.50"), "totp")
    assert stranger == [(422, "answer.wrong")] * 4 + [(422, "answer.wrong_last")]
    assert wrong_answers(quick.browser("203.0.113.51"), "totp")[0] == (429, "answer.paused")
    assert wrong_answers(hers, "totp") == stranger
    assert wrong_answers(hers, "totp")[0] == (429, "answer.paused")


def test_somebody_elses_known_browser_is_a_stranger(quick: Living) -> None:
    """decisions 9: known for one account only."""
    quick.ada()
    bo = quick.person("bo")
    quick.contact(bo, ContactKind.EMAIL, "bo@mailbox.example")
    quick.authenticator(bo)
    theirs = quick.browser(HOME)
    assert sign_in(theirs, user_id="bo@contoso.example") == 200
    theirs.post()
    locked_for_others(quick)
    assert sign_in(theirs, user_id=ADA) == 429
