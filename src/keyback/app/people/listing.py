"""Lists of people as rows, without anything by which they could be reached; only of people whom the operator sees."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from keyback.app.admin.rights import rights_of
from keyback.app.people.ports import Work
from keyback.core.errors import Forbidden
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Unit
from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant

MOST = 100_000
"""Rows of one file."""
COLUMNS = ("id", "user_id", "name", "department", "directory", "kind", "state", "created_at")
_PAGE = 1_000

Row = tuple[str, ...]


def export(work: Work, query: PeopleQuery, form: str) -> Sequence[Row]:
    """At most `MOST` rows of `COLUMNS`, of people whom the operator may export; that is written to the audit log before
    anything is given out (ADM-6).

    Raises `Forbidden`.
    """
    with work.house.store.reading() as unit:
        rows = [row for page in _pages(unit, _within(work, unit, query)) for row in page]
    rows = rows[:MOST]
    with work.house.store.writing() as unit:
        _within(work, unit, query)
        details: Mapping[str, str | int] = {"rows": len(rows), "form": form, "show": query.show}
        unit.audit(Event(Activity.PEOPLE_EXPORTED, work.actor, "", "success", details=details))
    return rows


def state_of(one: Listed) -> str:
    """One word."""
    if one.deleted_at is not None:
        return "deleted"
    if not one.enabled:
        return "disabled"
    return "enabled" if one.frozen_at is None else "frozen"


def cursor(one: Listed) -> tuple[str, str]:
    """Where the next page begins, after this one."""
    return one.key, one.id


def _within(work: Work, unit: Unit, query: PeopleQuery) -> PeopleQuery:
    rights = rights_of(unit, work.actor)
    if not rights.may(Permission.EXPORT_PEOPLE):
        raise Forbidden(say("rights.none"))
    return replace(query, groups=rights.scopes_of(Permission.EXPORT_PEOPLE))


def _pages(unit: Unit, query: PeopleQuery) -> Iterator[Sequence[Row]]:
    asked = replace(query, count=_PAGE, after=None)
    for _ in range(MOST // _PAGE):
        page = unit.listing.people(asked)
        yield [_row(one) for one in page]
        if len(page) < _PAGE:
            return
        asked = replace(asked, after=cursor(page[-1]))


def _row(one: Listed) -> Row:
    return (
        one.id,
        one.upn,
        one.display_name,
        one.department,
        one.directory,
        one.kind,
        state_of(one),
        _day(one.created_at),
    )


def _day(at: Instant) -> str:
    """The same in every zone and program."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds")
