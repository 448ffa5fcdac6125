"""The stranger: all day, from many networks and browsers, with and without work, trying to lock Ada out."""

from collections.abc import Iterator

import pytest

from keyback.core.types import HOUR, MINUTE
from keyback.store.engine import SqliteEngine
from tests.limits.visiting import ADA, OFFICE, known, limited, sign_in
from tests.living import MAIL, NEW_PASSWORD, Browser, Living

METHODS = ("totp", "recovery_code", "email_code", "sms_code")


@pytest.fixture
def besieged() -> Iterator[Living]:
    """Ada's house, with an office network that it trusts."""
    house = Living(SqliteEngine(None), limited(trusted_networks=(OFFICE,)))
    house.ada()
    yield house
    house.close()


def try_resets(living: Living, hour: int) -> None:
    """Four ways, each from a network of its own, and one more without work."""
    for number, method in enumerate(METHODS):
        browser = living.browser(f"203.0.{hour}.{number + 1}")
        browser.start()
        if browser.status == 200:
            browser.choose(method)
            for _ in range(6):
                if browser.page["action"] == "/reset/answer":
                    browser.post(answer="00000000")
            browser.post("/reset/again")
    idle = living.browser(f"203.1.{hour}.1")
    idle.get("/reset")
    idle.post(user_id=ADA)


def try_passwords(living: Living, hour: int) -> None:
    for number in range(3):
        for guess in range(4):
            sign_in(living.browser(f"203.2.{hour}.{number + 1}"), f"not her password {hour} {number} {guess}")


def reset(living: Living, browser: Browser, new: str) -> str:
    """Both proofs and a new password; the state where it ends."""
    browser.start()
    browser.choose("email_code")
    browser.post(answer=living.newest_code(MAIL))
    browser.choose("totp")
    living.clock.move(30_000)  # to a number that was not used for signing in
    browser.post(answer=living.code_of_app())
    browser.set_password(new)
    return str(browser.page["state"])


def test_nobody_can_lock_ada_out(besieged: Living) -> None:
    """decisions 9, decisions 25, THR-12: her own browser, and one that was never seen in the office, still get in."""
    living = besieged
    hers, stranger = known(living), living.browser("203.3.0.1")
    for hour in range(0, 24, 3):
        try_resets(living, hour)
        try_passwords(living, hour)
        living.clock.move(3 * HOUR)
    try_resets(living, 24)
    try_passwords(living, 24)

    assert sign_in(stranger) == 429, "others are shut out, or this test proves nothing"
    stranger.start()
    stranger.choose("totp")
    stranger.post(answer=living.code_of_app())
    assert (stranger.status, stranger.told()) == (429, ["answer.paused"])

    assert sign_in(hers) == 200
    hers.post()
    assert reset(living, hers, NEW_PASSWORD) == "done"
    assert sign_in(hers, NEW_PASSWORD) == 200
    hers.post()
    try_passwords(living, 25)
    assert sign_in(living.browser("203.3.0.2"), NEW_PASSWORD) == 429, "what she did opened nothing for others"
    living.clock.move(MINUTE)
    new = f"{NEW_PASSWORD} again"
    assert reset(living, living.browser("198.51.100.77"), new) == "done"
    assert sign_in(living.browser("198.51.100.78"), new) == 200


def test_whoever_holds_her_browser_cannot_spend_what_others_have(besieged: Living) -> None:
    """decisions 9: one budget never spends the other, in neither direction."""
    living = besieged
    stolen = known(living)
    for way in ("totp", "recovery_code", "sms_code"):
        stolen.start()
        stolen.choose(way)
        for _ in range(6):
            if stolen.page["action"] == "/reset/answer":
                stolen.post(answer="00000000")
    assert stolen.status == 429
    for number in range(12):
        sign_in(stolen, f"not her password {number}")
    assert stolen.status == 429
    other = living.browser("203.0.113.99")
    assert reset(living, other, NEW_PASSWORD) == "done"
    assert sign_in(living.browser("203.0.113.100"), NEW_PASSWORD) == 200
