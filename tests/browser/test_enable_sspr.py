"""Steps 2 to 6 of the source document on Keyback's own screens, word for word, by somebody who has never seen Keyback; and
the pictures of the guide that tells of it, taken on the way (see `album`).

One way: each test goes on where the one before ended.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from keyback.core.policy import MethodPolicy, Numbers, Policy, Scope, SelfService
from keyback.wiring.demo_people import DOMAIN, PILOT
from tests.browser.album import ADMIN_STYLE, STYLE, Album
from tests.browser.centre import Centre
from tests.browser.demo import Demo
from tests.browser.walking import Walk, axe_clean, fresh

SCREEN = {"width": 1100, "height": 700}
PICTURE = {"width": 390, "height": 600}


def before(_: Policy) -> Policy:
    """Nobody may reset yet; two methods are on, one is enough."""
    two = {name: MethodPolicy() for name in ("totp", "email_code")}
    return Policy(SelfService(methods_required=1, own_mail_domains=(DOMAIN,)), two, numbers=Numbers(("DE",)))


@pytest.fixture(scope="module")
def album() -> Album:
    return Album("enable-sspr", STYLE, ADMIN_STYLE)


@pytest.fixture(scope="module")
def desk(chromium: Browser, demo: Demo) -> Iterator[Centre]:
    """An organisation at the beginning, and its Authentication Policy Administrator."""
    demo.set_policy(before)
    with fresh(chromium, viewport=SCREEN) as tab:
        yield Centre(tab, demo)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    with fresh(chromium, viewport=PICTURE) as tab:
        yield tab


def question(desk: Centre, asked: str) -> Locator:
    return desk.tab.get_by_role("group", name=asked)


def choose(desk: Centre, asked: str, answer: str) -> None:
    """One of a few, by what is asked and what is answered."""
    question(desk, asked).get_by_label(answer, exact=True).check()


def open_place(desk: Centre, heading: str, place: str) -> None:
    """By the navigation, as the document says it: Protection > Password reset > Properties."""
    nav = desk.tab.get_by_role("navigation", name="Places")
    section = nav.locator("h2", has_text=heading).locator("xpath=following-sibling::ul[1]")
    section.get_by_role("link", name=place, exact=True).click()
    expect(desk.tab.get_by_role("heading", level=1)).to_have_text(place)
    axe_clean(desk.tab, place)


def save(desk: Centre, album: Album, name: str = "") -> None:
    """Look at what it does, accept what is risky, save."""
    desk.tab.get_by_role("button", name="Review and save").click()
    desk.at("review")
    axe_clean(desk.tab, f"review of {name}")
    if name:
        album.picture(desk.tab, name)
    for box in desk.tab.get_by_role("checkbox").all():
        box.check()
    desk.tab.get_by_role("button", name="Save", exact=True).click()
    expect(desk.tab.get_by_role("status").first).to_contain_text("Saved")


def test_step_2_enable_sspr_for_a_pilot_group(desk: Centre, demo: Demo, album: Album) -> None:
    """Sign in as an Authentication Policy Administrator; Protection > Password reset > Properties; a pilot group."""
    desk.walk_in(demo.people["Pia"])
    open_place(desk, "Protection: Password reset", "Properties")
    expect(desk.tab.get_by_text("Administrators always need two methods")).to_be_visible()
    choose(desk, "Self service password reset enabled", "Selected")
    question(desk, "Select groups").locator(".option", has_text=PILOT).get_by_role("checkbox").check()
    album.picture(desk.tab, "properties")
    save(desk, album, "properties-review")
    with demo.opened() as running, running.store.reading() as unit:
        policy = unit.policies.in_force()
        names = unit.policies.groups()
    assert policy is not None
    assert policy.policy.self_service.enabled_for is Scope.SELECTED
    assert [names[one] for one in policy.policy.self_service.groups] == [PILOT]


def test_step_3_set_the_number_to_2(desk: Centre, album: Album) -> None:
    """Password Reset > Authentication Methods."""
    open_place(desk, "Protection: Password reset", "Authentication methods")
    choose(desk, "Number of methods required to reset", "2")
    expect(question(desk, "Security questions").get_by_role("checkbox").first).to_be_disabled()
    album.picture(desk.tab, "number")
    save(desk, album, "number-review")


def test_step_3_select_the_methods(desk: Centre, album: Album) -> None:
    """Authentication Methods > Policies: Authenticator, SMS and Email for all users."""
    open_place(desk, "Protection: Authentication methods", "Policies")
    desk.tab.get_by_role("table").get_by_role("link", name="Text message").first.click()
    choose(desk, "Enable", "Yes")
    album.picture(desk.tab, "method")
    save(desk, album)
    open_place(desk, "Protection: Authentication methods", "Policies")
    album.picture(desk.tab, "policies")
    for name in ("Authenticator app", "Text message", "E-mail"):
        row = desk.tab.get_by_role("row").filter(has_text=name).first
        expect(row).to_contain_text("On")
        expect(row).to_contain_text("All users")


def test_step_3_what_people_see_when_it_works(phone: Page, demo: Demo, album: Album) -> None:
    """Ada forgot her password: user ID, two proofs, a new password."""
    ada = demo.people["Ada"]
    walk = Walk(phone, demo)
    phone.goto(f"{demo.url}/reset")
    walk.at("start")
    walk.hand.fill("#f-user_id", ada.user_id)
    album.picture(phone, "reset-start")
    walk.go_on("choose_method")
    album.picture(phone, "reset-ways")
    walk.choose("email_code")
    album.picture(phone, "reset-code")
    walk.answer(demo.code(ada.email), "choose_method")
    album.picture(phone, "reset-second")
    demo.let_app_count()
    walk.second_gate(ada)
    album.picture(phone, "reset-password")
    walk.set_password()
    album.picture(phone, "reset-done")


def test_step_3_what_people_see_with_too_few_methods(phone: Page, demo: Demo, album: Album) -> None:
    """Bo has registered one method, and two are needed."""
    bo = demo.people["Bo"]
    walk = Walk(phone, demo)
    phone.goto(f"{demo.url}/reset")
    walk.hand.fill("#f-user_id", bo.user_id)
    walk.go_on("choose_method")
    walk.choose("email_code")
    walk.answer(demo.code(bo.email), "refused")
    album.picture(phone, "reset-too-few")


def test_step_4_registration(desk: Centre, demo: Demo, album: Album) -> None:
    """Require registration at sign-in, and ask again after 180 days."""
    demo.set_policy(_unregistered)
    open_place(desk, "Protection: Password reset", "Registration")
    choose(desk, "Require registration at sign-in", "Yes")
    days = "Number of days before users are asked to re-confirm their authentication information"
    desk.tab.get_by_label(days).fill("180")
    album.picture(desk.tab, "registration")
    save(desk, album, "registration-review")
    assert demo_policy(demo).registration.required_at_sign_in
    assert demo_policy(demo).registration.reconfirm_days == 180


def test_step_5_notifications(desk: Centre, demo: Demo, album: Album) -> None:
    """Both questions answered with Yes."""
    demo.set_policy(_silent)
    open_place(desk, "Protection: Password reset", "Notifications")
    choose(desk, "Notify users on password resets?", "Yes")
    choose(desk, "Notify all admins when other admins reset their password?", "Yes")
    album.picture(desk.tab, "notifications")
    save(desk, album)
    assert demo_policy(demo).notifications.notify_users
    assert demo_policy(demo).notifications.notify_admins


def test_step_6_customization(desk: Centre, phone: Page, demo: Demo, album: Album) -> None:
    """A link of one's own for help, shown to people from then on."""
    open_place(desk, "Protection: Password reset", "Customization")
    choose(desk, "Customize helpdesk link", "Yes")
    desk.tab.get_by_label("Custom helpdesk email or URL").fill("https://intranet.example/help")
    album.picture(desk.tab, "customization")
    save(desk, album)
    phone.goto(f"{demo.url}/reset")
    expect(phone.locator("[data-rel=help]")).to_have_attribute("href", "https://intranet.example/help")


def test_the_guide_shows_these_pictures_and_says_what_stands_on_the_pages(album: Album) -> None:
    """No picture too many or too few; every bold word is on some page."""
    assert album.shown() == album.kept()
    said = "\n".join(album.words)
    assert [label for label in sorted(album.labels()) if label not in said] == []


def demo_policy(demo: Demo) -> Policy:
    """The one in force."""
    with demo.opened() as running, running.store.reading() as unit:
        found = unit.policies.in_force()
    assert found is not None
    return found.policy


def _unregistered(policy: Policy) -> Policy:
    return _replace(policy, "registration", required_at_sign_in=False, reconfirm_days=0)


def _silent(policy: Policy) -> Policy:
    return _replace(policy, "notifications", notify_users=False, notify_admins=False)


def _replace(policy: Policy, section: str, **values: object) -> Policy:

    return replace(policy, **{section: replace(getattr(policy, section), **values)})
