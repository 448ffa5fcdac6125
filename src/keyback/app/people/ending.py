"""What dies when something changes that a person proves themselves with."""

from keyback.core.events import Activity, Event
from keyback.core.ports import SessionKind, Unit
from keyback.core.types import Person


def end_all(unit: Unit, person: Person) -> None:
    """Sessions, questions put to them, attempts past their first proof, passes (SES-3, COD-6, decisions 20)."""
    unit.people.raise_generation(person.id, unit.now)
    unit.sessions.end_all(person.id)
    unit.session_challenges.end_all(person.id)
    unit.journeys.end_others(person.id, "")


def end_unproven(unit: Unit, person: str, actor: str, but: str = "") -> None:
    """Sessions that the password alone opened, now that there is a second factor: it was never asked for there
    (decisions 25)."""
    for one in unit.sessions.all_of(person, unit.now):
        if one.id != but and one.kind is not SessionKind.FACTOR and not one.proved_at:
            unit.sessions.end_one(person, one.id)
            unit.audit(Event(Activity.SESSIONS_ENDED, actor, person, "success", "factor", one.id))
