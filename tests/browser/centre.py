"""One administrator's way through the admin centre in one tab."""

from typing import Final

from playwright.sync_api import Page, expect

from keyback.core.ports import Door, SessionKind
from keyback.core.rules.assurance import strength
from keyback.web.call import SESSION, cookie_name
from tests.browser.demo import Demo, Someone

STALE: Final = 6 * 60_000
"""Milliseconds after which a proof is too old for what is dangerous."""


class Centre:
    """A tab at the admin centre. `clicks` and `fields` count what its user does."""

    def __init__(self, tab: Page, demo: Demo) -> None:
        self.tab = tab
        self.demo = demo
        self.clicks = 0
        self.fields = 0

    def walk_in(self, who: Someone) -> None:
        """Sign in as administrators do: user ID and password, then the authenticator."""
        self.demo.let_app_count()
        self.tab.goto(f"{self.demo.admin_url}/")
        self.fill("#f-user_id", who.user_id)
        self.fill("#f-password", who.password)
        self.press("main button.primary")
        self.fill("#f-answer", who.code_of_app())
        self.press("main button.primary")
        self.at("overview")

    def sit_down(self, who: Someone, *, fresh: bool = True) -> None:
        """As if that had been done; `fresh`: a moment ago, so that nothing asks for another proof."""
        now = self.demo.now()
        facts = {
            "methods": "password+totp",
            "proved_at": now - (0 if fresh else STALE),
            "proved_with": strength("totp"),
        }
        token = self.demo.seat(who, SessionKind.ADMIN, **facts)
        name = cookie_name(SESSION, secure=False, door=Door.ADMIN)
        self.tab.context.add_cookies([{"name": name, "value": token, "url": self.demo.admin_url}])

    def open(self, path: str) -> None:
        """By its address."""
        self.tab.goto(f"{self.demo.admin_url}{path}")

    def go(self, *labels: str) -> None:
        """By the navigation: the last of these labels, below the others as its heading."""
        self.press(f"nav.side a:text-is('{labels[-1]}')")

    def fill(self, what: str, value: str) -> None:
        """Type into a field."""
        self.fields += 1
        self.tab.locator(what).fill(value)

    def press(self, what: str) -> None:
        """A button, a link, or the label of a choice."""
        self.clicks += 1
        self.tab.locator(what).first.click()

    def at(self, state: str) -> None:
        """The page that is meant."""
        expect(self.tab.locator("main")).to_have_attribute("data-state", state)

    def prove(self, who: Someone) -> None:
        """Where one more proof is asked for."""
        self.demo.let_app_count()
        self.fill("input.code", who.code_of_app())
        self.press("main button.primary")
