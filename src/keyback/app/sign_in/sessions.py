"""Where a person is signed in: seen, named and ended by the owner (SES-6), or ended by an administrator."""

from collections.abc import Sequence
from dataclasses import dataclass

from keyback.app.admin.rights import hold, require_any
from keyback.app.house import House
from keyback.app.people.telling import tell
from keyback.app.sign_in.fresh import require_again
from keyback.app.sign_in.seat import Seat, Visit, held, seat
from keyback.core.errors import Invalid, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Session, SessionKind, Unit
from keyback.core.rules.roles import Permission

MESSAGES = {
    "sessions.gone": "You are not signed in there any more.",
    "sessions.long": "A name has 40 characters at most.",
    "sessions.unknown": "This person has no such session.",
}

LONGEST_NAME = 40
ENDED = "notice.sessions_ended"
MAY_END = (Permission.CHANGE_METHODS, Permission.CHANGE_PEOPLE)
"""Whoever may do one of these to a person may end their sessions; the helpdesk does it on a caller check (decisions 21)."""


class Gone(NotFound):
    """No such session of this person."""


@dataclass(frozen=True, slots=True)
class Mine:
    """Who sits here, and where else."""

    at: Seat
    sessions: Sequence[Session]
    """The one last seen first."""


def mine(house: House, visit: Visit) -> Mine:
    """Raises `Unseated`."""
    with house.store.reading() as unit:
        at = seat(house, unit, visit, SessionKind.PORTAL)
        return Mine(at, unit.sessions.all_of(at.person.id, unit.now))


def name(house: House, visit: Visit, session: str, label: str) -> None:
    """What its owner calls it. Nothing is opened by that, so no fresh proof is asked for. Raises `Gone`, `Invalid`."""
    label = " ".join("".join(char for char in label if char.isprintable()).split())
    if len(label) > LONGEST_NAME:
        raise Invalid(say("sessions.long"))
    with house.store.writing() as unit:
        at = seat(house, unit, visit, SessionKind.PORTAL)
        if not unit.sessions.name(at.person.id, session, label):
            raise Gone(say("sessions.gone"))
        _audit(unit, at, Activity.SESSION_NAMED, "", session)


def end(house: House, visit: Visit, session: str) -> bool:
    """End one; whether it is the one in which this was asked. Raises `Gone`, and `NotFresh` for others (SES-6)."""
    with house.store.writing() as unit:
        at = held(house, unit, visit, SessionKind.PORTAL)
        here = session == at.session.id
        if not here:
            require_again(house, at)
        if not unit.sessions.end_one(at.person.id, session):
            raise Gone(say("sessions.gone"))
        _audit(unit, at, Activity.SIGN_OUT if here else Activity.SESSIONS_ENDED, "" if here else "one", session)
    return here


def end_others(house: House, visit: Visit) -> None:
    """Everywhere but here. Raises `NotFresh`."""
    with house.store.writing() as unit:
        at = held(house, unit, visit, SessionKind.PORTAL)
        require_again(house, at)
        unit.sessions.end_others(at.person.id, at.session.id)
        _audit(unit, at, Activity.SESSIONS_ENDED, "others", at.session.id)


def end_all(house: House, visit: Visit) -> None:
    """Everywhere, here too. Raises `NotFresh`."""
    with house.store.writing() as unit:
        at = held(house, unit, visit, SessionKind.PORTAL)
        require_again(house, at)
        unit.sessions.end_all(at.person.id)
        _audit(unit, at, Activity.SESSIONS_ENDED, "all", at.session.id)


@dataclass(frozen=True, slots=True)
class Ending:
    """What an administrator asks for. `session`: which one; empty: all. `why` goes into the audit log."""

    actor: str
    person: str
    session: str
    why: str


def of(house: House, person: str) -> Sequence[Session]:
    """Where this person is signed in, for administrators."""
    with house.store.reading() as unit:
        return unit.sessions.all_of(person, unit.now)


def end_for(house: House, wanted: Ending) -> int:
    """How many were ended; the person is told. Raises `Gone`."""
    with house.store.writing() as unit:
        hold(unit, wanted.actor, wanted.person)
        person = unit.people.by_id(wanted.person, unit.now)
        if person is None:
            raise Gone(say("sessions.unknown"))
        require_any(unit, wanted.actor, MAY_END, person)
        live = [one.id for one in unit.sessions.all_of(wanted.person, unit.now)]
        chosen = [one for one in live if wanted.session in {"", one}]
        if wanted.session and not chosen:
            raise Gone(say("sessions.unknown"))
        if wanted.session:
            unit.sessions.end_one(person.id, wanted.session)
        else:
            unit.sessions.end_all(person.id)
        tell(unit, person, ENDED, "")
        unit.audit(Event(Activity.SESSIONS_ENDED, wanted.actor, person.id, "success", wanted.why, wanted.session))
    house.kick("email")
    return len(chosen)


def _audit(unit: Unit, at: Seat, activity: Activity, why: str, session: str) -> None:
    person = at.person.id
    unit.audit(Event(activity, person, person, "success", why, session, at.visit.source))
