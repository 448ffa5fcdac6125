"""What an operator does for somebody, and on what (decisions 21, entra-sspr 10.1, ADM-1, ADM-4, ADM-5)."""

from dataclasses import replace

import pytest

from keyback.app.helpdesk import acting
from keyback.app.helpdesk.acting import Deed
from keyback.app.helpdesk.basis import Claim
from keyback.core.errors import Forbidden, Invalid, Refused
from keyback.core.events import Activity
from keyback.core.policy import Helpdesk, Passwords
from keyback.core.rules.helpdesk import Action, Ground
from keyback.core.types import DAY, HOUR, MINUTE, DirectoryKind, PersonKind
from tests.admin.helping import CASE, SEEN, do, lines, otto, revoke, subjects
from tests.call.calling import ADA, call, helpdesk
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Browser, Living

LINES = {
    Action.TEMPORARY_PASSWORD: (Activity.ADMIN_RESET, "notice.password_set_by_admin"),
    Action.ACCESS_PASS: (Activity.PASS_ISSUED, "notice.pass_issued"),
    Action.UNLOCK: (Activity.ADMIN_UNLOCKED, "notice.unlocked_by_admin"),
    Action.CLEAR_PAUSE: (Activity.PAUSE_CLEARED, "notice.pause_cleared"),
    Action.END_SESSIONS: (Activity.SESSIONS_ENDED, "notice.sessions_ended"),
    Action.DEMAND_REGISTRATION: (Activity.REGISTRATION_DEMANDED, "notice.registration_demanded"),
}
every_action = pytest.mark.parametrize("action", Action)


@every_action
def test_everything_needs_a_basis(living: Living, action: Action) -> None:
    """ADM-5: without a check nothing is done, audited or told."""
    desk = helpdesk(living)
    for claim in (CASE, Claim(Ground.APPROVAL, approval="none"), Claim(Ground.APPROVAL)):
        with pytest.raises(Refused):
            do(desk, action, claim)
    desk.open()
    with pytest.raises(Refused):
        do(desk, action)
    assert lines(living, LINES[action][0]) == []
    assert living.has_password(desk.ada, OLD_PASSWORD)
    assert subjects(living) == []


@every_action
def test_on_a_passed_check_it_is_done_audited_and_told(living: Living, action: Action) -> None:
    """Decisions 21, NOT-1, AUD-2: with the case in the audit log, and a notice to the person."""
    desk = helpdesk(living)
    case = desk.passed()
    sent = len(subjects(living))
    do(desk, action)
    activity, notice = LINES[action]
    [(actor, details)] = lines(living, activity)
    assert (actor, details["basis"], details["case"]) == (desk.olga, "case", case.id)
    assert subjects(living)[sent:] == [living.running.site.catalog.messages[f"{notice}.subject"]]


@every_action
def test_a_check_of_another_operator_does_not_serve(living: Living, action: Action) -> None:
    """ADM-5"""
    desk = helpdesk(living)
    second = otto(desk)
    desk.passed()
    with pytest.raises(Refused):
        do(desk, action, operator=second)


def test_a_check_of_another_person_does_not_serve(living: Living) -> None:
    """ADM-5"""
    desk = helpdesk(living)
    bob = living.person("bob")
    desk.passed()
    with pytest.raises(Refused):
        acting.act(desk.work, Deed(Action.TEMPORARY_PASSWORD, bob, CASE))


def test_a_check_serves_ten_minutes(living: Living) -> None:
    """Decisions 21: more than once, and not for longer."""
    desk = helpdesk(living)
    desk.passed()
    living.clock.move(10 * MINUTE - 1)
    do(desk, Action.UNLOCK)
    do(desk, Action.END_SESSIONS)
    living.clock.move(1)
    with pytest.raises(Refused):
        do(desk, Action.UNLOCK)


def test_a_report_after_the_check_undoes_it(living: Living) -> None:
    """Decisions 16: who called was not the owner, says the owner."""
    desk = helpdesk(living)
    desk.passed()
    living.clock.move(1)
    with living.store.writing() as unit:
        unit.people.freeze(desk.ada, unit.now)
    with pytest.raises(Refused):
        do(desk, Action.TEMPORARY_PASSWORD)


def typed_in(living: Living, secret: str) -> Browser:
    """A new browser in which the temporary password was typed, and the authenticator's code; another must be chosen there."""
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id=ADA, password=secret)
    living.clock.move(MINUTE)
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "new_password"
    return browser


def test_the_temporary_password(living: Living) -> None:
    """Decisions 21, ADM-4: generated, for a day, must be changed, and spent when the new one is set, not when it is typed."""
    desk = helpdesk(living)
    desk.passed()
    outcome = do(desk, Action.TEMPORARY_PASSWORD)
    credential = living.password_of(desk.ada)
    assert living.has_password(desk.ada, outcome.secret)
    assert (credential.must_change, credential.not_after) == (True, living.clock.now() + DAY)
    typed_in(living, outcome.secret)
    browser = typed_in(living, outcome.secret)
    browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD, user_id=ADA)
    assert living.has_password(desk.ada, NEW_PASSWORD)
    assert outcome.secret not in str(living.story()) + str(living.delivered())


def test_it_is_dead_after_a_day(living: Living) -> None:
    """Decisions 21"""
    desk = helpdesk(living)
    desk.passed()
    outcome = do(desk, Action.TEMPORARY_PASSWORD)
    living.clock.move(DAY)
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id=ADA, password=outcome.secret)
    assert browser.page["state"] == "sign_in"


def test_everything_else_ends_with_it(living: Living) -> None:
    """COD-6, SES-3: attempts, passes and sessions; what is registered is closed for a while (decisions 26)."""
    desk = helpdesk(living)
    attempt = living.browser("198.51.100.8")
    attempt.both_gates()
    living.clock.move(HOUR)
    attempt = living.browser("198.51.100.8")
    attempt.first_gate()
    desk.passed()
    do(desk, Action.ACCESS_PASS)
    with living.store.reading() as unit:
        before = unit.people.by_id(desk.ada, unit.now)
    do(desk, Action.TEMPORARY_PASSWORD)
    with living.store.reading() as unit:
        after = unit.people.by_id(desk.ada, unit.now)
        live = unit.passes.live(desk.ada, unit.now)
    assert before is not None
    assert after is not None
    assert after.generation > before.generation
    assert after.upkeep.recovered_at == living.clock.now()
    assert live is None
    attempt.get("/reset/journey")
    assert attempt.page["state"] == "ended"


def test_a_reported_password_is_replaced_and_recovery_stays_closed(living: Living) -> None:
    """Decisions 16: helpdesk recovery of a frozen account; the incident is closed by itself."""
    desk = helpdesk(living)
    with living.store.writing() as unit:
        unit.people.freeze(desk.ada, unit.now)
        unit.people.compromise(desk.ada, unit.now)
    living.clock.move(1)
    desk.passed()
    outcome = do(desk, Action.TEMPORARY_PASSWORD)
    assert living.password_of(desk.ada).compromised_at is None
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id=ADA, password=outcome.secret)
    assert browser.page["state"] != "sign_in"
    with living.store.reading() as unit:
        person = unit.people.by_id(desk.ada, unit.now)
    assert person is not None
    assert person.frozen_at is not None


@pytest.mark.parametrize("minimum", [8, 15, 16, 40, 64])
def test_it_is_as_long_as_policy_wants(quick: Living, minimum: int) -> None:
    """PWD-8: never shorter than another one may be."""
    desk = helpdesk(quick)
    quick.set_policy(replace(OPEN_POLICY, passwords=Passwords(minimum_length=minimum)))
    desk.passed()
    secret = do(desk, Action.TEMPORARY_PASSWORD).secret
    assert len(secret) >= max(16, minimum)
    assert {"A", "7"} == {secret[0], secret[-1]}
    assert not set(secret[1:-1]) & set("lo01")


def test_a_password_that_lives_elsewhere_is_not_set_here(quick: Living) -> None:
    """Decisions 12: nothing is done, and the sentence says where."""
    desk = helpdesk(quick)
    bob = quick.person("bob", directory=DirectoryKind.LDAP)
    with pytest.raises(Refused) as refused:
        acting.act(desk.work, Deed(Action.TEMPORARY_PASSWORD, bob, SEEN))
    assert refused.value.text.id == "people.password_elsewhere"


def test_only_a_check_makes_a_pass_that_opens_what_is_closed(living: Living) -> None:
    """Decisions 26: a pass after a passed caller check, and no other."""
    desk = helpdesk(living)
    desk.passed()
    do(desk, Action.ACCESS_PASS)
    with living.store.reading() as unit:
        first = unit.passes.live(desk.ada, unit.now)
    do(desk, Action.ACCESS_PASS, SEEN)
    with living.store.reading() as unit:
        second = unit.passes.live(desk.ada, unit.now)
    assert first is not None
    assert second is not None
    assert (first.checked, second.checked) == (True, False)


def test_unlocking_opens_the_sign_in(living: Living) -> None:
    """Decisions 21: whoever locked it; the password is the same."""
    desk = helpdesk(living)
    browser = living.browser("198.51.100.7")
    browser.get("/sign-in")
    for number in range(12):
        browser.post(user_id=ADA, password=f"guess {number}")
    assert browser.told() == ["sign_in.wait"]
    desk.passed()
    do(desk, Action.UNLOCK)
    browser.post(user_id=ADA, password=OLD_PASSWORD)
    assert browser.page["state"] == "answer"


def test_clearing_a_pause_opens_resets(living: Living) -> None:
    """Decisions 9, 21: both budgets, and that of callers; audited with what there was."""
    desk = helpdesk(living)
    for number in range(3):
        stranger = living.browser(f"198.51.100.{number}")
        stranger.start()
        stranger.choose("totp")
        for _ in range(5):
            stranger.post("/reset/answer", answer="000000")
        living.clock.move(HOUR + MINUTE)
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    browser.post(answer=living.newest_code(MAIL))
    assert browser.told() == ["answer.paused"]
    do(desk, Action.CLEAR_PAUSE, SEEN)
    assert "failures.account" in str(lines(living, Activity.PAUSE_CLEARED)[0][1]["cleared"])
    living.clock.move(2 * MINUTE)
    browser.start()
    browser.choose("email_code")
    browser.post(answer=living.newest_code(MAIL))
    assert browser.page["state"] == "choose_method"


def test_in_person_needs_a_document(quick: Living) -> None:
    """Decisions 21: which one, as text, in the audit log."""
    desk = helpdesk(quick)
    for typed in ("", "   ", "x" * 101, "pass\x00port"):
        with pytest.raises(Invalid):
            do(desk, Action.UNLOCK, Claim(Ground.IN_PERSON, typed))
    do(desk, Action.UNLOCK, SEEN)
    assert lines(quick, Activity.ADMIN_UNLOCKED)[0][1] == {"basis": "in_person", "document": "passport"}


def test_where_the_organisation_wants_a_second_person_a_document_is_not_enough(quick: Living) -> None:
    """Decisions 21"""
    desk = helpdesk(quick)
    quick.set_policy(replace(OPEN_POLICY, helpdesk=Helpdesk(in_person_needs_second=True)))
    with pytest.raises(Refused) as refused:
        do(desk, Action.UNLOCK, SEEN)
    assert refused.value.text.id == "helpdesk.needs_second"


@every_action
def test_a_role_that_was_taken_meanwhile_does_nothing(living: Living, action: Action) -> None:
    """ADM-1: at commit, whatever the page showed."""
    desk = helpdesk(living)
    desk.passed()
    revoke(living, desk.olga, "helpdesk_administrator")
    with pytest.raises(Forbidden):
        do(desk, action)
    living.grant(desk.olga, "helpdesk_administrator")
    living.grant(desk.ada, "global_administrator")
    with pytest.raises(Forbidden):
        do(desk, action)
    assert living.has_password(desk.ada, OLD_PASSWORD)


@pytest.mark.parametrize("kind", [PersonKind.SERVICE, PersonKind.BREAK_GLASS])
def test_accounts_of_nobody_are_not_helped(quick: Living, kind: PersonKind) -> None:
    """ADM-8"""
    desk = helpdesk(quick)
    other = quick.person("other", kind=kind)
    for action in Action:
        with pytest.raises(Refused):
            acting.act(desk.work, Deed(action, other, SEEN))


def test_a_caller_check_passed_at_the_portal_serves_at_the_desk(quick: Living) -> None:
    """From one end to the other."""
    desk = helpdesk(quick)
    call(quick.browser(), desk.open().number)
    assert do(desk, Action.TEMPORARY_PASSWORD).secret
