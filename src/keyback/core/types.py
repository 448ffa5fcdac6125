"""The words of the field, as types. Times are whole milliseconds since 1970-01-01 UTC."""

from dataclasses import dataclass
from enum import StrEnum

Instant = int  # Unix time in milliseconds
Span = int  # milliseconds

SECOND: Span = 1_000
MINUTE: Span = 60 * SECOND
HOUR: Span = 60 * MINUTE
DAY: Span = 24 * HOUR


class Purpose(StrEnum):
    """What a journey may end in."""

    RESET = "reset"
    UNLOCK = "unlock"
    """The password stays; only what locks the account goes (decisions 14)."""
    OPEN = "open"
    """Not said yet which of the two: where the tenant allows unlocking, people choose after the user ID."""
    CALL = "call"
    """Nothing but to show the operator on the telephone who calls (decisions 21)."""


class DirectoryKind(StrEnum):
    """Where a person's password lives."""

    CLOUD = "cloud"
    ACTIVE_DIRECTORY = "active_directory"
    LDAP = "ldap"


class PersonKind(StrEnum):
    """Break-glass and service accounts never help themselves (decisions 3, REG-10)."""

    PERSON = "person"
    SERVICE = "service"
    BREAK_GLASS = "break_glass"


class ContactKind(StrEnum):
    """`PRIMARY` is the directory's own address: notices only, never a proof."""

    PRIMARY = "primary"
    EMAIL = "email"
    MOBILE = "mobile"
    OFFICE = "office"


class Disclosure(StrEnum):
    """How much the portal says before the first proof (decisions 1)."""

    PRIVATE = "private"
    GUIDED = "guided"


class Code(StrEnum):
    """The reasons a person is told, numbered as Entra numbers them where it has one."""

    DISABLED_FOR_ALL = "SSPR_0009"
    NO_WRITEBACK = "SSPR_0010"
    NO_POLICY = "SSPR_0011"
    OUT_OF_SCOPE = "SSPR_0013"
    TOO_FEW_METHODS = "SSPR_0014"
    FROZEN = "KEYBACK_0001"
    """Keyback's own: somebody reported a change, and recovery is closed (decisions 16)."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How registration stands with one person."""

    registered_at: Instant | None = None
    """Since when there is, for the first time, all that policy demanded; from then on new things wait (decisions 17)."""
    confirmed_at: Instant | None = None
    """When the person last said that it is all still right."""
    skips: int = 0
    """Sign-ins at which registration was put off."""
    again_at: Instant | None = None
    """When an administrator demanded that it is done anew; None: nobody did, or it is done."""
    recovered_at: Instant | None = None
    """When the last recovery was completed; security info is read-only for a while (decisions 26)."""
    preferred_method: str = ""
    """Which second factor is asked for first; empty: the strongest."""


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `generation` is what every session, journey and code carries; when it rises they die."""

    id: str
    tenant: str
    upn: str
    """User ID as it was given; shown to its owner."""
    canonical: str
    """User ID in the one form used for look-up (IDN-1)."""
    display_name: str
    given_name: str
    surname: str
    kind: PersonKind
    directory: DirectoryKind
    enabled: bool
    generation: int
    language: str
    """BCP 47, or empty for the tenant's."""
    roles: tuple[str, ...]
    """Effective role names, through groups and eligibility too."""
    groups: frozenset[str]
    """Ids of all groups the person is in, nested ones included."""
    frozen_at: Instant | None = None
    """Since when recovery is closed, because somebody reported a change (decisions 16)."""
    upkeep: Upkeep = Upkeep()
    deleted_at: Instant | None = None
    """Since when the account is deleted; it can be restored for a while and is disabled meanwhile."""
    role_scopes: frozenset[str] = frozenset()
    """Ids of the groups over whose people the roles are held; an empty one: the whole organisation."""


NOBODY = Person(
    "", "", "", "", "", "", "", PersonKind.PERSON, DirectoryKind.CLOUD, enabled=False, generation=0, language="",
    roles=(), groups=frozenset(),
)  # fmt: skip
"""Stands in where nobody is, so that the same work is done (ENU-2); has nothing and may nothing."""


@dataclass(frozen=True, slots=True)
class Contact:
    """An address or number, opened from its seal. Only a confirmed one past its hold receives recovery codes."""

    id: str
    person: str
    kind: ContactKind
    value: str
    """Mail address in canonical form, or E.164 with a leading `+`."""
    confirmed_at: Instant | None
    confirmed_how: str
    """`code`, `admin`, `import` (trusted by the tenant), or empty while it is a hint."""
    usable_from: Instant
    preferred: bool
    added_at: Instant = 0
    last_used_at: Instant | None = None
    ends_at: Instant | None = None
    """Another one took its place; until then it still serves recovery, and nothing else (decisions 17)."""
    vouched_by: str = ""
    """Who said so, where an administrator confirmed it for the person."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One way in which one person can prove who they are.

    For methods that send something it stands for a contact: `secret` is then the address or number.
    """

    id: str
    method: str
    person: str
    secret: bytes
    label: str
    slot: int
    """Position within a set (recovery codes 0 to 9), else 0."""
    counter: int
    """Highest accepted TOTP step or signature counter; moves only up."""
    usable_from: Instant
    preferred: bool = False
    added_at: Instant = 0
    last_used_at: Instant | None = None
    ends_at: Instant | None = None
    """Of a contact in whose place another one stands: until then it serves recovery, and nothing else."""
