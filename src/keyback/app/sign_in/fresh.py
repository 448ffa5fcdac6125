"""Whether a browser proved a short time ago, and strongly enough, that its owner sits there (REG-1, decisions 19)."""

from collections.abc import Sequence

from keyback.app.house import House
from keyback.app.sign_in.seat import Seat, registered
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.core.rules import freshness
from keyback.core.types import Enrolment

MESSAGES = {
    "fresh.not": "Before you change this, please prove again that it is you. That keeps strangers out who find your browser "
    "open.",
}


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
    return freshness.recent(at.session.password_at, at.now)


def proof_is_fresh(house: House, at: Seat) -> bool:
    """Whether a proof as strong as the strongest that the person has was given a short time ago."""
    return freshness.proof_is_fresh(at.session, strong_enough(house, at), at.now)


def strong_enough(house: House, at: Seat) -> Sequence[Enrolment]:
    """Of what the person has, what may be used as the proof; empty: nothing is registered yet."""
    return freshness.strong_enough(one.enrolment for one in registered(house, at))
