"""Sentences for people. Every one has a permanent id and a translation slot (habit 11).

A `Text` is an id and its values; what it reads in a language is decided at the edge that shows it.
The English sentence stands beside the id, in the file of the thing that says it, in a mapping called
`MESSAGES`; `wiring.plugins` gathers them and `web/locales/*.po` translates them (msgctxt is the id).
Ids are never reused; values are written `{name}` and inserted escaped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence to say: its permanent id and what to put in it.

    Values of type `Instant` are passed as `int` under a name ending in `_at` and shown as a time in the
    tenant's zone; under a name ending in `_ms` they are spans, shown as "10 minutes".
    """

    id: str
    values: Mapping[str, str | int] = field(default_factory=dict)


def say(id_: str, **values: str | int) -> Text:
    """A `Text` in one call."""
    return Text(id_, values)
