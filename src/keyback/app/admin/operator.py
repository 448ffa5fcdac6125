"""Somebody who is signed in at the admin centre, and the question whether they may do something: asked when a page is
opened, and once more in the unit that does it (ADM-1)."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.sign_in import session
from keyback.app.sign_in.seat import Seat, Visit
from keyback.core.errors import Forbidden
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import SessionKind, Unit
from keyback.core.rules.freshness import recent_enough_for_danger
from keyback.core.rules.reach import Rights
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant, Person

MESSAGES = {
    "rights.none": "Your roles do not allow this. Nothing was changed.",
    "rights.person": "Your roles do not reach {user_id}: the account holds more than you do, is out of your scope, or is "
    "your own. Nothing was changed.",
}

HOST = "host:"
"""How the command line names who asks: whoever runs it owns the machine and everything on it."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Session, person and rights as they are now."""

    seat: Seat
    rights: Rights

    @property
    def person(self) -> Person:
        return self.seat.person

    def is_fresh(self, now: Instant) -> bool:
        """Whether a strong proof was given a short time ago, as dangerous actions need it (ADM-3)."""
        return recent_enough_for_danger(self.seat.session, now)


def here(house: House, visit: Visit) -> Operator:
    """Who sits in this browser. Raises `Unseated` unless its session is the admin centre's."""
    at = session.here(house, visit, SessionKind.ADMIN)
    with house.store.reading() as unit:
        return Operator(at, rights_of(unit, at.person.id))


def rights_of(unit: Unit, person: str) -> Rights:
    """What somebody may do now."""
    return Rights(person, tuple(unit.held_roles.active(person, unit.now)))


def require(unit: Unit, actor: str, permission: Permission, target: Person | None = None) -> None:
    """Raises `Forbidden` unless `actor` may do this now, to `target` if somebody is touched. The host's own command line
    may do everything."""
    if actor.startswith(HOST):
        return
    rights = rights_of(unit, actor)
    if target is None:
        if not rights.everywhere(permission):
            raise Forbidden(say("rights.none"))
        return
    assignable = unit.held_roles.role_assignable(target.id, unit.now)
    if not rights.over(permission, target, role_assignable=assignable):
        raise Forbidden(say("rights.person", user_id=target.upn))


def denied(house: House, operator: Operator, what: str) -> None:
    """A line in the audit log about what somebody was refused (AUD-1)."""
    with house.store.writing() as unit:
        who = operator.person.id
        unit.audit(
            Event(Activity.ACCESS_DENIED, who, who, "failure", what, "", operator.seat.visit.source)
        )  # fmt: skip
