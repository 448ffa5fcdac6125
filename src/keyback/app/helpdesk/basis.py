"""On what an operator acts for somebody: judged in the unit that acts, and used up there where it serves once (decisions 21,
ADM-5)."""

from collections.abc import Mapping
from dataclasses import dataclass

from keyback.app.admin.rights import may_touch
from keyback.core.errors import Invalid, Refused, TooMany
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Unit
from keyback.core.rules.helpdesk import LONGEST_DOCUMENT, MAY, Action, Ground, approved, serves
from keyback.core.rules.limits import Client, charge
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "helpdesk.no_case": "There is no caller check of yours for {user_id} that was passed in the last ten minutes. Begin a new "
    "one.",
    "helpdesk.needs_second": "Your organisation wants a second person to agree, even where you have seen a document.",
    "helpdesk.document": "Say which document you have seen, in 1 to 100 characters, such as “passport”.",
    "helpdesk.too_many_in_person": "You have acted very often without a caller check. You can do so again at {again_at}; with a "
    "caller check, or when a second person agrees, at once.",
    "helpdesk.no_approval": "Nobody else has agreed to this, or it was used or has run out. Ask again.",
    "helpdesk.approver_lost": "Who agreed to this may not do it any more. Ask somebody else.",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What the operator says it stands on."""

    ground: Ground
    document: str = ""
    """Which one was seen, in person."""
    approval: str = ""
    """Id of the request that somebody agreed to."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What it does stand on, for the audit log."""

    ground: Ground
    why: str
    details: Mapping[str, str | int]

    @property
    def checked(self) -> bool:
        """Whether the person has shown who they are (decisions 26)."""
        return self.ground is Ground.CASE


def stand(unit: Unit, actor: str, person: Person, action: Action, claim: Claim) -> Basis:
    """Person, actor and whoever agreed are held. Raises `Refused`, `Invalid`, `TooMany`."""
    match claim.ground:
        case Ground.CASE:
            return _on_case(unit, actor, person)
        case Ground.IN_PERSON:
            return _in_person(unit, actor, claim.document)
        case Ground.APPROVAL:
            return _on_approval(unit, actor, person, action, claim.approval)


def a_document(typed: str) -> str:
    """In one line. Raises `Invalid` for none."""
    document = " ".join(typed.split())
    if not document or len(document) > LONGEST_DOCUMENT or not document.isprintable():
        raise Invalid(say("helpdesk.document"))
    return document


def second_in_person(unit: Unit) -> bool:
    """Whether a document seen is not enough here."""
    in_force = unit.policies.in_force()
    return in_force is not None and in_force.policy.helpdesk.in_person_needs_second


def _on_case(unit: Unit, actor: str, person: Person) -> Basis:
    case = unit.cases.of_person(person.id, unit.now)
    if case is None or not serves(case, actor, person, unit.now):
        raise Refused(say("helpdesk.no_case", user_id=person.upn))
    return Basis(Ground.CASE, "caller check", {"basis": Ground.CASE.value, "case": case.id})


def _in_person(unit: Unit, actor: str, typed: str) -> Basis:
    """Counted, for nobody but the operator says so: no one takes over all accounts by it before somebody looks (ADM-6)."""
    document = a_document(typed)
    if second_in_person(unit):
        raise Refused(say("helpdesk.needs_second"))
    in_force = unit.policies.in_force()
    rules = in_force.policy.limits if in_force else Limits()
    again = unit.throttles.charge(charge("in_person.operator", rules, actor, Client()), unit.now)
    if again is not None:
        raise TooMany(say("helpdesk.too_many_in_person", again_at=again), again)
    return Basis(Ground.IN_PERSON, f"in person: {document}", {"basis": Ground.IN_PERSON.value, "document": document})


def _on_approval(unit: Unit, actor: str, person: Person, action: Action, approval: str) -> Basis:
    """Used by one conditional write (COD-4), and only while who agreed could still do it (ADM-1)."""
    one = unit.approvals.by_id(approval)
    if one is None or not approved(one, actor, person, action, unit.now):
        raise Refused(say("helpdesk.no_approval"))
    if not may_touch(unit, one.decided_by, MAY[action], person):
        raise Refused(say("helpdesk.approver_lost"))
    if not unit.approvals.use(approval, actor, unit.now):
        raise Refused(say("helpdesk.no_approval"))
    details = {"basis": Ground.APPROVAL.value, "approval": approval, "approved_by": one.decided_by, "why": one.why}
    return Basis(Ground.APPROVAL, one.why, details)
