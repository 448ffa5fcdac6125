"""The first sign-in: from what somebody was given to being signed in, with ways to get back in later."""

from playwright.sync_api import Browser, Page

from tests.browser.demo import Demo
from tests.browser.registering import Counted, Registering
from tests.browser.walking import Mouse, look

MOST_FIELDS, MOST_CLICKS = 7, 10


def test_the_first_sign_in_is_short(tab: Page, demo: Demo) -> None:
    """Decisions 19, 24, 27: a pass, a first password, an authenticator and a mailbox, counted from the sign-in page."""
    hand = Counted(Mouse(tab))
    walk = Registering(tab, demo, hand, seen=lambda state: look(tab, f"first-{state}"))
    walk.everything_new(demo.stranger("short", password=False))
    assert hand.fields <= MOST_FIELDS
    assert hand.clicks <= MOST_CLICKS
