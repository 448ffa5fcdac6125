"""What people registered, the writing side: contacts and enrolments (security info)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from keyback.core.types import ContactKind, Instant


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to add; `confirmed_how` empty: a hint."""

    id: str
    person: str
    kind: ContactKind
    value: str
    confirmed_how: str
    usable_from: Instant
    vouched_by: str = ""
    """Who said that it is theirs, where an administrator took it so."""


@dataclass(frozen=True, slots=True)
class NewEnrolment:
    """A method's secret to keep."""

    id: str
    person: str
    method: str
    secret: bytes
    label: str
    slot: int
    counter: int
    usable_from: Instant


class SecurityInfo(Protocol):
    """Writes about contacts and enrolments, within one unit. Whoever writes holds the person."""

    def fingerprint(self, value: str) -> bytes:
        """Keyed fingerprint of an address or number."""

    def owners(self, value: str) -> Sequence[str]:
        """Ids of all who have this address or number."""

    def add_contacts(self, contacts: Sequence[NewContact]) -> None: ...
    def confirm(self, contact: str, how: str, usable_from: Instant, vouched_by: str = "") -> None: ...
    def confirm_again(self, contact: str) -> None:
        """Proven anew; since when it may be used stays as it is."""

    def replace(self, old: str, new: str, ends_at: Instant | None = None) -> None:
        """The new contact stands in the place of the old one, which serves recovery until `ends_at`; None: no more."""

    def remove_contact(self, contact: str) -> None: ...
    def contact_value(self, contact: str) -> str:
        """Unsealed; only for a notice to a contact that is being replaced."""

    def prefer_contact(self, person: str, contact: str) -> None:
        """Of the person's contacts of its kind, this one is the preferred one."""

    def used_contact(self, contact: str) -> None:
        """It proved its owner now."""

    def add_enrolments(self, enrolments: Sequence[NewEnrolment]) -> None: ...
    def remove_enrolments(self, person: str, method: str) -> int:
        """How many there were."""

    def remove_enrolment(self, person: str, enrolment: str) -> bool:
        """One of them; false: not there. One conditional write."""
