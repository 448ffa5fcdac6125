"""Can the clock be believed? Servers that share a database go by its time (decisions 31), and a clock that jumps or is
apart from it stops what follows from the time alone (F17)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from keyback.core.errors import Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Method, Unit
from keyback.core.types import SECOND, Instant, Span

MESSAGES: Mapping[str, str] = {
    "clock.apart": "Codes from an app cannot be checked at the moment, because a clock of this system is wrong. Nothing was "
    "counted. Choose another way, or come back later.",
}

WARNS: Final[Span] = 5 * SECOND
STOPS: Final[Span] = 30 * SECOND


def check(unit: Unit, method: Method) -> None:
    """Raises `Refused` where answers follow from the time and nobody knows it."""
    if method.timed and abs(unit.apart) > STOPS:
        raise Refused(say("clock.apart"))


@dataclass(frozen=True, slots=True)
class Look:
    """The clocks at one moment."""

    wall: Instant
    steady: int
    """Milliseconds of a clock that nobody sets."""
    apart: Span
    """How much the database's clock is ahead."""


def noticed(before: Look, now: Look) -> Iterator[Event]:
    """What happened to the clocks between two looks, for the audit log."""
    jump = (now.wall - before.wall) - (now.steady - before.steady)
    if abs(jump) > WARNS:
        yield Event(Activity.CLOCK_JUMPED, "", "", "success", details={"by_ms": jump})
    if (abs(now.apart) > STOPS) != (abs(before.apart) > STOPS):
        result = "failure" if abs(now.apart) > STOPS else "success"
        yield Event(Activity.CLOCKS_APART, "", "", result, details={"by_ms": now.apart})
