"""What a person registered, as its owner sees it: each thing with its state, and whether all of it would be enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.people.telling import shown
from keyback.app.registration.opening import closed, ready
from keyback.app.reset.scene import proof_of
from keyback.app.sign_in.fresh import fresh
from keyback.app.sign_in.seat import Seat, Visit, registered
from keyback.core.ports import Method
from keyback.core.rules import eligibility, offer, registration, why
from keyback.core.rules.assurance import SPARE
from keyback.core.rules.freshness import FRESH
from keyback.core.rules.registration import Why
from keyback.core.rules.why import Reason
from keyback.core.types import Code, Contact, ContactKind, Enrolment, Instant


@dataclass(frozen=True, slots=True)
class Thing:
    """A contact, a device, or a whole set of recovery codes (its id is then the method's name)."""

    id: str
    name: str
    """How its owner knows it: a masked address or number, or the name that it was given."""
    method: str
    """Whose way in it is; empty: none, notices only."""
    kind: ContactKind | None
    added_at: Instant
    last_used_at: Instant | None
    reason: Reason | None = None
    """Why it does not count for a reset now."""
    preferred: bool = False
    may_be_preferred: bool = False
    left: int = 0
    """Of a set: codes that were not used yet."""
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    at: Seat
    things: Sequence[Thing]
    refusal: Code | None
    """Why the person could not reset the password now."""
    gates: int
    fresh_until: Instant | None
    """Until when something may be changed here; None: prove it first, or nothing may after a report."""
    closed_until: Instant | None


def look(house: House, visit: Visit) -> Overview:
    """Of the person in this browser. Raises `Unseated`."""
    with house.store.reading() as unit:
        at = ready(house, unit, visit)
        until = closed(unit, at)
    person, rules = at.person, at.policy.policy
    usable = offer.usable(person, rules, at.info, house.methods.values(), at.now)
    proofs, demand = [proof_of(house, one.enrolment) for one in usable], registration.demand_of(person, rules)
    refusal = eligibility.refusal(person, at.policy, proofs, demand)
    return Overview(at, things(house, at), refusal, demand.gates, _fresh_until(house, at), until)


def _fresh_until(house: House, at: Seat) -> Instant | None:
    if at.person.frozen_at is not None or not fresh(house, at):
        return None
    session = at.session
    return session.ends_at if session.access_pass else min(session.password_at, session.proved_at) + FRESH


def things(house: House, at: Seat) -> tuple[Thing, ...]:
    """What there is, contacts of the organisation included. `at` must be `with_info`."""
    asked, shelf = (at.person, at.policy.policy), house.methods.values()
    reasons = why.why_not(asked, at.info, shelf, lambda one: proof_of(house, one), at.now)
    contacts = [_contact(house, at, one, reasons) for one in at.info.contacts]
    devices = [_device(at, one, reasons) for one in at.info.enrolments if one.method not in SPARE]
    sets = {one.method: house.methods[one.method] for one in at.info.enrolments if one.method in SPARE}
    return (*devices, *contacts, *(_set(at, method, reasons) for method in sets.values()))


def ways(house: House, at: Seat) -> tuple[Thing, ...]:
    """Of these, what proves its owner, or will: confirmed, permitted, and in no other one's place."""
    there = [one.enrolment for one in registered(house, at) if one.enrolment.ends_at is None]
    ids = {one.method if one.method in SPARE else one.id for one in there}
    return tuple(one for one in things(house, at) if one.id in ids)


def _contact(house: House, at: Seat, one: Contact, reasons: Mapping[str, Reason]) -> Thing:
    method = next((found.name for found in house.methods.values() if found.contact_kind is one.kind), "")
    reason = reasons.get(one.id)
    usable = method != "" and (reason is None or reason.why in {Why.WAITS, Why.SAME_THING})
    others = any(other.kind is one.kind and other.id != one.id for other in at.info.contacts)
    factor = usable and registration.is_factor(method, at.policy.policy)
    preferred = (one.preferred and others) or (factor and at.person.upkeep.preferred_method == method)
    return Thing(
        one.id, shown(one.kind, one.value), method, one.kind, one.added_at, one.last_used_at, reason,
        preferred=usable and preferred, may_be_preferred=usable and not preferred and (others or factor),
        replaced=one.ends_at is not None,
    )  # fmt: skip


def _device(at: Seat, one: Enrolment, reasons: Mapping[str, Reason]) -> Thing:
    preferred = at.person.upkeep.preferred_method == one.method
    factor = registration.is_factor(one.method, at.policy.policy)
    return Thing(
        one.id, one.label, one.method, None, one.added_at, one.last_used_at, reasons.get(one.id),
        preferred=preferred, may_be_preferred=factor and not preferred,
    )  # fmt: skip


def _set(at: Seat, method: Method, reasons: Mapping[str, Reason]) -> Thing:
    codes = [one for one in at.info.enrolments if one.method == method.name]
    reason = reasons.get(codes[0].id)
    return Thing(method.name, "", method.name, None, codes[0].added_at, None, reason, left=len(codes))
