"""Why something that a person registered does not count for a reset now; one answer for the owner and for administrators."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from keyback.core.policy import Policy
from keyback.core.rules import numbers, offer
from keyback.core.rules.assurance import Proof
from keyback.core.rules.registration import Why
from keyback.core.types import Contact, ContactKind, Enrolment, Instant, Person


@dataclass(frozen=True, slots=True)
class Reason:
    """`at`: when that ends, where it ends by itself. `other`: id of what it shares its root with."""

    why: Why
    at: Instant = 0
    other: str = ""


def why_not(
    asked: tuple[Person, Policy],
    held: offer.Holdings,
    methods: Iterable[offer.MethodFacts],
    proof: Callable[[Enrolment], Proof],
    now: Instant,
) -> Mapping[str, Reason]:
    """By id of contact or enrolment: the first reason that holds. What is not named counts."""
    person, policy = asked
    shelf = tuple(methods)
    found = {one.id: reason for one in held.contacts if (reason := _of_contact(one, person, policy, shelf))}
    found |= {one.id: Reason(why) for one in held.enrolments if (why := _of_method((one.method,), person, policy))}
    counts: list[tuple[str, Proof]] = []
    for one in offer.permitted(person, policy, held, shelf):
        reason = _of_time(one, now) or _shared(proof(one), counts)
        if reason is not None:
            found.setdefault(one.id, reason)
        else:
            counts.append((one.id, proof(one)))
    return found


def _of_contact(one: Contact, person: Person, policy: Policy, methods: tuple[offer.MethodFacts, ...]) -> Reason | None:
    names = tuple(method.name for method in methods if method.contact_kind is one.kind)
    if not names:
        return Reason(Why.NOTICES_ONLY)
    if one.confirmed_at is None:
        return Reason(Why.UNCONFIRMED)
    if one.kind is ContactKind.EMAIL:
        if offer.opens_with_lost_password(person, policy, one.value):
            return Reason(Why.OWN_MAILBOX)
    elif not numbers.may_be_messaged(one.value, policy.numbers.allowed_countries):
        return Reason(Why.NOT_MESSAGED)
    why = _of_method(names, person, policy)
    return Reason(why) if why else None


def _of_method(names: tuple[str, ...], person: Person, policy: Policy) -> Why | None:
    if any(offer.method_for(person, policy, name) for name in names):
        return None
    enabled = any(rule.enabled for name in names if (rule := policy.methods.get(name)))
    return Why.NOT_FOR_YOU if enabled else Why.SWITCHED_OFF


def _of_time(one: Enrolment, now: Instant) -> Reason | None:
    if one.usable_from > now:
        return Reason(Why.WAITS, one.usable_from)
    return Reason(Why.REPLACED, one.ends_at) if one.ends_at is not None else None


def _shared(proof: Proof, counts: list[tuple[str, Proof]]) -> Reason | None:
    """Of several that hang on one thing the strongest counts. Codes of one set are one thing, and say nothing of it."""
    for other, (method, roots) in counts:
        if method != proof[0] and roots & proof[1]:
            return Reason(Why.SAME_THING, other=other)
    return None
