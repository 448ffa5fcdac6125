"""What core may ask for. `app.perform` carries these out inside the unit of work; nobody else does."""

from collections.abc import Mapping
from dataclasses import dataclass

from keyback.core.events import Event


@dataclass(frozen=True, slots=True)
class Audit:
    """Write this line in the audit log, in the same transaction."""

    event: Event


@dataclass(frozen=True, slots=True)
class EndSessions:
    """Kill every session of the person, everywhere, at once (SES-3)."""

    person: str
    why: str
    correlation: str = ""
    """The journey that asks for it, if one does."""


@dataclass(frozen=True, slots=True)
class TellPerson:
    """A notice to all confirmed addresses as they were before the change, and the primary one (decisions 15)."""

    person: str
    notice: str
    values: Mapping[str, str | int]
    correlation: str = ""
    """The journey that it is about, if it is about one."""


@dataclass(frozen=True, slots=True)
class TellAdministrators:
    """A notice to the global administrators, except the one it is about."""

    notice: str
    values: Mapping[str, str | int]
    about: str


Effect = Audit | EndSessions | TellPerson | TellAdministrators
