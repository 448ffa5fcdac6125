"""What `keyback doctor` found: what it is, what it means, and what to do."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    level: Level
    what: str
    means: str = ""
    to_do: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """How closely to look."""

    config: Path
    full: bool = False
    """The whole audit log, not only what came after the newest checkpoint; and the whole list of breached passwords."""
    probe: bool = False
    """Whether mail server and gateways answer."""
    repair: bool = False
    """Make derived rows anew."""


def good(check: str, what: str) -> Finding:
    """Nothing to do."""
    return Finding(check, Level.GOOD, what)


def warning(check: str, what: str, means: str, to_do: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(check, Level.WARNING, what, means, to_do)


def fault(check: str, what: str, means: str, to_do: str) -> Finding:
    """Something does not work."""
    return Finding(check, Level.FAULT, what, means, to_do)
