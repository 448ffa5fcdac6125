"""All versions of the policy, newest first: when, by whom, why, and what changed."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.policy.diff import Change, differences
from keyback.core.policy import Document


@dataclass(frozen=True, slots=True)
class Version:
    """One version and how it differs from the one before; for the first, from nothing."""

    document: Document
    changes: tuple[Change, ...]


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
