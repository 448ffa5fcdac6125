"""All that an administrator may see of one person; addresses and numbers only in part."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.app.people.finding import find
from keyback.app.people.overview import Overview, overview_of
from keyback.app.people.pauses import paused_until
from keyback.app.people.ports import Work
from keyback.app.people.telling import shown
from keyback.core.ports import Unit
from keyback.core.rules import offer
from keyback.core.types import Contact, Instant, Person


@dataclass(frozen=True, slots=True)
class ShownContact:
    """One contact, in part."""

    id: str
    kind: str
    value: str
    state: str
    """`hint`, `waiting` or `usable`; `notices` for the directory's own address."""
    confirmed_how: str
    usable_from: Instant


@dataclass(frozen=True, slots=True)
class ShownPassword:
    """The password in the own directory, as far as anybody may know it."""

    set_at: Instant
    must_change: bool
    dies_at: Instant | None
    compromised_at: Instant | None
    """Since when it signs in nowhere, because it was reported."""


@dataclass(frozen=True, slots=True)
class Card:
    """One person."""

    person: Person
    groups: Sequence[str]
    contacts: Sequence[ShownContact]
    methods: Mapping[str, int]
    """How many enrolments of each method that has secrets."""
    password: ShownPassword | None
    overview: Overview
    """What each of these is good for, and what comes next."""
    paused_known: Instant | None
    """Until when wrong answers have closed resets for known clients."""
    paused_others: Instant | None
    """The same for all others."""


def show(work: Work, user_id: str) -> Card:
    """Raises `NotFound`."""
    with work.house.store.reading() as unit:
        person = find(unit, user_id)
        held = offer.Holdings(unit.people.contacts(person.id), unit.people.enrolments(person.id))
        names = {group.id: group.name for group in work.groups(unit).all()}
        known, others = (until if until > unit.now else None for until in paused_until(work, unit, person))
        return Card(
            person=person,
            groups=sorted(names.get(group, group) for group in person.groups),
            contacts=[_contact(contact, unit.now) for contact in held.contacts],
            methods=Counter(enrolment.method for enrolment in held.enrolments),
            password=_password(unit, person.id),
            overview=overview_of(work, unit, person),
            paused_known=known,
            paused_others=others,
        )


def _contact(contact: Contact, now: Instant) -> ShownContact:
    if contact.kind.value == "primary":
        state = "notices"
    elif contact.confirmed_at is None:
        state = "hint"
    else:
        state = "usable" if contact.usable_from <= now else "waiting"
    value = shown(contact.kind, contact.value)
    return ShownContact(contact.id, contact.kind.value, value, state, contact.confirmed_how, contact.usable_from)


def _password(unit: Unit, person: str) -> ShownPassword | None:
    credential = unit.people.credential(person, 1)
    return (
        ShownPassword(credential.set_at, credential.must_change, credential.not_after, credential.compromised_at)
        if credential
        else None
    )
