"""Something new counts after its own code only; what waits, what is told, what is refused."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from keyback.core.ports import AccessPass, Credential, SessionKind
from keyback.core.rules import roles
from keyback.core.types import HOUR, MINUTE, Contact, ContactKind
from tests.living import MAIL, MOBILE, RESEND, Browser, Living
from tests.registration.walking import (
    ADDRESS,
    OTHER,
    TRUSTING,
    activities,
    add_app,
    add_mail,
    ask_mail,
    change_mail,
    contacts,
    policy,
    secret_of,
)  # fmt: skip
from tests.signing import plain, seated, session_of


def newcomer(living: Living, name: str = "ada") -> tuple[str, Browser]:
    """Somebody with a password only, signed in, whose tenant asks for no first proof."""
    living.set_policy(TRUSTING)
    person = living.person(name)
    return person, seated(living, person)


def with_app(living: Living) -> tuple[str, Browser]:
    """Somebody who has all that policy demands, since long, and has just proven it."""
    person = living.ada()
    living.clock.move(48 * HOUR)
    return person, seated(living, person, proved="totp")


def _contacts(living: Living, person: str) -> Sequence[Contact]:
    with living.store.reading() as unit:
        return unit.people.contacts(person)


def enrolled(living: Living, person: str) -> int:
    with living.store.reading() as unit:
        return len(unit.people.enrolments(person))


def test_an_app_counts_once_its_code_was_right(living: Living) -> None:
    """TOT-4: picture and key are shown, and a right code makes the device."""
    person, browser = newcomer(living)
    browser.get("/register/ways")
    page = browser.choose("totp")
    assert page["state"] == "register_device"
    assert secret_of(page)
    assert enrolled(living, person) == 0
    browser.post(answer="000000")
    assert browser.status == 422
    assert enrolled(living, person) == 0
    browser.post(answer=living.code_of_app(secret_of(page)))
    assert enrolled(living, person) == 1
    assert "User registered security info" in activities(living)


def test_a_secret_that_was_only_shown_passes_no_gate(living: Living) -> None:
    """TOT-4: a half-enrolled seed never satisfies a gate, and expires after 10 minutes."""
    person, browser = newcomer(living)
    browser.get("/register/ways")
    page = browser.choose("totp")
    secret = secret_of(page)
    reset = living.browser()
    reset.start()
    reset.choose("totp")
    reset.post(answer=living.code_of_app(secret))
    assert reset.page["state"] != "new_password"
    assert reset.status == 422
    living.clock.move(10 * MINUTE)
    browser.page = page
    browser.post(answer=living.code_of_app(secret))
    assert enrolled(living, person) == 0


def test_an_address_receives_nothing_until_its_own_code_came_back(living: Living) -> None:
    """REG-3: pending until its own code is confirmed in the same session."""
    person, browser = newcomer(living)
    page = ask_mail(browser)
    assert page["state"] == "register_code"
    assert "a***@example.org" in plain(page)
    assert ADDRESS not in plain(page)
    assert contacts(living, person) == []
    browser.post(answer=living.newest_code(ADDRESS))
    assert contacts(living, person) == [(ADDRESS, True)]


def test_confirmed_cannot_be_said_by_a_field(living: Living) -> None:
    """REG-3: `confirmed` is set by no field."""
    person, browser = newcomer(living)
    browser.get("/register/ways")
    browser.choose("email_code")
    browser.post(value=ADDRESS, confirmed_how="admin")
    assert browser.status == 400
    assert contacts(living, person) == []


@pytest.mark.parametrize(
    ("method", "value", "told"),
    [
        ("email_code", "no address", "registration.not_an_address"),
        ("email_code", "ada@contoso.example", "registration.own_mailbox"),
        ("email_code", "ada+tag@contoso.example", "registration.own_mailbox"),
        ("sms_code", "12", "registration.not_a_number"),
        ("sms_code", "+33612345678", "registration.no_messages"),
    ],
)
def test_what_cannot_serve_is_refused_with_its_reason(quick: Living, method: str, value: str, told: str) -> None:
    """SND-3, decisions 5: at the field, keeping what was typed."""
    person, browser = newcomer(quick)
    browser.get("/register/ways")
    browser.choose(method)
    page = browser.post(value=value)
    assert browser.status == 422
    assert told in browser.told()
    assert next(field["value"] for field in page["fields"] if field["name"] == "value") == value
    assert contacts(quick, person) == []


def test_the_first_ones_count_at_once_and_later_ones_wait(living: Living) -> None:
    """Decisions 17: no wait until there is, for the first time, as much as policy demands."""
    person, browser = newcomer(living)
    add_app(living, browser)
    add_mail(living, browser)
    living.clock.move(RESEND)
    add_mail(living, browser, OTHER)
    with living.store.reading() as unit:
        when = {one.value: one.usable_from for one in unit.people.contacts(person)}
        now = unit.now
    assert when[ADDRESS] <= now
    assert when[OTHER] == now + 24 * HOUR


def test_an_administrators_wait_is_three_days(living: Living) -> None:
    """Decisions 17: 72 h for administrators."""
    person, _ = with_app(living)
    living.grant(person, roles.GLOBAL)
    browser = seated(living, person, proved="totp")
    add_mail(living, browser)
    with living.store.reading() as unit:
        found = next(one for one in unit.people.contacts(person) if one.value == ADDRESS)
        assert found.usable_from == unit.now + 72 * HOUR


def test_a_changed_address_waits_while_the_old_one_serves_and_is_told(living: Living) -> None:
    """Decisions 17, NOT-1: the old one is told as it was before, can object, and serves until the new one does."""
    person, browser = with_app(living)
    old = next(one.id for one in _contacts(living, person) if one.value == MAIL)
    change_mail(browser, old)
    browser.post(answer=living.newest_code(OTHER))
    found = {one.value: one for one in _contacts(living, person)}
    assert found[OTHER].usable_from == found[MAIL].ends_at == living.clock.now() + 24 * HOUR
    told = [one for one in living.delivered() if one["to"] == MAIL and "/not-me/" in str(one["text"])]
    assert len(told) == 1
    assert "User updated security info" in activities(living)
    living.clock.move(24 * HOUR)
    assert MAIL not in {one.value for one in _contacts(living, person)}


def test_a_change_ends_everything_else_and_renews_this_browser(living: Living) -> None:
    """SES-1, SES-3, decisions 20: replacing raises the generation, adding does not."""
    person, browser = with_app(living)
    other = seated(living, person)
    add_mail(living, browser)
    assert other.get("/security-info")["state"] == "security_info"
    living.clock.move(RESEND)
    old = next(one.id for one in _contacts(living, person) if one.value == MAIL)
    change_mail(browser, old)
    before = session_of(browser)
    browser.post(answer=living.newest_code(OTHER))
    assert session_of(browser) != before
    assert browser.get("/security-info")["state"] == "security_info"
    assert other.get("/security-info")["state"] == "sign_in"


def test_only_so_many_of_each_kind(living: Living) -> None:
    """Entra-sspr 3.1: two phones, three addresses, five devices."""
    person, _ = with_app(living)
    for number in (2, 3):
        living.contact(person, ContactKind.EMAIL, f"m{number}@example.org")
    living.contact(person, ContactKind.MOBILE, "+4915112345610")
    browser = seated(living, person, proved="totp")
    names = {choice["value"] for choice in browser.get("/register/ways")["choices"]}
    assert names == {"totp", "recovery_code"}


def test_what_one_has_already_is_not_added_twice(living: Living) -> None:
    """Decisions 24: one's own address is told to be there; nobody else's ever is."""
    _, browser = with_app(living)
    ask_mail(browser, MAIL)
    assert "registration.yours" in browser.told()


def test_a_hint_becomes_a_contact_by_its_own_code(living: Living) -> None:
    """REG-5: what the directory says is a hint until its owner confirms it; it is not there twice then."""
    person, browser = newcomer(living)
    living.contact(person, ContactKind.EMAIL, ADDRESS, how="")
    add_mail(living, browser)
    assert contacts(living, person) == [(ADDRESS, True)]


def test_ten_codes_are_shown_once_and_replace_the_old_ones(living: Living) -> None:
    """COD-1, SES-3: ten, in place of all before; a second set ends other sessions."""
    person, browser = newcomer(living)
    add_app(living, browser)
    browser.get("/register/done")
    first = [one["value"] for one in browser.post("/register/codes")["facts"]]
    assert len(set(first)) == 10
    other = seated(living, person)
    browser.get("/register/ways")
    browser.choose("recovery_code")
    second = [one["value"] for one in browser.page["facts"]]
    assert not set(first) & set(second)
    assert enrolled(living, person) == 11
    assert other.get("/security-info")["state"] == "sign_in"
    assert second[0] not in plain(browser.get("/register"))


def test_adding_needs_a_fresh_and_strong_proof(living: Living) -> None:
    """REG-1: a stolen live session without one, with a weak one, or with one 11 minutes old adds nothing."""
    person, fresh = with_app(living)
    bare, weak = seated(living, person), seated(living, person, proved="email_code")
    ask_mail(fresh)
    code_page = fresh.page
    for browser in (bare, weak):
        browser.get("/security-info")
        browser.post("/register/contact", method="email_code", value=OTHER, replaces="")
        assert browser.page["state"] not in {"register_code", "register_contact"}
    living.clock.move(9 * MINUTE + 59_000)
    fresh.page = code_page
    code = living.newest_code(ADDRESS)
    living.clock.move(2 * MINUTE)
    fresh.post(answer=code)
    assert ADDRESS not in dict(contacts(living, person))


def test_after_a_recovery_nothing_is_added_but_by_a_checked_pass(living: Living) -> None:
    """Decisions 26: read-only for the hold time, and the page says until when."""
    person, browser = with_app(living)
    with living.store.writing() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        unit.people.keep(person, replace(somebody.upkeep, recovered_at=unit.now), unit.now)
    page = browser.get("/register")
    assert page["state"] == "register_closed"
    assert page["lead"][0]["id"] == "registration.closed"
    assert "24 September 2026, 16:13" in plain(page)
    browser.post("/register/contact", method="email_code", value=OTHER, replaces="")
    assert browser.page["state"] == "register_closed"
    living.clock.move(24 * HOUR)
    assert seated(living, person, proved="totp").get("/register")["state"] == "register_ways"


def test_the_number_of_tries_and_of_messages_is_limited(living: Living) -> None:
    """SND-6, THR-10: another code must wait; five wrong answers end the question."""
    _, browser = newcomer(living)
    ask_mail(browser)
    browser.post("/register/again")
    assert browser.status == 429
    assert "begin.wait" in browser.told()
    for _ in range(5):
        browser.get("/register")
        browser.post(answer="00000000")
    browser.get("/register")
    assert browser.page["state"] != "register_code"


def test_twenty_contacts_an_hour_are_enough(quick: Living) -> None:
    """THR-10: limit `register.hour`."""
    _, browser = newcomer(quick)
    browser.get("/register/ways")
    browser.choose("email_code")
    form = browser.page
    for number in range(21):
        browser.page = form
        browser.post(value=f"m{number}@example.org")
    assert browser.status == 429


def test_a_mobile_number_likewise(living: Living) -> None:
    """REG-3: by text message."""
    person, browser = newcomer(living)
    browser.get("/register/ways")
    browser.choose("sms_code")
    browser.post(value=MOBILE)
    browser.post(answer=living.newest_code(MOBILE))
    assert contacts(living, person) == [(MOBILE, True)]


def test_a_session_that_must_change_its_password_registers_nothing(living: Living) -> None:
    """GAT-4: what comes first comes first."""
    living.set_policy(policy())
    person = living.person("ada")
    with living.store.writing() as unit:
        old = unit.people.credential(person, 0)
        assert old is not None
        new = Credential(old.encoded, (), unit.now, must_change=True, not_after=None, version=old.version)
        unit.people.set_credential(person, new, unit.now, keep=old.encoded)
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="totp")
    assert not browser.get("/register")["state"].startswith("register")


@pytest.mark.parametrize("checked", [True, False])
def test_after_a_recovery_only_a_checked_pass_opens(living: Living, checked: bool) -> None:  # noqa: FBT001
    """Decisions 26, 27: one that was issued without a caller check opens nothing then."""
    person, _ = with_app(living)
    with living.store.writing() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        unit.people.keep(person, replace(somebody.upkeep, recovered_at=unit.now), unit.now)
        generation, until = somebody.generation, unit.now + HOUR
        one = AccessPass("pass-1", person, b"m", generation, unit.now, until, True, checked, 5, "boss", unit.now, "why")
        unit.passes.issue(one, unit.now)
    browser = seated(living, person, access_pass="pass-1")
    assert (browser.get("/register")["state"] == "register_closed") is not checked
    browser.post("/register/contact", method="email_code", value=OTHER, replaces="")
    assert (browser.page["state"] == "register_code") is checked


def test_whoever_was_confirmed_before_is_told_of_something_new(living: Living) -> None:
    """NOT-1: all verified addresses as they were before the change, not the one that is being added."""
    _, browser = with_app(living)
    add_mail(living, browser)
    told = [one["to"] for one in living.delivered() if "/not-me/" in str(one["text"])]
    assert told == [MAIL]
