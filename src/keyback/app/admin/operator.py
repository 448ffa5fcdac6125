"""Somebody who is signed in at the admin centre, and the question whether they may do something: asked when a page is
opened; the unit that does it asks once more (`rights`, ADM-1)."""

from dataclasses import dataclass

from keyback.app.admin.rights import rights_of
from keyback.app.house import House
from keyback.app.sign_in import session
from keyback.app.sign_in.seat import Seat, Visit
from keyback.core.events import Activity, Event
from keyback.core.ports import SessionKind
from keyback.core.rules.freshness import recent_enough_for_danger
from keyback.core.rules.reach import Rights
from keyback.core.types import Instant, Person


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


def denied(house: House, operator: Operator, what: str) -> None:
    """A line in the audit log about what somebody was refused (AUD-1)."""
    with house.store.writing() as unit:
        who = operator.person.id
        unit.audit(
            Event(Activity.ACCESS_DENIED, who, who, "failure", what, "", operator.seat.visit.source)
        )  # fmt: skip
