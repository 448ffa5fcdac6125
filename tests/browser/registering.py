"""The way of somebody who signs in for the first time, and a hand that counts what it costs."""

import base64
from dataclasses import dataclass
from typing import Any

from keyback.core.ports import SessionKind
from keyback.core.rules.assurance import STRONGEST
from keyback.methods.totp import code_at, step_at
from keyback.web.call import SESSION
from keyback.wiring.world import SystemClock
from tests.browser.demo import Someone
from tests.browser.walking import NEW_PASSWORD, Hand, Walk


@dataclass
class Counted:
    """Does what another hand does, and counts fields that are typed into and things that are clicked."""

    hand: Hand
    fields: int = 0
    clicks: int = 0

    def fill(self, what: str, value: str) -> None:
        self.fields += 1
        self.hand.fill(what, value)

    def press(self, what: str) -> None:
        self.clicks += 1
        self.hand.press(what)


class Registering(Walk):
    """Each step ends on the page that comes next, whatever that is: `state` names it."""

    def seated(self, who: Someone, kind: SessionKind, path: str, **facts: Any) -> None:
        """At this page, in a browser that has come so far."""
        token = self.demo.seat(who, kind, **facts)
        self.tab.context.add_cookies([{"name": SESSION, "value": token, "url": self.demo.url}])
        self.tab.goto(f"{self.demo.url}{path}")

    def proven(self, who: Someone, path: str) -> None:
        """At this page, signed in and with password and authenticator proven a moment ago."""
        now = SystemClock().now()
        self.seated(who, SessionKind.PORTAL, path, proved_at=now, proved_with=STRONGEST)

    def open_sign_in(self) -> None:
        """The one address that somebody types."""
        self.tab.goto(f"{self.demo.url}/sign-in")

    def first_password(self, state: str, new: str = NEW_PASSWORD) -> None:
        """Twice."""
        self.hand.fill("#f-new", new)
        self.hand.fill("#f-again", new)
        self.go_on(state)

    def app(self, state: str) -> None:
        """From the suggestion to the app's first code."""
        self.go_on("register_device")
        self.app_code(self.shown_code(), state)

    def app_code(self, code: str, state: str) -> None:
        """What the app shows, or something else."""
        self.hand.fill("#f-answer", code)
        self.go_on(state)

    def shown_code(self) -> str:
        """What an app shows that took the key from the page."""
        key = base64.b32decode(self.tab.locator(".facts dd").inner_text().replace(" ", ""))
        return code_at(key, step_at(SystemClock().now()))

    def mail(self, who: Someone, state: str, count: int = 1) -> None:
        """The address and its code, the `count`-th that came."""
        self.hand.fill("#f-value", who.email)
        self.go_on("register_code")
        self.app_code(self.demo.code(who.email, count), state)

    def everything_new(self, who: Someone) -> None:
        """From an access pass to being signed in: a password, an authenticator, a mailbox."""
        self.open_sign_in()
        self.type_password(who, self.demo.access_pass(who), "new_password")
        self.first_password("register")
        self.app("register_contact")
        self.mail(who, "register_done")
        self.hand.press("[data-rel=next]")
        self.at("signed_in")
