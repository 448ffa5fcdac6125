"""Read a log: who may, about whom, and the line about it (AUD-8).

Whoever reads leaves one line for each view in ten minutes: turning pages, and loading the same page again, is the same
reading. Whether there is such a line already, the log itself knows.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keyback.app.admin.rights import is_host, rights_of
from keyback.app.house import House
from keyback.app.logs.asking import Typed, understood
from keyback.app.logs.naming import Seen, seen
from keyback.app.reset.scene import account_of
from keyback.core.errors import Forbidden, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.ports.listing import Listed, LogQuery, PeopleQuery
from keyback.core.rules.identifiers import canonical
from keyback.core.rules.reach import Rights
from keyback.core.rules.roles import Permission
from keyback.core.rules.words import words
from keyback.core.types import MINUTE, Instant, Person, Span

MESSAGES = {
    "logs.choose_person": "Your role reaches the people of some groups only. Search for one of them: you see what the log "
    "says about that person.",
    "logs.ids_only": "Your role shows people by their ids, not by their names. Search by an id.",
    "logs.no_line": "The log has no such line, or it is older than lines are kept.",
    "logs.no_story": "The log knows no attempt with this reference, or it is older than lines are kept.",
}
SAME_READING: Final[Span] = 10 * MINUTE
_OWN: Final = 50
"""Newest lines of the reader among which the one about this reading is looked for."""
CANDIDATES: Final = 10
LONGEST_STORY: Final = 500
_MADE_BY_US: Final = re.compile(r"[0-9a-f]{32}")
_ID: Final = re.compile(r"[\w-]{1,64}", re.ASCII)


MOST_LINES: Final = 100_000
"""In one file (ADM-6)."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the id of an operator, or `host:...`, and from which address."""

    actor: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Whom:
    """Whose lines are asked for: one person, several to choose from, or a user ID that nobody has."""

    id: str = ""
    also: tuple[str, ...] = ()
    person: Person | None = None
    candidates: tuple[Listed, ...] = ()
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a log."""

    typed: Typed
    whom: Whom
    lines: Sequence[Seen] = ()
    before: int = 0
    looked_to: Instant = 0
    story: str = ""
    """What was typed is no person but the reference of an attempt."""


def read(house: House, reader: Reader, typed: Typed, views: Mapping[str, tuple[Activity, ...]], zone: str) -> Shown:
    """A page. Raises `Invalid` for filters that are none, `Forbidden`."""
    with house.store.reading() as unit:
        rights = rights_for(unit, reader)
        typed, whom, query = asked(house, unit, rights, Asking(typed, views, zone))
        if whom.candidates or (typed.person and not whom.id):
            return Shown(typed, whom, story=_reference(unit, typed.person))
        allow(rights, Permission.READ_AUDIT, whom.person)
        page = unit.log.page(replace(query, about_only=limited(rights)))
        lines = seen(unit, rights, page.lines)
    note(house, reader, whom.id, typed.kept)
    return Shown(typed, whom, lines, page.before, page.looked_to)


def line(house: House, reader: Reader, seq: int) -> Seen:
    """One line. Raises `NotFound`, `Forbidden`."""
    with house.store.reading() as unit:
        rights = rights_for(unit, reader)
        found = unit.log.line(seq)
        about = unit.people.by_id(str(found["target"]), unit.now) if found and limited(rights) else None
        allow(rights, Permission.READ_AUDIT, about)
        if found is None:
            raise NotFound(say("logs.no_line"))
        [shown] = seen(unit, rights, [found])
    note(house, reader, str(found["target"]), {"line": str(seq)})
    return shown


def story(house: House, reader: Reader, correlation: str) -> Sequence[Seen]:
    """All lines of one attempt or one sign-in, oldest first. Raises `NotFound`, `Forbidden`."""
    with house.store.reading() as unit:
        rights = rights_for(unit, reader)
        found = unit.log.story(correlation, LONGEST_STORY)
        targets = sorted({str(one["target"]) for one in found})
        for target in targets if limited(rights) and targets else [""]:
            allow(rights, Permission.READ_AUDIT, unit.people.by_id(target, unit.now) if target else None)
        if not found:
            raise NotFound(say("logs.no_story"))
        lines = seen(unit, rights, found)
    note(house, reader, targets[-1], {"story": correlation})
    return lines


@dataclass(frozen=True, slots=True)
class Asking:
    """Filters, in which log, in which zone."""

    typed: Typed
    views: Mapping[str, tuple[Activity, ...]]
    zone: str
    most: int = MOST_LINES
    """Lines of a file."""


def asked(house: House, unit: Unit, rights: Rights | None, asking: Asking) -> tuple[Typed, Whom, LogQuery]:
    """Filters as the store is asked, with the person looked up."""
    typed, query = understood(asking.typed, asking.views, asking.zone)
    whom = _whom(house, unit, rights, typed.person.strip())
    if whom.person is not None and (rights is None or rights.sees(whom.person)):
        typed = replace(typed, person=whom.person.upn)
    return typed, whom, replace(query, person=whom.id, also=whom.also)


def rights_for(unit: Unit, reader: Reader) -> Rights | None:
    """As they are now; none are needed at the machine's own command line."""
    return None if is_host(reader.actor) else rights_of(unit, reader.actor)


def limited(rights: Rights | None) -> bool:
    """Whether the log is read through the scope of a role: then only what it says about people of that scope."""
    return rights is not None and not rights.everywhere(Permission.READ_AUDIT)


def allow(rights: Rights | None, permission: Permission, about: Person | None) -> None:
    """Raises `Forbidden`."""
    if rights is None or rights.reads(permission, about):
        return
    raise Forbidden(say("logs.choose_person" if rights.may(permission) else "rights.none"))


def note(house: House, reader: Reader, target: str, details: Mapping[str, str]) -> None:
    """The line about this reading, unless the reader has left the same one a moment ago."""
    with house.store.reading() as unit:
        own = unit.log.lines(LogQuery(person=reader.actor, count=_OWN))
        event = Event(Activity.AUDIT_READ, reader.actor, target, "success", source=reader.source, details=dict(details))
        if any(_same(one, event) for one in own if int(one["at"]) > unit.now - SAME_READING):
            return
    with house.store.writing() as unit:
        unit.audit(event)


def _same(one: Mapping[str, str | int], event: Event) -> bool:
    return (one["activity"], one["target"]) == (event.activity, event.target) and json.loads(
        str(one["details"])
    ) == dict(event.details)


def _whom(house: House, unit: Unit, rights: Rights | None, typed: str) -> Whom:
    """By id, by user ID, by beginnings of words; a user ID that nobody has is known by its keyed hash."""
    if not typed:
        return Whom()
    there = unit.people.by_id(typed, unit.now) if _ID.fullmatch(typed) else None
    if there is not None and (rights is None or rights.reads(Permission.READ_AUDIT, there)):
        return _named(house, there)
    if rights is not None and not rights.may(Permission.READ_PEOPLE):
        if _MADE_BY_US.fullmatch(typed):
            return Whom(typed)
        raise Forbidden(say("logs.ids_only"))
    return _searched(house, unit, rights, typed)


def _searched(house: House, unit: Unit, rights: Rights | None, typed: str) -> Whom:
    form = canonical(typed)
    person = unit.people.by_canonical(form, unit.now) if form else None
    if person is not None and (rights is None or rights.sees(person)):
        return _named(house, person)
    scopes = rights.scopes if rights is not None else frozenset[str]()
    found = unit.listing.people(PeopleQuery(words=tuple(words(typed)), count=CANDIDATES, groups=scopes))
    if len(found) == 1 and (one := unit.people.by_id(found[0].id, unit.now)) is not None:
        return _named(house, one)
    if found:
        return Whom(candidates=tuple(found))
    if form and "@" in form:  # also for people out of the scope: nobody learns whether there are such
        return Whom(f"decoy:{account_of(house, form)}", (f"account:{account_of(house, form)}",), unknown=True)
    return Whom(unknown=True)


def _reference(unit: Unit, typed: str) -> str:
    form = typed.strip().lower()
    return form if _ID.fullmatch(form) and unit.log.story(form, 1) else ""


def _named(house: House, person: Person) -> Whom:
    """Whoever is locked out is not looked up, so those lines carry the account alone."""
    return Whom(person.id, (f"account:{account_of(house, person.canonical)}",), person)
