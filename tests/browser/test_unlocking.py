"""Somebody who remembers the password and is locked out: from the sign-in page to the same password that works again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import OLD_PASSWORD, Demo, Someone
from tests.browser.walking import Keyboard, Walk, fits, fresh, look

MOST_TRIES = 15


@pytest.fixture(autouse=True)
def allowed(demo: Demo) -> Iterator[None]:
    """The organisation lets people unlock."""
    before = demo.set_policy(lambda old: replace(old, self_service=replace(old.self_service, allow_unlock=True)))
    yield
    demo.set_policy(lambda _: before)


def lock_out(walk: Walk, who: Someone) -> None:
    """Wrong passwords, each another one, until the sign-in page says to wait."""
    walk.tab.goto(f"{walk.demo.url}/sign-in")
    walk.hand.fill("#f-user_id", who.user_id)
    told = ""
    for number in range(MOST_TRIES):
        if "again at" in told:
            return
        walk.hand.fill("#f-password", f"not this one {number}")
        walk.go_on("sign_in")
        told = walk.tab.get_by_role("alert").inner_text()
    raise AssertionError(told)


def unlock(walk: Walk, who: Someone) -> None:
    """From the page that says to wait to the one that says it is over."""
    walk.hand.press("[data-rel=forgot]")
    walk.at("start")
    walk.go_on("trouble")
    walk.hand.press("button.choice[value=unlock]")
    walk.at("choose_method")
    walk.first_gate(who)
    walk.choose("totp")
    walk.answer(who.code_of_app(), "done")
    expect(walk.tab.locator("main")).to_contain_text("Your password is the same as before")


def test_whoever_is_locked_out_unlocks(tab: Page, demo: Demo) -> None:
    """Decisions 14: the same gates, no new password, and the sign-in is open again."""
    who, walk = demo.newcomer("locked"), Walk(tab, demo)
    lock_out(walk, who)
    walk = Walk(tab, demo, seen=lambda state: look(tab, f"unlock-{state}"))
    unlock(walk, who)
    walk.sign_in(who, OLD_PASSWORD)


def test_unlocking_with_the_keyboard_only_and_without_javascript(chromium: Browser, demo: Demo) -> None:
    who = demo.newcomer("locked-plain")
    with fresh(chromium, java_script_enabled=False, viewport={"width": 320, "height": 640}) as tab:
        walk = Walk(tab, demo, Keyboard(tab), seen=lambda _: fits(tab))
        lock_out(walk, who)
        unlock(walk, who)
