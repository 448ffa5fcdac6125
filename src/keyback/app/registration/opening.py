"""Whether this browser may add something now: what is registered must be proven afresh; whoever has nothing gives the
first proof (decisions 19, 26; REG-1, REG-2)."""

from keyback.app.house import House
from keyback.app.sign_in import seat as seats
from keyback.app.sign_in.agenda import waiting
from keyback.app.sign_in.fresh import NotFresh, password_is_fresh, proof_is_fresh, require_fresh, strong_enough
from keyback.app.sign_in.seat import Seat, Unseated, Visit, seat, with_info
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.core.policy import FirstProof
from keyback.core.ports import SessionKind, Unit
from keyback.core.rules import limits, registration
from keyback.core.rules.interrupts import Interrupt
from keyback.core.types import Instant

MESSAGES = {
    "registration.closed": "Your account was recovered a short time ago. For your safety, what you registered can be changed "
    "again from {closed_until_at}. If it cannot wait, ask your administrator for an access pass.",
    "registration.frozen": "Somebody reported that a change to your account was not made by you. Until your administrator has "
    "looked at that with you, what you registered cannot be changed. Please contact your administrator.",
    "registration.first": "You have not registered anything yet. Please prove first that it is you.",
    "registration.password_first": "Please enter your password again first.",
}

KINDS = (SessionKind.INTERRUPTED, SessionKind.PORTAL)


class Closed(Refused):
    """Security info is read-only, after a recovery or a report “this was not me”."""


class NeedsFirst(Refused):
    """The first proof is missing."""


def held(house: House, unit: Unit, visit: Visit) -> Seat:
    """Who sits here, held until the unit ends (RAC-2), where nothing comes before registration. Raises `Unseated`."""
    return _past_password(house, unit, seats.held(house, unit, visit, *KINDS))


def ready(house: House, unit: Unit, visit: Visit) -> Seat:
    """The same without holding the person."""
    return _past_password(house, unit, with_info(unit, seat(house, unit, visit, *KINDS)))


def _past_password(house: House, unit: Unit, at: Seat) -> Seat:
    if at.session.kind is SessionKind.INTERRUPTED and waiting(house, unit, at) is Interrupt.PASSWORD:
        raise Unseated(say("seat.none"))
    return at


def closed(unit: Unit, at: Seat) -> Instant | None:
    """Until when nothing may be added: an account that was just recovered opens by a checked access pass alone."""
    until = registration.closed_until(at.person, at.policy.policy, at.now)
    return None if by_pass(at) and unit.passes.checked(at.session.access_pass) else until


def shut(unit: Unit, at: Seat) -> Closed | None:
    """Why nothing may be changed here now, whatever is proven (decisions 26, NOT-4)."""
    if at.person.frozen_at is not None:
        return Closed(say("registration.frozen"))
    until = closed(unit, at)
    return Closed(say("registration.closed", closed_until_at=until)) if until is not None else None


def require(house: House, unit: Unit, at: Seat) -> None:
    """Raises `Closed`, `NeedsFirst` or `NotFresh` unless something may be added here now."""
    refused = shut(unit, at)
    if refused is not None:
        raise refused
    if strong_enough(house, at):
        require_fresh(house, at)
    elif not by_pass(at):
        if not password_is_fresh(at):
            raise NotFresh(say("registration.password_first"))
        if not granted(at) and not proof_is_fresh(house, at):
            raise NeedsFirst(say("registration.first"))


def needs_first(house: House, at: Seat) -> bool:
    """Whether the first proof is missing: nothing is registered, and nothing stands in for it."""
    return not (strong_enough(house, at) or by_pass(at) or granted(at) or proof_is_fresh(house, at))


def by_pass(at: Seat) -> bool:
    """Opened by an access pass, which is password and proof."""
    return bool(at.session.access_pass)


def granted(at: Seat) -> bool:
    """Whether the password is enough: by policy, or in a trusted network."""
    rules = at.policy.policy
    weak = rules.registration.first_proof is FirstProof.PASSWORD_ONLY
    return weak or limits.trusts(rules.limits, at.visit.source)
