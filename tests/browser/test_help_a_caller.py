"""Somebody calls the helpdesk, as the guide for operators tells it; its pictures are taken on the way (see `album`).

One way: each test goes on where the one before ended.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.album import ADMIN_STYLE, STYLE, Album
from tests.browser.centre import Centre
from tests.browser.demo import Demo
from tests.browser.walking import Walk, axe_clean, fresh

SCREEN = {"width": 1100, "height": 700}
PICTURE = {"width": 390, "height": 600}


@pytest.fixture(scope="module")
def album() -> Album:
    return Album("help-a-caller", STYLE, ADMIN_STYLE)


@pytest.fixture(scope="module")
def desk(chromium: Browser, demo: Demo) -> Iterator[Centre]:
    """Hal, who works at the helpdesk, and proved who he is a moment ago."""
    with fresh(chromium, viewport=SCREEN) as tab:
        centre = Centre(tab, demo)
        centre.sit_down(demo.people["Hal"])
        yield centre


@pytest.fixture(scope="module")
def phone(chromium: Browser) -> Iterator[Page]:
    """Ada's."""
    with fresh(chromium, viewport=PICTURE) as tab:
        yield tab


def find(desk: Centre, letters: str) -> None:
    """By the first letters."""
    desk.open("/helpdesk")
    desk.at("helpdesk")
    desk.fill("form.filters input[name=q]", letters)
    desk.press("form.filters button")
    desk.at("helpdesk")


def link_in_mail(demo: Demo, to: str) -> str:
    """To the page "This was not me", in the newest message that has one."""
    with urllib.request.urlopen(f"{demo.inbox}?to={quote(to)}", timeout=10) as answer:
        letters = json.load(answer)
    found = [re.search(r"http\S+/not-me/\S+", letter["text"]) for letter in letters]
    return [link[0] for link in found if link][-1]


def test_find_who_calls(desk: Centre, album: Album) -> None:
    """By the first letters of any word."""
    find(desk, "ada")
    album.picture(desk.tab, "find")
    desk.press("table a")
    desk.at("helpdesk_person")
    axe_clean(desk.tab, "person")
    album.picture(desk.tab, "glance")


def test_check_who_calls(desk: Centre, phone: Page, demo: Demo, album: Album) -> None:
    """Decisions 21, ADM-5: the number is read out, the code is not; the operator's page turns by itself."""
    ada, walk = demo.people["Ada"], Walk(phone, demo)
    desk.press("#case button")
    desk.at("case_open")
    album.picture(desk.tab, "number", whole=False)
    number = desk.tab.locator(".once output").inner_text()
    phone.goto(f"{demo.url}/call")
    walk.at("call")
    album.picture(phone, "call")
    walk.hand.fill("#f-case", number)
    walk.hand.fill("#f-user_id", ada.user_id)
    walk.go_on("choose_method")
    album.picture(phone, "call-ways")
    walk.choose("email_code")
    album.picture(phone, "call-code")
    walk.answer(demo.code(ada.email), "done")
    album.picture(phone, "call-done")
    expect(desk.tab.locator("#case .note.good")).to_contain_text("Passed", timeout=15_000)
    album.picture(desk.tab, "passed", whole=False)


def test_read_a_temporary_password_out(desk: Centre, album: Album) -> None:
    """Decisions 21: made by Keyback, shown once, spoken letter by letter."""
    desk.press("#help button.primary")
    desk.at("shown_once")
    album.picture(desk.tab, "password")


def test_help_somebody_who_can_use_nothing(chromium: Browser, desk: Centre, demo: Demo, album: Album) -> None:
    """ADM-5: a second person agrees."""
    find(desk, "cy em")
    desk.press("table a")
    desk.at("helpdesk_person")
    expect(desk.tab.locator("#case")).to_contain_text("Go on with “Without a caller check”")
    desk.tab.locator("#without select").select_option("access_pass")
    desk.fill("#without input[name=why]", "Ticket 4711: new telephone. Her manager vouches for her.")
    desk.tab.locator("#without").scroll_into_view_if_needed()
    album.picture(desk.tab, "without", whole=False)
    desk.press("#without button")
    expect(desk.tab.locator("#help")).to_contain_text("waits for a second person")
    with fresh(chromium, viewport=SCREEN) as other:
        second = Centre(other, demo)
        second.sit_down(demo.people["Grace"])
        second.open("/helpdesk/approvals")
        second.at("approvals")
        album.picture(other, "second")
        second.press("td.presses button")
        expect(other.locator(".note.good")).to_contain_text("You agreed")
    desk.tab.reload()
    expect(desk.tab.locator("#help")).to_contain_text("Somebody has agreed to this")
    desk.press("#help button")
    desk.at("shown_once")


def test_what_waits(desk: Centre, phone: Page, demo: Demo, album: Album) -> None:
    """Decisions 28, NOT-4: who asked for help at the portal, and who says that a change was not theirs."""
    bo, walk = demo.people["Bo"], Walk(phone, demo)
    walk.start(bo)
    phone.get_by_role("link", name="I can use none of these").click()
    walk.at("contact")
    walk.hand.fill("#f-user_id", bo.user_id)
    walk.hand.press("main button.primary")
    expect(phone.locator(".note.good")).to_contain_text("your request waits for the helpdesk")
    desk.open("/helpdesk/requests")
    desk.at("requests")
    expect(desk.tab.locator("table")).to_contain_text(bo.user_id)
    axe_clean(desk.tab, "requests")
    album.picture(desk.tab, "requests")
    phone.goto(link_in_mail(demo, demo.people["Ada"].email))
    walk.at("not_me")
    walk.hand.press("main button.primary")
    walk.at("not_me_done")
    desk.open("/helpdesk/incidents")
    desk.at("incidents")
    desk.press("table a")
    desk.at("incident")
    axe_clean(desk.tab, "incident")
    album.picture(desk.tab, "incident")


def test_the_guide_shows_these_pictures_and_says_what_stands_on_the_pages(album: Album) -> None:
    """No picture too many or too few; every bold word is on some page."""
    assert album.shown() == album.kept()
    said = "\n".join(album.words)
    assert [label for label in sorted(album.labels()) if label not in said] == []
