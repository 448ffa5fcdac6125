"""Rows as values, where core has no type of its own for them."""

from dataclasses import dataclass

from keyback.core.types import Instant, Span


@dataclass(frozen=True, slots=True)
class Challenge:
    """One question put to one journey. At most one is open per journey."""

    id: str
    journey: str
    gate: int
    method: str
    enrolment: str
    """Chosen destination; empty means the method's default."""
    destination: bytes
    """Keyed fingerprint of where the code went; empty where none is sent."""
    state: bytes
    letters: str
    begun_at: Instant
    expires_at: Instant
    tries_left: int
    used_at: Instant | None
    superseded: bool


@dataclass(frozen=True, slots=True)
class Charge:
    """One limit to charge: at most `budget` within `window`, for this key."""

    limit: str
    key: str
    budget: int
    window: Span
    pause: Span = 0
    """How long it stays shut once the budget is spent; 0: until the window ends."""
    amount: int = 1
    """How much of the budget this deed takes; one that would go beyond it is refused."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A person's password in the own directory; hashes only."""

    encoded: str
    history: tuple[str, ...]
    """Older hashes, newest first."""
    set_at: Instant
    must_change: bool
    not_after: Instant | None
    """When an initial or temporary password dies."""
    version: int
    compromised_at: Instant | None = None
    """Since when its owner says that somebody else set it; it signs in nowhere."""


@dataclass(frozen=True, slots=True)
class Beat:
    """How often something happened in a span, counted by five minutes."""

    total: int
    busiest: int
    """In the five minutes that had most."""
    counted: int
    """How many five minutes had any."""
