"""The helpdesk's rows: caller checks, help requests, approvals by a second person (decisions 21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from keyback.core.types import Instant


class CaseState(StrEnum):
    """How a caller check stands; an open one past its end is expired."""

    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Case:
    """One caller check: the operator reads the number out, the caller proves who they are at `/call`."""

    id: str
    number: str
    """Six digits; no two open cases have the same."""
    person: str
    operator: str
    opened_at: Instant
    expires_at: Instant
    state: CaseState = CaseState.OPEN
    journey: str = ""
    """The attempt at `/call` that belongs to it."""
    method: str = ""
    """What the caller proved it with."""
    decided_at: Instant | None = None


class Cases(Protocol):
    """Caller checks. At most one is open per person."""

    def open(self, case: Case) -> bool:
        """False: somebody else has this number or this person at this moment."""

    def by_id(self, case: str) -> Case | None: ...
    def by_number(self, number: str, now: Instant) -> Case | None:
        """The open one that has not expired."""

    def of_person(self, person: str, now: Instant) -> Case | None:
        """The newest of this person, whatever its state."""

    def of_journey(self, journey: str) -> Case | None: ...
    def attach(self, case: str, journey: str, now: Instant) -> bool:
        """The attempt that may decide it: `where open and not expired`; the newest attempt counts."""

    def decide(self, journey: str, state: CaseState, method: str, now: Instant) -> bool:
        """`where open and not expired and of this attempt`; one conditional write."""

    def close(self, person: str, now: Instant) -> None:
        """End the open one of this person, undecided."""


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """Somebody asked for help at the portal, unverified."""

    id: str
    person: str
    kind: str
    """`contact` or `none_usable` ("I can use none of these")."""
    source: str
    opened_at: Instant
    closed_at: Instant | None = None
    closed_by: str = ""
    why: str = ""


class HelpRequests(Protocol):
    """The queue. At most one is open per person."""

    def open(self, one: HelpRequest) -> bool:
        """False: one is open already; `none_usable` takes the place of `contact` in it."""

    def waiting(self, count: int) -> Sequence[HelpRequest]:
        """Open ones, oldest first."""

    def count(self) -> int: ...
    def by_id(self, request: str) -> HelpRequest | None: ...
    def close(self, request: str, actor: str, why: str, now: Instant) -> bool: ...
    def open_of(self, person: str) -> HelpRequest | None: ...


@dataclass(frozen=True, slots=True)
class Approval:
    """What an operator may do without a caller check once a second person agrees."""

    id: str
    action: str
    """`temporary_password`, `access_pass`, ... (`app.helpdesk.basis.Action`)."""
    person: str
    asked_by: str
    why: str
    asked_at: Instant
    expires_at: Instant
    decided_by: str = ""
    decided_at: Instant | None = None
    granted: bool = False
    used_at: Instant | None = None


class Approvals(Protocol):
    """Requests to a second person."""

    def ask(self, one: Approval) -> None: ...
    def by_id(self, approval: str) -> Approval | None: ...
    def waiting(self, now: Instant, count: int) -> Sequence[Approval]:
        """Undecided and not expired, oldest first."""

    def of_person(self, person: str, now: Instant) -> Sequence[Approval]:
        """Not expired and not used, newest first."""

    def decide(self, approval: str, by: str, now: Instant, *, granted: bool) -> bool:
        """`where undecided and not expired`; one conditional write."""

    def use(self, approval: str, operator: str, now: Instant) -> bool:
        """`where granted, unused, not expired and asked by this operator`; one conditional write."""
