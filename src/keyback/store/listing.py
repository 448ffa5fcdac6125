"""People in pages: by user ID or name, by the first letters of their words."""

from collections.abc import Mapping, Sequence

from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.store.engine import Link, Row, Sql

_COLUMNS = "id, upn, display_name, department, directory, kind, enabled, frozen_at, deleted_at, created_at, canonical"
_PAGE = Sql(
    f"""SELECT {_COLUMNS} FROM person WHERE tenant = :tenant AND canonical > :after AND deleted_at IS NULL
    ORDER BY canonical LIMIT :count"""
)
_TOTALS = Sql(
    """SELECT count(*), sum(enabled), sum(CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END),
      sum(CASE WHEN frozen_at IS NULL THEN 0 ELSE 1 END) FROM person WHERE tenant = :tenant"""
)


class SqlListing:
    """Implements `core.ports.Listing`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def people(self, query: PeopleQuery) -> Sequence[Listed]:
        """A page."""
        after = query.after[0] if query.after else ""
        rows = self._link.all(_PAGE, {"tenant": self._tenant, "after": after, "count": query.count})
        return [_listed(row) for row in rows]

    def totals(self) -> Mapping[str, int]:
        """How many there are."""
        row = self._link.one(_TOTALS, {"tenant": self._tenant}) or (0, 0, 0, 0)
        return dict(zip(("all", "enabled", "deleted", "frozen"), (int(one or 0) for one in row), strict=True))


def _listed(row: Row) -> Listed:
    person, upn, name, department, directory, kind, enabled, frozen, deleted, created, key = row
    return Listed(person, upn, name, department, directory, kind, bool(enabled), frozen, deleted, created, key)
