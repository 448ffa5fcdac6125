"""People who unlock: their policy, and the way through page B."""

from typing import Any

from keyback.app.reset.scene import account_of
from keyback.core.policy import Policy
from keyback.store.engine import Sql
from tests.living import MAIL, Browser, Living, with_self_service

UNLOCK: Policy = with_self_service(allow_unlock=True)
JOURNEYS = Sql("SELECT purpose, state, why, code FROM journey ORDER BY started_at, id")
PROOFS = Sql("SELECT COUNT(*), COUNT(spent_at) FROM evidence")
COUNTERS = Sql("SELECT limit_name FROM throttle WHERE used > 0 ORDER BY limit_name")


def account(living: Living, user_id: str = "ada@contoso.example") -> str:
    """What it counts under."""
    return account_of(living.house, user_id)


def version_of(browser: Browser) -> str:
    """Of the present form."""
    return next(str(field["value"]) for field in browser.page["fields"] if field["name"] == "version")


def mean(browser: Browser, purpose: str = "unlock", user_id: str = "ada@contoso.example") -> dict[str, Any]:
    """From the first page through page B, and the list of ways after it."""
    browser.start(user_id)
    browser.get("/reset/journey")
    assert browser.page["state"] == "trouble", browser.page
    browser.post(trouble=purpose)
    return browser.get("/reset/journey")


def first_proof(browser: Browser, purpose: str = "unlock", mail: str = MAIL) -> dict[str, Any]:
    """By mail."""
    mean(browser, purpose)
    browser.choose("email_code")
    return follow(browser, answer=browser.living.newest_code(mail))


def second_proof(browser: Browser) -> dict[str, Any]:
    """By authenticator."""
    browser.choose("totp")
    return follow(browser, answer=browser.living.code_of_app())


def follow(browser: Browser, path: str = "", **fields: str) -> dict[str, Any]:
    """Post, and see where that leads."""
    browser.post(path, **fields)
    return browser.get("/reset/journey") if browser.status == 303 else browser.page


def lock(living: Living, user_id: str = "ada@contoso.example", browser: Browser | None = None) -> None:
    """By so many wrong passwords that signing in waits."""
    browser = browser or living.browser("198.51.100.9")
    browser.get("/sign-in")
    for number in range(13):
        browser.post(user_id=user_id, password=f"not the password, {number}")
    assert browser.status == 429, browser.page


def journeys(living: Living) -> list[tuple[Any, ...]]:
    """Purpose, state and end of each."""
    with living.store.reading() as unit:
        return [tuple(row) for row in unit.link.all(JOURNEYS, {})]


def proofs(living: Living) -> tuple[int, int]:
    """How many there are, and how many are spent."""
    with living.store.reading() as unit:
        row = unit.link.one(PROOFS, {})
    assert row is not None
    return row[0], row[1]


def counted(living: Living) -> set[str]:
    """Names of the limits that hold something."""
    with living.store.reading() as unit:
        return {row[0] for row in unit.link.all(COUNTERS, {})}
