"""Everything that an operator on the telephone must see of one person at a glance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keyback.app import counters
from keyback.app.admin.rights import is_host, rights_of
from keyback.app.helpdesk.basis import second_in_person
from keyback.app.people.overview import Overview, overview_of
from keyback.app.people.pauses import BUDGETS
from keyback.app.people.ports import Work
from keyback.app.reset.scene import account_of, proof_of
from keyback.core.errors import NotFound
from keyback.core.events import Activity
from keyback.core.messages import say
from keyback.core.policy import Limits, Policy
from keyback.core.ports import Credential, Incident, Unit
from keyback.core.ports.desk import Approval, Case, HelpRequest
from keyback.core.ports.listing import LogQuery
from keyback.core.rules import assurance, helpdesk, offer
from keyback.core.rules.helpdesk import MAY, Action
from keyback.core.rules.limits import Client, charge, pause_after
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant, Person

MOST_ATTEMPTS = 10
_LINES = 150
_ATTEMPTS = (
    Activity.FLOW_PROGRESS, Activity.BLOCKED, Activity.RESET, Activity.UNLOCKED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of the person to get in, step by step, oldest first."""

    correlation: str
    at: Instant
    failed: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shut:
    """Until when something is closed, for known clients and for all others; 0: it is open."""

    known: Instant
    others: Instant


@dataclass(frozen=True, slots=True)
class Glance:
    """All of it."""

    person: Person
    overview: Overview
    credential: Credential | None
    paused: Shut
    """Resets, by wrong answers."""
    locked: Shut
    """Sign-in, by wrong passwords or second proofs."""
    request: HelpRequest | None
    incident: Incident | None
    case: Case | None
    """The newest."""
    approvals: Sequence[Approval]
    """What this operator asked for and may still use, or waits for."""
    attempts: Sequence[Attempt]
    may: frozenset[Action]
    """What this operator may do for this person, once something stands on it."""
    may_check: bool
    can_pass: bool
    """Whether this person has what a caller check asks for."""
    second_in_person: bool


def glance(work: Work, person: str) -> Glance:
    """Raises `NotFound`, for people whom the operator may not see too (ADM-9)."""
    with work.house.store.reading() as unit:
        found = seen(unit, work.actor, person)
        newest = unit.incidents.open_of(found.id)
        reach = reach_of(unit, work.actor)
        return Glance(
            person=found,
            overview=overview_of(work, unit, found),
            credential=unit.people.credential(found.id, 0),
            paused=_shut(work, unit, found, ("failures.account",)),
            locked=_locked(work, unit, found),
            request=unit.help_requests.open_of(found.id),
            incident=unit.incidents.found(newest)[0] if newest else None,
            case=unit.cases.of_person(found.id, unit.now),
            approvals=[one for one in unit.approvals.of_person(found.id, unit.now) if one.asked_by == work.actor],
            attempts=_attempts(unit, found),
            may=frozenset(one for one in Action if helpdesk.possible(one, found) and reach(MAY[one], found)),
            may_check=helpdesk.can_be_checked(found) and reach(helpdesk.CHECKING, found),
            can_pass=_can_pass(work, unit, found),
            second_in_person=second_in_person(unit),
        )


def reach_of(unit: Unit, actor: str) -> Callable[[tuple[Permission, ...], Person], bool]:
    """Whether the actor may do one of these to somebody, for what is shown; asked of many, the rights are read once."""
    rights = rights_of(unit, actor)

    def reach(needs: tuple[Permission, ...], person: Person) -> bool:
        assignable = unit.held_roles.role_assignable(person.id, unit.now)
        return any(rights.over(one, person, role_assignable=assignable) for one in needs)

    return reach


def case_of(work: Work, person: str) -> tuple[Person, Case | None, str]:
    """The newest case of a person, and how it stands; as little work as can be asked every two seconds."""
    with work.house.store.reading() as unit:
        found = seen(unit, work.actor, person)
        case = unit.cases.of_person(found.id, unit.now)
        return found, case, helpdesk.standing(case, unit.now) if case else ""


def seen(unit: Unit, actor: str, person: str) -> Person:
    """Raises `NotFound`."""
    found = unit.people.by_id(person, unit.now)
    if found is None or found.deleted_at is not None or not (is_host(actor) or rights_of(unit, actor).sees(found)):
        raise NotFound(say("helpdesk.nobody"))
    return found


def _can_pass(work: Work, unit: Unit, person: Person) -> bool:
    in_force = unit.policies.in_force()
    policy = in_force.policy if in_force else Policy()
    held = offer.Holdings(unit.people.contacts(person.id), unit.people.enrolments(person.id))
    usable = offer.usable(person, policy, held, work.house.methods.values(), unit.now)
    proofs = [proof_of(work.house, one.enrolment) for one in usable]
    return assurance.reachable(proofs, helpdesk.call_demand(policy, person))


def _rules(unit: Unit) -> Limits:
    in_force = unit.policies.in_force()
    return in_force.policy.limits if in_force else Limits()


def _shut(work: Work, unit: Unit, person: Person, names: Sequence[str]) -> Shut:
    rules, mark = _rules(unit), account_of(work.house, person.canonical)

    def until(who: Client) -> Instant:
        at = max(unit.throttles.opens_at(charge(name, rules, mark, who), unit.now) for name in names)
        return at if at > unit.now else 0

    return Shut(*(until(who) for who in BUDGETS))


def _locked(work: Work, unit: Unit, person: Person) -> Shut:
    """As the next try to sign in would be told."""
    whole = _shut(work, unit, person, ("sign_in.failures", *counters.FACTOR))
    rules, mark = _rules(unit), account_of(work.house, person.canonical)

    def until(who: Client) -> Instant:
        failures = unit.throttles.used(charge("sign_in.failures", rules, mark, who), unit.now)
        further = failures - charge("sign_in.free", rules, mark, who).budget
        gap = charge("sign_in.gap", rules, mark, who, pause_after(further))
        at = unit.throttles.opens_at(gap, unit.now) if further >= -1 else 0
        return at if at > unit.now else 0

    known, others = (until(who) for who in BUDGETS)
    return Shut(max(whole.known, known), max(whole.others, others))


def _attempts(unit: Unit, person: Person) -> Sequence[Attempt]:
    """The newest first; lines of one attempt carry its id."""
    query = LogQuery(activities=tuple(one.value for one in _ATTEMPTS), person=person.id, about_only=True, count=_LINES)
    stories: dict[str, list[Mapping[str, str | int]]] = {}
    for line in unit.log.lines(query):
        if line["correlation"]:
            stories.setdefault(str(line["correlation"]), []).insert(0, line)
    return [_attempt(name, lines) for name, lines in list(stories.items())[:MOST_ATTEMPTS]]


def _attempt(correlation: str, lines: Sequence[Mapping[str, str | int]]) -> Attempt:
    steps = tuple(_step(line) for line in lines)
    return Attempt(correlation, int(lines[0]["at"]), lines[-1]["result"] == "failure", steps)


def _step(line: Mapping[str, str | int]) -> str:
    activity, reason = str(line["activity"]), str(line["reason"])
    return reason if activity == Activity.FLOW_PROGRESS else f"{activity}: {reason}" if reason else activity
