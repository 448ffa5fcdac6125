"""The first sign-in: from what somebody was given to being signed in, with ways to get back in later; every page of it in
every state."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from keyback.core.policy import Mfa
from keyback.core.ports import SessionKind
from tests.browser.demo import OLD_PASSWORD, Demo
from tests.browser.registering import Counted, Registering
from tests.browser.walking import CHROMIUM, DESKTOP, FLAGS, NARROW, Keyboard, Mouse, axe_clean, fits, fresh, look

MOST_FIELDS, MOST_CLICKS = 7, 10
MODES: dict[str, dict[str, Any]] = {
    "narrow": {"viewport": NARROW},
    "double": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "dark": {"color_scheme": "dark"},
    "german": {"locale": "de-DE"},
}


@pytest.fixture
def walk(tab: Page, demo: Demo) -> Registering:
    return Registering(tab, demo)


@contextmanager
def registration(demo: Demo, **changes: Any) -> Iterator[None]:
    """Other rules of registration for a while."""
    before = demo.set_policy(lambda old: replace(old, registration=replace(old.registration, **changes)))
    yield
    demo.set_policy(lambda _: before)


def test_the_first_sign_in_is_short(tab: Page, demo: Demo) -> None:
    """Decisions 19, 24, 27: a pass, a first password, an authenticator and a mailbox, counted from the sign-in page."""
    hand = Counted(Mouse(tab))
    walk = Registering(tab, demo, hand, seen=lambda state: look(tab, f"first-{state}"))
    walk.everything_new(demo.stranger("short", password=False))
    assert hand.fields <= MOST_FIELDS
    assert hand.clicks <= MOST_CLICKS


def test_the_first_sign_in_with_the_keyboard_only_and_without_javascript(chromium: Browser, demo: Demo) -> None:
    with fresh(chromium, java_script_enabled=False, viewport=NARROW) as tab:
        walk = Registering(tab, demo, Keyboard(tab), seen=lambda _: fits(tab))
        walk.everything_new(demo.stranger("first-plain", password=False))


@pytest.mark.parametrize("mode", MODES)
def test_the_first_sign_in_as_people_see_it(chromium: Browser, demo: Demo, mode: str) -> None:
    with fresh(chromium, **MODES[mode]) as tab:
        walk = Registering(tab, demo, seen=lambda _: fits(tab))
        walk.everything_new(demo.stranger(f"first-{mode}", password=False))


def test_the_first_sign_in_in_a_mirror(chromium: Browser, demo: Demo) -> None:
    with fresh(chromium, viewport=NARROW) as tab:

        def seen(state: str) -> None:
            expect(tab.locator("html")).to_have_attribute("dir", "rtl")
            fits(tab)
            axe_clean(tab, state)

        tab.goto(f"{demo.url}/sign-in?mkt=qps-plocm")
        Registering(tab, demo, seen=seen).everything_new(demo.stranger("first-mirrored", password=False))


def test_the_first_sign_in_with_text_twice_as_large(playwright: Playwright, demo: Demo) -> None:
    """WCAG 2.2, 1.4.4."""
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*FLAGS, "--blink-settings=defaultFontSize=32,minimumFontSize=0"]
    )
    with fresh(browser, viewport={"width": DESKTOP["width"] // 2, "height": 800}) as tab:
        walk = Registering(tab, demo, seen=lambda _: fits(tab))
        walk.everything_new(demo.stranger("first-large", password=False))
    browser.close()


def test_a_first_proof(walk: Registering, demo: Demo) -> None:
    """Decisions 19: a first password alone registers nothing; a code to an address that the organisation knows does."""
    who, tab = demo.stranger("first-proof"), walk.tab
    demo.hint(who)
    walk.open_sign_in()
    walk.type_password(who, OLD_PASSWORD, "register_first")
    look(tab, "register-first")
    walk.hand.press("button.choice")
    walk.at("register_code")
    look(tab, "register-first-code")
    walk.app_code("00000000", "register_code")
    walk.told("4 more tries")
    look(tab, "register-first-wrong")
    walk.app_code(demo.code(who.email), "register")
    look(tab, "register-second")


def test_nobody_knows_where_to_send_a_first_proof(walk: Registering, demo: Demo) -> None:
    """Decisions 19: never a loop, never a dead end."""
    who = demo.stranger("stranded")
    walk.open_sign_in()
    walk.type_password(who, OLD_PASSWORD, "register_impossible")
    look(walk.tab, "register-impossible")
    with registration(demo, skips=0):
        walk.seated(who, SessionKind.INTERRUPTED, "/register")
        walk.at("register_impossible")
        look(walk.tab, "register-impossible-required")


def test_mistakes_of_registration(walk: Registering, demo: Demo) -> None:
    """What was typed is still there, and what to do stands beside it."""
    who, tab = demo.stranger("mistakes", password=False), walk.tab
    walk.open_sign_in()
    walk.type_password(who, demo.access_pass(who), "new_password")
    walk.first_password("new_password", "short")
    walk.told("")
    look(tab, "must-refused")
    walk.first_password("register")
    walk.go_on("register_device")
    walk.app_code("000000", "register_device")
    walk.told("4 more tries")
    look(tab, "register-device-wrong")
    for _ in range(3):
        walk.app_code("000000", "register_device")
    walk.app_code("000000", "register")
    walk.told("no tries left")
    look(tab, "register-device-dead")
    walk.app("register_contact")
    for value, words in (("no address", "name@example.org"), (who.user_id, "opens with the password")):
        walk.hand.fill("#f-value", value)
        walk.go_on("register_contact")
        expect(tab.locator("#f-value")).to_have_value(value)
        expect(tab.locator(".wrong")).to_contain_text(words)
        look(tab, f"register-mail-{words.partition(' ')[0]}")
    tab.locator("[data-rel=other]").click()
    walk.at("register_ways")
    look(tab, "register-ways-asked")
    tab.locator("button.choice[value=sms_code]").click()
    walk.at("register_contact")
    look(tab, "register-phone")
    walk.hand.fill("#f-value", "12")
    walk.go_on("register_contact")
    look(tab, "register-phone-wrong")


def test_not_now(walk: Registering, demo: Demo) -> None:
    """Decisions 24: it can be put off three times; where a second factor is needed, never."""
    who = demo.stranger("later")
    demo.hint(who)
    for left in ("3", "2", "1"):
        walk.open_sign_in()
        walk.type_password(who, OLD_PASSWORD, "register_first")
        expect(walk.tab.locator("[data-rel=skip]")).to_contain_text(left)
        walk.hand.press("[data-rel=skip]")
        walk.at("signed_in")
        walk.go_on("sign_in")
    walk.type_password(who, OLD_PASSWORD, "register_first")
    expect(walk.tab.locator("[data-rel=skip]")).to_have_count(0)
    look(walk.tab, "register-no-skips")


def test_a_second_factor_is_demanded(walk: Registering, demo: Demo) -> None:
    """Decisions 25."""
    who = demo.stranger("always")
    demo.hint(who)
    before = demo.set_policy(lambda old: replace(old, sign_in=replace(old.sign_in, mfa=Mfa.ALWAYS)))
    walk.open_sign_in()
    walk.type_password(who, OLD_PASSWORD, "register_first")
    walk.hand.press("button.choice")
    walk.at("register_code")
    walk.app_code(demo.code(who.email), "register")
    look(walk.tab, "register-factor")
    walk.app("register_done")
    look(walk.tab, "register-done-factor")
    demo.set_policy(lambda _: before)


def test_done_with_recovery_codes(walk: Registering, demo: Demo) -> None:
    """Decisions 24: at the end one sentence says what will happen, and codes can be printed."""
    who, tab = demo.stranger("thorough", password=False), walk.tab
    walk.open_sign_in()
    walk.type_password(who, demo.access_pass(who), "new_password")
    walk.first_password("register")
    walk.app("register_contact")
    walk.mail(who, "register_done")
    expect(tab.locator("main")).to_contain_text("If you forget your password, you will need")
    tab.locator("[data-rel=codes]").click()
    walk.at("register_codes")
    expect(tab.locator(".facts dd")).to_have_count(10)
    look(tab, "register-codes")
    tab.emulate_media(media="print")
    look(tab, "register-codes-printed")
    tab.emulate_media(media="screen")
    tab.locator("[data-rel=next]").click()
    walk.at("register_done")
    look(tab, "register-done-codes")


def test_closed_after_a_recovery(walk: Registering, demo: Demo) -> None:
    """Decisions 26: not now, and from when."""
    who = demo.newcomer("recovered")
    demo.run_sql("UPDATE person SET recovered_at = :now WHERE canonical = :id",
                 {"now": demo.now(), "id": who.user_id})  # fmt: skip
    walk.proven(who, "/register")
    walk.at("register_closed")
    look(walk.tab, "register-closed")
    walk.proven(who, "/security-info")
    walk.at("security_info")
    look(walk.tab, "info-closed")
