"""The owner removes, reports as lost, prefers: what each does, and who is kept out."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from keyback.app.security_info import changing
from keyback.app.sign_in.seat import Visit, session_key
from keyback.core.errors import Busy, Refused
from keyback.core.policy import Mfa, SelfService, SignIn
from keyback.core.ports import AccessPass
from keyback.core.types import DAY, HOUR, MINUTE, SECOND, ContactKind
from tests.living import HOME, MAIL, MOBILE, OPEN_POLICY, Browser, Living
from tests.signing import seated, session_of

OTHER_MAIL = "second@mailbox.example"


def contacts_of(living: Living, person: str) -> dict[str, str]:
    with living.store.reading() as unit:
        return {one.value: one.id for one in unit.people.contacts(person)}


def enrolments_of(living: Living, person: str) -> list[str]:
    with living.store.reading() as unit:
        return [one.id for one in unit.people.enrolments(person)]


def generation_of(living: Living, person: str) -> int:
    with living.store.reading() as unit:
        found = unit.people.by_id(person, unit.now)
    assert found is not None
    return found.generation


def lives(living: Living, browser: Browser) -> bool:
    with living.store.reading() as unit:
        return unit.sessions.of(session_key(living.house, session_of(browser)), unit.now) is not None


def act(browser: Browser, verb: str, item: str) -> dict[str, Any]:
    browser.get("/security-info")
    browser.post(f"/security-info/{verb}", item=item)
    sure = {field["name"] for field in browser.page["fields"]} >= {"item", "sure"}
    return browser.post() if sure else browser.page


def owner(living: Living) -> tuple[str, Browser]:
    """Ada, whose browser has just proven the strongest that she has."""
    person = living.ada()
    return person, seated(living, person, proved="totp")


def still_there(living: Living, person: str, item: str) -> None:
    """Nothing was taken away."""
    assert item in {*contacts_of(living, person).values(), *enrolments_of(living, person), "recovery_code"}


@pytest.mark.parametrize(("verb", "said"), [("remove", "User deleted"), ("lost", "User reported")])
def test_what_is_taken_away_is_gone_with_all_that_was_open(living: Living, verb: str, said: str) -> None:
    """REG-8, SES-1, SES-3, COD-6, NOT-1: other sessions and journeys die, this session goes on under a new name, and
    all addresses as they were before are told, the removed one included."""
    person, browser = owner(living)
    other, journey = seated(living, person), living.browser()
    journey.first_gate()
    phone, before, token = contacts_of(living, person)[MOBILE], generation_of(living, person), session_of(browser)
    seen = len(living.delivered())
    act(browser, verb, phone)
    assert MOBILE not in contacts_of(living, person)
    assert generation_of(living, person) == before + 1
    assert not lives(living, other)
    assert lives(living, browser)
    assert session_of(browser) != token
    assert journey.get("/reset")["state"] != "choose_method"
    assert {str(message["to"]) for message in living.delivered()[seen:]} == {MAIL, MOBILE}
    (line,) = [line for line in living.story() if str(line["activity"]).startswith(said)]
    assert line["actor"] == line["target"] == person
    assert MOBILE not in str(line)


def test_a_mailbox_that_is_removed_is_told_itself(living: Living) -> None:
    """NOT-1: exactly the addresses as they were before."""
    person, browser = owner(living)
    living.contact(person, ContactKind.EMAIL, OTHER_MAIL)
    act(browser, "remove", contacts_of(living, person)[MAIL])
    assert {str(message["to"]) for message in living.delivered()} == {MAIL, OTHER_MAIL}


def test_a_device_and_a_set_of_codes_can_be_removed(living: Living) -> None:
    """REG-8: whole sets go at once."""
    person, browser = owner(living)
    living.clock.move(1)
    living.recovery_codes(person)
    app = enrolments_of(living, person)[0]
    act(browser, "remove", "recovery_code")
    assert enrolments_of(living, person) == [app]
    act(browser, "remove", app)
    assert enrolments_of(living, person) == []


def test_the_last_that_satisfies_policy_stays(living: Living) -> None:
    """REG-8: refused, and told what to do instead; reporting it lost is possible."""
    living.set_policy(replace(OPEN_POLICY, self_service=replace(OPEN_POLICY.self_service, methods_required=2)))
    person = living.person("ada")
    mailbox = living.contact(person, ContactKind.EMAIL, MAIL)
    living.authenticator(person)
    browser = seated(living, person, proved="totp")
    act(browser, "remove", mailbox)
    assert browser.status == 422
    assert browser.told()[0] == "info.last"
    assert MAIL in contacts_of(living, person)
    act(browser, "lost", mailbox)
    assert contacts_of(living, person) == {}


@pytest.mark.parametrize(("verb", "told"), [("remove", "info.last"), ("lost", "info.last_lost")])
def test_the_last_factor_stays_where_signing_in_needs_one(living: Living, verb: str, told: str) -> None:
    """REG-8: without it nobody could sign in and register again, so an administrator must help."""
    rules = replace(OPEN_POLICY, sign_in=SignIn(mfa=Mfa.ALWAYS), self_service=SelfService(methods_required=1))
    living.set_policy(rules)
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    living.authenticator(person)
    browser, (app,) = seated(living, person, proved="totp"), enrolments_of(living, person)
    act(browser, verb, app)
    assert (browser.status, browser.told()[0]) == (422, told)
    assert enrolments_of(living, person) == [app]


def test_nothing_goes_before_one_has_said_yes(living: Living) -> None:
    """What cannot be undone is asked once more, with what it will do."""
    person, browser = owner(living)
    phone, before = contacts_of(living, person)[MOBILE], generation_of(living, person)
    browser.get("/security-info")
    for verb in ("remove", "lost"):
        page = browser.post(f"/security-info/{verb}", item=phone)
        assert (page["state"], page["action"]) == (verb, f"/security-info/{verb}")
        browser.post(sure="no")
        assert browser.page["state"] == verb
    still_there(living, person, phone)
    assert generation_of(living, person) == before


def test_preferring_ends_nothing(living: Living) -> None:
    """Decisions 20: the generation stays; SES-1: the session has a new name."""
    person, browser = owner(living)
    second = living.contact(person, ContactKind.EMAIL, OTHER_MAIL)
    other, before = seated(living, person), generation_of(living, person)
    act(browser, "prefer", second)
    act(browser, "prefer", contacts_of(living, person)[MOBILE])
    with living.store.reading() as unit:
        preferred = {one.value for one in unit.people.contacts(person) if one.preferred}
        found = unit.people.by_id(person, unit.now)
    assert found is not None
    assert preferred >= {OTHER_MAIL, MOBILE}
    assert MAIL not in preferred
    assert found.upkeep.preferred_method == "sms_code"
    assert generation_of(living, person) == before
    assert lives(living, other)
    assert [line["activity"] for line in living.story()].count("User changed default security info") == 2


@pytest.mark.parametrize("verb", ["change", "remove", "prefer", "lost"])
@pytest.mark.parametrize("how", ["none", "old", "weak", "password_old"])
def test_a_stolen_session_changes_nothing(living: Living, verb: str, how: str) -> None:
    """REG-1: no proof, one that is 10 minutes and a millisecond old, and one weaker than the strongest."""
    person = living.ada()
    now = living.clock.now()
    facts: dict[str, dict[str, Any]] = {
        "none": {},
        "old": {"proved": "totp", "proved_at": now - 10 * MINUTE - 1},
        "weak": {"proved": "sms_code"},
        "password_old": {"proved": "totp", "password_at": now - 10 * MINUTE - 1},
    }
    browser = seated(living, person, **facts[how])
    phone, before = contacts_of(living, person)[MOBILE], generation_of(living, person)
    page = browser.get("/security-info")
    assert [act["rel"] for group in page["groups"] for item in group["items"] for act in item["acts"]] == []
    assert page["links"][0]["rel"] == "prove"
    browser.post(f"/security-info/{verb}", item=phone)
    assert browser.page["state"] != "register_contact"
    still_there(living, person, phone)
    assert generation_of(living, person) == before
    assert not [line for line in living.story() if "security info" in str(line["activity"])]


def test_a_proof_is_good_for_ten_minutes_and_no_longer(living: Living) -> None:
    """REG-1: at ten minutes it still is."""
    person = living.ada()
    now = living.clock.now()
    browser = seated(living, person, proved="totp", proved_at=now - 10 * MINUTE, password_at=now - 10 * MINUTE)
    act(browser, "remove", contacts_of(living, person)[MOBILE])
    assert MOBILE not in contacts_of(living, person)


def recovered(living: Living, person: str) -> None:
    with living.store.writing() as unit:
        found = unit.people.by_id(person, unit.now)
        assert found is not None
        unit.people.keep(person, replace(found.upkeep, recovered_at=unit.now), unit.now)


@pytest.mark.parametrize("verb", ["change", "remove", "prefer", "lost"])
def test_after_a_recovery_nothing_is_changed(living: Living, verb: str) -> None:
    """Decisions 26: read-only until the hold ends, and the page says until when."""
    person, browser = owner(living)
    recovered(living, person)
    phone = contacts_of(living, person)[MOBILE]
    page = browser.get("/security-info")
    assert [message["id"] for message in page["messages"]] == ["info.closed"]
    browser.post(f"/security-info/{verb}", item=phone)
    assert (browser.status, browser.told()[0]) == (422, "registration.closed")
    still_there(living, person, phone)


@pytest.mark.parametrize("checked", [True, False])
def test_only_a_checked_pass_opens_it_after_a_recovery(living: Living, checked: bool) -> None:  # noqa: FBT001
    """Decisions 26, 27."""
    person = living.ada()
    with living.store.writing() as unit:
        end = unit.now + HOUR
        found = AccessPass(
            "pass-1", person, b"m", 0, unit.now, end, once=False, checked=checked, tries_left=5, issued_by="x",
            issued_at=unit.now, why="",
        )  # fmt: skip
        unit.passes.issue(found, unit.now)
    browser = seated(living, person, access_pass="pass-1")
    recovered(living, person)
    act(browser, "remove", contacts_of(living, person)[MOBILE])
    assert (MOBILE in contacts_of(living, person)) is not checked


@pytest.mark.parametrize("verb", ["change", "remove", "prefer", "lost"])
def test_what_belongs_to_others_is_not_there(living: Living, verb: str) -> None:
    """GAT-11: an id of somebody else is answered like one that nobody has."""
    person, browser = owner(living)
    bob = living.person("bob")
    theirs = living.contact(bob, ContactKind.EMAIL, "bob@mailbox.example")
    living.authenticator(bob)
    answers = []
    for item in (theirs, enrolments_of(living, bob)[0], "nobody", ""):
        act(browser, verb, item)
        answers.append((browser.status, browser.told()[:1]))
    assert answers[:3] == [(404, ["info.unknown"])] * 3
    assert theirs in contacts_of(living, bob).values()
    assert len(enrolments_of(living, bob)) == 1
    assert len(contacts_of(living, person)) == 2


@pytest.mark.parametrize("browsers", [1, 2])
def test_of_two_removals_at_once_one_is_done(living: Living, browsers: int) -> None:
    """RAC-2, SES-1, SES-3: the other comes with a name or a generation that is no longer the session's."""
    person, browser = owner(living)
    all_of_them = [browser, seated(living, person, proved="totp") if browsers == 2 else browser]
    visits = [Visit(session_of(one), "", HOME, "test") for one in all_of_them]
    found, meet = contacts_of(living, person), Barrier(2)

    def remove(visit: Visit, value: str) -> bool:
        meet.wait()
        try:
            changing.remove(living.house, visit, found[value])
        except (Refused, Busy):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(remove, visits, (MOBILE, MAIL)))
    assert sorted(done) == [False, True]
    assert list(contacts_of(living, person)) == [MAIL if done[0] else MOBILE]


def test_a_journey_past_its_first_gate_ends_when_its_evidence_is_removed(living: Living) -> None:
    """COD-6, I4: what proved the first gate is gone, and so is the journey."""
    person, browser = owner(living)
    journey = living.browser()
    journey.first_gate()
    living.clock.move(SECOND)
    act(browser, "remove", contacts_of(living, person)[MAIL])
    journey.post("/reset/method", method="totp")
    assert journey.page["state"] == "ended"


def test_an_address_that_was_replaced_stops_at_once_when_it_is_lost(living: Living) -> None:
    """Decisions 17: until then it would have served recovery."""
    person, browser = owner(living)
    second = living.contact(person, ContactKind.EMAIL, OTHER_MAIL)
    old = contacts_of(living, person)[MAIL]
    with living.store.writing() as unit:
        unit.info.replace(old, second, unit.now + DAY)
    act(browser, "lost", old)
    assert MAIL not in contacts_of(living, person)


def test_what_the_organisation_put_in_stays(living: Living) -> None:
    """REG-10: the directory's own address is not the person's to remove."""
    person, browser = owner(living)
    own = living.contact(person, ContactKind.PRIMARY, "ada@contoso.example", how="")
    act(browser, "remove", own)
    assert (browser.status, browser.told()[0]) == (422, "info.organisations")
    still_there(living, person, own)


def test_changing_an_address_leads_to_a_code_at_the_new_one(living: Living) -> None:
    """REG-4: the old one is named by its id, and stays until the new one is confirmed."""
    person, browser = owner(living)
    mailbox = contacts_of(living, person)[MAIL]
    page = act(browser, "change", mailbox)
    assert (page["state"], page["action"]) == ("register_contact", "/register/contact")
    hidden = {field["name"]: field["value"] for field in page["fields"]}
    assert (hidden["method"], hidden["replaces"]) == ("email_code", mailbox)
    still_there(living, person, mailbox)


def test_a_changed_address_takes_the_place_of_the_old_one_after_its_code(living: Living) -> None:
    """REG-3, REG-4, NOT-1, decisions 17: from the button to the code; the old one is told, and serves until then."""
    person, browser = owner(living)
    act(browser, "change", contacts_of(living, person)[MAIL])
    browser.post(value=OTHER_MAIL)
    assert OTHER_MAIL not in contacts_of(living, person)
    browser.post(answer=living.newest_code(OTHER_MAIL))
    assert OTHER_MAIL in contacts_of(living, person)
    assert MAIL in [str(message["to"]) for message in living.delivered()]
    page = browser.get("/security-info")
    whys = {line["id"] for group in page["groups"] for item in group["items"] for line in item["about"]}
    assert {"info.why_waits", "info.why_replaced"} <= whys
