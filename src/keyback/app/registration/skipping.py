"""Not now: the sign-in goes on without registration (decisions 24)."""

from dataclasses import replace

from keyback.app.house import House
from keyback.app.registration.first import impossible
from keyback.app.registration.opening import shut
from keyback.app.sign_in import log
from keyback.app.sign_in.agenda import staged, waiting
from keyback.app.sign_in.seat import Seat, Visit, duty_of, held, move
from keyback.core.errors import Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import SessionKind
from keyback.core.rules.interrupts import Interrupt

MESSAGES = {
    "registration.must": "This cannot wait any longer. Please register what is asked for, or contact your administrator."
}


def may(house: House, at: Seat, *, shut: bool) -> bool:
    """Whether the person gets in without it. `shut`: nothing may be registered now, so that only what signing in itself
    needs can be demanded."""
    duty = duty_of(house, at)
    return duty.skippable or (not duty.factor and (shut or impossible(house, at)))


def skip(house: House, visit: Visit) -> str:
    """Counted once for each sign-in: what the session's cookie holds from now on. Raises `Refused`."""
    with house.store.writing() as unit:
        at = held(house, unit, visit, SessionKind.INTERRUPTED)
        if waiting(house, unit, at) is not Interrupt.REGISTER or not may(house, at, shut=shut(unit, at) is not None):
            raise Refused(say("registration.must"))
        person = at.person
        if duty_of(house, at).skippable and not impossible(house, at):
            unit.people.keep(person.id, replace(person.upkeep, skips=person.upkeep.skips + 1), unit.now)
        unit.audit(Event(Activity.REGISTRATION_SKIPPED, person.id, person.id, "success", source=visit.source))
        session = staged(at.session, None, at.now)
        log.reached(unit, session, None)
        return move(house, unit, at, session)
