"""What somebody sees and does who signs in with a second factor and looks after the own account: every page in every
state."""

from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from keyback.core.ports import SessionKind
from keyback.core.types import DAY
from tests.browser.demo import OLD_PASSWORD, Demo
from tests.browser.registering import Registering
from tests.browser.walking import NARROW, NEW_PASSWORD, Keyboard, fits, fresh, look


@pytest.fixture
def walk(tab: Page, demo: Demo) -> Registering:
    return Registering(tab, demo)


def act(walk: Registering, rel: str, state: str, number: int = 0) -> None:
    """A button of a list; this page follows."""
    walk.tab.locator(f".group [data-rel={rel}]").nth(number).click()
    walk.at(state)


def test_the_second_factor(walk: Registering, demo: Demo) -> None:
    """Decisions 25."""
    who, tab = demo.people["Ada"], walk.tab
    walk.open_sign_in()
    walk.type_password(who, who.password, "answer")
    look(tab, "factor-answer")
    for tries in ("4", "3", "2", "1"):
        walk.answer("000000", "answer")
        walk.told(f"{tries} more tr")
    look(tab, "factor-wrong")
    walk.answer("000000", "answer")
    walk.told("no tries left")
    look(tab, "factor-dead")
    tab.locator("[data-rel=other]").click()
    walk.at("choose_method")
    look(tab, "factor-ways")
    walk.choose("sms_code")
    look(tab, "factor-sms")
    walk.answer(demo.code(who.mobile), "signed_in")
    look(tab, "signed-in")


def test_the_second_factor_is_paused(walk: Registering, demo: Demo) -> None:
    """THR-5: guessing ends, and what recovery counts is not touched."""
    who = demo.newcomer("guessed")
    walk.open_sign_in()
    walk.type_password(who, OLD_PASSWORD, "answer")
    for _ in range(30):
        walk.hand.fill("#f-answer", "000000")
        walk.go_on("answer")
        if "again at" in walk.tab.get_by_role("alert").inner_text():
            break
        if not walk.tab.locator("#f-answer").count():
            walk.tab.locator("[data-rel=other]").click()
            walk.choose("totp")
    walk.told("again at")
    look(walk.tab, "factor-paused")


def test_a_password_that_was_for_the_first_time_only(walk: Registering, demo: Demo) -> None:
    """Decisions 21: what must be changed opens nothing but a new one."""
    who, tab = demo.newcomer("initial"), walk.tab
    demo.run_sql("UPDATE credential SET must_change = 1 WHERE person = (SELECT id FROM person WHERE canonical = :id)",
                 {"id": who.user_id})  # fmt: skip
    walk.open_sign_in()
    walk.enter(who, OLD_PASSWORD, "new_password")
    look(tab, "must")
    walk.first_password("new_password", OLD_PASSWORD)
    walk.told("")
    look(tab, "must-refused")
    walk.first_password("signed_in")


def test_what_one_has_registered(walk: Registering, demo: Demo) -> None:
    """REG-1, REG-3, REG-8: each thing, why one does not count, and nothing changes without a fresh proof."""
    who, tab = demo.people["Ada"], walk.tab
    demo.run_sql("DELETE FROM throttle")
    walk.seated(who, SessionKind.PORTAL, "/security-info", password_at=0)
    walk.at("security_info")
    look(tab, "info")
    tab.locator("[data-rel=prove]").click()
    walk.at("prove_password")
    look(tab, "prove")
    walk.hand.fill("#f-password", "not this one")
    walk.go_on("prove_password")
    walk.told("")
    look(tab, "prove-wrong")
    walk.hand.fill("#f-password", who.password)
    walk.go_on("choose_method")
    look(tab, "prove-ways")
    walk.choose("totp")
    walk.answer("000000", "answer")
    walk.told("4 more tries")
    look(tab, "prove-code-wrong")
    demo.let_app_count()
    walk.answer(who.code_of_app(), "security_info")
    look(tab, "info-open")


def test_changing_what_one_has_registered(walk: Registering, demo: Demo) -> None:
    """REG-3, REG-4, decisions 17: the new one waits, the old one serves meanwhile."""
    who, tab = demo.newcomer("changing"), walk.tab
    new = replace(who, email="another@mailbox.example")
    walk.proven(who, "/security-info")
    act(walk, "change", "register_contact")
    look(tab, "change")
    walk.hand.fill("#f-value", "no address")
    walk.go_on("register_contact")
    expect(tab.locator("#f-value")).to_have_value("no address")
    look(tab, "change-wrong")
    walk.mail(new, "security_info")
    look(tab, "info-changed")
    tab.locator("[data-rel=add]").first.click()
    walk.at("register_ways")
    look(tab, "register-ways")
    tab.locator("button.choice[value=totp]").click()
    walk.at("register_device")
    look(tab, "register-device-more")
    walk.app_code(walk.shown_code(), "security_info")
    act(walk, "lost", "lost")
    look(tab, "info-lost-sure")
    walk.go_on("security_info")
    look(tab, "info-lost")


def test_changing_with_the_keyboard_only_and_without_javascript(chromium: Browser, demo: Demo) -> None:
    who = demo.newcomer("changing-plain")
    with fresh(chromium, java_script_enabled=False, viewport=NARROW) as tab:
        walk = Registering(tab, demo, Keyboard(tab), seen=lambda _: fits(tab))
        walk.proven(who, "/security-info")
        walk.hand.press("[data-rel=change]")
        walk.at("register_contact")
        walk.mail(replace(who, email="plain@mailbox.example"), "security_info")
        walk.hand.press("[data-rel=lost]")
        walk.at("lost")
        walk.go_on("security_info")


def test_changing_ones_password(walk: Registering, demo: Demo) -> None:
    """PWD-8, SES-3: the present one first, then the same rules as everywhere."""
    who, tab = demo.newcomer("replacing"), walk.tab
    walk.proven(who, "/password")
    walk.at("new_password")
    look(tab, "change-password")
    walk.hand.fill("#f-current", "not this one")
    walk.first_password("new_password")
    walk.told("")
    look(tab, "change-password-wrong")
    walk.hand.fill("#f-current", OLD_PASSWORD)
    walk.first_password("new_password", "short")
    walk.told("")
    look(tab, "change-password-refused")
    walk.hand.fill("#f-current", OLD_PASSWORD)
    walk.first_password("password_changed", NEW_PASSWORD)
    look(tab, "password-changed")


def test_where_one_is_signed_in(walk: Registering, demo: Demo) -> None:
    """SES-6: each browser, named and ended by its owner."""
    who, tab = demo.newcomer("elsewhere"), walk.tab
    demo.seat(who, SessionKind.PORTAL)
    walk.proven(who, "/sessions")
    walk.at("sessions")
    look(tab, "sessions")
    act(walk, "name", "session_name")
    look(tab, "session-name")
    walk.hand.fill("#f-label", "x" * 500)
    walk.go_on("session_name")
    look(tab, "session-name-wrong")
    walk.hand.fill("#f-label", "Kitchen tablet")
    walk.go_on("sessions")
    look(tab, "sessions-named")
    act(walk, "end_others", "sessions")
    expect(tab.locator(".group li")).to_have_count(1)
    look(tab, "sessions-one")
    act(walk, "end_all", "sign_in")


def test_is_it_all_still_right(walk: Registering, demo: Demo) -> None:
    """Decisions 24: one button for all; what was not used for a year is proven by a code."""
    who, tab = demo.newcomer("yearly"), walk.tab
    long_ago = {"then": demo.now() - 400 * DAY, "id": who.user_id}
    demo.run_sql("UPDATE person SET registered_at = :then WHERE canonical = :id", long_ago)
    walk.open_sign_in()
    walk.enter(who, OLD_PASSWORD, "confirm")
    look(tab, "confirm")
    act(walk, "change", "register_contact")
    look(tab, "confirm-change")
    tab.goto(f"{demo.url}/confirm")
    act(walk, "lost", "lost")
    look(tab, "confirm-lost")
    tab.locator("[data-rel=cancel]").click()
    walk.at("security_info")
    tab.locator("[data-rel=home]").click()
    walk.at("confirm")
    mine = "person = (SELECT id FROM person WHERE canonical = :id)"
    demo.run_sql(
        f"UPDATE contact SET added_at = :then, confirmed_at = :then, last_used_at = NULL WHERE {mine}", long_ago
    )
    tab.reload()
    walk.at("confirm")
    look(tab, "confirm-unused")
    act(walk, "prove", "confirm_code")
    look(tab, "confirm-code")
    walk.answer("00000000", "confirm_code")
    walk.told("4 more tries")
    look(tab, "confirm-code-wrong")
    walk.answer(demo.code(who.email), "confirm")
    walk.go_on("signed_in")
