"""The audit log in pages, newest first, however long it is: each filter walks along one index."""

from collections.abc import Mapping, Sequence

from keyback.core.ports.listing import LogQuery
from keyback.store import audit
from keyback.store.engine import Link, Sql

_NEVER = 1 << 62
_COLUMNS = "seq, at, activity, actor, target, result, reason, correlation, source, details, hash"
_LINE = Sql(f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND seq = :seq")


class SqlLogLines:
    """Implements `core.ports.LogLines`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def lines(self, query: LogQuery) -> Sequence[Mapping[str, str | int]]:
        """A page."""
        return audit.newest(
            self._link, self._tenant, count=query.count, before=query.before or _NEVER, target=query.person
        )

    def story(self, correlation: str, count: int) -> Sequence[Mapping[str, str | int]]:
        """Oldest first."""
        return audit.story(self._link, self._tenant, correlation)[:count]

    def line(self, seq: int) -> Mapping[str, str | int] | None:
        """One line."""
        row = self._link.one(_LINE, {"tenant": self._tenant, "seq": seq})
        return dict(zip(_COLUMNS.split(", ")[:-1], row[:-1], strict=True)) if row else None
