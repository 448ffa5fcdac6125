"""Which roles a person holds directly."""

from collections.abc import Mapping

from keyback.app.people.finding import find_and_lock
from keyback.app.people.ports import Work
from keyback.app.people.telling import ROLE_CHANGED, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.rules.roles import ROLES

MESSAGES: Mapping[str, str] = {"people.no_role": "There is no role {role}. Roles: {roles}."}


def role_named(name: str) -> str:
    """A role's key, by key or title in any case. Raises `Invalid`."""
    asked = name.strip().casefold()
    for role in ROLES.values():
        if asked in {role.name, role.title.casefold()}:
            return role.name
    raise Invalid(say("people.no_role", role=name[:60], roles=", ".join(ROLES)))


def grant(work: Work, user_id: str, role: str) -> bool:
    """False: held already. Raises `NotFound`, `Invalid`."""
    return _change(work, user_id, role_named(role), granted=True)


def revoke(work: Work, user_id: str, role: str) -> bool:
    """False: not held directly. Raises `NotFound`, `Invalid`."""
    return _change(work, user_id, role_named(role), granted=False)


def _change(work: Work, user_id: str, role: str, *, granted: bool) -> bool:
    """A change of roles ends everything that carries the old rights (decisions 20)."""
    with work.house.store.writing() as unit:
        person = find_and_lock(unit, user_id)
        groups = work.groups(unit)
        if not (groups.grant(person.id, role) if granted else groups.revoke(person.id, role)):
            return False
        tell(unit, person, ROLE_CHANGED, f"{'+' if granted else '-'} {ROLES[role].title}")
        unit.people.raise_generation(person.id, unit.now)
        unit.sessions.end_all(person.id)
        refresh(unit, person.id, work.house.methods.values())
        details: Mapping[str, str | int] = {"role": role, "granted": int(granted)}
        unit.audit(Event(Activity.ROLE_CHANGED, work.actor, person.id, "success", details=details))
    work.house.kick("email")
    return True
