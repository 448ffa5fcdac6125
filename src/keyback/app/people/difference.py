"""What must change so that the store says what a file says, for one person; nothing where it says so already.

A file adds and updates; it never removes a person, a contact or a method, never sets the password of somebody who
exists, and never puts another address or number in the place of a confirmed one (decisions 18, REG-5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from keyback.app.people.ports import Facts, KnownContact, KnownPerson
from keyback.core.policy import Policy
from keyback.core.ports import NewContact
from keyback.core.rules import registration
from keyback.core.rules.people_file import Imported
from keyback.core.types import ContactKind, DirectoryKind, Instant

IMPORTED = "import"
"""`Contact.confirmed_how` of what the tenant trusts without a code."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How this import is to be done."""

    trust: bool
    """Whether contacts count as confirmed; never the primary address, which serves notices only."""
    policy: Policy
    """Says how many methods it takes until something new waits, and how long (decisions 17)."""
    now: Instant


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes for one person."""

    person: str
    stated: Imported
    known: KnownPerson | None
    facts: Facts | None = None
    """To be written; None: as they are."""
    contacts: tuple[NewContact, ...] = ()
    confirm: tuple[tuple[str, Instant], ...] = ()
    """Hints that become usable, and from when."""
    replace: tuple[tuple[str, str, Instant | None], ...] = ()
    """Old and new contact, and until when the old one still serves; None: no more."""
    outdated: tuple[str, ...] = ()
    """Contacts that the file contradicts; they are told, whether or not they stay."""
    ends_sessions: bool = False
    """Whether the generation rises (decisions 20)."""
    conflict: bool = False
    """The user ID belongs to another account of the source than it did (IDN-7), or to a deleted one: nothing is changed."""
    beyond: bool = False
    """Whoever imports may not change this person: nothing is changed (ADM-1)."""

    @property
    def empty(self) -> bool:
        """Nothing to write."""
        return not (self.facts or self.contacts or self.confirm or self.replace)


def for_new(stated: Imported, person: str, new_id: Callable[[], str], terms: Terms) -> Plan:
    """A person whom the store does not know. Trusted contacts of the first hour do not wait (decisions 17)."""
    facts = Facts(
        upn=stated.upn,
        display_name=stated.display_name or stated.upn,
        given_name=stated.given_name or "",
        surname=stated.surname or "",
        directory=stated.directory or DirectoryKind.CLOUD,
        source_id=stated.source_id or "",
        enabled=stated.enabled is not False,
        department=stated.department or "",
        language=stated.language or "",
    )
    contacts = tuple(
        NewContact(new_id(), person, kind, value, _how(kind, terms), terms.now) for kind, value in stated.contacts
    )
    return Plan(person, stated, None, facts, contacts)


def for_known(
    stated: Imported, known: KnownPerson, fingerprint: Callable[[str], bytes], new_id: Callable[[], str], terms: Terms
) -> Plan:
    """A person whom the store knows."""
    elsewhere = stated.source_id and known.facts.source_id and stated.source_id != known.facts.source_id
    if elsewhere or known.deleted:
        return Plan(known.id, stated, known, conflict=True)
    facts = _facts(stated, known.facts)
    plan = Plan(
        known.id, stated, known, facts if facts != known.facts else None, ends_sessions=_ends(known.facts, facts)
    )
    for kind, value in stated.contacts:
        here = [contact for contact in known.contacts if contact.kind is kind]
        mark = fingerprint(value)
        same = next((contact for contact in here if contact.fingerprint == mark), None)
        if same is None:
            plan = _with_another(
                plan, NewContact(new_id(), known.id, kind, value, _how(kind, terms), terms.now), here, terms
            )
        else:
            plan = _with_same(plan, same, here, terms)
    return plan


def _facts(stated: Imported, known: Facts) -> Facts:
    said: dict[str, Any] = {
        "upn": stated.upn,
        "display_name": stated.display_name,
        "given_name": stated.given_name,
        "surname": stated.surname,
        "directory": stated.directory,
        "source_id": stated.source_id,
        "enabled": stated.enabled,
        "department": stated.department,
        "language": stated.language,
    }
    return replace(known, **{name: value for name, value in said.items() if value is not None})


def _ends(before: Facts, after: Facts) -> bool:
    return (before.enabled and not after.enabled) or before.directory is not after.directory


def _how(kind: ContactKind, terms: Terms) -> str:
    return IMPORTED if terms.trust and kind is not ContactKind.PRIMARY else ""


def _with_another(plan: Plan, new: NewContact, here: Sequence[KnownContact], terms: Terms) -> Plan:
    """An address or number that the person did not have. Hints give way, once it has waited: until then a code for a
    first registration still goes to the old one (decisions 19). What is confirmed stays beside it."""
    hints = [contact.id for contact in here if not contact.confirmed_how]
    usable_from = _usable_from(plan, terms, changed=bool(here))
    return replace(
        plan,
        contacts=(*plan.contacts, replace(new, usable_from=usable_from)),
        replace=(*plan.replace, *((hint, new.id, usable_from) for hint in hints)),
        outdated=(*plan.outdated, *(contact.id for contact in here)),
    )


def _with_same(plan: Plan, same: KnownContact, here: Sequence[KnownContact], terms: Terms) -> Plan:
    """One that the person has. A hint may become trusted now; a trusted one whose wait is over takes the place of
    what an earlier import had said."""
    how = _how(same.kind, terms)
    if not same.confirmed_how and how:
        others = len(here) > 1
        usable_from = max(same.usable_from, _usable_from(plan, terms, changed=others))
        return replace(plan, confirm=(*plan.confirm, (same.id, usable_from)))
    if same.confirmed_how and same.usable_from <= terms.now:
        old = [c.id for c in here if c is not same and c.confirmed_how == IMPORTED]
        if old:
            gone = tuple((one, same.id, None) for one in old)
            return replace(plan, replace=(*plan.replace, *gone), outdated=(*plan.outdated, *old), ends_sessions=True)
    return plan


def _usable_from(plan: Plan, terms: Terms, *, changed: bool) -> Instant:
    """A change waits always, an addition only once the person has the methods that policy demands."""
    known = plan.known
    demanded = terms.policy.self_service.methods_required
    if known is None or not (changed or known.settled or known.methods >= demanded):
        return terms.now
    return terms.now + registration.hold_of(terms.policy, administrator=known.administrator)
