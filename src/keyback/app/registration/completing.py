"""What follows from something new: whether that is all that was asked for, and how the session goes on."""

from dataclasses import replace

from keyback.app.house import House
from keyback.app.people.ending import end_unproven
from keyback.app.policy.standing import refresh
from keyback.app.sign_in.arriving import onward
from keyback.app.sign_in.seat import Seat, duty_of, registered, with_info
from keyback.core.events import Activity, Event
from keyback.core.ports import Session, SessionKind, Unit
from keyback.core.rules import registration
from keyback.core.rules.assurance import strength
from keyback.core.rules.freshness import recent
from keyback.core.types import Person


def settled(house: House, unit: Unit, before: Seat, session: Session) -> Session:
    """The session after a change: signed in once nothing is missing any more. `before`: as it was before the change."""
    refresh(unit, before.person.id, house.methods.values())
    at = _anew(unit, replace(before, session=session))
    if duty_of(house, before).asked and not duty_of(house, at).asked:
        _complete(unit, at)
        refresh(unit, at.person.id, house.methods.values())
        at = _anew(unit, at)
    if _has_factor(house, at) and not _has_factor(house, before):
        end_unproven(unit, at.person.id, at.person.id, session.id)
    if session.kind is not SessionKind.INTERRUPTED:
        return session
    return onward(house, unit, at, session, unit.people.credential(at.person.id, 0))


def proven(at: Seat, session: Session, method: str) -> Session:
    """The session in which this method has just proven itself; a proof before it makes it no younger."""
    fresh = recent(session.proved_at, at.now)
    names = session.methods.split("+")
    return replace(
        session,
        proved_at=session.proved_at if fresh else at.now,
        proved_with=max(session.proved_with, strength(method)) if fresh else strength(method),
        methods=session.methods if method in names else f"{session.methods}+{method}",
    )


def raised(unit: Unit, at: Seat) -> Session:
    """Everything that carries the old generation is dead; this session, and the pass that opened it, go on (decisions
    20)."""
    person = at.person.id
    generation = unit.people.raise_generation(person, unit.now)
    unit.sessions.end_others(person, at.session.id)
    unit.session_challenges.end_all(person)
    unit.journeys.end_others(person, "")
    if at.session.access_pass:
        unit.passes.renew(at.session.access_pass, generation)
    return replace(at.session, generation=generation)


def _has_factor(house: House, at: Seat) -> bool:
    found = [one.enrolment for one in registered(house, at)]
    return bool(registration.factors(found, at.person, at.policy.policy))


def _anew(unit: Unit, at: Seat) -> Seat:
    person: Person = unit.people.by_id(at.person.id, unit.now) or at.person
    return with_info(unit, replace(at, person=person))


def _complete(unit: Unit, at: Seat) -> None:
    person = at.person
    upkeep = person.upkeep
    done = replace(
        upkeep, registered_at=upkeep.registered_at or unit.now, confirmed_at=unit.now, again_at=None, skips=0
    )
    unit.people.keep(person.id, done, unit.now)
    unit.audit(Event(Activity.REGISTRATION_COMPLETE, person.id, person.id, "success", source=at.visit.source))
