"""From a forgotten password to being signed in with a new one, as different people see and use the pages."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.demo import Demo
from tests.browser.walking import CHROMIUM, DESKTOP, FLAGS, NARROW, Keyboard, Walk, axe_clean, fits, fresh

MODES: dict[str, dict[str, Any]] = {
    "narrow": {"viewport": NARROW},
    "double": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "dark": {"color_scheme": "dark"},
}
SPEECHES = {
    "german": ("?mkt=de", "de", "ltr", "Neues Passwort"),
    "mirrored": ("?mkt=qps-plocm", "en-x-plocm", "rtl", ""),
}


@pytest.mark.parametrize("mode", MODES)
def test_the_whole_journey(chromium: Browser, demo: Demo, mode: str) -> None:
    who = demo.newcomer(mode)
    with fresh(chromium, **MODES[mode]) as tab:
        Walk(tab, demo, seen=lambda _: fits(tab)).everything(who)


def test_the_whole_journey_with_the_keyboard_only(tab: Page, demo: Demo) -> None:
    """Each new page starts at its beginning, where the first thing is the way past the beginning."""

    def seen(state: str) -> None:
        assert tab.evaluate("document.activeElement === document.body"), state
        tab.keyboard.press("Tab")
        expect(tab.locator("a.skip")).to_be_focused()
        expect(tab.locator("a.skip")).to_be_in_viewport()
        tab.keyboard.press("Enter")
        expect(tab.locator("main")).to_be_focused()

    Walk(tab, demo, Keyboard(tab), seen).everything(demo.newcomer("keyboard"))


def test_mistakes_with_the_keyboard_only(tab: Page, demo: Demo) -> None:
    """What went wrong has the focus, and the next Tab goes on from there."""
    who, walk = demo.newcomer("mistaken"), Walk(tab, demo, Keyboard(tab))
    tab.goto(f"{demo.url}/reset")
    walk.hand.fill("#f-user_id", "no body")
    walk.go_on("start")
    expect(tab.locator("#f-user_id")).to_be_focused()
    expect(tab.locator("#f-user_id")).to_have_value("no body")
    tab.keyboard.press("Control+A")
    walk.hand.fill("#f-user_id", who.user_id)
    walk.begin()
    walk.choose("email_code")
    walk.answer("00000000", "answer")
    walk.told("4 more tries")
    tab.keyboard.press("Tab")
    expect(tab.locator("#f-answer")).to_be_focused()
    walk.answer(demo.code(who.email), "choose_method")
    walk.second_gate(who)
    walk.hand.fill("#f-new", "short")
    walk.hand.fill("#f-again", "other")
    walk.go_on("new_password")
    walk.told("")


@pytest.mark.parametrize("speech", SPEECHES)
def test_the_whole_journey_in_another_language(chromium: Browser, demo: Demo, speech: str) -> None:
    """The choice of language stays, through the posts too."""
    query, tag, direction, heading = SPEECHES[speech]
    who = demo.newcomer(speech)
    with fresh(chromium, viewport=NARROW) as tab:

        def seen(state: str) -> None:
            html = tab.locator("html")
            expect(html).to_have_attribute("lang", tag)
            expect(html).to_have_attribute("dir", direction)
            fits(tab)
            axe_clean(tab, state)
            if state == "new_password":
                expect(tab.get_by_role("heading", level=1)).to_contain_text(heading, ignore_case=True)

        Walk(tab, demo, seen=seen).everything(who, query)


def test_the_whole_journey_without_javascript(chromium: Browser, demo: Demo) -> None:
    """Decisions 10: the proof of work is replaced by stricter limits: three starts from one network."""
    who = demo.newcomer("plain")
    with fresh(chromium, java_script_enabled=False) as tab:
        walk = Walk(tab, demo)
        walk.everything(who)
        for _ in range(2):
            walk.start(who)
        tab.goto(f"{demo.url}/reset")
        tab.locator("#f-user_id").fill(who.user_id)
        walk.go_on("start")
        expect(tab.locator("main")).to_contain_text("too many attempts from your network")


def test_the_whole_journey_with_text_twice_as_large(playwright: Playwright, demo: Demo) -> None:
    """WCAG 2.2, 1.4.4: the text alone grows, as the browser's settings can make it."""
    who = demo.newcomer("large")
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*FLAGS, "--blink-settings=defaultFontSize=32,minimumFontSize=0"]
    )
    with fresh(browser, viewport={"width": DESKTOP["width"] // 2, "height": 800}) as tab:

        def seen(state: str) -> None:
            assert tab.evaluate("getComputedStyle(document.body).fontSize") == "32px", state
            fits(tab)

        Walk(tab, demo, seen=seen).everything(who)
    browser.close()
