"""What an operator needs before something is done for somebody, and for how long it serves (decisions 21)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from keyback.core.policy import Demand, Policy, resolve
from keyback.core.ports.desk import Approval, Case, CaseState
from keyback.core.rules import roles
from keyback.core.rules.roles import Permission
from keyback.core.types import DAY, MINUTE, DirectoryKind, Instant, Person, PersonKind, Span

CASE_LIFE: Span = 5 * MINUTE
"""How long a case number can be used at the portal."""
PASSED_LIFE: Span = 10 * MINUTE
"""How long an operator may act on a passed check."""
APPROVAL_LIFE: Span = DAY
NUMBER_DIGITS = 6
LONGEST_DOCUMENT = 100
CHECKING = (Permission.HELP_PEOPLE, Permission.RESET_PASSWORDS)
"""Whoever may do one of these to a person may check who calls."""


class Action(StrEnum):
    """What an operator may do for somebody; permanent, for the audit log and for approvals."""

    TEMPORARY_PASSWORD = "temporary_password"
    ACCESS_PASS = "access_pass"
    UNLOCK = "unlock"
    CLEAR_PAUSE = "clear_pause"
    END_SESSIONS = "end_sessions"
    DEMAND_REGISTRATION = "demand_registration"


class Ground(StrEnum):
    """On what an operator acts."""

    CASE = "case"
    """A caller check that was passed a moment ago."""
    IN_PERSON = "in_person"
    """The operator saw the person, and a document."""
    APPROVAL = "approval"
    """A second person agreed."""


MAY: Mapping[Action, tuple[Permission, ...]] = MappingProxyType({
    Action.TEMPORARY_PASSWORD: (Permission.RESET_PASSWORDS,),
    Action.ACCESS_PASS: (Permission.RESET_PASSWORDS, Permission.CHANGE_METHODS),
    Action.UNLOCK: (Permission.HELP_PEOPLE, Permission.RESET_PASSWORDS),
    Action.CLEAR_PAUSE: (Permission.HELP_PEOPLE,),
    Action.END_SESSIONS: (Permission.HELP_PEOPLE,),
    Action.DEMAND_REGISTRATION: (Permission.HELP_PEOPLE, Permission.CHANGE_METHODS),
})  # fmt: skip
"""Rights of which one over the person is needed."""


def can_be_checked(person: Person) -> bool:
    """Whether there is anybody who could call: others are helped by who looks after such accounts."""
    return person.enabled and person.deleted_at is None and person.kind is PersonKind.PERSON


def possible(action: Action, person: Person) -> bool:
    """Whether it can be done for this person at all: buttons that only refuse are not shown."""
    if not can_be_checked(person):
        return False
    if action is Action.TEMPORARY_PASSWORD:
        return person.directory is DirectoryKind.CLOUD
    return person.frozen_at is None or action not in {Action.ACCESS_PASS, Action.DEMAND_REGISTRATION}


def call_demand(policy: Policy, person: Person) -> Demand:
    """What a caller must prove: one of the own methods, and as an administrator all that a reset needs."""
    if roles.is_administrator(person.roles):
        return resolve(policy, person.groups, administrator=True)
    return Demand(1, administrator=False, decided_by="call")


def standing(case: Case, now: Instant) -> str:
    """`open`, `passed`, `failed`, `expired`, or `closed` where another check took its place."""
    ran_out = case.state is CaseState.CLOSED and (case.decided_at or 0) >= case.expires_at
    return "expired" if ran_out or (case.state is CaseState.OPEN and case.expires_at <= now) else case.state.value


def serves(case: Case | None, operator: str, person: Person, now: Instant) -> bool:
    """Whether this operator may act for this person on that check. Not where the owner has said since that it was somebody
    else (decisions 16)."""
    if case is None or case.state is not CaseState.PASSED or case.decided_at is None:
        return False
    reported = person.frozen_at is not None and person.frozen_at >= case.decided_at
    mine = case.operator == operator and case.person == person.id
    return mine and not reported and case.decided_at <= now < case.decided_at + PASSED_LIFE


def approved(one: Approval | None, operator: str, person: Person, action: Action, now: Instant) -> bool:
    """Whether a second person agreed that this operator does this, once. Not where the owner has reported something since."""
    if one is None or not one.granted or one.used_at is not None or one.decided_at is None:
        return False
    reported = person.frozen_at is not None and person.frozen_at >= one.decided_at
    same = (one.asked_by, one.person, one.action) == (operator, person.id, action.value)
    return same and not reported and one.decided_by != operator and now < one.expires_at
