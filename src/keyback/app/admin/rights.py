"""What somebody may do in the admin centre, asked in the unit that does it, so that no role can come or go between the
question and the commit (ADM-1)."""

from collections.abc import Mapping

from keyback.core.errors import Forbidden, NotFound
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.reach import Rights
from keyback.core.rules.roles import Permission
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "rights.none": "Your roles do not allow this. Nothing was changed.",
    "rights.person": "Your roles do not reach {user_id}: the account holds more than you do, is out of your scope, or is "
    "your own. Nothing was changed.",
    "rights.unseen": "Your roles do not reach this account. Nothing was changed.",
}

HOST = "host:"
"""How the command line names who asks: whoever runs it owns the machine and everything on it."""


def is_host(actor: str) -> bool:
    """Whether the command line asks."""
    return actor.startswith(HOST)


def rights_of(unit: Unit, person: str) -> Rights:
    """What somebody may do now."""
    return Rights(person, tuple(unit.held_roles.active(person, unit.now)))


def hold(unit: Unit, actor: str, *people: str) -> None:
    """Nobody else changes these people, nor what the actor may do, until the unit ends. In the order of their ids, so that
    two who act on each other do not wait for each other."""
    for one in sorted({*people} if is_host(actor) else {*people, actor}):
        unit.people.hold(one)


def require(unit: Unit, actor: str, permission: Permission, target: Person | None = None) -> None:
    """Raises `Forbidden` unless `actor` may do this now, to `target` if somebody is touched. The host's own command line
    may do everything. Who is touched is held before, with `hold`."""
    require_any(unit, actor, (permission,), target)


def require_any(unit: Unit, actor: str, permissions: tuple[Permission, ...], target: Person | None = None) -> None:
    """As `require`, where each of these is enough. Nothing is done to a deleted account but restoring it: `NotFound`."""
    if target is not None and target.deleted_at is not None:
        raise NotFound(say("people.is_deleted", user_id=target.upn))
    if is_host(actor):
        return
    hold(unit, actor)
    if target is None:
        rights = _present(unit, actor)
        if not any(rights.everywhere(one) for one in permissions):
            raise Forbidden(say("rights.none"))
    elif not may_touch(unit, actor, permissions, target):
        sees = _present(unit, actor).sees(target)
        raise Forbidden(say("rights.person", user_id=target.upn) if sees else say("rights.unseen"))


def may_touch(unit: Unit, actor: str, permissions: tuple[Permission, ...], target: Person) -> bool:
    """Whether `actor` may do any of these to `target` now."""
    if is_host(actor):
        return True
    rights = _present(unit, actor)
    assignable = unit.held_roles.role_assignable(target.id, unit.now)
    return any(rights.over(one, target, role_assignable=assignable) for one in permissions)


def _present(unit: Unit, actor: str) -> Rights:
    """Nothing for who was disabled or deleted meanwhile."""
    person = unit.people.by_id(actor, unit.now)
    alive = person is not None and person.enabled and person.deleted_at is None
    return rights_of(unit, actor) if alive else Rights(actor, ())
