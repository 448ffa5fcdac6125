"""What dies when an administrator takes away or replaces something that a person proves themselves with."""

from keyback.core.ports import Unit
from keyback.core.types import Person


def end_all(unit: Unit, person: Person) -> None:
    """Sessions, questions put to them, attempts past their first proof, passes (SES-3, COD-6, decisions 20)."""
    unit.people.raise_generation(person.id, unit.now)
    unit.sessions.end_all(person.id)
    unit.session_challenges.end_all(person.id)
    unit.journeys.end_others(person.id, "")
