"""Every place of the admin centre and every page that is linked from one, as a Global Administrator sees them: clean for axe,
readable in the dark, and nothing to be scrolled sideways on a narrow screen; also in German and mirrored."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.centre import Centre
from tests.browser.demo import Demo
from tests.browser.walking import NARROW, PHONE, fits, fresh, look

_ID = re.compile(r"(?=.*[0-9])[0-9a-f]{15,}|[0-9]+")
_ONE_IS_ENOUGH = re.compile(r"^/(roles|authentication-methods/policies|password-reset/notifications/messages)/[^/?]+")
_PLACES = "nav.side a[href^='/']"
_LINKS = "main a[href^='/']:not([download])"


def shape(href: str) -> str:
    """The same for pages of the same kind: one person is enough, and one role; filters and orders are no pages."""
    path = _ONE_IS_ENOUGH.sub(lambda found: f"/{found[1]}/one", urlsplit(href).path)
    return "/".join("one" if _ID.fullmatch(part) else part for part in path.split("/"))


def links(tab: Page, what: str) -> list[str]:
    found: list[str] = tab.eval_on_selector_all(what, "all => all.map(one => one.getAttribute('href'))")
    return found


def crawl(centre: Centre, levels: int, see: Callable[[str], None], query: str = "") -> set[str]:
    """Open every kind of page that is so many links away from the navigation; each is shown once."""
    centre.open("/")
    seen: set[str] = set()
    todo = [(href, 0) for href in links(centre.tab, _PLACES)]
    for href, level in todo:
        name = shape(href)
        if name in seen:
            continue
        seen.add(name)
        answer = centre.tab.goto(f"{centre.demo.admin_url}{href}{query}")
        assert answer is not None
        assert answer.status == 200, href
        see(name.strip("/").replace("/", "-") or "overview")
        if level < levels:
            todo += [(one, level + 1) for one in links(centre.tab, _LINKS)]
    return seen


@pytest.fixture
def grace(tab: Page, demo: Demo) -> Centre:
    """May see and do everything."""
    centre = Centre(tab, demo)
    centre.sit_down(demo.people["Grace"])
    return centre


def test_every_place_and_what_is_linked_from_it_is_clean(grace: Centre, demo: Demo) -> None:
    """WCAG 2.2 AA in light and dark, at 320 px too; a second version of the policy, so that there is a history."""
    demo.set_policy(lambda policy: policy)
    seen = crawl(grace, 1, lambda name: look(grace.tab, f"centre-{name}"))
    assert {
        "/", "/password-reset/properties", "/authentication-methods/policies/one", "/policy/history", "/users/one",
        "/users/new", "/users/import", "/users/deleted", "/groups/one", "/groups/new", "/roles/one", "/helpdesk/requests",
        "/helpdesk/incidents", "/helpdesk/approvals", "/audit-logs/one", "/branding", "/overview/cannot-reset",
    } <= seen  # fmt: skip


def test_every_tab_of_one_person_is_clean(grace: Centre) -> None:
    """Somebody with every method; and the helpdesk's page about the same person."""
    grace.open("/users?q=ada")
    grace.press("table.rows tbody th a")
    grace.at("user_properties")
    tabs = [*links(grace.tab, ".tabs a"), *links(grace.tab, ".titled a.button")]
    assert len(tabs) >= 8
    for href in tabs:
        grace.open(href)
        look(grace.tab, f"centre-person-{shape(href).rpartition('/')[2]}")


@pytest.mark.parametrize(("language", "page"), [("de", "de ltr"), ("qps-plocm", "en-x-plocm rtl")])
def test_every_place_fits_in_other_languages(chromium: Browser, demo: Demo, language: str, page: str) -> None:
    """German is longer, and the mirrored test language runs from right to left; at 390 and at 320 px."""
    with fresh(chromium, viewport={**PHONE}) as tab:
        centre = Centre(tab, demo)
        centre.sit_down(demo.people["Grace"])
        told = []

        def narrow(_: str) -> None:
            told.append(tab.locator("html").evaluate("e => `${e.lang} ${e.dir}`"))
            for size in (PHONE, NARROW):
                tab.set_viewport_size({"width": size["width"], "height": size["height"]})
                fits(tab)

        crawl(centre, 0, narrow, f"?mkt={language}")
        assert len(told) >= 15
        assert {*told} == {page}
