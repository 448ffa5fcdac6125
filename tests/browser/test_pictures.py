"""The pictures of the guide for people, each taken on its way, or found to be as it was (see `album`)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.album import Album
from tests.browser.demo import Demo, Someone
from tests.browser.registering import Registering
from tests.browser.walking import fresh

PICTURE = {"width": 390, "height": 600}


@pytest.fixture(scope="module")
def album() -> Album:
    return Album("register-your-methods")


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    with fresh(chromium, viewport=PICTURE) as page:
        yield page


@pytest.fixture(scope="module")
def who(demo: Demo) -> Someone:
    """Maria signs in for the first time; the tests below go on where the one before ended."""
    return demo.stranger("maria", email="maria@mail.example", password=False)


def test_the_first_sign_in(phone: Page, demo: Demo, who: Someone, album: Album) -> None:
    walk = Registering(phone, demo)
    walk.open_sign_in()
    walk.hand.fill("#f-user_id", who.user_id)
    album.picture(phone, "sign-in")
    walk.hand.fill("#f-password", demo.access_pass(who))
    walk.go_on("new_password")
    album.picture(phone, "password")
    walk.first_password("register")
    album.picture(phone, "app")
    walk.go_on("register_device")
    album.picture(phone, "scan")
    walk.app_code(walk.shown_code(), "register_contact")
    album.picture(phone, "mail")
    walk.hand.fill("#f-value", who.email)
    walk.go_on("register_code")
    album.picture(phone, "mail-code")
    walk.app_code(demo.code(who.email), "register_done")
    album.picture(phone, "done")
    walk.hand.press("[data-rel=codes]")
    walk.at("register_codes")
    album.picture(phone, "codes")


def test_later(phone: Page, demo: Demo, who: Someone, album: Album) -> None:
    walk = Registering(phone, demo)
    walk.proven(who, "/signed-in")
    album.picture(phone, "signed-in")
    walk.proven(who, "/security-info")
    walk.at("security_info")
    album.picture(phone, "info")
    walk.hand.press("[data-rel=add]")
    walk.at("register_ways")
    album.picture(phone, "ways")


def test_the_first_proof(phone: Page, demo: Demo, album: Album) -> None:
    """For who got a first password instead of an access pass."""
    nico = demo.stranger("nico", email="nico@mail.example")
    demo.hint(nico)
    walk = Registering(phone, demo)
    walk.open_sign_in()
    walk.type_password(nico, nico.password, "register_first")
    album.picture(phone, "first")


def test_the_guide_shows_and_says_what_there_is(album: Album) -> None:
    """After the walks: each picture is shown, none is left over, and every word that the guide sets in bold stands on a
    page."""
    assert album.shown() == album.kept()
    said = " ".join(album.words)
    assert [label for label in sorted(album.labels()) if label not in said] == []
