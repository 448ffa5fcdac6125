"""A new password at sign-in, and for a known one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keyback.core.ports import AccessPass, Credential, SessionKind
from keyback.core.types import DAY, MINUTE, DirectoryKind
from keyback.store.engine import Sql
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Browser, Living
from tests.signing import plain, seated, session_of, sign_in

CHANGED = "Change password (self-service)"


def temporary(living: Living, person: str) -> None:
    """An administrator has set a password for this person that must be changed."""
    before = living.password_of(person)
    with living.store.writing() as unit:
        now = unit.now
        new = Credential(
            living.hasher.hash(OLD_PASSWORD), (), now, must_change=True, not_after=now + DAY, version=before.version
        )
        assert unit.people.set_credential(person, new, now)


def must_change(living: Living, person: str) -> Browser:
    """A browser that is at the page where it must choose a new one."""
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="totp")
    browser.get("/sign-in/password")
    assert browser.page["state"] == "new_password"
    return browser


def alive(browser: Browser) -> bool:
    """Whether this browser is still signed in."""
    return str(browser.get("/password")["state"]) != "sign_in"


def changes(living: Living) -> list[str]:
    """Why passwords were changed, from the audit log."""
    return [str(line["reason"]) for line in living.story() if line["activity"] == CHANGED]


def test_a_temporary_password_is_replaced_at_sign_in_and_everything_old_ends(living: Living) -> None:
    """SES-3, COD-6, PWD-8: other sessions, attempts and links end; this browser goes on under a new name."""
    person = living.ada()
    temporary(living, person)
    elsewhere = seated(living, person, proved="totp")
    journey = living.browser()
    journey.both_gates()
    browser = must_change(living, person)
    name = session_of(browser)
    browser.set_password()
    assert browser.status == 200
    assert session_of(browser) != name
    assert browser.page["state"] != "sign_in"
    assert living.has_password(person, NEW_PASSWORD)
    assert not living.password_of(person).must_change
    assert not alive(elsewhere)
    assert journey.set_password()["state"] in {"ended", "choose_method"}
    assert not living.has_password(person, "another dog sleeps here")
    assert changes(living) == ["required"]
    assert [m["to"] for m in living.delivered() if "password was changed" in str(m["text"])] == [MAIL]


def test_a_temporary_password_is_spent_when_the_new_one_is_set_not_before(living: Living) -> None:
    """Decisions 21: whoever is interrupted after typing it can type it again."""
    person = living.ada()
    temporary(living, person)
    browser = must_change(living, person)
    browser.post(new="short", again="short")
    assert browser.status == 422
    assert "password.too_short" in browser.told()
    assert living.has_password(person, OLD_PASSWORD)
    must_change(living, person).set_password()
    assert living.has_password(person, NEW_PASSWORD)


def test_an_expired_password_must_be_replaced_by_another_one(living: Living) -> None:
    """PWD-8: the same one again would be no new one."""
    person = living.ada()
    living.set_policy(replace(OPEN_POLICY, passwords=replace(OPEN_POLICY.passwords, expiry_days=90)))
    living.clock.move(90 * DAY)
    browser = must_change(living, person)
    browser.post(new=OLD_PASSWORD, again=OLD_PASSWORD)
    assert browser.told() == ["new_password.used_before"]
    browser.set_password()
    assert living.has_password(person, NEW_PASSWORD)


def test_whoever_need_not_change_it_has_no_such_page(quick: Living) -> None:
    """REG-1: an interrupted session without that reason sets no password."""
    person = quick.ada()
    for kind in (SessionKind.FACTOR, SessionKind.INTERRUPTED, SessionKind.PORTAL):
        browser = seated(quick, person, kind, proved="totp")
        browser.get("/reset")
        browser.post("/sign-in/password", new=NEW_PASSWORD, again=NEW_PASSWORD)
        assert quick.has_password(person, OLD_PASSWORD)


def issue(living: Living, person: str) -> str:
    """A pass that opened the sessions which name it."""
    with living.store.writing() as unit:
        now = unit.now
        made = AccessPass(
            living.random.id(), person, b"m", 0, now, now + 60 * MINUTE, once=False, checked=False, tries_left=5,
            issued_by="test", issued_at=now, why="test",
        )  # fmt: skip
        unit.passes.issue(made, now)
    return made.id


def test_a_pass_sets_the_first_password_and_lives_on(living: Living) -> None:
    """REG-6 (amended), decisions 20, 27: the pass in use is renewed in the same transaction."""
    person = living.person("new")
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE credential SET must_change = 1 WHERE tenant = :tenant"), {"tenant": "t1"})
    made = issue(living, person)
    browser = seated(living, person, SessionKind.INTERRUPTED, access_pass=made)
    browser.get("/sign-in/password")
    browser.set_password()
    assert living.has_password(person, NEW_PASSWORD)
    with living.store.reading() as unit:
        somebody, live = unit.people.by_id(person, unit.now), unit.passes.live(person, unit.now)
    assert somebody is not None
    assert live is not None
    assert live.generation == somebody.generation > 0


def test_a_pass_does_not_set_a_password_that_the_person_chose(quick: Living) -> None:
    """Decisions 27: only a first password may be set without typing the old one."""
    person = quick.ada()
    temporary(quick, person)
    browser = seated(quick, person, SessionKind.INTERRUPTED, access_pass=issue(quick, person))
    browser.get("/reset")
    browser.post("/sign-in/password", new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert quick.has_password(person, OLD_PASSWORD)


def change(browser: Browser, current: str = OLD_PASSWORD, new: str = NEW_PASSWORD) -> None:
    """On the page that changes a known password."""
    browser.post(current=current, new=new, again=new)


def test_a_known_password_is_changed_and_only_this_browser_stays(living: Living) -> None:
    """SES-3, SES-1, NOT-1: others end, this one has a new name, and the owner is told."""
    person = living.ada()
    elsewhere = seated(living, person, proved="totp")
    browser = seated(living, person, proved="totp")
    name = session_of(browser)
    browser.get("/password")
    change(browser)
    assert browser.page["state"] == "password_changed"
    assert living.has_password(person, NEW_PASSWORD)
    assert session_of(browser) != name
    assert alive(browser)
    assert not alive(elsewhere)
    assert changes(living) == ["wanted"]
    assert "password was changed" in plain({"all": living.delivered()})


def test_it_needs_a_fresh_proof(living: Living) -> None:
    """REG-1: a stolen live session changes no password, whatever it knows, 10 minutes and a millisecond later."""
    person = living.ada()
    browser = seated(living, person, proved="totp")
    browser.get("/password")
    form = dict(browser.page)
    living.clock.move(10 * MINUTE + 1)
    change(browser)
    assert browser.page["state"] == "prove_password"
    weak = seated(living, person, proved="email_code")
    weak.get("/reset")
    weak.page = {**weak.page, "action": form["action"]}
    weak.post("/password", current=OLD_PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert living.has_password(person, OLD_PASSWORD)


def test_a_wrong_present_password_counts_as_at_sign_in(living: Living) -> None:
    """THR-1: guesses at this page are guesses at the account."""
    person = living.ada()
    browser = seated(living, person, proved="totp")
    browser.get("/password")
    for number in range(10):
        change(browser, current=f"wrong {number}")
        assert browser.told() == ["typed.wrong"]
    change(browser)
    assert browser.status == 429
    assert living.has_password(person, OLD_PASSWORD)
    sign_in(browser := living.browser())
    assert browser.status == 429


def test_two_changes_at_once_leave_one_password(living: Living) -> None:
    """RAC-1, RAC-2: one conditional write wins; the other browser is signed out by it."""
    person = living.ada()
    browsers = [seated(living, person, proved="totp") for _ in range(2)]
    wanted = ["first purple lamps dance", "second purple lamps dance"]
    for browser in browsers:
        browser.get("/password")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda pair: change(pair[0], new=pair[1]), zip(browsers, wanted, strict=True)))
    stands = [living.has_password(person, new) for new in wanted]
    assert stands.count(True) == 1
    assert changes(living) == ["wanted"]
    assert [alive(browser) for browser in browsers] == stands


def test_a_password_of_another_directory_is_changed_there(quick: Living) -> None:
    """Decisions 12: the page says kindly where."""
    person = quick.person("dan", directory=DirectoryKind.LDAP)
    browser = seated(quick, person, proved="totp")
    browser.get("/password")
    assert [text["id"] for text in browser.page["lead"]] == ["change.elsewhere"]
    assert "/contact" in [link["href"] for link in browser.page["links"]]


@pytest.mark.parametrize("path", ["/password", "/sign-in/password", "/password/judge", "/sign-in/judge"])
def test_a_post_of_another_site_changes_nothing(quick: Living, path: str) -> None:
    """WEB-2: every post here has its guards."""
    browser = seated(quick, quick.ada(), proved="totp")
    browser.get("/password")
    said = browser.http.post(path, json={"token": "x" * 32, "new": NEW_PASSWORD})
    assert said.status_code in {400, 403}
    said = browser.http.post(path, json={}, headers={"origin": "https://evil.example"})
    assert said.status_code == 403


def test_what_is_typed_is_judged_as_in_a_reset(quick: Living) -> None:
    """PWD-8: the same strength bar at every door."""
    browser = seated(quick, quick.ada(), proved="totp")
    browser.get("/password")
    token = browser.page["fields"][0]["value"]
    said = browser.http.post("/password/judge", json={"token": token, "new": NEW_PASSWORD}).json()
    assert said["rules"] == {"common": True}
    assert said["strength"] != ""


def test_new_passwords_are_not_tried_without_end(living: Living) -> None:
    """THR-1, DOS-1: what costs hashing is charged first; nobody learns older passwords by trying."""
    person = living.ada()
    temporary(living, person)
    browser = must_change(living, person)
    for _ in range(30):
        browser.post(new=OLD_PASSWORD, again=OLD_PASSWORD)
        assert browser.told() == ["new_password.used_before"]
    browser.set_password()
    assert (browser.status, browser.told()) == (429, ["change.wait"])
    assert living.has_password(person, OLD_PASSWORD)
