"""A second person agrees, where nobody could be checked: asked with a reason, decided by somebody who could do the same, used
once within a day (decisions 21, ADM-5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.app.admin.rights import require_any
from keyback.app.helpdesk.basis import a_document
from keyback.app.helpdesk.checking import somebody
from keyback.app.helpdesk.looking import reach_of
from keyback.app.incidents.care import a_reason
from keyback.app.people.ports import Work
from keyback.core.errors import Conflict, Forbidden, NotFound, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Unit
from keyback.core.ports.desk import Approval
from keyback.core.rules.helpdesk import APPROVAL_LIFE, MAY, Action, can_be_checked
from keyback.core.rules.limits import Client, charge
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "helpdesk.no_request": "There is no such request.",
    "helpdesk.own_request": "You asked for this yourself. Somebody else must decide about it.",
    "helpdesk.too_many_asked": "You have asked for a second person very often today. You can ask again at {again_at}.",
    "helpdesk.decided": "Somebody has decided about this before, or it has run out.",
}
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One request, whom it is about, and who asks."""

    approval: Approval
    person: Person
    asker: Person | None


def ask(work: Work, action: Action, person: str, why: str) -> Approval:
    """What waits already is not asked for twice. Raises `NotFound`, `Forbidden`, `Refused`, `Invalid` (no reason), `TooMany`."""
    reason = a_reason(why)
    with work.house.store.writing() as unit:
        target = somebody(work, unit, person)
        require_any(unit, work.actor, MAY[action], target)
        if not can_be_checked(target):
            raise Refused(say("helpdesk.not_checked", user_id=target.upn))
        for there in unit.approvals.of_person(person, unit.now):
            if (there.asked_by, there.action) == (work.actor, action.value) and there.decided_at is None:
                return there
        _charge(unit, work.actor)
        until = unit.now + APPROVAL_LIFE
        one = Approval(work.house.random.id(), action.value, person, work.actor, reason, unit.now, until)
        unit.approvals.ask(one)
        details = {"approval": one.id, "action": one.action, "why": reason}
        unit.audit(Event(Activity.APPROVAL_ASKED, work.actor, person, "success", details=details))
    return one


def _charge(unit: Unit, operator: str) -> None:
    """Nobody fills the list that all decide from."""
    in_force = unit.policies.in_force()
    rules = in_force.policy.limits if in_force else Limits()
    again = unit.throttles.charge(charge("approvals.operator", rules, operator, Client()), unit.now)
    if again is not None:
        raise TooMany(say("helpdesk.too_many_asked", again_at=again), again)


def decide(work: Work, approval: str, *, granted: bool) -> Waiting:
    """By somebody else who may do the same. Raises `NotFound`, `Forbidden`, `Conflict`."""
    with work.house.store.writing() as unit:
        one = unit.approvals.by_id(approval)
        if one is None:
            raise NotFound(say("helpdesk.no_request"))
        target = somebody(work, unit, one.person)
        if one.asked_by == work.actor:
            raise Forbidden(say("helpdesk.own_request"))
        require_any(unit, work.actor, MAY[Action(one.action)], target)
        if not unit.approvals.decide(approval, work.actor, unit.now, granted=granted):
            raise Conflict(say("helpdesk.decided"))
        activity = Activity.APPROVAL_GIVEN if granted else Activity.APPROVAL_DENIED
        details = {"approval": one.id, "action": one.action, "asked_by": one.asked_by, "why": one.why}
        unit.audit(Event(activity, work.actor, one.person, "success", details=details))
        return Waiting(one, target, unit.people.by_id(one.asked_by, unit.now))


def waiting(work: Work) -> Sequence[Waiting]:
    """What this operator may decide about, oldest first: not what they asked for, nor about people whom they cannot reach."""
    with work.house.store.reading() as unit:
        return waiting_in(unit, work.actor)


def waiting_in(unit: Unit, actor: str) -> Sequence[Waiting]:
    """In the caller's unit."""
    found, reach = [], reach_of(unit, actor)
    for one in unit.approvals.waiting(unit.now, MOST_SHOWN):
        person = unit.people.by_id(one.person, unit.now)
        if person is not None and one.asked_by != actor and reach(MAY[Action(one.action)], person):
            found.append(Waiting(one, person, unit.people.by_id(one.asked_by, unit.now)))
    return found


def reason(why: str, document: str | None) -> str:
    """What the second person reads: with the document that was seen, where one was. Raises `Invalid`."""
    return a_reason(why) if document is None else a_reason(f"{a_document(document)}: {a_reason(why)}")
