"""The frame of the admin centre in a real browser: a page with every kind of part, clean for axe in every state, with the
keyboard only, narrow, enlarged, with forced colours, right to left; and Ctrl-K."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Route as Asked
from starlette.testclient import TestClient

from keyback.core.ports import Door
from keyback.store.engine import SqliteEngine
from keyback.web.admin.server import application
from keyback.web.call import SESSION, cookie_name
from tests.admin import gallery
from tests.admin.desk import Desk
from tests.browser.walking import axe_clean, fits, fresh, look
from tests.living import ADMIN_BASE, HOME, Living

HIDDEN = {"content-encoding", "content-length"}
_ACTIVE = "document.activeElement"
_RINGED = """e => {
  const style = getComputedStyle(e), after = getComputedStyle(e, '::after');
  return [style, after].some(one => one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) >= 2);
}"""


class House:
    """The admin centre in this process, with somebody who may do everything in it; no socket is opened."""

    def __init__(self) -> None:
        self.living = Living(SqliteEngine(None))
        self.person = self.living.operator("global_administrator", "gwen")
        self.living.ada()
        self.living.person("adam")
        site = gallery.dressed(self.living.running.admin)
        self.client = TestClient(
            application(site, gallery.pages()), base_url=ADMIN_BASE, follow_redirects=False, client=(HOME, 40_001)
        )
        self.token = next(one.value or "" for one in Desk(self.living, self.person).http.cookies.jar)

    def serve(self, asked: Asked) -> None:
        """A request of the browser."""
        request = asked.request
        headers = {name: value for name, value in request.all_headers().items() if name[0] != ":"}
        self.client.cookies.clear()
        sent = {**headers, "host": ADMIN_BASE.partition("//")[2]}
        answer = self.client.request(request.method, request.url, content=request.post_data_buffer, headers=sent)
        back: dict[str, str] = {}
        for name, value in answer.headers.multi_items():
            if name not in HIDDEN:
                back[name] = f"{back[name]}\n{value}" if name in back else value
        asked.fulfill(status=answer.status_code, headers=back, body=answer.content)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    made = House()
    yield made
    made.living.close()


@contextmanager
def at(chromium: Browser, house: House, path: str = "/gallery", **how: Any) -> Iterator[Page]:
    """A tab that is signed in and looks at this page."""
    with fresh(chromium, **how) as tab:
        tab.route(f"{ADMIN_BASE}/**", house.serve)
        name = cookie_name(SESSION, secure=False, door=Door.ADMIN)
        tab.context.add_cookies([{"name": name, "value": house.token, "url": ADMIN_BASE}])
        tab.goto(f"{ADMIN_BASE}{path}")
        yield tab


STATES = {
    "all": "/gallery", "wrong": "/gallery?show=wrong", "nobody": "/gallery?q=nobody", "rtl": "/gallery?mkt=qps-plocm",
    "find": "/find?q=ad", "find-none": "/find?q=xyzzy", "nowhere": "/users/nobody-of-ours", "overview": "/",
}  # fmt: skip


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing_and_it_fits_a_narrow_screen(chromium: Browser, house: House, name: str) -> None:
    """Light and dark, at 1280 and at 320 px (WCAG 1.4.10)."""
    with at(chromium, house, STATES[name]) as tab:
        look(tab, f"admin-{name}")


@pytest.mark.parametrize("width", [390, 640, 860, 1400])
def test_nothing_is_scrolled_sideways_at_any_width(chromium: Browser, house: House, width: int) -> None:
    for path in ("/gallery", "/gallery?mkt=qps-plocm"):
        with at(chromium, house, path, viewport={"width": width, "height": 800}) as tab:
            fits(tab)
            axe_clean(tab, f"{path} at {width}")


def test_it_is_clean_with_forced_colours_and_without_motion(chromium: Browser, house: House) -> None:
    with at(chromium, house, forced_colors="active", reduced_motion="reduce") as tab:
        axe_clean(tab, "forced colours")
        moving = (
            "[...document.querySelectorAll('*')].filter(e => parseFloat(getComputedStyle(e).transitionDuration) > 0)"
        )
        assert tab.evaluate(f"{moving}.length") == 0
        here = tab.locator(".tabs a[aria-current]")
        assert here.evaluate("e => getComputedStyle(e).outlineStyle") != "none", "and where one is can be seen"


def test_the_first_key_skips_to_the_page(chromium: Browser, house: House) -> None:
    with at(chromium, house, "/find") as tab:
        tab.keyboard.press("Tab")
        expect(tab.locator(".skip")).to_be_focused()
        expect(tab.locator(".skip")).to_be_in_viewport()
        tab.keyboard.press("Enter")
        assert tab.evaluate(f"{_ACTIVE}.id") == "main"


def test_everything_is_reached_by_the_keyboard_in_the_order_of_the_page(chromium: Browser, house: House) -> None:
    """WCAG 2.1.1, 2.4.3, 2.4.7: each stop shows where it is, none is passed twice, and the end is reached."""
    with at(chromium, house) as tab:
        wanted = tab.evaluate(
            """[...document.querySelectorAll('a[href], button, input:not([type=hidden], [type=radio]), select, textarea, summary, [tabindex="0"]')]
            .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.closest('dialog')).length"""
        )
        tab.locator(".skip").focus()
        seen = [tab.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")]
        for _ in range(wanted * 2):
            tab.keyboard.press("Tab")
            place = tab.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
            if tab.evaluate("document.activeElement === document.body") or place in seen[:-1]:
                break
            if place == seen[-1]:
                continue  # a date has three stops of its own
            assert tab.locator("*:focus").evaluate(_RINGED), tab.evaluate(f"{_ACTIVE}.outerHTML.slice(0, 200)")
            seen.append(place)
        assert seen == sorted(seen)
        assert len(seen) >= wanted


def test_a_form_that_was_refused_begins_where_it_is_wrong(chromium: Browser, house: House) -> None:
    """And its title says so first."""
    with at(chromium, house, "/gallery?show=wrong") as tab:
        assert tab.title().startswith("Error: ")
        expect(tab.locator("[role=alert][tabindex]")).to_be_focused()
        box = tab.get_by_label("Number of days before users are asked to re-confirm")
        expect(box).to_have_value("lots")
        expect(box).to_have_attribute("aria-invalid", "true")
        said = tab.locator(f"#{(box.get_attribute('aria-describedby') or '').split()[0]}")
        expect(said).to_contain_text("no whole number")


def test_a_long_list_is_narrowed_and_keeps_what_is_chosen(chromium: Browser, house: House) -> None:
    with at(chromium, house) as tab:
        field = tab.locator("fieldset", has=tab.locator("[data-narrow]"))
        expect(field.locator("[data-chosen]")).to_have_text("2 chosen")
        field.locator("[data-narrow]").press_sequentially("legal")
        expect(field.locator(".option:visible")).to_have_count(4 + 2)
        field.get_by_label("Legal 4").check()
        expect(field.locator("[data-chosen]")).to_have_text("3 chosen")
        field.locator("[data-narrow]").press("Enter")
        field.locator("[data-narrow]").fill("")
        expect(field.locator(".option:visible")).to_have_count(20)
        tab.get_by_role("button", name="Review changes").click()
        expect(tab.locator("main")).to_have_attribute("data-state", "took")
        expect(tab.locator("main")).to_contain_text("groups=g0,g3,g4")


def test_on_a_phone_a_table_is_a_list_with_its_headings(chromium: Browser, house: House) -> None:
    with at(chromium, house, viewport={"width": 390, "height": 800}) as tab:
        row = tab.locator("table.rows tbody tr").first
        shown = row.locator("td").first.evaluate("e => getComputedStyle(e, '::before').content")
        assert shown == '"User ID"'
        box = row.locator("td").first.bounding_box()
        assert box is not None
        assert box["width"] > 250
        expect(tab.get_by_role("link", name="Name").first).to_be_visible()
        expect(tab.locator(".side ul").first).to_be_hidden()
        tab.locator(".side summary").click()
        expect(tab.locator(".side ul").first).to_be_visible()


def test_the_menu_unfolds_where_there_is_room_for_it(chromium: Browser, house: House) -> None:
    """A telephone that is turned, a window that is widened; and it folds again."""
    with at(chromium, house, "/", viewport={"width": 390, "height": 800}) as tab:
        places = tab.locator(".side ul").first
        expect(places).to_be_hidden()
        tab.set_viewport_size({"width": 1280, "height": 800})
        expect(places).to_be_visible()
        tab.set_viewport_size({"width": 390, "height": 800})
        expect(places).to_be_hidden()


def test_a_chart_says_its_days_and_how_high_it_is(chromium: Browser, house: House) -> None:
    """And where nothing happened it draws nothing."""
    with at(chromium, house) as tab:
        chart = tab.locator("figure.chart").first
        days = chart.locator("tbody th").all_text_contents()
        assert chart.locator(".ends span").all_text_contents() == [days[0], days[-1]]
        most = max(int(one) for one in chart.locator("td.number").all_text_contents())
        expect(chart.locator("figcaption")).to_contain_text(f"Most in one day: {most}")
        tab.goto(f"{ADMIN_BASE}/")
        expect(tab.locator("figure.chart")).to_contain_text("Nothing happened in these 14 days.")
        expect(tab.locator("figure.chart svg")).to_have_count(0)


def test_it_can_be_enlarged_twice(chromium: Browser, house: House) -> None:
    """WCAG 1.4.4: at 200 % nothing is cut off or lies over something else."""
    with at(chromium, house, viewport={"width": 640, "height": 400}, device_scale_factor=2) as tab:
        fits(tab)
        for what in ("h1", ".tile b", "table.rows", "main button.primary"):
            expect(tab.locator(what).first).to_be_visible()


def test_a_secret_that_is_shown_once_can_be_copied(chromium: Browser, house: House) -> None:
    with at(chromium, house) as tab:
        tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
        tab.get_by_role("button", name="Copy").click()
        expect(tab.get_by_role("button", name="Copied")).to_be_visible()
        assert tab.evaluate("navigator.clipboard.readText()") == "tulip-42-Harbor"


def test_ctrl_k_finds_and_opens_with_the_keyboard_alone(chromium: Browser, house: House) -> None:
    """A combobox as the ARIA practices describe it: the list follows, the focus stays in the box."""
    with at(chromium, house, "/find") as tab:
        tab.keyboard.press("Control+k")
        box, options = tab.locator("#finder-q"), tab.locator("#finder [role=option]")
        expect(box).to_be_focused()
        expect(options.first).to_be_visible()
        tab.keyboard.type("ad")
        expect(options.filter(has_text="adam@contoso.example")).to_have_count(1)
        expect(options.first).to_have_attribute("aria-selected", "true")
        tab.keyboard.press("ArrowDown")
        expect(options.nth(1)).to_have_attribute("aria-selected", "true")
        assert box.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
        tab.keyboard.press("ArrowUp")
        tab.keyboard.press("ArrowUp")
        expect(options.last).to_have_attribute("aria-selected", "true")
        axe_clean(tab, "finder")
        box.fill("ada@contoso")
        expect(options).to_have_count(1)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/users/id-ada")


def test_escape_closes_it_and_gives_the_focus_back(chromium: Browser, house: House) -> None:
    with at(chromium, house, "/find") as tab:
        tab.locator("[data-find]").focus()
        tab.keyboard.press("Enter")
        expect(tab.locator("#finder-q")).to_be_focused()
        tab.keyboard.type("xyzzy")
        expect(tab.locator("#finder [role=status]")).to_have_text("Nothing begins like that.")
        expect(tab.locator("#finder-q")).to_have_attribute("aria-expanded", "false")
        axe_clean(tab, "finder, nothing")
        tab.keyboard.press("Escape")
        expect(tab.locator("#finder")).to_be_hidden()
        expect(tab.locator("[data-find]")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_finder_fits_a_phone(chromium: Browser, house: House, scheme: Literal["light", "dark"]) -> None:
    with at(chromium, house, viewport={"width": 320, "height": 640}, color_scheme=scheme) as tab:
        tab.locator("[data-find]").click()
        tab.locator("#finder-q").fill("ad")
        expect(tab.locator("#finder [role=option]").first).to_be_visible()
        fits(tab)
        axe_clean(tab, f"finder, {scheme}")
        expect(tab.locator("#finder-q")).to_be_in_viewport()
        tab.locator("#finder [role=option]").filter(has_text="Adam").click()
        tab.wait_for_url("**/users/id-adam")


def test_without_a_script_everything_is_there_as_well(chromium: Browser, house: House) -> None:
    """The search is a page, the list is long, the menu is open."""
    with at(chromium, house, java_script_enabled=False) as tab:
        tab.locator("[data-find]").click()
        tab.get_by_label("What you are looking for").fill("adam")
        tab.get_by_role("button", name="Search").click()
        tab.get_by_role("link", name="Adam Test").click()
        tab.wait_for_url("**/users/id-adam")
