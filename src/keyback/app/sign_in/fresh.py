"""Whether a browser proved a short time ago, and strongly enough, that its owner sits there (REG-1, decisions 19)."""

from keyback.app.house import House
from keyback.app.sign_in.seat import Seat, registered
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.core.rules.assurance import strength
from keyback.core.types import MINUTE, Enrolment, Instant, Span

MESSAGES = {
    "fresh.not": "Before you change this, please prove again that it is you. That keeps strangers out who find your browser "
    "open.",
}

FRESH: Span = 10 * MINUTE
"""How long a password or proof stays good for changes."""
WEAKEST = 1
"""What the first proof of somebody is worth who has registered nothing."""


class NotFresh(Refused):
    """Password or proof is too old, or the proof too weak: the browser goes and proves it again."""


def fresh(house: House, at: Seat) -> bool:
    """Whether security info may be changed in this session. `at` must be `with_info`."""
    return bool(at.session.access_pass) or (password_is_fresh(at) and proof_is_fresh(house, at))


def require_fresh(house: House, at: Seat) -> None:
    """Raises `NotFresh` unless `fresh`."""
    if not fresh(house, at):
        raise NotFresh(say("fresh.not"))


def require_again(house: House, at: Seat) -> None:
    """The same for what touches no security info: whoever has registered nothing has the password and no more."""
    if fresh(house, at) or (password_is_fresh(at) and not strong_enough(house, at)):
        return
    raise NotFresh(say("fresh.not"))


def password_is_fresh(at: Seat) -> bool:
    """Whether the password was right a short time ago."""
    return _recent(at.session.password_at, at.now)


def proof_is_fresh(house: House, at: Seat) -> bool:
    """Whether a proof as strong as the strongest that the person has was given a short time ago."""
    return _recent(at.session.proved_at, at.now) and at.session.proved_with >= needed(house, at)


def needed(house: House, at: Seat) -> int:
    """How strong the proof must be."""
    return max((strength(one.method) for one in _own(house, at)), default=WEAKEST)


def strong_enough(house: House, at: Seat) -> tuple[Enrolment, ...]:
    """Of what the person has, what may be used as the proof; empty: nothing is registered yet."""
    least = needed(house, at)
    return tuple(one for one in _own(house, at) if strength(one.method) >= least)


def _own(house: House, at: Seat) -> tuple[Enrolment, ...]:
    """What waits counts, too: it is no gate of a reset here. What another one replaced does not."""
    return tuple(one.enrolment for one in registered(house, at) if one.enrolment.ends_at is None)


def _recent(when: Instant, now: Instant) -> bool:
    return bool(when) and now - when <= FRESH
