"""A person takes away, reports as lost or prefers something of their own (REG-1, REG-8, SES-3, NOT-1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from keyback.app.house import House
from keyback.app.known import remember
from keyback.app.people.telling import METHOD_CHANGED, tell
from keyback.app.policy.standing import refresh
from keyback.app.registration.completing import raised
from keyback.app.registration.opening import held, shut
from keyback.app.security_info.look import Thing, things
from keyback.app.sign_in.fresh import require_fresh
from keyback.app.sign_in.seat import Seat, Visit, move, registered
from keyback.core.errors import NotFound, Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules import registration
from keyback.core.rules.assurance import SPARE
from keyback.core.rules.registration import Registered

MESSAGES = {
    "info.unknown": "This is not among the things that you registered. It may have been removed in the meantime.",
    "info.last": "You cannot remove this: without it you would have too few ways to prove who you are. Add another way first, "
    "then remove this one.",
    "info.last_lost": "Without this you could not sign in, so it cannot be stopped here. Please tell your administrator now "
    "that it is lost: they can stop it and let you in again.",
    "info.organisations": "This was put in by your organisation. Only your administrator can change it.",
    "info.not_preferred": "This cannot be the one that is used first.",
}


class End(StrEnum):
    """Why something goes."""

    REMOVED = "remove"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Renewed:
    """What the browser's cookies hold from now on."""

    session: str
    known: str


def remove(house: House, visit: Visit, item: str, end: End = End.REMOVED) -> Renewed:
    """Gone for good. All that carries the old generation dies; this session goes on under a new name.

    Raises `Closed`, `NotFresh`, `NotFound`, and `Refused` where the person would be left with too little.
    """
    with house.store.writing() as unit:
        at, thing = _open(house, unit, visit, item)
        _may_go(house, at, thing, end)
        gone = [one for one in at.info.contacts if one.id == thing.id]
        what = thing.name if gone else house.methods[thing.method].audit_name
        tell(unit, at.person, METHOD_CHANGED, f"- {what}", gone)
        _take(unit, at, thing)
        session = raised(unit, at)
        activity = Activity.OWN_METHOD_LOST if end is End.LOST else Activity.OWN_METHOD_REMOVED
        _done(house, unit, (at, thing), activity)
        known = remember(house, at.visit.known, at.account, session.generation)
        token = move(house, unit, at, session)
    house.kick("email")
    house.kick("sms")
    return Renewed(token, known)


def prefer(house: House, visit: Visit, item: str) -> str:
    """Asked for first from now on. What the session's cookie holds from now on."""
    with house.store.writing() as unit:
        at, thing = _open(house, unit, visit, item)
        if not thing.may_be_preferred:
            raise Refused(say("info.not_preferred"))
        if thing.kind is not None:
            unit.info.prefer_contact(at.person.id, thing.id)
        if registration.is_factor(thing.method, at.policy.policy):
            unit.people.keep(at.person.id, replace(at.person.upkeep, preferred_method=thing.method), unit.now)
        _done(house, unit, (at, thing), Activity.OWN_DEFAULT_CHANGED)
        return move(house, unit, at, at.session)


def removable(house: House, visit: Visit, item: str, end: End) -> Thing:
    """Raises what `remove` would raise now."""
    with house.store.writing() as unit:
        at, thing = _open(house, unit, visit, item)
        _may_go(house, at, thing, end)
    return thing


def changeable(house: House, visit: Visit, item: str) -> Thing:
    """A contact that may be changed here now."""
    with house.store.writing() as unit:
        _, thing = _open(house, unit, visit, item)
    if thing.kind is None or not thing.method or thing.replaced:
        raise Refused(say("info.organisations"))
    return thing


def _open(house: House, unit: Unit, visit: Visit, item: str) -> tuple[Seat, Thing]:
    """Somebody else's is not there."""
    at = held(house, unit, visit)
    refused = shut(unit, at)
    if refused is not None:
        raise refused
    require_fresh(house, at)
    thing = next((one for one in things(house, at) if one.id == item), None)
    if thing is None:
        raise NotFound(say("info.unknown"))
    return at, thing


def _may_go(house: House, at: Seat, thing: Thing, end: End) -> None:
    if not thing.method:
        raise Refused(say("info.organisations"))
    before = [one for one in registered(house, at) if one.enrolment.ends_at is None]
    after = [one for one in before if not _is(thing, one)]
    if _without_factor(at, before, after):
        raise Refused(say("info.last_lost" if end is End.LOST else "info.last"))
    if end is End.REMOVED and _complete(at, before) and not _complete(at, after):
        raise Refused(say("info.last"))


def _is(thing: Thing, one: Registered) -> bool:
    whole_set = thing.method in SPARE and one.enrolment.method == thing.method
    return whole_set or one.enrolment.id == thing.id


def _complete(at: Seat, held: Sequence[Registered]) -> bool:
    return registration.complete([one.proof for one in held], at.person, at.policy.policy)


def _without_factor(at: Seat, before: Sequence[Registered], after: Sequence[Registered]) -> bool:
    """Whether signing in needs a second factor, and the last one would go."""
    rules = at.policy.policy
    had, has = ([registration.is_factor(one.enrolment.method, rules) for one in held] for held in (before, after))
    return registration.needs_factor(at.person, rules) and any(had) and not any(has)


def _take(unit: Unit, at: Seat, thing: Thing) -> None:
    if thing.kind is not None:
        unit.info.remove_contact(thing.id)
    elif thing.method in SPARE:
        unit.info.remove_enrolments(at.person.id, thing.method)
    elif not unit.info.remove_enrolment(at.person.id, thing.id):
        raise NotFound(say("info.unknown"))


def _done(house: House, unit: Unit, what: tuple[Seat, Thing], activity: Activity) -> None:
    at, thing = what
    refresh(unit, at.person.id, house.methods.values())
    details = {"kind": thing.kind.value} if thing.kind else {"method": house.methods[thing.method].audit_name}
    unit.audit(Event(activity, at.person.id, at.person.id, "success", details=details, source=at.visit.source))
