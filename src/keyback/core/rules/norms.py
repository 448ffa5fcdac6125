"""How much is usual in the whole organisation, and how much more is too much (decisions 9, THR-7)."""

from collections.abc import Mapping
from types import MappingProxyType

from keyback.core.ports.records import Beat
from keyback.core.types import DAY, HOUR, MINUTE, Span

BEAT: Span = 5 * MINUTE
"""What is counted together."""
TIMES = 3
"""How many times the usual is too much."""

LEAST_RESETS = 30
RESETS_PER_PERSON = 0.005
RESETS_MEMORY: Span = 28 * DAY
BRAKE: Span = HOUR

LEAST_FAILURES, MOST_FAILURES = 30, 200
FAILURES_MEMORY: Span = 7 * DAY
STORM: Span = 10 * MINUTE
RATIO_ANSWERS, RATIO_WRONG = 100, 0.8


def resets_allowed(people: int, resets: Beat) -> int:
    """How many completed resets in five minutes put the brake on: the most of

    - 30, so that a small organisation can have a busy Monday;
    - 0.5 % of the people whose accounts are enabled, so that a large one can;
    - three times the busiest five minutes of the last 28 days, so that what was well before is well again.
    """
    return max(LEAST_RESETS, int(people * RESETS_PER_PERSON), TIMES * resets.busiest)


def failures_allowed(failures: Beat) -> int:
    """How many wrong answers in a minute are a storm: three times what is usual in the minutes of the last seven days
    in which somebody answered wrongly at all, but never fewer than 30 nor more than 200."""
    if not failures.counted:
        return MOST_FAILURES
    usual = failures.total / (failures.counted * (BEAT // MINUTE))
    return min(MOST_FAILURES, max(LEAST_FAILURES, round(TIMES * usual)))


def too_many_wrong(failures: Beat, right: Beat) -> bool:
    """Whether nearly everybody who answers is wrong, of enough answers to tell: then most of them are guesses."""
    answers = failures.total + right.total
    return answers >= RATIO_ANSWERS and failures.total >= RATIO_WRONG * answers


UNKNOWN: Mapping[str, int] = MappingProxyType({"brake.budget": LEAST_RESETS, "storm.budget": MOST_FAILURES})
"""Figures before they have been worked out for the first time."""
