"""The caller check from both sides: who calls shows who they are, the operator sees it, and it opens nothing (decisions 21)."""

import json
from dataclasses import replace

import pytest

from keyback.core.events import Activity
from keyback.core.policy import Limits, Scope
from keyback.core.ports.desk import CaseState
from keyback.core.rules.helpdesk import CASE_LIFE
from keyback.core.types import HOUR, MINUTE, ContactKind
from keyback.store.engine import Sql
from tests.call.calling import ADA, call, enter, helpdesk, text
from tests.living import MAIL, MOBILE, NEW_PASSWORD, OPEN_POLICY, SECRET, Living, with_self_service
from tests.watch.weather import complete


def activities(living: Living) -> list[str]:
    return [str(line["activity"]) for line in living.story()]


def test_who_calls_shows_who_they_are(living: Living) -> None:
    """Decisions 21, ADM-5: the number read out, one of the own methods, and the case has passed."""
    desk = helpdesk(living)
    case = desk.open()
    assert len(case.number) == 6
    assert case.number.isdigit()
    browser = living.browser()
    call(browser, case.number)
    assert browser.page["state"] == "done"
    passed = desk.case()
    assert (passed.id, passed.state, passed.method) == (case.id, CaseState.PASSED, "sms_code")
    lines = [line for line in living.story() if line["activity"] == Activity.CASE_PASSED]
    assert [(line["target"], json.loads(str(line["details"]))["case"]) for line in lines] == [(desk.ada, case.id)]


def test_everybody_is_told_that_nobody_asks_for_codes(quick: Living) -> None:
    """Decisions 21, SND-9: on every page, and in the message, which says what the code is for."""
    desk, browser = helpdesk(quick), quick.browser()
    pages = [browser.get("/call"), enter(browser, desk.open().number), browser.choose("sms_code")]
    pages += [browser.post(answer=quick.newest_code(MOBILE))]
    for page in pages:
        assert "call.never_ask" in [line["id"] for line in page["lead"]]
    message = [one for one in quick.delivered() if one["to"] == MOBILE][-1]["text"]
    assert "while you call the helpdesk" in message
    assert "Our staff never ask for it" in message


def test_a_mailed_code_says_what_it_is_for(quick: Living) -> None:
    """SND-9"""
    desk, browser = helpdesk(quick), quick.browser()
    enter(browser, desk.open().number)
    browser.choose("email_code")
    letter = [one for one in quick.delivered() if one["to"] == MAIL][-1]
    assert "helpdesk" in letter["subject"]
    browser.post(answer=quick.newest_code(MAIL))
    assert desk.case().method == "email_code"


def test_a_passed_check_opens_nothing(living: Living) -> None:
    """GAT-10, COD-5: no password can be set, what was proven is spent, and the browser is signed in nowhere."""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    token = next(field["value"] for field in browser.page["fields"] if field["name"] == "token")
    text(browser)
    browser.post("/reset/password", new=NEW_PASSWORD, again=NEW_PASSWORD, user_id=ADA, version="4", token=token)
    assert browser.page["state"] == "done"
    browser.start()
    browser.get("/reset/journey")
    assert browser.page["state"] == "choose_method"
    assert not living.has_password(desk.ada, NEW_PASSWORD)
    with living.store.engine.transaction(write=False) as link:
        row = link.one(
            Sql("SELECT count(*) FROM evidence WHERE spent_at IS NULL AND tenant = :tenant"), {"tenant": "t1"}
        )
    assert row is not None
    assert row[0] == 0
    browser.get("/signed-in")
    assert browser.page["state"] != "home"


def test_a_code_for_a_call_resets_nothing(quick: Living) -> None:
    """COD-5: a code is bound to the attempt that it was sent for."""
    desk, browser, other = helpdesk(quick), quick.browser(), quick.browser("198.51.100.4")
    enter(browser, desk.open().number)
    browser.choose("email_code")
    code = quick.newest_code(MAIL)
    quick.clock.move(2 * MINUTE)
    other.start()
    other.choose("email_code")
    other.post(answer=code)
    assert other.told() == ["answer.wrong"]


@pytest.mark.parametrize("scope", [Scope.NONE, Scope.SELECTED])
def test_who_may_not_reset_can_call(living: Living, scope: Scope) -> None:
    """Decisions 21: they must be helped too."""
    desk = helpdesk(living)
    living.set_policy(with_self_service(enabled_for=scope))
    call(living.browser(), desk.open().number)
    assert desk.case().state is CaseState.PASSED


def test_somebody_who_reported_something_can_call(living: Living) -> None:
    """Decisions 16, 21: a report closes recovery, not the telephone."""
    desk = helpdesk(living)
    with living.store.writing() as unit:
        assert unit.people.freeze(desk.ada, unit.now)
    call(living.browser(), desk.open().number)
    assert desk.case().state is CaseState.PASSED


def test_where_no_policy_is_in_force_callers_are_asked_for_nothing_and_nothing_breaks(quick: Living) -> None:
    """Fail closed: without a policy no method is switched on."""
    desk = helpdesk(quick)
    quick.set_policy(replace(OPEN_POLICY, methods={}))
    browser = quick.browser()
    enter(browser, desk.open().number)
    assert browser.page["choices"] == []
    assert desk.case().state is CaseState.OPEN


def test_administrators_prove_as_much_as_for_a_reset(living: Living) -> None:
    """GAT-7: two proofs, one of them strong, with the same case."""
    desk = helpdesk(living)
    living.grant(desk.ada, "helpdesk_administrator")
    browser = living.browser()
    enter(browser, desk.open().number)
    browser.choose("email_code")
    browser.post(answer=living.newest_code(MAIL))
    assert browser.page["state"] == "choose_method"
    assert desk.case().state is CaseState.OPEN
    browser.choose("totp")
    browser.post(answer=living.code_of_app(SECRET))
    assert browser.page["state"] == "done"
    assert (desk.case().state, desk.case().method) == (CaseState.PASSED, "totp")


def test_five_wrong_answers_fail_the_check(living: Living) -> None:
    """THR-1, decisions 21: the operator sees Failed, and the right code no longer helps."""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    browser.choose("sms_code")
    code = living.newest_code(MOBILE)
    for _ in range(5):
        browser.post("/reset/answer", answer="000000" if code != "000000" else "111111")
    assert browser.page["state"] == "ended"
    assert desk.case().state is CaseState.FAILED
    browser.get("/reset/journey")
    assert browser.page["title"]["id"] == "call.over_title"
    assert activities(living).count(Activity.CASE_FAILED) == 1
    call(living.browser("198.51.100.9"), desk.case().number)
    assert desk.case().state is CaseState.FAILED


def test_after_five_minutes_nothing_can_be_passed(living: Living) -> None:
    """COD-3: expiry is looked at in the statement that decides; a second earlier it passes."""
    desk, browser = helpdesk(living), living.browser()
    number = desk.open().number
    living.clock.move(MINUTE)
    enter(browser, number)
    browser.choose("totp")
    living.clock.move(CASE_LIFE - MINUTE)
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "ended"
    assert desk.case().state is CaseState.OPEN
    assert Activity.CASE_PASSED not in activities(living)


def test_just_before_the_end_it_passes(living: Living) -> None:
    """COD-3"""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    browser.choose("totp")
    living.clock.move(CASE_LIFE - 1)
    browser.post(answer=living.code_of_app())
    assert desk.case().state is CaseState.PASSED


def test_a_number_serves_one_person_only(living: Living) -> None:
    """ENU-1: somebody else's proof decides nothing, and no message goes to anybody."""
    desk = helpdesk(living)
    bob = living.person("bob")
    living.contact(bob, ContactKind.MOBILE, "+4915112345699")
    browser = living.browser()
    enter(browser, desk.open().number, "bob@contoso.example")
    browser.choose("sms_code")
    assert living.delivered() == []
    assert desk.case().state is CaseState.OPEN


def test_who_mistyped_the_number_begins_again(living: Living) -> None:
    """Kind errors: the case lives on."""
    desk, browser = helpdesk(living), living.browser()
    number = desk.open().number
    enter(browser, str((int(number) + 1) % 1_000_000).zfill(6))
    enter(browser, number)
    browser.post("/reset/cancel")
    assert desk.case().state is CaseState.OPEN
    call(browser, number)
    assert desk.case().state is CaseState.PASSED


@pytest.mark.parametrize(
    ("typed", "wrong"), [("12345", "call.not_a_number"), ("١٢٣٤٥٦", "call.not_a_number"), ("", "call.not_a_number")]
)
def test_what_cannot_be_a_number_is_said(quick: Living, typed: str, wrong: str) -> None:
    """COD-12: before any look-up; what was typed is kept."""
    browser = quick.browser()
    enter(browser, typed)
    assert (browser.status, browser.told()) == (422, [wrong])
    assert [field["value"] for field in browser.page["fields"]][1:] == [typed, ADA]


def test_numbers_may_be_typed_as_they_are_read_out(quick: Living) -> None:
    """“123 456”, “123-456”"""
    desk = helpdesk(quick)
    number = desk.open().number
    call(quick.browser(), f" {number[:3]} {number[3:]} ")
    assert desk.case().state is CaseState.PASSED


def test_guessing_numbers_is_limited(quick: Living) -> None:
    """THR-10: as many tries as a network has to begin anything."""
    desk, browser = helpdesk(quick), quick.browser()
    number = int(desk.open().number)
    most = Limits().starts_per_source_10_minutes
    for step in range(1, most + 1):
        assert enter(browser, str((number + step) % 1_000_000).zfill(6))["state"] == "choose_method"
    enter(browser, str(number).zfill(6))
    assert (browser.status, browser.told()) == (429, ["start.too_many"])


def test_wrong_answers_at_a_call_count_with_those_at_a_reset(living: Living) -> None:
    """THR-2, THR-3: strangers share one budget for both, in either order."""
    desk, browser = helpdesk(living), living.browser()
    browser.start()
    browser.choose("totp")
    for _ in range(5):
        browser.post("/reset/answer", answer="000000")
    enter(browser, desk.open().number)
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    assert browser.told() == ["answer.paused"]
    assert desk.case().state is CaseState.OPEN


def pause(living: Living) -> None:
    """Strangers close Ada's resets, and calls, for a day."""
    for number in range(3):
        stranger = living.browser(f"198.51.100.{number}")
        stranger.start()
        stranger.choose("totp")
        for _ in range(5):
            stranger.post("/reset/answer", answer="000000")
        living.clock.move(HOUR + MINUTE)


def test_strangers_cannot_close_the_caller_check_of_a_known_browser(living: Living) -> None:
    """Decisions 9: one budget never spends the other."""
    desk, browser = helpdesk(living), living.browser()
    browser.both_gates()
    browser.set_password()
    pause(living)
    call(browser, desk.open().number)
    assert desk.case().state is CaseState.PASSED


def test_a_call_never_closes_the_reset_of_a_known_browser(living: Living) -> None:
    """Decisions 9: wrong answers at a caller check from a known browser are counted apart."""
    desk, browser = helpdesk(living), living.browser()
    browser.both_gates()
    browser.set_password()
    for _ in range(2):
        living.clock.move(HOUR + MINUTE)
        enter(browser, desk.open().number)
        browser.choose("totp")
        for _ in range(5):
            browser.post("/reset/answer", answer="000000")
    living.clock.move(HOUR + MINUTE)
    browser.both_gates()
    assert browser.page["state"] == "new_password"


def test_callers_are_not_stopped_by_the_brake(living: Living) -> None:
    """Decisions 21: no password changes hands by a check, and people must be helped just then."""
    desk = helpdesk(living)
    complete(living, 30)
    stranger = living.browser("198.51.100.3")
    stranger.get("/reset")
    assert stranger.status == 429
    call(living.browser(), desk.open().number)
    assert desk.case().state is CaseState.PASSED
