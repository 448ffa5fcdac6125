"""The shelf of verification methods, and what a verifier is given and gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from keyback.core.messages import Text
from keyback.core.ports.channels import Outgoing
from keyback.core.ports.world import Hasher, Random
from keyback.core.types import ContactKind, Enrolment, Instant, Span


@dataclass(frozen=True, slots=True)
class Tools:
    """What a verifier may use. `mac` is already bound to tenant, journey, challenge and purpose (COD-5)."""

    now: Instant
    random: Random
    hasher: Hasher
    bound_mac: "BoundMac"
    life: Span
    """How long an answer to this challenge may take, by policy."""
    letters: str
    """Two letters that page and message both show, so that a newer code is told from an older one."""


class BoundMac(Protocol):
    """A keyed hash for one challenge only."""

    def __call__(self, value: bytes) -> bytes:
        """32 bytes."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the person is to type: form fields as data, not HTML."""

    kind: str
    """`code` (digits), `recovery_code`, or for methods to come `waiting`, `webauthn`, `text`."""
    label: Text
    hint: Text
    length: int
    waits: bool = False
    """The verdict arrives by another door (push, vouching, voice): the page polls instead of asking."""
    public: Mapping[str, str] = field(default_factory=dict)
    """What the page must show to let the person answer (a push number, WebAuthn options)."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A challenge that was begun: what to keep, what to send."""

    state: bytes = b""
    """Kept in the challenge row; never holds the code itself, only its keyed hash (COD-8)."""
    deliver: Outgoing | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """The answer was right, for this enrolment."""

    enrolment: Enrolment
    counter: int | None = None
    """If set, the enrolment's counter must move up to it, by compare-and-set, or the answer is wrong (TOT-1)."""
    spends: bool = False
    """The enrolment itself is used up by this (a recovery code)."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """It was not. Nobody is told why."""


Verdict = Right | Wrong


@dataclass(frozen=True, slots=True)
class Registration:
    """A method about to be registered: its secrets, and how to show them to their owner, once."""

    secrets: tuple[bytes, ...]
    """What to keep: one enrolment for each, whose slot is the position (ten for recovery codes, else one)."""
    label: str
    show: Mapping[str, str]
    """What the owner needs: `uri` and `key` for an authenticator, `codes` for recovery codes."""


class Method(Protocol):
    """A way to prove who you are. One file on the shelf `methods/`, holding all that is special about it.

    A decoy or a person without it passes `enrolled=()`: `begin` and `check` then do the same work, of the same
    shape and cost, and `check` answers `Wrong`.
    """

    name: str
    """Permanent, as policy and evidence write it: `totp`, `email_code`, ..."""
    audit_name: str
    """As Entra's audit log words it: `mobile app code`, `email`, `mobile SMS`."""
    rank: int
    """Place on the page, strongest first: lower is stronger."""
    contact_kind: ContactKind | None
    """If set, its enrolments are the person's confirmed contacts of this kind."""
    slow: bool
    """Checking costs an Argon2: the charge is committed first, and the check runs outside a transaction."""
    timed: bool
    """What is right follows from the time: it stops while nobody knows the time (TOT-5)."""
    messages: Mapping[str, str]
    """Its sentences: `method.<name>.title`, `.about`, `.sent`, `.ask`, `.hint`, and those of its messages."""

    def ask(self, letters: str, state: bytes) -> Ask:
        """What to type for an open challenge, as often as its page is shown; `letters` are those of its message."""

    def begin(self, enrolled: Sequence[Enrolment], tools: Tools) -> Opening:
        """Open a challenge. With several enrolments the first, or all, as the method likes."""

    def check(self, enrolled: Sequence[Enrolment], state: bytes, answer: str, tools: Tools) -> Verdict:
        """Judge an answer, in constant time, against what `begin` kept. Raises nothing: odd answers are wrong."""

    def trust_roots(self, enrolment: Enrolment) -> frozenset[str]:
        """What an attacker must control to pass (core.rules.assurance)."""

    def masked(self, enrolment: Enrolment) -> str:
        """How its owner recognises it after the first gate: `a***@example.org`, `+49 ... 09`."""

    def register_begin(self, account: str, issuer: str, random: Random, hasher: Hasher) -> Registration:
        """Fresh secrets, for methods that Keyback makes them for. Costs one Argon2 for each if the method is slow.

        Raises `Broken` where `contact_kind` is set: contacts are confirmed, not registered.
        """

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        """Prove that the owner has it: the counter to start from, or None when wrong (TOT-4)."""
