"""One person's way through the portal in one tab, with the mouse or with the keyboard only."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.browser.demo import Demo, Someone

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-quic",
)  # fmt: skip
PHONE: Final[dict[str, int]] = {"width": 390, "height": 800}
DESKTOP: Final[dict[str, int]] = {"width": 1280, "height": 800}
NARROW: Final[dict[str, int]] = {"width": 320, "height": 640}
NEW_PASSWORD: Final = "seven purple lamps dance"
SHOTS: Final = os.environ.pop("KEYBACK_SHOTS", "")
"""A folder for pictures of every page; empty: none are taken. Taken out of the environment, because it is not one of
Keyback's own settings."""

_EXPECTED: Final = ("Failed to load resource: the server responded with a status of 4", "Clear-Site-Data header")
"""How Chromium tells that a page came as a refusal, and what it forgot at sign-out."""
_TELL_VIOLATIONS: Final = "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective))"
_RINGED: Final = """e => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return e.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""
_SCHEMES: Final[tuple[tuple[Literal["light", "dark"], tuple[str, ...]], ...]] = (
    ("light", ()), ("dark", ("color-contrast", "link-in-text-block")),
)  # fmt: skip
"""In the dark nothing but colours is different."""
_LOUD: Final = {"log", "info", "debug", "error", "warning", "assert"}


@contextmanager
def fresh(browser: Browser, **settings: Any) -> Iterator[Page]:
    """A tab of a browser that has never been here. The page may say nothing on the console, break no content
    security policy and throw no error."""
    context = browser.new_context(**{"viewport": DESKTOP, **settings})
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in _LOUD and not message.text.startswith(_EXPECTED):
            complaints.append(message.text)

    context.add_init_script(_TELL_VIOLATIONS)
    context.on("console", heard)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    try:
        yield tab
    finally:
        context.close()
    assert not complaints, "\n".join(complaints)


def fits(tab: Page) -> None:
    """Nothing must be scrolled sideways."""
    wide, there = tab.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide <= there, f"{tab.url}: {wide} px in {there} px"


def axe_clean(tab: Page, name: str, *rules: str) -> None:
    """Axe finds nothing, by all of its rules unless some are named; otherwise say what, where and why."""
    options = {"runOnly": {"type": "rule", "values": [*rules]}} if rules else {}
    found = Axe().run(tab, options=options).response["violations"]
    told = [
        f"{name}: {rule['id']} ({rule['impact']}), {rule['help']}\n  {node['html']}\n  {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]
    assert not told, "\n".join(told)


def look(tab: Page, name: str) -> None:
    """The page as it is now is clean in light and in dark and fits a narrow screen; with `KEYBACK_SHOTS`, pictures."""
    before = tab.viewport_size
    for scheme, rules in _SCHEMES:
        tab.emulate_media(color_scheme=scheme)
        if SHOTS:
            _shoot(tab, f"{name}-{scheme}")
        axe_clean(tab, f"{name}, {scheme}", *rules)
    tab.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
    fits(tab)
    if before:
        tab.set_viewport_size(before)
    tab.emulate_media(color_scheme="light")


def _shoot(tab: Page, name: str) -> None:
    folder = Path(SHOTS)
    folder.mkdir(parents=True, exist_ok=True)
    for where, size in (("desktop", DESKTOP), ("phone", PHONE)):
        tab.set_viewport_size({"width": size["width"], "height": size["height"]})
        tab.screenshot(path=folder / f"{name}-{where}.png", full_page=True)


class Hand(Protocol):
    """How things on a page are used."""

    def fill(self, what: str, value: str) -> None: ...

    def press(self, what: str) -> None: ...


class Mouse:
    """Points at things."""

    def __init__(self, tab: Page) -> None:
        self._tab = tab

    def fill(self, what: str, value: str) -> None:
        self._tab.locator(what).fill(value)

    def press(self, what: str) -> None:
        self._tab.locator(what).click()


class Keyboard:
    """Tab, Enter and letters only; everything that is passed on the way shows that it has the focus."""

    FARTHEST = 25

    def __init__(self, tab: Page) -> None:
        self._tab = tab

    def fill(self, what: str, value: str) -> None:
        self.reach(what)
        self._tab.keyboard.type(value)

    def press(self, what: str) -> None:
        self.reach(what)
        self._tab.keyboard.press("Enter")

    def reach(self, what: str) -> None:
        for _ in range(self.FARTHEST):
            focus = self._tab.locator("*:focus")
            if focus.count() and focus.evaluate("(e, what) => e.matches(what)", what):
                return
            self._tab.keyboard.press("Tab")
            if focus.count():
                assert focus.evaluate(_RINGED), focus.evaluate("e => e.outerHTML")
        raise AssertionError(f"{what} is not reached on {self._tab.url}")


class Walk:
    """Each step starts on the page that the step before led to. `seen` is told of every page, by its state."""

    def __init__(
        self, tab: Page, demo: Demo, hand: Hand | None = None, seen: Callable[[str], None] | None = None
    ) -> None:
        self.tab = tab
        self.demo = demo
        self.hand = hand or Mouse(tab)
        self._seen = seen or (lambda _: None)

    def at(self, state: str) -> None:
        """Wait for this page."""
        expect(self.tab.locator("main")).to_have_attribute("data-state", state, timeout=30_000)
        self._seen(state)

    def told(self, words: str) -> None:
        """An alert that says this has the focus."""
        alert = self.tab.get_by_role("alert")
        expect(alert).to_contain_text(words)
        expect(alert).to_be_focused()

    def from_sign_in(self, who: Someone, query: str = "") -> None:
        """The sign-in page's way to the first page of the reset, with the user ID typed already."""
        self.tab.goto(f"{self.demo.url}/sign-in{query}")
        self.at("sign_in")
        self.hand.fill("#f-user_id", who.user_id)
        self.hand.press("[data-rel=forgot]")
        self.at("start")
        expect(self.tab.locator("#f-user_id")).to_have_value(who.user_id)
        assert who.user_id.partition("@")[0] not in self.tab.url

    def start(self, who: Someone) -> None:
        """From an address typed by hand."""
        self.tab.goto(f"{self.demo.url}/reset")
        self.at("start")
        self.hand.fill("#f-user_id", who.user_id)
        self.begin()

    def begin(self) -> None:
        """From the first page, by a password that was forgotten, to the choice of ways."""
        self.go_on("trouble")
        self.hand.press("button.choice[value=reset]")
        self.at("choose_method")

    def go_on(self, state: str) -> None:
        """The primary button."""
        self.hand.press("button.primary")
        self.at(state)

    def choose(self, method: str) -> None:
        """One of the ways."""
        self.hand.press(f"button.choice[value^={method}]")
        self.at("answer")

    def answer(self, code: str, state: str) -> None:
        """Type a code; this page follows."""
        self.hand.fill("#f-answer", code)
        self.go_on(state)

    def first_gate(self, who: Someone) -> None:
        """The mailbox."""
        self.choose("email_code")
        self.answer(self.demo.code(who.email), "choose_method")

    def second_gate(self, who: Someone) -> None:
        """The authenticator."""
        self.choose("totp")
        self.answer(who.code_of_app(), "new_password")

    def set_password(self, new: str = NEW_PASSWORD) -> None:
        """Twice."""
        self.hand.fill("#f-new", new)
        self.hand.fill("#f-again", new)
        self.go_on("done")

    def sign_in(self, who: Someone, password: str = NEW_PASSWORD) -> None:
        """From the last page, and out again."""
        self.hand.press("[data-rel=sign_in]")
        self.enter(who, password)
        expect(self.tab.locator("main")).to_contain_text(who.user_id)
        self.go_on("sign_in")

    def enter(self, who: Someone, password: str, state: str = "signed_in") -> None:
        """With password and authenticator, from the sign-in page; this page follows."""
        self.type_password(who, password, "answer")
        self.demo.let_app_count()
        self.answer(who.code_of_app(), state)

    def type_password(self, who: Someone, password: str, state: str) -> None:
        """User ID and password, on the sign-in page; this page follows."""
        self.at("sign_in")
        self.hand.fill("#f-user_id", who.user_id)
        self.hand.fill("#f-password", password)
        self.go_on(state)

    def everything(self, who: Someone, query: str = "") -> None:
        """The whole journey."""
        self.from_sign_in(who, query)
        self.begin()
        self.first_gate(who)
        self.second_gate(who)
        self.set_password()
        self.sign_in(who)
