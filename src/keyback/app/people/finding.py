"""The one person or group that somebody names."""

import unicodedata
from collections.abc import Mapping

from keyback.app.people.ports import Group, Work
from keyback.core.errors import Invalid, NotFound
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.rules.identifiers import canonical
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "people.nobody": "Nobody has the user ID {user_id}.",
    "people.no_group": "There is no group {group}.",
    "people.group_name": "A group's name is 1 to 100 characters, and none of them invisible.",
}

LONGEST_NAME = 100


def find(unit: Unit, user_id: str) -> Person:
    """By user ID; without its domain where the organisation has only one. Raises `NotFound`."""
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


def find_group(work: Work, unit: Unit, name: str) -> Group:
    """By name, in any case. Raises `NotFound`."""
    group = work.groups(unit).by_name(canonical_name(name))
    if group is None:
        raise NotFound(say("people.no_group", group=name[:LONGEST_NAME]))
    return group


def canonical_name(name: str) -> str:
    """A group's name as it is looked up. Raises `Invalid`."""
    form = unicodedata.normalize("NFKC", " ".join(name.split()).casefold())
    if not form or len(form) > LONGEST_NAME or not form.isprintable():
        raise Invalid(say("people.group_name"))
    return form
