"""Strangers and owners at the portal."""

from dataclasses import replace
from typing import Any

from keyback.core.policy import Policy
from tests.living import OLD_PASSWORD, OPEN_POLICY, Browser, Living
from tests.signing import with_app

ADA = "ada@contoso.example"
OFFICE = "198.51.100.0/24"


def limited(**changes: Any) -> Policy:
    """The open policy with some limits changed."""
    return replace(OPEN_POLICY, limits=replace(OPEN_POLICY.limits, **changes))


def sign_in(browser: Browser, password: str = OLD_PASSWORD, user_id: str = ADA) -> int:
    """Sign in; the status."""
    browser.get("/sign-in")
    browser.post(user_id=user_id, password=password)
    with_app(browser)
    return browser.status


def known(living: Living, source: str = "192.0.2.10") -> Browser:
    """A browser in which Ada signed in and out before."""
    browser = living.browser(source)
    assert sign_in(browser) == 200
    browser.post()
    return browser


def wrong_answers(browser: Browser, method: str, user_id: str = ADA) -> list[tuple[int, str]]:
    """Wrong answers by one method, until it is paused or the code is dead: status and what is told."""
    seen: list[tuple[int, str]] = []
    browser.start(user_id)
    if browser.page.get("choices"):
        browser.choose(method)
        while browser.page["action"] == "/reset/answer" and len(seen) < 5:
            browser.post(answer="00000000")
            seen.append((browser.status, browser.told()[0]))
    return seen
