"""Ways through the admin centre: with the keyboard only, and to the pages that no link leads to: reviews, refusals, proofs,
what was sent."""

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from keyback.core.policy import Policy
from tests.browser.centre import Centre
from tests.browser.demo import Demo
from tests.browser.walking import Keyboard, fresh, look

POLICIES: Final = (
    "password-reset/properties", "password-reset/authentication-methods", "password-reset/registration",
    "password-reset/notifications", "password-reset/customization", "password-reset/administrator-policy",
    "authentication-methods/policies/email_code", "authentication-methods/password-protection",
)  # fmt: skip
_OTHER: Final = """form => {
  const free = [...form.elements].filter(e => !e.disabled && e.offsetParent);
  const number = free.find(e => e.type === 'number'), other = free.find(e => e.type === 'radio' && !e.checked);
  const box = free.find(e => e.type === 'checkbox' && !e.checked), line = free.find(e => e.type === 'text' && !e.value);
  if (number) number.value = Number(number.value) + (number.value === number.max ? -1 : 1);
  else (other && other.value !== 'all' ? other : box).checked = true;
  if (line) line.value = 'https://help.contoso.example';
}"""
"""Something else than what is in force."""
_FILE: Final = "userPrincipalName,displayName,department\nnora@contoso.example,Nora North,Sales\nnot an id,Nobody,\n"


class Keys(Keyboard):
    """A centre has a navigation, and forms of settings are long."""

    FARTHEST = 60

    def pass_places(self) -> None:
        """Past the navigation, by the first link of the page."""
        self.press(".skip")


@pytest.fixture
def grace(tab: Page, demo: Demo) -> Centre:
    """May see and do everything; gave a proof a moment ago."""
    centre = Centre(tab, demo)
    centre.sit_down(demo.people["Grace"])
    return centre


def in_force(demo: Demo) -> Policy:
    with demo.opened() as running, running.store.reading() as unit:
        document = unit.policies.in_force()
    assert document is not None
    return document.policy


def test_a_setting_is_changed_with_the_keyboard_only(grace: Centre, demo: Demo) -> None:
    """Properties, review, save; what is passed on the way shows that it has the focus (WCAG 2.1.1, 2.4.7)."""
    keys, unlocks = Keys(grace.tab), in_force(demo).self_service.allow_unlock
    grace.open("/")
    keys.press("nav.side a[href='/password-reset/properties']")
    grace.at("properties")
    keys.pass_places()
    keys.reach("input[name='self_service.allow_unlock']")
    grace.tab.keyboard.press("ArrowDown" if unlocks else "ArrowUp")
    keys.press("main form.stack button.primary")
    grace.at("review")
    keys.pass_places()
    keys.fill("[name=why]", "with the keyboard")
    keys.press("main form.stack button.primary")
    grace.at("properties")
    expect(grace.tab.locator(".note.good")).to_contain_text("Saved")
    assert in_force(demo).self_service.allow_unlock is not unlocks


def test_a_case_is_opened_with_the_keyboard_only(grace: Centre) -> None:
    """Helpdesk, search, person, case (decisions 21)."""
    keys = Keys(grace.tab)
    grace.open("/helpdesk")
    grace.at("helpdesk")
    keys.pass_places()
    keys.fill("form.filters input[name=q]", "ada lov")
    keys.press("form.filters button")
    expect(grace.tab.locator("table.rows")).to_be_visible()
    keys.pass_places()
    keys.press("table.rows a")
    grace.at("helpdesk_person")
    keys.pass_places()
    keys.press("#case button")
    grace.at("case_open")
    expect(grace.tab.locator(".once output")).to_have_text(re.compile("[0-9]{3} ?[0-9]{3}"))


@pytest.mark.parametrize("place", POLICIES)
def test_the_review_of_every_policy_page_is_clean(grace: Centre, place: str) -> None:
    """Before anything is saved, each shows what would be different; and it can be gone back to."""
    grace.open(f"/{place}")
    grace.tab.locator("main form.stack").first.evaluate(_OTHER)
    grace.press("main form.stack button.primary")
    grace.at("review")
    look(grace.tab, f"review-{place.rpartition('/')[2]}")
    expect(grace.tab.locator(".above a").last).to_have_attribute("href", f"/{place}")


def test_a_file_of_people_is_checked_and_the_page_is_clean(grace: Centre) -> None:
    grace.open("/users/import")
    grace.tab.set_input_files(
        "input[type=file]", {"name": "people.csv", "mimeType": "text/csv", "buffer": _FILE.encode()}
    )
    grace.press("main button.primary")
    expect(grace.tab.locator("main")).to_contain_text("Not a user ID")
    look(grace.tab, "walk-import")


def test_what_was_refused_is_clean(grace: Centre) -> None:
    """A logo that is none, a colour that is none, and pages that are not there."""
    grace.open("/branding")
    grace.tab.set_input_files(
        "input[type=file]", {"name": "logo.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    grace.tab.locator("form[action='/branding/logo'] button").click()
    expect(grace.tab.locator("[aria-invalid=true]")).to_be_visible()
    look(grace.tab, "walk-branding-logo")
    grace.open("/branding")
    grace.fill("[name=accent]", "blue-ish")
    grace.tab.locator("form[action='/branding'] button").click()
    expect(grace.tab.locator("[aria-invalid=true]")).to_have_value("blue-ish")
    look(grace.tab, "walk-branding-colour")
    for path in ("/users/nobody", "/nowhere"):
        grace.open(path)
        look(grace.tab, f"walk-{path.rpartition('/')[2]}")
        expect(grace.tab.locator("nav.side")).to_be_visible()


def test_what_is_not_for_somebody_is_said_within_the_frame(tab: Page, demo: Demo) -> None:
    """ADM-2: Hal of the helpdesk has no place for the policy; by its address he is told so, and where he can go."""
    hal = Centre(tab, demo)
    hal.sit_down(demo.people["Hal"])
    hal.open("/password-reset/properties")
    expect(tab.locator("main .note.bad, main [role=alert]").first).to_be_visible()
    expect(tab.locator("nav.side a[href='/helpdesk']")).to_be_visible()
    look(tab, "walk-forbidden")


def test_a_user_is_deleted_after_a_proof_and_every_page_on_the_way_is_clean(chromium: Browser, demo: Demo) -> None:
    """ADM-3: the proof is asked for on the spot; then the list of those who can be restored has somebody in it."""
    gone = demo.stranger("gone")
    with fresh(chromium) as tab:
        grace = Centre(tab, demo)
        grace.sit_down(demo.people["Grace"], fresh=False)
        grace.open(f"/users?q={gone.user_id.partition('@')[0]}")
        grace.press("table.rows tbody th a")
        grace.press("main a[href$='/delete']")
        look(tab, "walk-delete")
        grace.press("main button.harsh")
        grace.at("prove")
        look(tab, "walk-prove")
        grace.prove(demo.people["Grace"])
        grace.open("/users/deleted")
        expect(tab.locator("table.rows")).to_contain_text("Gone Test")
        look(tab, "walk-deleted")
        grace.press("main a[href$='/erase'], main .presses button")
        look(tab, "walk-after-deleted")
