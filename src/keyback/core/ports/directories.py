"""Where passwords live."""

from dataclasses import dataclass
from typing import Protocol

from keyback.core.messages import Text
from keyback.core.types import DirectoryKind, Person


@dataclass(frozen=True, slots=True)
class Preflight:
    """Whether a new password could be written now; `text` says why not and when it will (decisions 13)."""

    possible: bool
    text: Text | None = None


class Directory(Protocol):
    """Where passwords live. Written against the own directory, Active Directory and OpenLDAP."""

    kind: DirectoryKind

    def can_write(self, person: Person) -> Preflight:
        """Looks, and changes nothing."""

    def verify(self, person: Person, password: str) -> bool:
        """One check of a password, outside any transaction. Unknown or unset: same work, False."""
