"""The one person or group that somebody names."""

import unicodedata
from collections.abc import Mapping

from keyback.app.admin.rights import hold, require_any
from keyback.app.people.ports import Group, Work
from keyback.core.errors import Invalid, NotFound
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.identifiers import canonical
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant, Person

MESSAGES: Mapping[str, str] = {
    "people.nobody": "Nobody has the user ID {user_id}.",
    "people.is_deleted": "The account {user_id} is deleted. Restore it first; nothing was changed.",
    "people.not_deleted": "The account {user_id} is not deleted.",
    "people.no_group": "There is no group {group}.",
    "people.group_name": "A group's name is 1 to 100 characters, and none of them invisible.",
}

LONGEST_NAME = 100


def find(unit: Unit, user_id: str) -> Person:
    """By user ID; without its domain where the organisation has only one. Raises `NotFound`, also for a deleted one."""
    person = _named(unit, user_id)
    if person.deleted_at is not None:
        raise NotFound(say("people.is_deleted", user_id=person.upn))
    return person


def find_deleted(work: Work, unit: Unit, user_id: str) -> tuple[Person, Instant]:
    """One who is deleted, and since when, held until the unit ends. Raises `NotFound`, also for one who is not."""
    hold(unit, work.actor, _named(unit, user_id).id)
    person = _named(unit, user_id)
    if person.deleted_at is None:
        raise NotFound(say("people.not_deleted", user_id=person.upn))
    return person, person.deleted_at


def _named(unit: Unit, user_id: str) -> Person:
    form = canonical(user_id)
    if form and "@" not in form and len(domains := unit.tenants.domains()) == 1:
        form = f"{form}@{domains[0]}"
    person = unit.people.by_canonical(form, unit.now) if form else None
    if person is None:
        raise NotFound(say("people.nobody", user_id=user_id[:LONGEST_NAME]))
    return person


def find_and_lock(unit: Unit, user_id: str) -> Person:
    """As `find`, and nobody else changes this person until the unit ends."""
    unit.people.hold(find(unit, user_id).id)
    return find(unit, user_id)


def find_for(work: Work, unit: Unit, user_id: str, *permissions: Permission) -> Person:
    """As `find_and_lock`, by somebody who may do one of these to this person, until the unit ends (ADM-1).

    Raises `NotFound`, `Forbidden`.
    """
    hold(unit, work.actor, find(unit, user_id).id)
    person = find(unit, user_id)
    require_any(unit, work.actor, permissions, person)
    return person


def find_group(work: Work, unit: Unit, name: str) -> Group:
    """By immutable id, or by name in any case. Raises `NotFound`."""
    changes = work.groups(unit)
    group = changes.by_id(name) or changes.by_name(canonical_name(name))
    if group is None:
        raise NotFound(say("people.no_group", group=name[:LONGEST_NAME]))
    return group


def canonical_name(name: str) -> str:
    """A group's name as it is looked up. Raises `Invalid`."""
    form = unicodedata.normalize("NFKC", " ".join(name.split()).casefold())
    if not form or len(form) > LONGEST_NAME or not form.isprintable():
        raise Invalid(say("people.group_name"))
    return form
