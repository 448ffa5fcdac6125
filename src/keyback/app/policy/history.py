"""All versions of the policy, newest first: when, by whom, why, and what changed."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.policy.diff import Change, differences
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.policy import Document
from keyback.core.ports import Unit


@dataclass(frozen=True, slots=True)
class Version:
    """One version and how it differs from the one before; for the first, from nothing."""

    document: Document
    changes: tuple[Change, ...]


def before(house: House, version: int, count: int) -> tuple[Version, ...]:
    """At most `count` versions before this one, newest first."""
    with house.store.reading() as unit:
        numbers = range(version - 1, max(0, version - 1 - count), -1)
        return tuple(found for number in numbers if (found := _one(house, unit, number)) is not None)


def one(house: House, version: int) -> Version:
    """One version. Raises `NotFound`."""
    with house.store.reading() as unit:
        found = _one(house, unit, version)
    if found is None:
        raise NotFound(say("policy.no_version", version=version))
    return found


def _one(house: House, unit: Unit, version: int) -> Version | None:
    document, earlier = unit.policies.document(version), unit.policies.document(version - 1)
    if document is None:
        return None
    names = unit.policies.groups()
    return Version(document, differences(house, names, earlier.policy if earlier else None, document.policy))


def history(house: House, count: int = 20) -> tuple[Version, ...]:
    """The newest `count` versions."""
    with house.store.reading() as unit:
        documents = unit.policies.history(count + 1)
        names = unit.policies.groups()
    found = []
    for place, document in enumerate(documents[:count]):
        before = documents[place + 1].policy if place + 1 < len(documents) else None
        found.append(Version(document, differences(house, names, before, document.policy)))
    return tuple(found)
