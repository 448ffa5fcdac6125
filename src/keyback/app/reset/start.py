"""Page A: a user ID, and a proof of work, begin a journey."""

from dataclasses import dataclass, replace

from keyback.app.house import House
from keyback.app.known import knows
from keyback.app.reset.scene import account_of, browser_key, refusal_of
from keyback.app.watch.brake import refuse_while_on
from keyback.app.watch.state import Watch, watch
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
    Why,
    progress,
    refusal_step,
    step,
)
from keyback.core.messages import say
from keyback.core.policy import Demand, InForce, resolve
from keyback.core.ports import Unit
from keyback.core.rules import eligibility, identifiers, limits, roles
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
    known: str = ""
    """The cookie that says whom this browser knows."""


def open_for_all(unit: Unit) -> tuple[InForce, Watch]:
    """The policy in force, and what goes on. Raises `RefusedForAll` and `TooMany` while nobody may reset."""
    policy = unit.policies.in_force()
    code = eligibility.tenant_wide_refusal(policy)
    if code is not None or policy is None:
        raise RefusedForAll(code or Code.NO_POLICY)
    now = watch(unit)
    refuse_while_on(now)
    return policy, now


def outside(house: House) -> Watch:
    """What goes on, for the first page. Raises `RefusedForAll` and `TooMany` while nobody may reset."""
    with house.store.reading() as unit:
        return open_for_all(unit)[1]


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
        policy, now = open_for_all(unit)
        asker = _asker(house, unit, policy, canonical, begin)
        refused = charge_start(unit, policy, begin, replace(asker.client, storm=now.stormy))
        if refused is None:
            end_earlier(house, unit, begin.token_before)
            journey = _begin(house, unit, policy, asker, begin)
            unit.journeys.insert(journey, browser_key(house, token))
            unit.pulse.beat("starts")
            unit.audit(progress(journey, Step.SUBMITTED_ID).event)
            if journey.purpose is not Purpose.OPEN:
                unit.audit(progress(journey, Step.OPTIONS_SHOWN).event)
            if isinstance(journey.state, Ended):
                reason = Step.STOPPED_CHANGED if journey.state.code is None else refusal_step(journey.state.code)
                unit.audit(progress(journey, reason, failed=True).event)
    if refused is not None:
        raise refused
    return token


@dataclass(frozen=True, slots=True)
class _Asker:
    """Whom the user ID means, and who asks; for unknown IDs after the same work."""

    person: Person | None
    account: str
    client: Client


def _asker(house: House, unit: Unit, policy: InForce, canonical: str, begin: Begin) -> _Asker:
    person = unit.people.by_canonical(canonical, unit.now)
    account = account_of(house, canonical)
    trusted = limits.trusts(policy.policy.limits, begin.source)
    known = knows(house, begin.known, account, person.generation if person else 0)
    return _Asker(person, account, Client(known or trusted, trusted))


def charge_start(unit: Unit, policy: InForce, begin: Begin, client: Client) -> Refused | None:
    """What every beginning uses up, of the network and of the work that was done."""
    network, wide = source_network(begin.source), wide_network(begin.source)
    counted = [("starts.source", network), *([("starts.wide", wide)] if wide else [])]
    if begin.work:
        counted.append(("work", begin.work))
    else:
        counted += [("starts.no_work.source", network), ("starts.no_work.tenant", "")]
    for name, key in counted:
        charge = limits.charge(name, policy.policy.limits, key, client)
        again = unit.throttles.charge(charge, unit.now)
        if again is not None:
            text = say("start.work_used") if charge.limit == "work" else say("start.too_many", again_at=again)
            return TooMany(text, unit.now if charge.limit == "work" else again)
    return None


def end_earlier(house: House, unit: Unit, token: str) -> None:
    """COD-7: one live journey per browser."""
    earlier = unit.journeys.by_browser(browser_key(house, token))
    if earlier is not None:
        ended, effects = step(earlier, Cancelled(), unit.now)
        if ended is not earlier and unit.journeys.update(ended, earlier.version):
            for effect in effects:
                unit.audit(effect.event)  # type: ignore[union-attr]  # cancelling asks for audit lines only


def _begin(house: House, unit: Unit, policy: InForce, asker: _Asker, begin: Begin) -> Journey:
    """Nothing that the person registered is looked at yet, unless the tenant guides: the same work for everybody."""
    person, account = asker.person, asker.account
    demand = _demand(policy, person)
    real = None if person is None or eligibility.is_decoy(person) else person
    guided = _guided(policy, begin.source)
    return Journey(
        id=house.random.id(),
        tenant=unit.tenant,
        purpose=Purpose.OPEN if policy.policy.self_service.allow_unlock else Purpose.RESET,
        subject=Somebody(real.id, None) if real else Decoy(account),
        demand=demand,
        disclosure=Disclosure.GUIDED if guided else Disclosure.PRIVATE,
        policy_version=policy.version,
        generation=person.generation if person else 0,
        started_at=unit.now,
        expires_at=unit.now + policy.policy.lives.journey_minutes * MINUTE,
        version=1,
        state=_told_at_once(house, unit, policy, real, demand) if guided else Proving(),
        source=begin.source,
        language=begin.language,
        account=account,
        known=asker.client.known,
    )


def _demand(policy: InForce, person: Person | None) -> Demand:
    groups, held = (person.groups, person.roles) if person else (frozenset[str](), ())
    return resolve(policy.policy, groups, administrator=roles.is_administrator(held))


def _told_at_once(house: House, unit: Unit, policy: InForce, person: Person | None, demand: Demand) -> State:
    """Where the tenant guides, the next page says who cannot finish, and why."""
    code = refusal_of(house, unit, policy, person, demand) if person else None
    return Proving() if person and code is None else Ended(Why.REFUSED, code)


def _guided(policy: InForce, source: str) -> bool:
    rules = policy.policy.self_service
    if rules.disclosure is not Disclosure.GUIDED:
        return False
    return not rules.guided_networks or within(source, rules.guided_networks)
