"""Browsers that are signed in or on their way there, what they are asked, and what lets people in beside a password."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from keyback.core.types import Instant


class SessionKind(StrEnum):
    """How far a browser is. None stands in for another: each page asks for the kind that it serves."""

    FACTOR = "factor"
    """The password was right; a second proof is missing."""
    INTERRUPTED = "interrupted"
    """All factors are there; something must be done before the rest is open: a new password, registration."""
    PORTAL = "portal"
    """Signed in."""
    ADMIN = "admin"
    """Signed in at the admin centre: by somebody who holds a role, with two factors (ADM-3)."""


class Door(StrEnum):
    """Through which of the two faces somebody signs in."""

    PORTAL = "portal"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Session:
    """One browser of one person."""

    id: str
    """To name it by in lists; worth nothing as a cookie."""
    person: str
    generation: int
    kind: SessionKind
    methods: str
    """Names of what was proven, joined by `+`: `password+totp`."""
    began_at: Instant
    seen_at: Instant
    ends_at: Instant
    address: str
    client: str
    label: str = ""
    """What its owner calls it."""
    password_at: Instant = 0
    """When the password, or the access pass, was last right."""
    proved_at: Instant = 0
    """When the strongest proof so far was given."""
    proved_with: int = 0
    """How strong that proof is (`core.rules.strength`)."""
    access_pass: str = ""
    """Id of the pass by which it was opened, or empty."""
    wanted: str = ""
    """Which page was asked for, before which its owner must prove again who they are."""


@dataclass(frozen=True, slots=True)
class SessionChallenge:
    """One question put to one session. At most one is open per session; its value never changes (REG-4)."""

    id: str
    session: str
    """Id of the session."""
    person: str
    purpose: str
    """What a right answer is good for (`app.sign_in.proving.For`), and for nothing else."""
    method: str
    enrolment: str
    """Which of several; empty: the method's default, or something that is not registered yet."""
    replaces: str
    """Id of the contact in whose place the new one will stand, or empty."""
    destination: bytes
    """Keyed fingerprint of where the code went; empty where none is sent."""
    state: bytes
    payload: bytes
    """What is being registered: an address, a number, a secret; sealed in the store."""
    letters: str
    begun_at: Instant
    expires_at: Instant
    tries_left: int
    used_at: Instant | None = None
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class AccessPass:
    """A temporary access pass (decisions 27)."""

    id: str
    person: str
    mark: bytes
    """Keyed hash of what is written on it, bound to its id."""
    generation: int
    starts_at: Instant
    expires_at: Instant
    once: bool
    """Good for one registration session."""
    checked: bool
    """Issued after a passed caller check, so that it opens security info after a recovery (decisions 26)."""
    tries_left: int
    issued_by: str
    issued_at: Instant
    why: str
    used_at: Instant | None = None


class Sessions(Protocol):
    """`token` is the keyed hash of what the cookie holds."""

    def insert(self, token: bytes, session: Session) -> None: ...
    def of(self, token: bytes, now: Instant) -> Session | None:
        """If it is alive and carries the person's present generation (SES-3, SES-5)."""

    def all_of(self, person: str, now: Instant) -> Sequence[Session]: ...
    def move(self, before: bytes, token: bytes, session: Session) -> bool:
        """The same session as it is from now on, under another name (SES-1); one conditional write."""

    def seen(self, token: bytes, now: Instant) -> None: ...
    def want(self, token: bytes, page: str) -> None:
        """Where to go on once that is proven."""

    def name(self, person: str, session: str, label: str) -> bool: ...
    def end(self, token: bytes) -> None: ...
    def end_one(self, person: str, session: str) -> bool: ...
    def end_all(self, person: str) -> None: ...
    def end_others(self, person: str, but: str) -> int:
        """All but the one of this id; how many there were."""


class SessionChallenges(Protocol):
    """Questions put to sessions."""

    def insert(self, one: SessionChallenge) -> None: ...
    def open(self, session: str) -> SessionChallenge | None: ...
    def supersede(self, session: str) -> None: ...
    def end_all(self, person: str) -> None: ...
    def superseded(self, session: str, purpose: str, method: str, now: Instant) -> Sequence[SessionChallenge]: ...
    def charge_try(self, challenge: str, now: Instant) -> bool: ...
    def give_back_try(self, challenge: str) -> None: ...
    def consume(self, challenge: str, now: Instant) -> bool: ...


class Passes(Protocol):
    """Temporary access passes."""

    def issue(self, one: AccessPass, now: Instant) -> None:
        """In place of the person's live one."""

    def live(self, person: str, now: Instant) -> AccessPass | None:
        """Also before it starts."""

    def checked(self, access_pass: str) -> bool:
        """Whether it was issued after a passed caller check, used up or not."""

    def charge_try(self, access_pass: str, now: Instant) -> bool: ...
    def give_back_try(self, access_pass: str) -> None: ...
    def use(self, access_pass: str, now: Instant) -> bool:
        """One conditional write; true once, if the pass is good for one use."""

    def renew(self, access_pass: str, generation: int) -> None: ...
    def end(self, person: str, now: Instant) -> bool: ...


class Guesses(Protocol):
    """The last wrong passwords of an account, existing or not, as keyed hashes."""

    def last(self, account: str) -> Sequence[tuple[Instant, bytes]]:
        """Newest first."""

    def keep(self, account: str, guesses: Sequence[tuple[Instant, bytes]], now: Instant) -> None: ...
    def forget(self, account: str) -> None: ...
