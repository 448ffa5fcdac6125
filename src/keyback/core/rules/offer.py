"""Which ways to prove themselves a tenant offers, and which of them one person may use now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from keyback.core.policy import MethodPolicy, Policy
from keyback.core.rules import numbers, roles
from keyback.core.rules.assurance import NEVER_FOR_ADMINISTRATORS, PHONE_CODES
from keyback.core.types import Contact, ContactKind, Enrolment, Instant, Person


class MethodFacts(Protocol):
    """What the rules must know of a method; every `ports.Method` is one."""

    @property
    def name(self) -> str:
        """Permanent name, as policy writes it."""

    @property
    def rank(self) -> int:
        """Lower is stronger, and stands further up."""

    @property
    def contact_kind(self) -> ContactKind | None:
        """If set, its enrolments are the person's confirmed contacts of this kind."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that one person has registered, usable or not."""

    contacts: Sequence[Contact] = ()
    enrolments: Sequence[Enrolment] = ()


@dataclass(frozen=True, slots=True)
class Usable:
    """One enrolment that may be used now; contacts appear as the enrolments they stand for."""

    enrolment: Enrolment


def tenant_methods(policy: Policy, methods: Iterable[MethodFacts]) -> tuple[str, ...]:
    """Names of all methods the tenant allows anybody, strongest first: the private first page's list."""
    return tuple(method.name for method in _strongest_first(methods) if _policy_of(policy, method.name).enabled)


def usable(
    person: Person, policy: Policy, held: Holdings, methods: Iterable[MethodFacts], now: Instant
) -> tuple[Usable, ...]:
    """What this person may use at `now`: strongest method first, within a method the preferred contact first."""
    return tuple(Usable(one) for one in permitted(person, policy, held, methods) if one.usable_from <= now)


def waits_until(
    person: Person, policy: Policy, held: Holdings, methods: Iterable[MethodFacts], now: Instant
) -> Instant | None:
    """When the first hold ends on something this person may not use yet (decisions 17); None if nothing waits."""
    return min(
        (one.usable_from for one in permitted(person, policy, held, methods) if one.usable_from > now), default=None
    )


def permitted(person: Person, policy: Policy, held: Holdings, methods: Iterable[MethodFacts]) -> tuple[Enrolment, ...]:
    """What this person may use now or once its hold has ended, in the order of `usable`."""
    allowed = (method for method in methods if method_for(person, policy, method.name))
    return registered(person, policy, held, allowed)


def registered(person: Person, policy: Policy, held: Holdings, methods: Iterable[MethodFacts]) -> tuple[Enrolment, ...]:
    """What could prove this person by any of these methods, whether or not the tenant has them switched on."""
    return tuple(one for method in _strongest_first(methods) for one in _enrolled(method, person, policy, held))


def method_for(person: Person, policy: Policy, name: str) -> bool:
    """Whether the tenant lets this person use the method of this name."""
    denied = roles.is_administrator(person.roles) and _denied_to_administrators(name, policy)
    return not denied and _for_groups(_policy_of(policy, name), person.groups)


def opens_with_lost_password(person: Person, policy: Policy, address: str) -> bool:
    """Whether the mailbox is one that the forgotten password itself opens: the account's own address, with or
    without a +tag, or a domain that the tenant marks as its own mail (decisions 5)."""
    local, _, domain = address.casefold().rpartition("@")
    own = {person.upn.casefold(), person.canonical.casefold()}
    if f"{local}@{domain}" in own or f"{local.partition('+')[0]}@{domain}" in own:
        return True
    return domain in {name.casefold() for name in policy.self_service.own_mail_domains}


def _strongest_first(methods: Iterable[MethodFacts]) -> list[MethodFacts]:
    return sorted(methods, key=lambda method: (method.rank, method.name))


def _policy_of(policy: Policy, name: str) -> MethodPolicy:
    return policy.methods.get(name, MethodPolicy(enabled=False))


def _for_groups(rule: MethodPolicy, groups: frozenset[str]) -> bool:
    if not rule.enabled or groups.intersection(rule.exclude):
        return False
    return not rule.include or bool(groups.intersection(rule.include))


def _denied_to_administrators(name: str, policy: Policy) -> bool:
    return name in NEVER_FOR_ADMINISTRATORS or (name in PHONE_CODES and not policy.administrators.sms)


def _enrolled(method: MethodFacts, person: Person, policy: Policy, held: Holdings) -> list[Enrolment]:
    if method.contact_kind is None:
        return [one for one in held.enrolments if one.method == method.name]
    contacts = sorted(held.contacts, key=lambda contact: not contact.preferred)
    return [
        _as_enrolment(method.name, contact)
        for contact in contacts
        if contact.kind is method.contact_kind
        and contact.confirmed_at is not None
        and _may_receive(contact, person, policy)
    ]


def _may_receive(contact: Contact, person: Person, policy: Policy) -> bool:
    if contact.kind is ContactKind.EMAIL:
        return not opens_with_lost_password(person, policy, contact.value)
    return numbers.may_be_messaged(contact.value, policy.numbers.allowed_countries)


def _as_enrolment(method: str, contact: Contact) -> Enrolment:
    return Enrolment(
        id=contact.id,
        method=method,
        person=contact.person,
        secret=contact.value.encode(),
        label="",
        slot=0,
        counter=0,
        usable_from=contact.usable_from,
        preferred=contact.preferred,
        added_at=max(contact.added_at, contact.confirmed_at or 0),
        last_used_at=contact.last_used_at,
        ends_at=contact.ends_at,
    )
