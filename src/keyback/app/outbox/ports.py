"""What delivering needs from the store: one waiting row at a time, held by a lease, and its outcome."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from keyback.core.ports import Outgoing
from keyback.core.types import Instant, Span


class State(StrEnum):
    """Of one message. All but the first are final."""

    WAITING = "waiting"
    SENT = "sent"
    EXPIRED = "expired"
    FAILED = "failed"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Leased:
    """A message that one courier, and nobody else, may send until `until`."""

    id: str
    outgoing: Outgoing
    urgency: int
    tries: int
    """Attempts begun, this one included."""
    doubts: int
    """Attempts that may have delivered it, or that were cut short: 0, 1 or 2."""
    created_at: Instant
    not_after: Instant
    until: Instant


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. With `State.WAITING` it is tried again from `not_before` on."""

    state: State
    why: str = ""
    receipt: str = ""
    not_before: Instant = 0
    doubt: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as administrators see it: never its text."""

    id: str
    channel: str
    template: str
    to: str
    state: State
    tries: int
    urgency: int
    created_at: Instant
    not_before: Instant
    not_after: Instant
    done_at: Instant | None
    receipt: str
    why: str


class Desk(Protocol):
    """The outbox as a courier sees it, inside a unit of work."""

    def lease(self, channel: str, now: Instant, span: Span) -> Leased | None:
        """The most urgent due message, or None. One conditional write."""

    def finish(self, leased: Leased, outcome: Outcome, masked: str, now: Instant) -> bool:
        """Record it, if the lease is still ours. A final state leaves nothing of the message but `masked`."""

    def shown(self, state: State | None, most: int) -> Sequence[Shown]:
        """Newest first; `to` may be in the clear."""

    def one_shown(self, message: str) -> Shown | None:
        """By its id, or the beginning of it if only one begins so."""

    def counts(self) -> dict[tuple[str, State], int]:
        """How many messages, by channel and state."""


class DeskUnit(Protocol):
    """One transaction with the outbox in it."""

    @property
    def now(self) -> Instant: ...
    @property
    def outbox(self) -> Desk: ...


class DeskStore(Protocol):
    """The store, as far as delivering goes."""

    def reading(self) -> AbstractContextManager[DeskUnit]: ...
    def writing(self) -> AbstractContextManager[DeskUnit]: ...
