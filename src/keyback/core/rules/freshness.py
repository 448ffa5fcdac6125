"""How recent and how strong a proof must be before somebody who is signed in changes what they registered (REG-1)."""

from collections.abc import Iterable, Sequence

from keyback.core.ports.sessions import Session
from keyback.core.rules.assurance import strength
from keyback.core.types import MINUTE, Enrolment, Instant, Span

FRESH: Span = 10 * MINUTE
"""How long a password or proof stays good for changes."""
WEAKEST = 1
"""What the first proof of somebody is worth who has registered nothing."""


def recent(when: Instant, now: Instant) -> bool:
    """Whether that was a short time ago, and was at all."""
    return bool(when) and now - when <= FRESH


def strong_enough(own: Iterable[Enrolment]) -> Sequence[Enrolment]:
    """Of what somebody registered and policy permits, what may be the proof: the strongest there is. What waits counts
    too, because it is no gate of a reset here; what another one replaced does not."""
    there = [one for one in own if one.ends_at is None]
    least = max((strength(one.method) for one in there), default=WEAKEST)
    return [one for one in there if strength(one.method) >= least]


def proof_is_fresh(session: Session, strongest: Sequence[Enrolment], now: Instant) -> bool:
    """Whether the session gave a proof as strong as these (`strong_enough`) a short time ago."""
    least = strength(strongest[0].method) if strongest else WEAKEST
    return recent(session.proved_at, now) and session.proved_with >= least
