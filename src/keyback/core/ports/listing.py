"""Long lists, a page at a time: people and lines of the logs. Every order has an index; every filter is from a closed list
(WEB-13)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from keyback.core.rules.reach import Held
from keyback.core.rules.readiness import Likes
from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """A page of people. `sort`: `user_id` or `name`; `after`: the cursor of the page before, or empty."""

    words: tuple[str, ...] = ()
    """Beginnings of words that all must be found (`core.rules.words`)."""
    sort: str = "user_id"
    descending: bool = False
    after: tuple[str, str] | None = None
    """`key` and `id` of the last one of the page before."""
    count: int = 50
    show: str = "all"
    """`all`, `enabled`, `disabled`, `frozen`, `deleted`."""
    groups: frozenset[str] = frozenset()
    """Only people in one of these (nested); empty: everybody."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of people."""

    id: str
    upn: str
    display_name: str
    department: str
    directory: str
    kind: str
    enabled: bool
    frozen_at: Instant | None
    deleted_at: Instant | None
    created_at: Instant
    key: str
    """For the next page; says nothing to people."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A stretch of the readiness rows, one person after the other."""

    groups: tuple[str, ...]
    """Each row says in which of these its person is."""
    after: tuple[int, int, str] = (-1, -1, "")
    """Class, confirmation and person of the last one before."""
    count: int = 500
    only: frozenset[str] = frozenset()
    """Only people in one of these of the groups, which have few members; empty: everybody."""
    administrators: bool = False
    """Only those; they come after all others."""


@dataclass(frozen=True, slots=True)
class Stood:
    """Somebody, and the class they are in."""

    id: str
    upn: str
    display_name: str
    department: str
    like: Likes
    place: tuple[int, int, str]
    """For the next stretch."""


class Listing(Protocol):
    """Reads lists of people."""

    def people(self, query: PeopleQuery) -> Sequence[Listed]:
        """A page. Of a search that finds many, the order is that of the words by which they are found."""

    def totals(self) -> Mapping[str, int]:
        """How many people there are: `all` (but for the deleted), `enabled`, `disabled`, `deleted`, `frozen`. Of many it
        is a figure of the last minutes (`people.<name>`)."""

    def counted(self) -> Mapping[str, int]:
        """The same without `all`, counted to the last one."""

    def members(self, groups: frozenset[str], most: int) -> int:
        """How many memberships lead from these groups to people, nested ones too, up to so many."""


class HeldRoles(Protocol):
    """Roles with their scopes, as the rights of an administrator need them."""

    def active(self, person: str, now: Instant) -> Sequence[Held]:
        """Active now, directly or through groups; eligible ones that are not activated give no right."""

    def role_assignable(self, person: str, now: Instant) -> bool:
        """Whether the person is or could be in a group, directly or nested, that can be given roles."""

    def anybody(self, role: str, now: Instant) -> bool:
        """Whether an enabled account holds it now, for the whole organisation."""

    def assignments(self, role: str = "") -> Sequence[tuple[str, str, str, int]]:
        """Role, holder, scope and when it was granted; of all roles where none is named."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """A page of the audit log, newest first."""

    activities: tuple[str, ...] = ()
    """Empty: all."""
    result: str = ""
    person: str = ""
    """Id of whom it is about or who did it."""
    also: tuple[str, ...] = ()
    """Other names of the same person as target: `account:...`."""
    about_only: bool = False
    """Not what the person did to others."""
    reason: str = ""
    source: str = ""
    since: Instant = 0
    until: Instant = 0
    """Before then; 0: now."""
    before: int = 0
    """Only lines with a lower sequence; 0: from the newest."""
    count: int = 50
    looks_at: int = 3_000
    """Lines that one page looks at where they lie scattered,"""
    looks_at_in_order: int = 30_000
    """and where they lie side by side."""


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines by the names of the log's columns: seq, at, activity, actor, target, result, reason, correlation, source,
    details (JSON)."""

    lines: tuple[Mapping[str, str | int], ...]
    before: int
    """Where the next page begins; 0: there is none."""
    looked_to: Instant = 0
    """So far back was looked, and the page was not filled: there may be more. 0: it is full, or the log ends."""


class LogLines(Protocol):
    """Reads the audit log."""

    def page(self, query: LogQuery) -> LogPage: ...
    def lines(self, query: LogQuery) -> Sequence[Mapping[str, str | int]]:
        """Those of a page."""

    def story(self, correlation: str, count: int) -> Sequence[Mapping[str, str | int]]:
        """All lines of one attempt, oldest first."""

    def line(self, seq: int) -> Mapping[str, str | int] | None: ...
    def names(self, people: Collection[str]) -> Mapping[str, str]:
        """User IDs by the ids of those that exist."""


@dataclass(frozen=True, slots=True)
class Branding:
    """How the organisation looks; the logo is a PNG that Keyback wrote itself, or empty."""

    accent: str = ""
    """`#rrggbb`, or empty for Keyback's own."""
    logo: bytes = b""
    version: int = 0
    """0: nothing was chosen yet."""


class Brandings(Protocol):
    """The one branding."""

    def current(self) -> Branding: ...
    def version(self) -> int: ...
    def put(self, branding: Branding, now: Instant) -> bool:
        """Conditional: false unless its version is one more than the one in force."""

    def rename(self, name: str) -> None:
        """The organisation's name."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be confirmed, for an hour; sealed in the store."""

    id: str
    actor: str
    name: str
    body: bytes
    at: Instant


class Uploads(Protocol):
    """Files between looking and doing."""

    def put(self, upload: Upload) -> None: ...
    def of(self, upload: str, actor: str, now: Instant) -> Upload | None: ...
    def remove(self, upload: str) -> None: ...
