"""What a person holds as an administrator sees it: each thing, whether it counts and why not, and what comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keyback.app.passes.issuing import live_of
from keyback.app.people.finding import find
from keyback.app.people.ports import Work
from keyback.app.people.telling import shown
from keyback.app.reset.scene import proof_of
from keyback.core.policy import InForce, Policy
from keyback.core.ports import AccessPass, Unit
from keyback.core.rules import eligibility, offer, registration
from keyback.core.rules.assurance import SPARE
from keyback.core.rules.registration import Duty, Registered
from keyback.core.rules.why import Reason, why_not
from keyback.core.types import Enrolment, Instant, Person


@dataclass(frozen=True, slots=True)
class Item:
    """A contact, a device, or a whole set of recovery codes, whose id is then the method's name."""

    id: str
    kind: str
    """Of a contact `email`, `mobile`, ..., else the method's name."""
    name: str
    """Masked, or what its owner calls it."""
    added_at: Instant
    last_used_at: Instant | None
    confirmed_how: str
    vouched_by: str
    reason: Reason | None
    """Why it does not count for a reset; None: it counts."""
    signs_in: bool
    """Whether it may be the second factor at sign-in."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    person: Person
    items: Sequence[Item]
    refusal: str
    """Why this person could not reset now, as Entra numbers it; empty: could."""
    gates: int
    duty: Duty
    """What registration would ask at the next sign-in."""
    reconfirm: bool
    """Whether it would ask if all is still right."""
    closed_until: Instant | None
    """Security info is read-only until then, because the account was recovered (decisions 26)."""
    access_pass: AccessPass | None
    sessions: int


def overview(work: Work, user_id: str) -> Overview:
    """Raises `NotFound`."""
    with work.house.store.reading() as unit:
        return overview_of(work, unit, find(unit, user_id))


def overview_of(work: Work, unit: Unit, person: Person) -> Overview:
    """In the caller's unit."""
    house, shelf, now = work.house, work.house.methods.values(), unit.now
    in_force = unit.policies.in_force()
    rules = in_force.policy if in_force else Policy()
    held = offer.Holdings(unit.people.contacts(person.id), unit.people.enrolments(person.id))
    permitted = offer.permitted(person, rules, held, shelf)
    proofs = [proof_of(house, one.enrolment) for one in offer.usable(person, rules, held, shelf, now)]
    demand = registration.demand_of(person, rules)
    code = eligibility.refusal(person, in_force, proofs, demand)
    registered = [Registered(one, proof_of(house, one)) for one in permitted]
    reasons = why_not((person, rules), held, shelf, lambda one: proof_of(house, one), now)
    factors = frozenset(one.id for one in registration.factors(permitted, person, rules))
    return Overview(
        person=person,
        items=(*_contacts(held, reasons, factors), *_devices(held, reasons, factors)),
        refusal=code.value if code else "",
        gates=demand.gates,
        duty=registration.duty(person, in_force or InForce(0, rules), registered, shelf),
        reconfirm=registration.reconfirm_due(person, rules, now),
        closed_until=registration.closed_until(person, rules, now),
        access_pass=live_of(unit, person),
        sessions=len(unit.sessions.all_of(person.id, now)),
    )


def _contacts(held: offer.Holdings, reasons: Mapping[str, Reason], factors: frozenset[str]) -> Iterator[Item]:
    for one in held.contacts:
        name = shown(one.kind, one.value)
        yield Item(one.id, one.kind.value, name, one.added_at, one.last_used_at, one.confirmed_how, one.vouched_by,
                   reasons.get(one.id), one.id in factors)  # fmt: skip


def _devices(held: offer.Holdings, reasons: Mapping[str, Reason], factors: frozenset[str]) -> Iterator[Item]:
    sets: dict[str, list[Enrolment]] = {}
    for one in held.enrolments:
        sets.setdefault(one.method if one.method in SPARE else one.id, []).append(one)
    for name, (one, *others) in sets.items():
        yield Item(name, one.method, one.label, one.added_at, one.last_used_at, "", "", reasons.get(one.id),
                   one.id in factors, 1 + len(others))  # fmt: skip
