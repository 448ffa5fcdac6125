"""Disable a person, and enable one again."""

from dataclasses import replace

from keyback.app.people.finding import find_for
from keyback.app.people.ports import Work
from keyback.app.people.telling import DISABLED, ENABLED, tell
from keyback.app.policy.standing import refresh
from keyback.core.events import Activity, Event
from keyback.core.rules.roles import Permission


def set_enabled(work: Work, user_id: str, *, enabled: bool) -> bool:
    """False: it was so already. Disabling ends everything that is signed in or under way (decisions 20).

    Raises `NotFound`, `Forbidden`.
    """
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_PEOPLE)
        if person.enabled is enabled:
            return False
        tell(unit, person, ENABLED if enabled else DISABLED, "")
        changes = work.people(unit)
        facts = changes.known([person.canonical])[person.canonical].facts
        changes.set_facts({person.id: replace(facts, enabled=enabled)})
        if not enabled:
            unit.people.raise_generation(person.id, unit.now)
            unit.sessions.end_all(person.id)
        refresh(unit, person.id, work.house.methods.values())
        activity = Activity.PERSON_ENABLED if enabled else Activity.PERSON_DISABLED
        unit.audit(Event(activity, work.actor, person.id, "success"))
    work.house.kick("email")
    return True
