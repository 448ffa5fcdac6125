"""Where somebody stands who registers: what is open, what is missing, what stands in the way."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.registration import first
from keyback.app.registration.adding import is_set, may_have_more
from keyback.app.registration.opening import Closed, NeedsFirst, ready, require, shut
from keyback.app.registration.skipping import may
from keyback.app.sends import opens_at
from keyback.app.sign_in.agenda import waiting
from keyback.app.sign_in.fresh import NotFresh
from keyback.app.sign_in.proving import For
from keyback.app.sign_in.seat import Seat, Visit, duty_of, registered
from keyback.core.errors import Refused
from keyback.core.ports import SessionChallenge, SessionKind, Unit
from keyback.core.rules import assurance, registration
from keyback.core.rules.interrupts import Interrupt
from keyback.core.rules.registration import Duty, Registered
from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class View:
    """What the pages show."""

    at: Seat
    duty: Duty
    asked: bool
    """Whether the sign-in waits for it."""
    barred: Refused | None
    """`Closed`, `NeedsFirst` or `NotFresh`: what stands before anything may be added."""
    question: SessionChallenge | None
    """The open one that can still be answered, about something new or the first proof."""
    again_at: Instant
    """When another message may be asked for."""
    ways: tuple[str, ...]
    """All that this person may register, the one to suggest first."""
    known: tuple[first.Known, ...]
    impossible: bool
    may_skip: bool


def look(house: House, visit: Visit) -> View:
    """Raises `Unseated`."""
    with house.store.reading() as unit:
        at = ready(house, unit, visit)
        duty, question = duty_of(house, at), _question(unit, at)
        stops = at.session.kind is SessionKind.INTERRUPTED
        asked = stops and waiting(house, unit, at) is Interrupt.REGISTER
        return View(
            at=at,
            duty=duty,
            asked=asked,
            barred=_barred(house, unit, at),
            question=question,
            again_at=opens_at(unit, at.asker, question.method) if question else 0,
            ways=_ways(house, at),
            known=first.known(house, at),
            impossible=first.impossible(house, at),
            may_skip=asked and may(house, at, shut=shut(unit, at) is not None),
        )


def gates_of(house: House, at: Seat) -> tuple[Registered, ...]:
    """With which of the registered things a reset will be possible: what counts already, and what is kept for the worst
    day last, else the strongest; empty: not yet."""
    demand = registration.demand_of(at.person, at.policy.policy)
    there = [one for one in registered(house, at) if one.enrolment.ends_at is None]
    there.sort(key=lambda one: (one.enrolment.usable_from > at.now, one.proof[0] in assurance.SPARE))
    for one in there:
        if demand.gates == 1 and assurance.enough([one.proof], demand):
            return (one,)
        for other in there if demand.gates > 1 else ():
            if assurance.enough([one.proof, other.proof], demand):
                return (one, other)
    return ()


def offers_codes(house: House, view: View) -> bool:
    """Whether recovery codes may be made now, and are not there."""
    names = [name for name in view.ways if is_set(house.methods[name])]
    return view.barred is None and any(all(one.method != name for one in view.at.info.enrolments) for name in names)


def _barred(house: House, unit: Unit, at: Seat) -> Refused | None:
    try:
        require(house, unit, at)
    except (Closed, NeedsFirst, NotFresh) as error:
        return error
    return None


def _question(unit: Unit, at: Seat) -> SessionChallenge | None:
    found = unit.session_challenges.open(at.session.id)
    if found is None or found.purpose not in {For.ADD, For.FIRST}:
        return None
    return found if found.expires_at > at.now and found.tries_left > 0 else None


def _ways(house: House, at: Seat) -> tuple[str, ...]:
    names = registration.allowed(at.person, at.policy.policy, house.methods.values())
    return tuple(name for name in names if may_have_more(house, at, name) or at.person.upkeep.again_at is not None)
