"""Page A: a user ID, and a proof of work, begin a journey."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.reset.scene import account_of, browser_key
from keyback.core.errors import Invalid, Refused, TooMany
from keyback.core.events import Step
from keyback.core.journey import (
    Cancelled,
    Decoy,
    Ended,
    Journey,
    Proving,
    Somebody,
    State,
    Subject,
    Why,
    progress,
    refusal_step,
    step,
)
from keyback.core.messages import say
from keyback.core.policy import Demand, InForce, resolve
from keyback.core.ports import Unit
from keyback.core.rules import eligibility, identifiers, limits, offer, roles
from keyback.core.rules.limits import Client, source_network, wide_network, within
from keyback.core.types import MINUTE, Code, Disclosure, Person, Purpose

MESSAGES = {
    "start.not_an_id": "This cannot be a user ID. It looks like name@organisation.com, without spaces.",
    "start.too_many": "There were too many attempts from your network. Please try again at {again_at}.",
    "start.work_used": "This page was sent before. Please try again: the page has been renewed.",
    "refused.for_all": "Your organisation has not switched on password reset.",
    "refused.no_policy": "Password reset is not set up yet in your organisation.",
}
_FOR_ALL = {Code.DISABLED_FOR_ALL: "refused.for_all", Code.NO_POLICY: "refused.no_policy"}


class RefusedForAll(Refused):
    """SSPR_0009 and SSPR_0011: told on the first page, alike for everybody (decisions 1)."""

    def __init__(self, code: Code) -> None:
        super().__init__(say(_FOR_ALL[code]))
        self.code = code


@dataclass(frozen=True, slots=True)
class Begin:
    """What the first page sends. `work`: id of a solved proof of work, or empty."""

    typed: str
    work: str
    source: str
    language: str
    token_before: str
    """Cookie of an earlier journey in this browser, or empty."""


def open_for_all(unit: Unit) -> InForce:
    """The policy in force. Raises `RefusedForAll` while nobody may reset."""
    policy = unit.policies.in_force()
    code = eligibility.tenant_wide_refusal(policy)
    if code is not None or policy is None:
        raise RefusedForAll(code or Code.NO_POLICY)
    return policy


def start(house: House, begin: Begin) -> str:
    """Begin a journey; returns the new cookie value of this browser (SES-1).

    Raises `Invalid` for what cannot be a user ID, `TooMany`, `RefusedForAll`. Known and unknown IDs run the same
    statements and give the same answer (ENU-1, ENU-2).
    """
    canonical = identifiers.canonical(begin.typed)
    if canonical is None:
        raise Invalid(say("start.not_an_id"))
    token = house.random.bytes(32).hex()
    with house.store.writing() as unit:
        policy = open_for_all(unit)
        refused = _charge(unit, policy, begin)
        if refused is None:
            _end_earlier(house, unit, begin.token_before)
            journey = _begin(house, unit, policy, canonical, begin)
            unit.journeys.insert(journey, browser_key(house, token))
            unit.audit(progress(journey, Step.SUBMITTED_ID).event)
            unit.audit(progress(journey, Step.OPTIONS_SHOWN).event)
            if isinstance(journey.state, Ended):
                reason = Step.STOPPED_CHANGED if journey.state.code is None else refusal_step(journey.state.code)
                unit.audit(progress(journey, reason, failed=True).event)
    if refused is not None:
        raise refused
    return token


def _charge(unit: Unit, policy: InForce, begin: Begin) -> Refused | None:
    network, wide = source_network(begin.source), wide_network(begin.source)
    counted = [("starts.source", network), *([("starts.wide", wide)] if wide else [])]
    if begin.work:
        counted.append(("work", begin.work))
    else:
        counted += [("starts.no_work.source", network), ("starts.no_work.tenant", "")]
    for name, key in counted:
        charge = limits.charge(name, policy.policy.limits, key, Client())
        again = unit.throttles.charge(charge, unit.now)
        if again is not None:
            text = say("start.work_used") if charge.limit == "work" else say("start.too_many", again_at=again)
            return TooMany(text, unit.now if charge.limit == "work" else again)
    return None


def _end_earlier(house: House, unit: Unit, token: str) -> None:
    """COD-7: one live journey per browser."""
    earlier = unit.journeys.by_browser(browser_key(house, token))
    if earlier is not None:
        ended, effects = step(earlier, Cancelled(), unit.now)
        if ended is not earlier and unit.journeys.update(ended, earlier.version):
            for effect in effects:
                unit.audit(effect.event)  # type: ignore[union-attr]  # cancelling asks for audit lines only


def _begin(house: House, unit: Unit, policy: InForce, canonical: str, begin: Begin) -> Journey:
    person = unit.people.by_canonical(canonical, unit.now)
    subject, demand = _subject(house, unit, policy, person, canonical)
    guided = _guided(policy, begin.source)
    state: State = Proving()
    if guided and (isinstance(subject, Decoy) or subject.refusal is not None):
        state = Ended(Why.REFUSED, subject.refusal if isinstance(subject, Somebody) else None)
    return Journey(
        id=house.random.id(),
        tenant=unit.tenant,
        purpose=Purpose.RESET,
        subject=subject,
        demand=demand,
        disclosure=Disclosure.GUIDED if guided else Disclosure.PRIVATE,
        policy_version=policy.version,
        generation=person.generation if person else 0,
        started_at=unit.now,
        expires_at=unit.now + policy.policy.lives.journey_minutes * MINUTE,
        version=1,
        state=state,
        source=begin.source,
        language=begin.language,
        account=account_of(house, canonical),
    )


def _subject(
    house: House, unit: Unit, policy: InForce, person: Person | None, canonical: str
) -> tuple[Subject, Demand]:
    name = person.id if person else canonical
    held = offer.Holdings(unit.people.contacts(name), unit.people.enrolments(name))
    mark = account_of(house, canonical)
    if person is None:
        return Decoy(mark), resolve(policy.policy, frozenset(), administrator=False)
    methods = house.methods
    usable = offer.usable(person, policy.policy, held, methods.values(), unit.now)
    demand = resolve(policy.policy, person.groups, administrator=roles.is_administrator(person.roles))
    if eligibility.is_decoy(person, usable=bool(usable)):
        return Decoy(mark), demand
    proofs = [(one.enrolment.method, methods[one.enrolment.method].trust_roots(one.enrolment)) for one in usable]
    return Somebody(person.id, eligibility.refusal(person, policy, proofs, demand)), demand


def _guided(policy: InForce, source: str) -> bool:
    rules = policy.policy.self_service
    if rules.disclosure is not Disclosure.GUIDED:
        return False
    return not rules.guided_networks or within(source, rules.guided_networks)
