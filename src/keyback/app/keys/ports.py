"""What rotating needs: the file with the master keys, and what lies under them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from keyback.core.events import Event
from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class Count:
    """So many values of one purpose (`contact.value`) lie under this version; 0 is what is no sealed value."""

    purpose: str
    version: int
    count: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some rows."""

    moved: int
    unreadable: tuple[str, ...]
    """Rows whose seal does not hold; they are left as they are."""
    last: tuple[Any, ...] | None
    """Where to go on; None: there is nothing more."""


class Ring(Protocol):
    """The key file."""

    @property
    def versions(self) -> tuple[int, ...]: ...
    @property
    def made(self) -> Mapping[int, str]: ...
    def add(self, now: Instant) -> int:
        """A new version; it seals nothing yet."""

    def drop(self, version: int) -> None: ...


class Vault(Protocol):
    """What lies under the keys."""

    purposes: tuple[str, ...]
    shared: bool
    """Whether several servers may use it, each with its own copy of the key file."""

    @property
    def active(self) -> int: ...
    def since(self) -> Instant: ...
    def now(self) -> Instant: ...
    def counts(self) -> Sequence[Count]: ...
    def tell(self, event: Event) -> None: ...
    def activate(self, version: int, event: Event) -> None: ...
    def batch(self, purpose: str, after: tuple[Any, ...] | None) -> Batch: ...
    def retire(self, version: int, event: Event) -> Sequence[Count]: ...
