"""Somebody calls the helpdesk: the operator finds them, checks who they are, and reads a temporary password out. What it costs is
counted; every page is looked at, the caller's on a telephone, in the dark, and without JavaScript."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.centre import Centre
from tests.browser.demo import Demo, Someone
from tests.browser.walking import NARROW, NEW_PASSWORD, PHONE, Keyboard, Mouse, Walk, fits, fresh, look

MOST_FIELDS, MOST_CLICKS = 3, 6


def hal(demo: Demo) -> Someone:
    """Who works at the helpdesk."""
    return demo.people["Hal"]


def found(centre: Centre, who: Someone) -> None:
    """From the helpdesk's first page to the person's."""
    centre.open("/helpdesk")
    centre.at("helpdesk")
    centre.fill("form.filters input[name=q]", who.user_id.partition("@")[0][:6])
    centre.press("form.filters button")
    centre.press("table a")
    centre.at("helpdesk_person")


def number_of(tab: Page) -> str:
    """As it is read out."""
    return tab.locator(".once output").inner_text().replace(" ", "")


def call(walk: Walk, who: Someone, number: str) -> None:
    """The caller's part."""
    walk.tab.goto(f"{walk.demo.url}/call")
    walk.at("call")
    walk.hand.fill("#f-case", number)
    walk.hand.fill("#f-user_id", who.user_id)
    walk.go_on("choose_method")
    walk.choose("email_code")
    walk.answer(walk.demo.code(who.email), "done")


def test_from_the_search_to_a_spoken_password(chromium: Browser, tab: Page, demo: Demo) -> None:
    """Decisions 21, demands 13: at most three fields and six clicks of the operator, one more proof of them included."""
    who, centre = demo.newcomer("caller"), Centre(tab, demo)
    centre.sit_down(hal(demo), fresh=False)
    found(centre, who)
    centre.press("#case button")
    centre.at("case_open")
    number = number_of(tab)
    assert re.fullmatch("[0-9]{6}", number)
    with fresh(chromium, viewport={**PHONE}) as phone:
        call(Walk(phone, demo), who, number)
        expect(phone.locator("main")).to_contain_text("Nobody from the helpdesk will ever ask you for a code")
    expect(tab.locator("#case .note.good")).to_contain_text("Passed", timeout=15_000)
    centre.press("#help button.primary")
    centre.at("prove")
    centre.prove(hal(demo))
    centre.at("shown_once")
    secret = tab.locator(".once output").inner_text()
    expect(tab.locator(".once")).to_contain_text("capital A as in Anna")
    assert centre.fields <= MOST_FIELDS, centre.fields
    assert centre.clicks <= MOST_CLICKS, centre.clicks
    with fresh(chromium) as desk:
        walk = Walk(desk, demo)
        desk.goto(f"{demo.url}/sign-in")
        walk.hand.fill("#f-user_id", who.user_id)
        walk.hand.fill("#f-password", secret)
        demo.let_app_count()
        desk.locator("main button.primary").click()
        walk.at("answer")
        walk.hand.fill("#f-answer", who.code_of_app())
        walk.go_on("new_password")
        walk.hand.fill("#f-new", NEW_PASSWORD)
        walk.hand.fill("#f-again", NEW_PASSWORD)
        desk.locator("main button.primary").click()
        expect(desk.locator("main")).not_to_have_attribute("data-state", "new_password")


def test_without_javascript_the_operator_looks_by_a_link(chromium: Browser, demo: Demo) -> None:
    """Everything works without scripts; the caller's side too, with the keyboard only, on 320 pixels."""
    who = demo.newcomer("plain")
    with fresh(chromium, java_script_enabled=False) as tab:
        centre = Centre(tab, demo)
        centre.sit_down(hal(demo))
        found(centre, who)
        centre.press("#case button")
        number = number_of(tab)
        with fresh(chromium, java_script_enabled=False, viewport={**NARROW}) as phone:
            call(Walk(phone, demo, Keyboard(phone), seen=lambda _: fits(phone)), who, number)
        centre.press(".live a")
        expect(tab.locator("#case .note.good")).to_contain_text("Passed")


def test_the_callers_pages_are_clean(tab: Page, demo: Demo) -> None:
    """WCAG, light and dark, wide and narrow: also where it went wrong."""
    walk = Walk(tab, demo, Mouse(tab), seen=lambda state: look(tab, f"call-{state}"))
    tab.goto(f"{demo.url}/call")
    walk.at("call")
    walk.hand.fill("#f-case", "12")
    walk.hand.fill("#f-user_id", "nobody@contoso.example")
    tab.locator("main button.primary").click()
    expect(tab.locator("#f-case")).to_have_attribute("aria-invalid", "true")
    look(tab, "call-wrong")
    walk.hand.fill("#f-case", "123456")
    walk.go_on("choose_method")
    walk.choose("sms_code")
    for _ in range(5):
        walk.hand.fill("#f-answer", "000000")
        tab.locator("main button.primary").click()
        tab.wait_for_load_state()
    expect(tab.locator("main")).to_have_attribute("data-state", "ended")
    look(tab, "call-ended")


def test_the_operators_pages_are_clean(chromium: Browser, tab: Page, demo: Demo) -> None:
    """WCAG, light and dark, wide and narrow: every page of the helpdesk, empty and full."""
    who, centre = demo.newcomer("seen"), Centre(tab, demo)
    centre.sit_down(hal(demo))
    for path in ("helpdesk", "requests", "incidents", "approvals"):
        centre.open("/helpdesk" if path == "helpdesk" else f"/helpdesk/{path}")
        centre.at(path)
        look(tab, f"helpdesk-{path}-empty")
    found(centre, who)
    look(tab, "helpdesk-person")
    tab.locator("#without select").select_option("unlock")
    centre.fill("#without input[name=why]", "")
    centre.press("#without button")
    centre.at("helpdesk_person")
    look(tab, "helpdesk-person-wrong")
    centre.fill("#without input[name=why]", "lost the telephone, ticket 7")
    centre.press("#without button")
    expect(tab.locator("#help")).to_contain_text("waits for a second person")
    look(tab, "helpdesk-asked")
    centre.press("#case button")
    centre.at("case_open")
    look(tab, "helpdesk-open")
    with fresh(chromium) as other:
        call(Walk(other, demo), who, number_of(tab))
    expect(tab.locator("#case .note.good")).to_contain_text("Passed", timeout=15_000)
    look(tab, "helpdesk-passed")
    centre.press("#help button.primary")
    centre.at("shown_once")
    look(tab, "helpdesk-once")
    with fresh(chromium) as other:
        second = Centre(other, demo)
        second.sit_down(demo.people["Grace"])
        second.open("/helpdesk/approvals")
        second.at("approvals")
        look(other, "helpdesk-approvals")
        second.press("td.presses button")
        expect(other.locator(".note.good")).to_contain_text("You agreed")
    centre.open("/helpdesk")
    found(centre, who)
    expect(tab.locator("#help")).to_contain_text("Somebody has agreed to this")
    look(tab, "helpdesk-agreed")
