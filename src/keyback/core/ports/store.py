"""What Keyback remembers: one unit of work, and a repository for each noun."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from keyback.core.events import Event
from keyback.core.journey import Evidence, Journey
from keyback.core.policy import Document, InForce
from keyback.core.ports.channels import Outgoing
from keyback.core.ports.desk import Approvals, Cases, HelpRequests
from keyback.core.ports.incidents import Incidents
from keyback.core.ports.info import SecurityInfo
from keyback.core.ports.listing import Brandings, HeldRoles, Listing, LogLines, Stood, Uploads, Walk
from keyback.core.ports.records import Beat, Challenge, Charge, Credential
from keyback.core.ports.sessions import Guesses, Passes, SessionChallenges, Sessions
from keyback.core.rules.readiness import Likes, Standing
from keyback.core.types import Contact, Enrolment, Instant, Person, Span, Upkeep


class People(Protocol):
    """People and how to reach them. Look-up by exact canonical form only (IDN-2)."""

    def by_canonical(self, canonical: str, now: Instant) -> Person | None: ...
    def by_id(self, person: str, now: Instant) -> Person | None: ...
    def hold(self, person: str) -> None:
        """Nobody else may change this person until this unit ends (RAC-2)."""

    def contacts(self, person: str) -> Sequence[Contact]: ...
    def enrolments(self, person: str, method: str = "") -> Sequence[Enrolment]:
        """Active ones of methods that have a secret of their own; of one of them if given."""

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

    def expiring(self, after: Instant, until: Instant, count: int) -> Sequence[tuple[str, Instant]]:
        """Whose passwords were set in this span and were not warned of yet, and when."""

    def warned(self, person: str, set_at: Instant, now: Instant) -> bool:
        """Once for each password; one conditional write."""

    def renew_hash(self, person: str, encoded: str, version: int) -> bool:
        """The same password, hashed anew; conditional on the version that was read, which stays."""

    def keep(self, person: str, upkeep: Upkeep, now: Instant) -> None:
        """How registration stands with this person, who is held."""

    def latch(self, person: str, now: Instant) -> None:
        """There is all that policy demands, for the first time; nothing where that was noted before."""

    def freeze(self, person: str, now: Instant) -> bool:
        """Close recovery for this person; false: it was closed already."""

    def unfreeze(self, person: str) -> bool:
        """Open it again; false: it was open."""

    def compromise(self, person: str, now: Instant) -> bool:
        """The present password signs in nowhere any more, until another takes its place (decisions 16)."""

    def holders(self, role: str, count: int) -> Sequence[str]:
        """Ids of enabled people who hold a role, directly or through groups."""


class Journeys(Protocol):
    """Journeys, challenges, evidence."""

    def insert(self, journey: Journey, browser: bytes) -> None: ...
    def by_browser(self, browser: bytes) -> Journey | None: ...
    def by_id(self, journey: str) -> Journey | None: ...
    def update(self, journey: Journey, expected_version: int) -> bool:
        """Conditional on the version that was read."""

    def renew(self, journey: str, browser: bytes) -> None: ...
    def run_out(self, now: Instant, count: int) -> Sequence[Journey]:
        """Some whose time is up and that nobody has ended yet, oldest first."""

    def end_others(self, person: str, but: str) -> None: ...
    def proven(self, person: str, now: Instant) -> Sequence[Journey]:
        """Live ones of this person that are past their first gate, oldest first."""

    def sources(self, account: str) -> Sequence[str]:
        """Addresses from which journeys at this account began, as far as they are kept."""

    def insert_challenge(self, challenge: Challenge) -> None: ...
    def open_challenge(self, journey: str) -> Challenge | None: ...
    def supersede(self, journey: str) -> None: ...
    def superseded(self, journey: str, method: str, now: Instant) -> Sequence[Challenge]: ...
    def charge_try(self, challenge: str, now: Instant) -> bool:
        """`tries - 1 where tries > 0 and not used and not expired and not superseded`; before any comparison."""

    def give_back_try(self, challenge: str) -> None:
        """A charged try that was not judged."""

    def consume(self, challenge: str, now: Instant) -> bool:
        """`used where not used and not expired and not superseded`; one conditional write (COD-4)."""

    def add_evidence(self, journey: str, evidence: Evidence) -> None: ...
    def spend_evidence(self, journey: str, challenge: str, not_before: Instant, now: Instant) -> bool:
        """`spent where not spent and fresh`."""


class Throttles(Protocol):
    """The one limiter primitive."""

    def charge(self, charge: Charge, now: Instant) -> Instant | None:
        """None when allowed, else the time at which it opens again. One conditional write, before the deed."""

    def take(self, charge: Charge, now: Instant) -> int:
        """The same, for when nobody is told when it opens: how much is used with this charge; 0 when refused."""

    def paused_until(self, charge: Charge) -> Instant:
        """When the pause of this limit ends, or ended; 0: it never had one."""

    def opens_at(self, charge: Charge, now: Instant) -> Instant:
        """When it would be allowed; `now` or before: it is. Nothing is used up."""

    def used(self, charge: Charge, now: Instant) -> int:
        """How much of a budget is used in the present window."""

    def give_back(self, charge: Charge) -> None:
        """A charged try that turned out right was no failure."""

    def clear(self, charge: Charge) -> bool:
        """Forget one counter; whether there was one."""

    def forget(self, charge: Charge) -> None:
        """The same, when nobody asks whether there was one."""

    def paused(self, limit: str, now: Instant) -> int:
        """How many counters of this limit are shut now."""


class Pulse(Protocol):
    """What happens, counted by five minutes, and figures that are worked out from it."""

    def beat(self, name: str) -> None:
        """One more of these."""

    def within(self, name: str, since: Instant, until: Instant) -> Beat: ...
    def figures(self) -> Mapping[str, tuple[int, Instant]]:
        """Every figure, with the time at which it was set."""

    def set_figure(self, name: str, value: int) -> None: ...


class Outbox(Protocol):
    """Messages written with the change and sent after it."""

    def put(self, message: Outgoing, urgency: int, not_after: Instant, now: Instant) -> str: ...
    def late(self, before: Instant) -> int:
        """How many messages were written before then and still wait."""

    def lost(self, since: Instant) -> int:
        """How many were given up since then."""


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

    def classes(self, groups: Sequence[str], now: Instant, since: Instant = 0) -> Sequence[tuple[Likes, int]]:
        """How many people there are of each class that these groups tell apart; due is who confirmed by `since`."""

    def members(
        self, like: Likes, groups: Sequence[str], now: Instant, since: Instant, count: int
    ) -> Sequence[Candidate]:
        """People of one of these classes, those first who confirmed longest ago."""

    def administrators(self, groups: Sequence[str], now: Instant) -> Sequence[tuple[Candidate, Likes]]:
        """All of them, with the class of each."""

    def page(
        self, groups: Sequence[str], now: Instant, since: Instant, after: str, count: int
    ) -> Sequence[tuple[Candidate, Likes]]:
        """Everybody in order of id, from the one after `after` on, with the class of each."""

    def walk(self, walk: Walk, now: Instant) -> Sequence[Stood]:
        """The next rows, in the order of their classes; those who confirmed longest ago come first."""


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
    def apart(self) -> Span:
        """How much the database's clock is ahead of this server's (decisions 31)."""

    @property
    def people(self) -> People: ...
    @property
    def journeys(self) -> Journeys: ...
    @property
    def throttles(self) -> Throttles: ...
    @property
    def pulse(self) -> Pulse: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def readiness(self) -> Readiness: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def session_challenges(self) -> SessionChallenges: ...
    @property
    def passes(self) -> Passes: ...
    @property
    def guesses(self) -> Guesses: ...
    @property
    def info(self) -> SecurityInfo: ...
    @property
    def links(self) -> Links: ...
    @property
    def incidents(self) -> Incidents: ...
    @property
    def tenants(self) -> Tenants: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def help_requests(self) -> HelpRequests: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def listing(self) -> Listing: ...
    @property
    def held_roles(self) -> HeldRoles: ...
    @property
    def log(self) -> LogLines: ...
    @property
    def branding(self) -> Brandings: ...
    @property
    def uploads(self) -> Uploads: ...
    def audit(self, event: Event) -> None:
        """Append to the chain; the head row is taken last, at commit."""


class Store(Protocol):
    """The only door to what Keyback remembers. Raises `Unavailable` when it cannot be reached."""

    def reading(self) -> AbstractContextManager[Unit]:
        """A unit that looks."""

    def writing(self) -> AbstractContextManager[Unit]:
        """A unit that changes; commits when left without an error."""
