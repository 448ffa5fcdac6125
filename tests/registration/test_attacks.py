"""What must not be possible with registration."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from keyback.app.registration import adding
from keyback.app.sign_in.proving import Heard
from keyback.app.sign_in.seat import Visit
from keyback.core.errors import Trouble
from keyback.core.policy import FirstProof
from keyback.core.ports import SessionKind
from keyback.core.types import HOUR, MINUTE, ContactKind
from tests.living import HOME, MAIL, MOBILE, RESEND, Browser, Living
from tests.registration.walking import (
    ADDRESS,
    OTHER,
    TRUSTING,
    add_app,
    add_mail,
    ask_mail,
    change_mail,
    contacts,
    hint,
    secret_of,
)  # fmt: skip
from tests.signing import plain, seated, session_of

AT_ONCE = 20


def fields(page: dict[str, Any]) -> dict[str, str]:
    """Its hidden fields."""
    return {field["name"]: field["value"] for field in page["fields"] if field["kind"] == "hidden"}


def two(living: Living) -> tuple[str, Browser, Browser]:
    """Ada in two browsers, freshly proven in both."""
    person = living.ada()
    living.clock.move(48 * HOUR)
    return person, seated(living, person, proved="totp"), seated(living, person, proved="totp")


def test_two_changes_at_once_and_one_confirmation(living: Living) -> None:
    """REG-4: a code confirms the address it was sent to, and a confirmed change ends the other."""
    person, one, other = two(living)
    with living.store.reading() as unit:
        old = next(each.id for each in unit.people.contacts(person) if each.value == MAIL)
    change_mail(one, old, ADDRESS)
    living.clock.move(RESEND)
    change_mail(other, old, OTHER)
    code, late = living.newest_code(ADDRESS), living.newest_code(OTHER)
    other.post(answer=code)
    assert other.status == 422
    one.post(answer=code)
    assert dict(contacts(living, person))[ADDRESS]
    other.post(answer=late)
    assert OTHER not in dict(contacts(living, person))


def test_a_second_address_in_one_browser_voids_the_first_code(living: Living) -> None:
    """REG-4: the newer question is the only one, and its value is the newer one."""
    person, browser, _ = two(living)
    first = ask_mail(browser, ADDRESS)
    living.clock.move(RESEND)
    second = ask_mail(browser, OTHER)
    old, new = living.newest_code(ADDRESS), living.newest_code(OTHER)
    browser.page = second
    browser.post(answer=old)
    browser.page = first
    browser.post(answer=old)
    assert {ADDRESS, OTHER}.isdisjoint(dict(contacts(living, person)))
    browser.page = second
    browser.post(answer=new)
    assert dict(contacts(living, person))[OTHER]
    assert ADDRESS not in dict(contacts(living, person))


def test_an_answer_carries_no_value_of_its_own(living: Living) -> None:
    """REG-3, WEB-6: what is registered lies in the question; a form that says otherwise is refused whole."""
    person, browser, _ = two(living)
    page = ask_mail(browser)
    code = living.newest_code(ADDRESS)
    for extra in ({"value": OTHER}, {"method": "email_code"}, {"replaces": ""}):
        browser.page = page
        browser.post(answer=code, **extra)
        assert browser.status == 400
    assert {ADDRESS, OTHER}.isdisjoint(dict(contacts(living, person)))


def test_a_question_of_one_session_is_not_answered_in_another(living: Living) -> None:
    """COD-5: bound to the browser that began it, of the same person or another."""
    person, one, other = two(living)
    page = ask_mail(one)
    code = living.newest_code(ADDRESS)
    bob = living.person("bob")
    living.authenticator(bob)
    stranger = seated(living, bob, proved="totp")
    for browser in (other, stranger):
        browser.get("/register/ways")
        token = fields(browser.page)["token"]
        browser.http.post("/register/answer", json={**fields(page), "token": token, "answer": code})
    assert ADDRESS not in dict(contacts(living, person))
    assert contacts(living, bob) == []
    one.post(answer=code)
    assert dict(contacts(living, person))[ADDRESS]


def test_a_code_for_one_purpose_serves_no_other(living: Living) -> None:
    """COD-5: a code of the first proof adds nothing, and the other way round."""
    living.set_policy(replace(TRUSTING, registration=replace(TRUSTING.registration, first_proof=FirstProof.CONTACT)))
    person = living.person("ada")
    contact = hint(living, person)
    browser = seated(living, person, SessionKind.INTERRUPTED)
    browser.get("/register")
    page = browser.post(contact=contact)
    code = living.newest_code("known@directory.example")
    browser.post("/register/answer", answer=code, challenge=fields(page)["challenge"])
    assert contacts(living, person) == [("known@directory.example", False)]
    browser.get("/register/first")
    browser.post(answer=code)
    assert contacts(living, person) == [("known@directory.example", True)]


@pytest.mark.parametrize(
    ("method", "taken", "free"),
    [("email_code", "a1@example.org", "a2@example.org"), ("sms_code", MOBILE, "+4915112345709")],
)
def test_what_somebody_else_has_looks_and_goes_like_what_nobody_has(
    living: Living, method: str, taken: str, free: str
) -> None:
    """ENU-8, REG-7: the same page to the byte but for what is drawn by chance; and it links nobody with anybody."""
    living.set_policy(TRUSTING)
    victim = living.person("victim")
    living.contact(victim, ContactKind.EMAIL if "@" in taken else ContactKind.MOBILE, taken)
    pages = []
    for name, value in (("one", taken), ("two", free)):
        browser = seated(living, living.person(name))
        browser.get("/register/ways")
        browser.choose(method)
        page = browser.post(value=value)
        drawn = [*(field["value"] for field in page["fields"]), page["fields"][-1]["hint"].split()[-1]]
        said = plain(page)
        for one in filter(None, drawn):
            said = said.replace(one, "")
        pages.append((browser.status, said, len(living.delivered())))
        browser.post(answer=living.newest_code(value))
        assert contacts(living, f"id-{name}") == [(value, True)]
    assert pages[0][:2] == pages[1][:2]
    assert contacts(living, victim) == [(taken, True)]


def test_a_victims_number_is_not_registered_without_its_code(living: Living) -> None:
    """REG-3, REG-7: whoever guesses five times is out, and the victim's own stays what it was."""
    living.set_policy(TRUSTING)
    victim, thief = living.person("victim"), living.person("thief")
    living.contact(victim, ContactKind.MOBILE, MOBILE)
    browser = seated(living, thief)
    browser.get("/register/ways")
    browser.choose("sms_code")
    page = browser.post(value=MOBILE)
    right = living.newest_code(MOBILE)
    for wrong in range(5):
        browser.page = page
        browser.post(answer=f"{(int(right) + wrong + 1) % 1_000_000:06}")
    browser.page = page
    browser.post(answer=right)
    assert contacts(living, thief) == []
    assert contacts(living, victim) == [(MOBILE, True)]


def test_sends_to_one_address_are_limited_across_accounts_and_look_sent(living: Living) -> None:
    """SND-2, SND-5: a victim's mailbox is not flooded by many accounts, and none of them is told."""
    living.set_policy(TRUSTING)
    for number in range(8):
        browser = seated(living, living.person(f"p{number}"))
        assert ask_mail(browser)["state"] == "register_code"
    assert len([one for one in living.delivered() if one["to"] == ADDRESS]) == 5


def test_twenty_equal_answers_add_one(living: Living) -> None:
    """RAC-1, COD-4: one conditional write."""
    person, browser, _ = two(living)
    page = ask_mail(browser)
    code = living.newest_code(ADDRESS)
    heard = Heard(Visit(session_of(browser), "", HOME, "test"), fields(page)["challenge"], code)
    assert _together(living, heard) == 1
    assert [value for value, _ in contacts(living, person)].count(ADDRESS) == 1


def test_twenty_equal_answers_add_one_device(living: Living) -> None:
    """RAC-1, TOT-4: likewise."""
    person, browser, _ = two(living)
    browser.get("/register/ways")
    page = browser.choose("totp")
    challenge = fields(page)["challenge"]
    heard = Heard(Visit(session_of(browser), "", HOME, "test"), challenge, living.code_of_app(secret_of(page)))
    assert _together(living, heard) == 1
    with living.store.reading() as unit:
        assert len(unit.people.enrolments(person)) == 2


def _together(living: Living, heard: Heard) -> int:
    gate = threading.Barrier(AT_ONCE)

    def run(_: int) -> bool:
        gate.wait()
        try:
            adding.answer(living.house, heard)
        except Trouble:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(run, range(AT_ONCE)))


def test_the_code_of_enrolling_an_app_is_spent(living: Living) -> None:
    """TOT-1: it passes no gate afterwards."""
    living.set_policy(TRUSTING)
    browser = seated(living, living.person("ada"), SessionKind.INTERRUPTED)
    browser.get("/register")
    page = browser.post()
    code = living.code_of_app(secret_of(page))
    browser.post(answer=code)
    add_mail(living, browser)
    reset = living.browser()
    reset.start()
    reset.choose("totp")
    reset.post(answer=code)
    assert reset.status == 422


def test_adding_does_not_make_an_old_proof_young_again(living: Living) -> None:
    """REG-1: ten minutes from the proof, however much is added in them."""
    _, browser, _ = two(living)
    living.clock.move(6 * MINUTE)
    add_app(living, browser)
    living.clock.move(5 * MINUTE)
    assert not browser.get("/register/ways")["state"].startswith("register")


def test_a_session_that_waits_for_its_factor_registers_nothing(living: Living) -> None:
    """GAT-4: the password alone opens no page of registration."""
    person = living.ada()
    browser = seated(living, person, SessionKind.FACTOR)
    assert not browser.get("/register")["state"].startswith("register")
    browser.post("/register/contact", method="email_code", value=ADDRESS, replaces="")
    assert ADDRESS not in dict(contacts(living, person))
    assert not [one for one in living.delivered() if one["to"] == ADDRESS]
