"""What a second person agrees to, and what happens when several act at once (decisions 21, ADM-1, ADM-5)."""

from dataclasses import replace

import pytest

from keyback.app.helpdesk import acting, approving
from keyback.app.helpdesk.acting import Deed
from keyback.app.helpdesk.basis import Claim
from keyback.core.errors import Conflict, Forbidden, Refused, TooMany
from keyback.core.events import Activity
from keyback.core.rules.helpdesk import Action, Ground
from keyback.core.types import DAY
from tests.admin.helping import SEEN, agreed, at_once, do, lines, otto, revoke
from tests.call.calling import helpdesk, work_of
from tests.living import OLD_PASSWORD, Living


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


def test_what_waits_is_not_asked_for_twice(living: Living) -> None:
    """A form that is sent twice is one request; after a decision one may ask again."""
    desk = helpdesk(living)
    one = approving.ask(desk.work, Action.UNLOCK, desk.ada, "please")
    assert approving.ask(desk.work, Action.UNLOCK, desk.ada, "please").id == one.id
    assert approving.ask(desk.work, Action.CLEAR_PAUSE, desk.ada, "please").id != one.id
    assert len(lines(living, Activity.APPROVAL_ASKED)) == 2
    approving.decide(work_of(living, otto(desk)), one.id, granted=False)
    assert approving.ask(desk.work, Action.UNLOCK, desk.ada, "please").id != one.id


def test_nobody_fills_the_list_that_all_decide_from(living: Living) -> None:
    """DOS-6: it shows a hundred, the oldest first."""
    desk = helpdesk(living)
    for number in range(7):
        living.person(f"somebody-{number}")
        for action in Action:
            if number * len(Action) + list(Action).index(action) < 40:
                approving.ask(desk.work, action, f"id-somebody-{number}", "please")
    with pytest.raises(TooMany) as refused:
        approving.ask(desk.work, Action.UNLOCK, desk.ada, "please")
    assert refused.value.text.id == "helpdesk.too_many_asked"
    second = otto(desk)
    assert len(approving.waiting(work_of(living, second))) == 40
    approving.ask(work_of(living, second), Action.UNLOCK, desk.ada, "please")
