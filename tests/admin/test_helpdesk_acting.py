"""What an operator does for somebody, and on what (decisions 21, ADM-1, ADM-4, ADM-5)."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keyback.app.helpdesk import acting, approving
from keyback.app.helpdesk.acting import Deed
from keyback.app.helpdesk.basis import Claim
from keyback.core.errors import Conflict, Forbidden, Invalid, Refused
from keyback.core.events import Activity
from keyback.core.policy import Helpdesk, Passwords
from keyback.core.rules.helpdesk import Action, Ground
from keyback.core.types import DAY, HOUR, MINUTE, DirectoryKind, PersonKind
from keyback.store.group_changes import SqlGroupChanges
from tests.call.calling import ADA, Desk, call, helpdesk, work_of
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Living

CASE = Claim(Ground.CASE)
SEEN = Claim(Ground.IN_PERSON, "passport")
LINES = {
    Action.TEMPORARY_PASSWORD: (Activity.ADMIN_RESET, "notice.password_set_by_admin"),
    Action.ACCESS_PASS: (Activity.PASS_ISSUED, "notice.pass_issued"),
    Action.UNLOCK: (Activity.ADMIN_UNLOCKED, "notice.unlocked_by_admin"),
    Action.CLEAR_PAUSE: (Activity.PAUSE_CLEARED, "notice.pause_cleared"),
    Action.END_SESSIONS: (Activity.SESSIONS_ENDED, "notice.sessions_ended"),
    Action.DEMAND_REGISTRATION: (Activity.REGISTRATION_DEMANDED, "notice.registration_demanded"),
}
every_action = pytest.mark.parametrize("action", Action)


def do(desk: Desk, action: Action, claim: Claim = CASE, operator: str = "") -> acting.Outcome:
    return acting.act(work_of(desk.living, operator or desk.olga), Deed(action, desk.ada, claim))


def lines(living: Living, activity: Activity) -> list[tuple[str, dict[str, object]]]:
    """Who did it, and the details."""
    return [
        (str(line["actor"]), json.loads(str(line["details"])))
        for line in living.story()
        if line["activity"] == activity
    ]


def subjects(living: Living) -> list[str]:
    return [str(one["subject"]) for one in living.delivered() if one["to"] == MAIL]


def agreed(desk: Desk, action: Action, second: str = "") -> str:
    """Id of a request that somebody agreed to."""
    one = approving.ask(desk.work, action, desk.ada, "lost everything, ticket 7")
    approving.decide(work_of(desk.living, second or otto(desk)), one.id, granted=True)
    return one.id


def otto(desk: Desk) -> str:
    return desk.living.operator("helpdesk_administrator", "otto")


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


def test_the_temporary_password(living: Living) -> None:
    """Decisions 21, ADM-4: generated, for a day, must be changed, and spent when the new one is set, not when it is typed."""
    desk = helpdesk(living)
    desk.passed()
    outcome = do(desk, Action.TEMPORARY_PASSWORD)
    credential = living.password_of(desk.ada)
    assert living.has_password(desk.ada, outcome.secret)
    assert (credential.must_change, credential.not_after) == (True, living.clock.now() + DAY)
    browser = living.browser()
    for _ in range(2):
        browser.get("/sign-in")
        browser.post(user_id=ADA, password=outcome.secret)
        living.clock.move(MINUTE)
        browser.post(answer=living.code_of_app())
        assert browser.page["state"] == "new_password"
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


def test_what_a_second_person_agreed_to_is_done_once(living: Living) -> None:
    """Decisions 21, COD-4, I5: by who asked, for that person and action, within a day."""
    desk = helpdesk(living)
    approval = agreed(desk, Action.TEMPORARY_PASSWORD)
    claim = Claim(Ground.APPROVAL, approval=approval)
    for action, operator in ((Action.ACCESS_PASS, desk.olga), (Action.TEMPORARY_PASSWORD, "id-otto")):
        with pytest.raises(Refused):
            do(desk, action, claim, operator)
    do(desk, Action.TEMPORARY_PASSWORD, claim)
    with pytest.raises(Refused):
        do(desk, Action.TEMPORARY_PASSWORD, claim)
    [(_, details)] = lines(living, Activity.ADMIN_RESET)
    assert {"basis": "approval", "approval": approval, "approved_by": "id-otto"}.items() <= details.items()
    assert [name for name, _ in lines(living, Activity.APPROVAL_ASKED)] == [desk.olga]
    assert [name for name, _ in lines(living, Activity.APPROVAL_GIVEN)] == ["id-otto"]


def test_an_approval_runs_out(living: Living) -> None:
    """Decisions 21: 24 hours, undecided or not."""
    desk = helpdesk(living)
    second = otto(desk)
    used, late = agreed(desk, Action.UNLOCK, second), approving.ask(desk.work, Action.UNLOCK, desk.ada, "later")
    living.clock.move(DAY)
    with pytest.raises(Refused):
        do(desk, Action.UNLOCK, Claim(Ground.APPROVAL, approval=used))
    with pytest.raises(Conflict):
        approving.decide(work_of(living, second), late.id, granted=True)


def test_nobody_agrees_to_what_they_asked_for(living: Living) -> None:
    """ADM-2, ADM-5"""
    desk = helpdesk(living)
    one = approving.ask(desk.work, Action.UNLOCK, desk.ada, "please")
    with pytest.raises(Forbidden):
        approving.decide(desk.work, one.id, granted=True)
    assert approving.waiting(desk.work) == []


@pytest.mark.parametrize(
    "role", ["global_reader", "groups_administrator", "reports_reader", "authentication_policy_administrator"]
)
def test_only_who_could_do_the_same_agrees(living: Living, role: str) -> None:
    """ADM-5"""
    desk = helpdesk(living)
    other = living.operator(role, "other")
    one = approving.ask(desk.work, Action.TEMPORARY_PASSWORD, desk.ada, "please")
    with pytest.raises(Forbidden):
        approving.decide(work_of(living, other), one.id, granted=True)
    assert approving.waiting(work_of(living, other)) == []


def test_what_was_denied_is_not_done(living: Living) -> None:
    desk = helpdesk(living)
    one = approving.ask(desk.work, Action.UNLOCK, desk.ada, "please")
    approving.decide(work_of(living, otto(desk)), one.id, granted=False)
    with pytest.raises(Refused):
        do(desk, Action.UNLOCK, Claim(Ground.APPROVAL, approval=one.id))
    assert [name for name, _ in lines(living, Activity.APPROVAL_DENIED)] == ["id-otto"]


def test_who_agreed_and_lost_the_role_counts_no_more(living: Living) -> None:
    """ADM-1: judged again in the unit that acts; what was asked for is not used up."""
    desk = helpdesk(living)
    approval = agreed(desk, Action.UNLOCK)
    revoke(living, "id-otto", "helpdesk_administrator")
    with pytest.raises(Refused) as refused:
        do(desk, Action.UNLOCK, Claim(Ground.APPROVAL, approval=approval))
    assert refused.value.text.id == "helpdesk.approver_lost"
    living.grant("id-otto", "helpdesk_administrator")
    do(desk, Action.UNLOCK, Claim(Ground.APPROVAL, approval=approval))


def revoke(living: Living, person: str, role: str) -> None:
    with living.store.writing() as unit:
        SqlGroupChanges(unit).revoke(person, role)


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


def at_once(work: Callable[[int], object]) -> list[object]:
    def run(number: int) -> object:
        try:
            return work(number)
        except Refused as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, range(8)))


def test_an_approval_is_used_once_however_often_it_is_tried(living: Living) -> None:
    """RAC-1, COD-4"""
    desk = helpdesk(living)
    claim = Claim(Ground.APPROVAL, approval=agreed(desk, Action.END_SESSIONS))
    results = at_once(lambda _: do(desk, Action.END_SESSIONS, claim))
    assert len([one for one in results if isinstance(one, acting.Outcome)]) == 1
    assert len(lines(living, Activity.SESSIONS_ENDED)) == 1


def test_an_approval_is_decided_once(living: Living) -> None:
    """RAC-1: whoever comes first."""
    desk = helpdesk(living)
    second = otto(desk)
    one = approving.ask(desk.work, Action.UNLOCK, desk.ada, "please")
    results = at_once(lambda number: approving.decide(work_of(living, second), one.id, granted=number % 2 == 0))
    assert len([result for result in results if not isinstance(result, Refused)]) == 1


def test_two_operators_set_one_password_after_the_other_or_one_is_refused(living: Living) -> None:
    """RAC-2: what is shown last is what works, and nothing is shown that never did."""
    desk = helpdesk(living)
    second = otto(desk)
    results = at_once(lambda number: do(desk, Action.TEMPORARY_PASSWORD, SEEN, (desk.olga, second)[number % 2]))
    shown = [one.secret for one in results if isinstance(one, acting.Outcome)]
    assert len([secret for secret in shown if living.has_password(desk.ada, secret)]) == 1
    assert len(lines(living, Activity.ADMIN_RESET)) == len(shown)


def test_a_kill_between_looking_and_doing_leaves_nothing(living: Living) -> None:
    """F01, I7: the approval is used, the deed done, told and audited together, or none of it."""
    desk = helpdesk(living)
    claim = Claim(Ground.APPROVAL, approval=agreed(desk, Action.TEMPORARY_PASSWORD))
    with living.store.writing() as unit:
        credential = unit.people.credential(desk.ada, 1)
    assert credential is not None
    told, written = len(living.delivered()), len(living.story())
    broken = replace(desk.work, house=replace(living.house, methods={}, kick=_die))
    with pytest.raises(KeyboardInterrupt):
        acting.act(broken, Deed(Action.TEMPORARY_PASSWORD, desk.ada, claim))
    assert len(living.story()) == written + 1
    assert len(living.delivered()) == told + 1
    assert not living.has_password(desk.ada, OLD_PASSWORD)
    with pytest.raises(Refused):
        do(desk, Action.TEMPORARY_PASSWORD, claim)


def _die(channel: str) -> None:
    raise KeyboardInterrupt(channel)


def test_a_caller_check_passed_at_the_portal_serves_at_the_desk(quick: Living) -> None:
    """From one end to the other."""
    desk = helpdesk(quick)
    call(quick.browser(), desk.open().number)
    assert do(desk, Action.TEMPORARY_PASSWORD).secret
