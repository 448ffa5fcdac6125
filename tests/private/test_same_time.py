"""Equal work takes equal time: a statistic on equality, with a planted difference that it must find.

No bound on speed. Answers for a known and an unknown user ID take turns in one process; the statistic is the difference of
their medians. It counts as a difference when it is beyond what shuffling the labels gives by chance (a permutation test
with an alpha of 1 in 1,000, so that it does not cry wolf) and beyond `MARGIN` of the median, which no network lets anybody
see with the few tries that the limits leave.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from random import Random
from statistics import median
from time import perf_counter_ns

import pytest

from keyback.core.policy import Limits
from keyback.core.ports import Hasher
from keyback.store.engine import SqliteEngine
from keyback.wiring.hasher import Argon2Hasher, Cost
from tests.counting import Counter
from tests.living import OPEN_POLICY, Between, Living
from tests.private.steps import Visitor

KNOWN, UNKNOWN = "ada@contoso.example", "eve@contoso.example"
MARGIN = 0.2
SHUFFLES = 1_000
MANY = 10**6
WIDE = {field.name: MANY for field in fields(Limits) if isinstance(getattr(Limits(), field.name), int)}
UNLIMITED = replace(OPEN_POLICY, limits=replace(Limits(), **WIDE | {"resend_seconds": 0}))  # type: ignore[arg-type]

Step = Callable[[Visitor], None]


def post_start(visitor: Visitor) -> None:
    visitor.send("/reset", user_id=visitor.typed, work="")


def post_method(visitor: Visitor) -> None:
    visitor.send("/reset/method", method="email_code")


def post_answer(visitor: Visitor) -> None:
    visitor.send("/reset/answer", answer="00000000")


def post_password(visitor: Visitor) -> None:
    visitor.send("/sign-in", user_id=visitor.typed, password="a wrong password")


STEPS: dict[str, tuple[tuple[Step, ...], Step]] = {
    "start": ((), post_start),
    "choose": ((post_start,), post_method),
    "answer": ((post_start, post_method), post_answer),
    "sign in": ((), post_password),
}


def taken(step: str, rounds: int, hasher: Callable[[Hasher], Hasher] = lambda real: real) -> dict[str, list[int]]:
    """Nanoseconds of this step, for each user ID in turn; who comes first changes too."""
    living = Living(SqliteEngine(None), UNLIMITED, Between(hasher=hasher))
    living.ada()
    visitors = {typed: Visitor(living, Counter(), typed) for typed in (KNOWN, UNKNOWN)}
    for visitor in visitors.values():
        visitor.see("/reset")
    before, measured = STEPS[step]
    times: dict[str, list[int]] = {KNOWN: [], UNKNOWN: []}
    for number in range(rounds):
        for typed in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
            for one in before:
                one(visitors[typed])
            began = perf_counter_ns()
            measured(visitors[typed])
            times[typed].append(perf_counter_ns() - began)
            visitors[typed].seen.clear()
    living.close()
    return times


def differ(one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether the medians differ by more than chance and more than the margin."""
    found = abs(median(one) - median(other))
    shuffled, chance = [*one, *other], Random(1)
    by_chance = []
    for _ in range(SHUFFLES):
        chance.shuffle(shuffled)
        by_chance.append(abs(median(shuffled[: len(one)]) - median(shuffled[len(one) :])))
    return found > max(by_chance) and found > MARGIN * median(other)


@pytest.mark.parametrize("step", STEPS)
def test_known_and_unknown_take_equally_long(step: str) -> None:
    """ENU-2: start, choosing, answering, signing in."""
    times = taken(step, 60)
    assert not differ(times[KNOWN], times[UNKNOWN])


@pytest.mark.soak
@pytest.mark.parametrize("step", STEPS)
def test_known_and_unknown_take_equally_long_in_many_tries(step: str) -> None:
    """ENU-2: the same, looked at much longer."""
    times = taken(step, 2_000)
    assert not differ(times[KNOWN], times[UNKNOWN])


class Extra:
    """One Argon2 more, as Keyback hashes in production, where there is a password to compare with."""

    def __init__(self, real: Hasher) -> None:
        self._real = real
        self._more = Argon2Hasher(Cost())

    def hash(self, secret: str) -> str:
        return self._real.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        if encoded:
            self._more.verify("", secret)
        return self._real.verify(encoded, secret, stranger=stranger)

    def outdated(self, encoded: str) -> bool:
        return self._real.outdated(encoded)


def test_one_hash_more_would_be_found() -> None:
    """ENU-2: the planted difference of one Argon2, or the tests above would find nothing."""
    times = taken("sign in", 25, Extra)
    assert differ(times[KNOWN], times[UNKNOWN])
