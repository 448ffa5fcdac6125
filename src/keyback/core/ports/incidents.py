"""What Keyback remembers of "this was not me": the links in notices, and the incidents that they opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class Objection:
    """One link, issued with one notice (decisions 16)."""

    person: str
    notice: str
    """Template id of the notice, which says what happened."""
    about_password: bool
    correlation: str
    """The attempt that the notice was about, or empty."""
    issued_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class Incident:
    """Somebody said that a change was not theirs. At most one is open per person; later links add to it."""

    id: str
    person: str
    notice: str
    about_password: bool
    correlation: str
    source: str
    """Client address of whoever pressed the button."""
    opened_at: Instant
    closed_at: Instant | None = None
    closed_by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """One link that was used for an incident, and when."""

    notice: str
    about_password: bool
    correlation: str
    used_at: Instant


class Incidents(Protocol):
    """Links and incidents. Of a token only its keyed hash is kept."""

    def issue(self, objection: Objection) -> str:
        """The new link's token; 256 bits."""

    def objection(self, token: str, now: Instant) -> Objection | None:
        """The link, if it is unused and unexpired."""

    def use(self, token: str, incident: str, now: Instant) -> bool:
        """`used where not used and not expired`; one conditional write (COD-4)."""

    def reported(self, token: str) -> bool:
        """Whether this link was used for an incident that is still open."""

    def void(self, person: str, now: Instant) -> None:
        """Use up all links of a person, for nothing."""

    def open_of(self, person: str) -> str | None:
        """Id of the person's open incident."""

    def insert(self, incident: Incident) -> None: ...
    def close(self, incident: str, actor: str, why: str, now: Instant) -> bool:
        """`closed where open`."""

    def found(self, beginning: str) -> Sequence[Incident]:
        """At most two whose id begins so."""

    def newest(self, count: int, *, only_open: bool) -> Sequence[Incident]:
        """Newest first."""

    def reports(self, incident: str) -> Sequence[Report]:
        """Oldest first."""
