"""Is it all still right? Asked at sign-in after so many days (decisions 24). What was not used for a year is proven by a
code; everything else by saying so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keyback.app.house import House
from keyback.app.policy.standing import refresh
from keyback.app.security_info.look import Thing, ways
from keyback.app.sign_in.agenda import waiting
from keyback.app.sign_in.arriving import onward
from keyback.app.sign_in.proving import For, Heard, Passed, Question, ask, reply
from keyback.app.sign_in.seat import Seat, Unseated, Visit, held, move, registered, seat, with_info
from keyback.core.errors import NotFound, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Session, SessionChallenge, SessionKind, Unit
from keyback.core.rules import registration
from keyback.core.rules.interrupts import Interrupt

MESSAGES = {
    "reconfirm.prove_first": "Some of these were not used for a year. Please prove by a code that they are still yours, change "
    "them, or report them lost.",
    "reconfirm.gone": "This is not registered any more.",
}


@dataclass(frozen=True, slots=True)
class Looking:
    """What is asked about, and the question that is open and can still be answered."""

    things: Sequence[Thing]
    unproven: frozenset[str]
    """Ids of those of which nothing was heard for a year."""
    challenge: SessionChallenge | None


def look(house: House, visit: Visit) -> Looking:
    """Raises `Unseated` where something else comes first, or nothing."""
    with house.store.reading() as unit:
        at = with_info(unit, seat(house, unit, visit, SessionKind.INTERRUPTED))
        if waiting(house, unit, at) is not Interrupt.CONFIRM:
            raise Unseated(say("reconfirm.gone"))
        found = unit.session_challenges.open(at.session.id)
        alive = (
            found is not None and found.purpose == For.CONFIRM and found.expires_at > at.now and found.tries_left > 0
        )
        return Looking(ways(house, at), _unproven(house, at), found if alive else None)


def _unproven(house: House, at: Seat) -> frozenset[str]:
    sent = (one.enrolment for one in registered(house, at) if house.methods[one.proof[0]].contact_kind is not None)
    return frozenset(one.id for one in sent if registration.must_be_proven(one, at.now))


def confirm(house: House, visit: Visit) -> str:
    """All of it is still right: what the session's cookie holds from now on. Raises `Refused` while something must be
    proven first."""
    with house.store.writing() as unit:
        at = _asked(house, unit, visit)
        if _unproven(house, at):
            raise Refused(say("reconfirm.prove_first"))
        person = replace(at.person, upkeep=replace(at.person.upkeep, confirmed_at=unit.now))
        unit.people.keep(person.id, person.upkeep, unit.now)
        refresh(unit, person.id, house.methods.values())
        unit.audit(Event(Activity.INFO_CONFIRMED, person.id, person.id, "success", source=visit.source))
        at = replace(at, person=person)
        return move(house, unit, at, onward(house, unit, at, at.session, unit.people.credential(person.id, 0)))


def prove(house: House, visit: Visit, contact: str) -> None:
    """Send a code to one of these. Raises `NotFound` for what is not there, and `TooMany`."""
    with house.store.writing() as unit:
        at = _asked(house, unit, visit)
        one = next((one.enrolment for one in registered(house, at) if one.enrolment.id == contact), None)
        if one is None or contact not in _unproven(house, at):
            raise NotFound(say("reconfirm.gone"))
        channel = ask(house, unit, at, Question(For.CONFIRM, house.methods[one.method], [one]))
    if isinstance(channel, TooMany):
        raise channel
    house.kick(channel)


def answered(house: House, heard: Heard) -> str:
    """The code came back: what the session's cookie holds from now on. Errors as `proving.reply`."""

    def proven(unit: Unit, at: Seat, passed: Passed) -> Session:
        details = {"method": house.methods[passed.challenge.method].audit_name}
        unit.audit(
            Event(
                Activity.INFO_CONFIRMED,
                at.person.id,
                at.person.id,
                "success",
                "code",
                source=at.visit.source,
                details=details,
            )
        )
        return at.session

    return reply(house, heard, For.CONFIRM, proven)


def _asked(house: House, unit: Unit, visit: Visit) -> Seat:
    """Raises `Unseated` where something else comes first, or nothing."""
    at = held(house, unit, visit, SessionKind.INTERRUPTED)
    if waiting(house, unit, at) is not Interrupt.CONFIRM:
        raise Unseated(say("reconfirm.gone"))
    return at
