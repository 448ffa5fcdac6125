"""The caller check from both sides: who calls shows who they are, the operator sees it, and it opens nothing (decisions 21)."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keyback.app.helpdesk import checking
from keyback.app.reset.answer import Reply, answer
from keyback.core.errors import Forbidden, Refused, TooMany
from keyback.core.events import Activity
from keyback.core.policy import Limits, Scope
from keyback.core.ports.desk import CaseState
from keyback.core.rules.helpdesk import CASE_LIFE
from keyback.core.types import DAY, HOUR, MINUTE, ContactKind
from keyback.store.engine import Sql
from tests.call.calling import ADA, call, enter, helpdesk, text, work_of
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


def test_a_new_case_closes_the_one_before(living: Living) -> None:
    """Decisions 21: one case per person; who still works on the old one gets nowhere."""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    browser.choose("totp")
    newer = desk.open()
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "ended"
    assert (desk.case().id, desk.case().state) == (newer.id, CaseState.OPEN)


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


def test_two_answers_at_once_pass_once(living: Living) -> None:
    """RAC-1, COD-4: a case is decided by one conditional write."""
    desk, browser = helpdesk(living), living.browser()
    enter(browser, desk.open().number)
    browser.choose("totp")
    hidden = {field["name"]: field["value"] for field in browser.page["fields"] if field["kind"] == "hidden"}
    sent = {**hidden, "answer": living.code_of_app()}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: browser.http.post("/reset/answer", json=sent), range(4)))
    assert desk.case().state is CaseState.PASSED
    assert activities(living).count(Activity.CASE_PASSED) == 1


def test_a_case_is_decided_once(living: Living) -> None:
    """COD-4, I5: passed stays passed."""
    desk = helpdesk(living)
    case = desk.passed()
    with living.store.writing() as unit:
        assert not unit.cases.decide(case.journey, CaseState.FAILED, "", unit.now)
        assert not unit.cases.attach(case.id, "another", unit.now)
    assert desk.case().state is CaseState.PASSED


def test_two_operators_at_once_have_one_case(living: Living) -> None:
    """RAC-1: one open case per person."""
    desk = helpdesk(living)
    second = living.operator("helpdesk_administrator", "otto")
    with ThreadPoolExecutor(2) as pool:
        cases = list(pool.map(lambda who: checking.open_case(work_of(living, who), desk.ada), [desk.olga, second]))
    with living.store.engine.transaction(write=False) as link:
        rows = link.all(Sql("SELECT id FROM caller_case WHERE state = 'open' AND tenant = :tenant"), {"tenant": "t1"})
    assert len(rows) == 1
    assert rows[0][0] in {case.id for case in cases}


def test_who_may_not_help_a_person_opens_no_case(living: Living) -> None:
    """ADM-1: by the matrix, judged in the unit that opens it."""
    desk = helpdesk(living)
    living.grant(desk.ada, "authentication_administrator")
    with pytest.raises(Forbidden):
        desk.open()
    with pytest.raises(Forbidden):
        checking.open_case(desk.work, desk.olga)
    reader = living.operator("global_reader", "rita")
    bob = living.person("bob")
    with pytest.raises(Forbidden):
        checking.open_case(work_of(living, reader), bob)


def test_disabled_accounts_are_not_checked(quick: Living) -> None:
    """There is nobody to be helped by a check."""
    desk = helpdesk(quick)
    off = quick.person("off", enabled=False)
    with pytest.raises(Refused):
        checking.open_case(desk.work, off)


def test_cases_are_limited(quick: Living) -> None:
    """THR-10: per person, and per operator."""
    desk = helpdesk(quick)
    for _ in range(6):
        desk.open()
    with pytest.raises(TooMany):
        desk.open()
    others = [quick.person(f"person{number}") for number in range(5)]
    for number in range(24):
        checking.open_case(desk.work, others[number % len(others)])
    with pytest.raises(TooMany):
        checking.open_case(desk.work, others[-1])
    quick.clock.move(DAY)
    desk.open()


def test_numbers_are_drawn_anew_where_one_is_taken(quick: Living) -> None:
    """Two open cases never have the same number; the audit log never holds one (COD-9)."""
    desk = helpdesk(quick)
    people = [quick.person(f"person{number}") for number in range(20)]
    numbers = {checking.open_case(desk.work, person).number for person in people}
    assert len(numbers) == 20
    assert not [line for line in quick.story() for number in numbers if number in str(line["details"])]


class Killed(Exception):
    """The process is gone."""


class Dying:
    """A hasher during whose work the process is killed."""

    def hash(self, secret: str) -> str:
        raise Killed(len(secret))

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        raise Killed(len(encoded), len(secret), stranger)

    def outdated(self, encoded: str) -> bool:
        raise Killed(len(encoded))


def test_a_kill_between_the_charge_and_the_comparison_costs_a_try_and_no_more(living: Living) -> None:
    """F01, THR-5: the try is spent, the case is open, and the right code still passes it."""
    desk, browser = helpdesk(living), living.browser()
    codes = living.recovery_codes(desk.ada)
    enter(browser, desk.open().number)
    browser.choose("recovery_code")
    version = next(int(field["value"]) for field in browser.page["fields"] if field["name"] == "version")
    token = str(next(cookie.value for cookie in browser.http.cookies.jar if "journey" in cookie.name))
    with pytest.raises(Killed):
        answer(replace(living.house, hasher=Dying()), Reply(token, codes[0], version, "203.0.113.7"))
    assert desk.case().state is CaseState.OPEN
    with living.store.engine.transaction(write=False) as link:
        row = link.one(Sql("SELECT tries_left FROM challenge WHERE tenant = :tenant"), {"tenant": "t1"})
    assert row is not None
    assert row[0] == 4
    browser.get("/reset/journey")
    browser.post(answer=codes[0])
    assert desk.case().state is CaseState.PASSED


def test_callers_are_not_stopped_by_the_brake(living: Living) -> None:
    """Decisions 21: no password changes hands by a check, and people must be helped just then."""
    desk = helpdesk(living)
    complete(living, 30)
    stranger = living.browser("198.51.100.3")
    stranger.get("/reset")
    assert stranger.status == 429
    call(living.browser(), desk.open().number)
    assert desk.case().state is CaseState.PASSED
