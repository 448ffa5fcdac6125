"""What core and app need from outside, in the domain's words. Each has one real, small implementation in
`src/` that tests use too: the in-memory SQLite store, the fixed clock, the screen channel.

Errors: every port raises `core.errors` only. A method never sees a request and never opens a connection.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from keyback.core.events import Event
from keyback.core.journey import Evidence, Journey
from keyback.core.messages import Text
from keyback.core.policy import Document, InForce
from keyback.core.rules.readiness import Likes, Standing
from keyback.core.types import Contact, ContactKind, DirectoryKind, Enrolment, Instant, Person, PersonKind, Span


class Clock(Protocol):
    """The only source of time."""

    follows_database: bool
    """Whether a database that several nodes share is asked for its time instead (decisions 31)."""

    def now(self) -> Instant:
        """Unix milliseconds."""


class Random(Protocol):
    """The only source of chance, from the operating system (COD-1)."""

    def bytes(self, count: int) -> bytes:
        """`count` random bytes."""

    def digits(self, count: int) -> str:
        """A code of `count` decimal digits, uniform, leading zeros kept (COD-2)."""

    def id(self) -> str:
        """A new 128-bit id, 32 hexadecimal characters."""


class Hasher(Protocol):
    """Passwords and recovery codes: Argon2id behind a bounded semaphore (PWD-7, DOS-1)."""

    def hash(self, secret: str) -> str:
        """Encoded hash. Raises `Busy` when too many are waiting."""

    def verify(self, encoded: str, secret: str) -> bool:
        """Whether it matches. Exactly one Argon2 operation whatever `encoded` is; an empty one never matches."""


class Sealer(Protocol):
    """Encryption at rest and keyed hashes, under keys that the database does not hold (CRY-1, CRY-2)."""

    def seal(self, plain: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """Ciphertext bound to exactly this place."""

    def open(self, sealed: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """The plaintext. Raises `Broken` when it was made for another place or altered."""

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """32-byte keyed hash of the parts, each with its length, under this purpose's own key (CRY-4)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient, before it is put into words."""

    channel: str
    """`email` or `sms`."""
    template: str
    """Message template id, such as `mail.code` or `notice.password_reset`."""
    values: Mapping[str, str | int]
    to: str
    """Address or number; empty for a decoy, which goes nowhere."""
    language: str = ""


# --- methods ---------------------------------------------------------------------------------------------------


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


# --- directories -----------------------------------------------------------------------------------------------


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


# --- channels --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, ready to go to one recipient."""

    id: str
    """Idempotency key: the same letter sent twice is one message (F15)."""
    to: str
    subject: str
    text: str
    html: str
    """Empty where the channel carries plain text only."""
    language: str
    sender_name: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider has taken it; `reference` is its own name for the message."""

    reference: str


class DeliveryFailed(Exception):
    """Not delivered. `for_ever`: trying again cannot help. `why` is for administrators and holds no secret."""

    def __init__(self, why: str, *, for_ever: bool = False, doubt: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_ever = for_ever
        self.doubt = doubt
        """It may have been sent: repeat at most once, with the same idempotency key (F15)."""


class Channel(Protocol):
    """A way to reach people. One file on the shelf `channels/`."""

    name: str
    """`email` or `sms`."""

    def send(self, letter: Letter) -> Receipt:
        """Blocks until the provider took it. Raises `DeliveryFailed`; opens and closes its own connections."""

    def close(self) -> None:
        """Give back connections."""


# --- the store -------------------------------------------------------------------------------------------------


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


class People(Protocol):
    """People and how to reach them. Look-up by exact canonical form only (IDN-2)."""

    def by_canonical(self, canonical: str, now: Instant) -> Person | None: ...
    def by_id(self, person: str, now: Instant) -> Person | None: ...
    def lock(self, person: str, now: Instant) -> Person | None:
        """As `by_id`, and nobody else may change the row until this unit ends."""

    def contacts(self, person: str) -> Sequence[Contact]: ...
    def enrolments(self, person: str) -> Sequence[Enrolment]:
        """Active ones of methods that have a secret of their own."""

    def raise_generation(self, person: str, now: Instant) -> int: ...
    def advance(self, enrolment: str, counter: int, now: Instant) -> bool:
        """Compare-and-set of the counter, upward only; one conditional write."""

    def spend(self, enrolment: str, now: Instant) -> bool:
        """Use up a single-use enrolment; one conditional write."""

    def replace_enrolments(self, new: Enrolment, now: Instant) -> None:
        """Keep `new` in place of every active enrolment of its method."""

    def credential(self, person: str, history: int) -> Credential | None:
        """With as many older hashes as a history of that length needs."""

    def set_credential(self, person: str, new: Credential, now: Instant, *, keep: str = "") -> bool:
        """Conditional on `new.version`, the version that was read (0: none). `keep` is the hash it replaces."""

    def holders(self, role: str, count: int) -> Sequence[str]:
        """Ids of enabled people who hold a role, directly or through groups."""


class Journeys(Protocol):
    """Journeys, challenges, evidence."""

    def insert(self, journey: Journey, browser: bytes) -> None: ...
    def by_browser(self, browser: bytes) -> Journey | None: ...
    def by_id(self, journey: str) -> Journey | None: ...
    def update(self, journey: Journey, expected_version: int) -> bool:
        """Conditional on the version that was read."""

    def end_others(self, person: str, but: str) -> None: ...
    def insert_challenge(self, challenge: Challenge) -> None: ...
    def open_challenge(self, journey: str) -> Challenge | None: ...
    def supersede(self, journey: str) -> None: ...
    def superseded(self, journey: str, method: str, now: Instant) -> Sequence[Challenge]: ...
    def charge_try(self, challenge: str, now: Instant) -> bool:
        """`tries - 1 where tries > 0 and not used and not expired and not superseded`; before any comparison."""

    def consume(self, challenge: str, now: Instant) -> bool:
        """`used where not used and not expired and not superseded`; one conditional write (COD-4)."""

    def add_evidence(self, journey: str, evidence: Evidence) -> None: ...
    def spend_evidence(self, journey: str, challenge: str, not_before: Instant, now: Instant) -> bool:
        """`spent where not spent and fresh`."""


class Throttles(Protocol):
    """The one limiter primitive."""

    def charge(self, charge: Charge, now: Instant) -> Instant | None:
        """None when allowed, else the time at which it opens again. One conditional write, before the deed."""

    def used(self, limit: str, key: str, window: Span, now: Instant) -> int:
        """How much of a budget is used in the present window."""

    def give_back(self, charge: Charge) -> None:
        """A charged try that turned out right was no failure."""

    def clear(self, limit: str, key: str) -> None: ...


class Outbox(Protocol):
    """Messages written with the change and sent after it."""

    def put(self, message: Outgoing, urgency: int, not_after: Instant, now: Instant) -> str: ...


class Policies(Protocol):
    """Policy documents; groups in them are ids."""

    def in_force(self) -> InForce | None: ...
    def document(self, version: int) -> Document | None: ...
    def history(self, count: int) -> Sequence[Document]:
        """Newest first."""

    def append(self, document: Document) -> bool:
        """Conditional: false if its version does not follow the newest one at once."""

    def groups(self) -> Mapping[str, str]:
        """Names of all groups by id."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to name in a list."""

    id: str
    upn: str
    display_name: str


class Readiness(Protocol):
    """Derived rows that tell what people hold (`core.rules.readiness`)."""

    def put(self, rows: Sequence[tuple[str, Standing]]) -> None:
        """By person id; makes or replaces."""

    def of(self, person: str) -> Standing | None: ...
    def due(self, now: Instant, count: int) -> Sequence[str]:
        """People whose hold has ended since their row was made."""

    def everybody(self, after: str, count: int) -> Sequence[str]:
        """Ids of people in order, from the one after `after` on."""

    def classes(self, groups: Sequence[str], now: Instant) -> Sequence[tuple[Likes, int]]:
        """How many people there are of each class that these groups tell apart."""

    def administrators(self, groups: Sequence[str], now: Instant) -> Sequence[tuple[Candidate, Likes]]:
        """All of them, with the class of each."""


class Sessions(Protocol):
    """Signed-in browsers. `token` is the keyed hash of what the cookie holds."""

    def insert(self, token: bytes, person: Person, now: Instant, *, methods: str, address: str, client: str) -> None: ...
    def person_of(self, token: bytes, now: Instant) -> str | None:
        """The person's id, if the session is alive and carries the person's present generation (SES-3)."""

    def seen(self, token: bytes, now: Instant) -> None: ...
    def end(self, token: bytes) -> None: ...
    def end_all(self, person: str) -> None: ...


@dataclass(frozen=True, slots=True)
class SetupLink:
    """A one-time link with which an administrator sets a password and an authenticator (`init`, `rescue`)."""

    person: str
    purpose: str
    generation: int
    expires_at: Instant
    secret: bytes
    """The authenticator secret that this link offers."""


class Links(Protocol):
    """One-time links; only a keyed hash of the token is kept."""

    def insert(self, token: bytes, link: SetupLink, now: Instant) -> None: ...
    def alive(self, token: bytes, now: Instant) -> SetupLink | None: ...
    def use(self, token: bytes, now: Instant) -> bool:
        """`used where not used and not expired`; one conditional write (COD-4)."""

    def void(self, person: str, now: Instant) -> None:
        """Use up all links of a person."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """The organisation."""

    id: str
    name: str
    zone: str
    """IANA time zone in which times are shown."""
    language: str
    had_administrator: bool
    """Once true, the first-administrator path is gone for ever (ADM-7)."""


class Tenants(Protocol):
    """The organisation and its domains."""

    def the_one(self) -> Tenant | None: ...
    def insert(self, tenant: Tenant, now: Instant) -> None:
        """Also starts the audit chain."""

    def add_domain(self, name: str) -> None: ...
    def domains(self) -> Sequence[str]: ...
    def claim_first_administrator(self) -> bool:
        """True once; one conditional write (ADM-7)."""


class Unit(Protocol):
    """One transaction of one tenant. Everything in it happens, or nothing does."""

    @property
    def tenant(self) -> str: ...
    @property
    def now(self) -> Instant: ...
    @property
    def people(self) -> People: ...
    @property
    def journeys(self) -> Journeys: ...
    @property
    def throttles(self) -> Throttles: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def readiness(self) -> Readiness: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def links(self) -> Links: ...
    @property
    def tenants(self) -> Tenants: ...
    def audit(self, event: Event) -> None:
        """Append to the chain; the head row is taken last, at commit."""


class Store(Protocol):
    """The only door to what Keyback remembers. Raises `Unavailable` when it cannot be reached."""

    def reading(self) -> AbstractContextManager[Unit]:
        """A unit that looks."""

    def writing(self) -> AbstractContextManager[Unit]:
        """A unit that changes; commits when left without an error."""


__all__ = [
    "Ask", "BoundMac", "Candidate", "Challenge", "Channel", "Charge", "Clock", "Contact", "Credential", "DeliveryFailed",
    "Directory", "Enrolment", "Hasher", "Journeys", "Letter", "Method", "Opening", "Outbox", "Outgoing", "People",
    "PersonKind", "Policies", "Preflight", "Random", "Readiness", "Receipt", "Registration", "Right", "Sealer", "Sessions",
    "Store", "Throttles", "Tools", "Unit", "Verdict", "Wrong",
]
