"""The set of passwords that were stolen elsewhere, imported onto this host (PWD-4)."""

from enum import StrEnum
from typing import Protocol

from keyback.core.types import Instant


class Gap(StrEnum):
    """Why there is no such set to rely on (PWD-5)."""

    MISSING = "missing"
    DAMAGED = "damaged"
    STALE = "stale"


class BreachedList(Protocol):
    """One imported set, as it was imported; it never changes."""

    @property
    def kind(self) -> str:
        """Hash that its source is made of: `sha1` or `ntlm`."""

    @property
    def count(self) -> int: ...
    @property
    def source_at(self) -> Instant:
        """When the source was written."""

    @property
    def imported_at(self) -> Instant: ...
    def __contains__(self, password: object) -> bool:
        """Exactly as it is written here. No disk is waited for but the first time."""


class Breached(Protocol):
    """Where that set is kept. Nothing of a password ever leaves the host."""

    def current(self) -> BreachedList | Gap:
        """The newest set that passed its checks, also when it was imported since the last call."""

    def examine(self, most: int) -> bool:
        """Compare up to `most` more bytes of it with its checksum; a set that fails is dropped. Whether it has been
        through the whole set."""


class NoList:
    """Implements `Breached` where none was imported."""

    def current(self) -> BreachedList | Gap:
        """Missing."""
        return Gap.MISSING

    def examine(self, most: int) -> bool:  # noqa: ARG002 - the port's shape
        """Nothing to examine."""
        return True
