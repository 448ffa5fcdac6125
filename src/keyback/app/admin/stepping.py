"""One more proof before something dangerous is done in the admin centre (ADM-3): an authenticator code or a recovery code,
asked for on the spot, with what was typed kept."""

from dataclasses import dataclass, replace

from keyback.app.house import House
from keyback.app.sign_in.fresh import strong_enough
from keyback.app.sign_in.proving import For, Heard, Passed, Question, Stale, ask, reply
from keyback.app.sign_in.seat import Seat, Visit, held
from keyback.core.errors import Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Session, SessionChallenge, SessionKind, Unit
from keyback.core.rules.assurance import STRONG, strength

MESSAGES = {
    "stepping.none": "You have no authenticator app and no recovery codes that could be asked for. Register one at the "
    "portal, and sign in here again.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that is open."""

    challenge: SessionChallenge


def open_question(house: House, visit: Visit) -> Asked:
    """The open question of this session, or a new one. Raises `Unseated`, `Refused` where there is nothing strong."""
    with house.store.writing() as unit:
        at = held(house, unit, visit, SessionKind.ADMIN)
        there = unit.session_challenges.open(at.session.id)
        alive = there is not None and there.tries_left > 0 and there.expires_at > unit.now
        if there is not None and alive and there.purpose == For.STEP_UP:
            return Asked(there)
        outcome = _ask(house, unit, at)
        opened = unit.session_challenges.open(at.session.id)
    if isinstance(outcome, TooMany):
        raise outcome
    if opened is None:
        raise Stale(say("proving.dead"))
    return Asked(opened)


def prove(house: House, heard: Heard) -> str:
    """What the cookie holds from now on (SES-1). Raises what `proving.reply` raises."""

    def proved(unit: Unit, at: Seat, passed: Passed) -> Session:
        method = passed.challenge.method
        person = at.person.id
        unit.audit(
            Event(Activity.REAUTHENTICATED, person, person, "success", method, at.session.id, at.visit.source)
        )  # fmt: skip
        return replace(at.session, proved_at=unit.now, proved_with=strength(method))

    return reply(house, heard, For.STEP_UP, proved)


def _ask(house: House, unit: Unit, at: Seat) -> str | TooMany:
    ways = [one for one in strong_enough(house, at) if one.method in STRONG]
    if not ways:
        raise Refused(say("stepping.none"))
    first = house.methods[ways[0].method]
    return ask(house, unit, at, Question(For.STEP_UP, first, [one for one in ways if one.method == first.name]))
