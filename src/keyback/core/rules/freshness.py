"""How recent and how strong a proof must be before somebody who is signed in changes what they registered (REG-1)."""

from collections.abc import Collection, Iterable, Sequence

from keyback.core.ports.sessions import Session
from keyback.core.rules.assurance import STRONG, strength
from keyback.core.rules.reach import Held
from keyback.core.types import MINUTE, Enrolment, Instant, Span

FRESH: Span = 10 * MINUTE
"""How long a password or proof stays good for changes."""
DANGER: Span = 5 * MINUTE
"""How long a strong proof stays good for dangerous actions of administrators (ADM-3)."""
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


def recent_enough_for_danger(session: Session, now: Instant) -> bool:
    """Whether an administrator proved strongly and a very short time ago who sits there."""
    strong = session.proved_with >= min(strength(method) for method in STRONG)
    return strong and bool(session.proved_at) and now - session.proved_at <= DANGER


def may_enter(held: Collection[Held], methods: str) -> bool:
    """Whether the admin centre opens: a role is held, and one of the session's proofs was strong (ADM-3)."""
    return bool(held) and not STRONG.isdisjoint(methods.split("+"))
