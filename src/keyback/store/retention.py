"""Removes what is over, a few rows at a time, the oldest first. What is in `app.retention` says when."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from keyback.core.audit_chain import Mark
from keyback.core.types import Instant
from keyback.store.checkpoints import begin_after
from keyback.store.engine import Sql

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit


def _delete(table: str, key: str, where: str, order: str) -> Sql:
    """At most `:count` rows; both engines can limit only a subquery."""
    return Sql(
        f"""DELETE FROM {table} WHERE tenant = :tenant AND ({key}) IN (
          SELECT {key} FROM {table} t WHERE t.tenant = :tenant AND {where} ORDER BY {order} LIMIT :count)"""
    )


_PROVEN = "EXISTS (SELECT 1 FROM evidence e WHERE e.tenant = t.tenant AND e.journey = t.id)"
_FROZEN = "EXISTS (SELECT 1 FROM person p WHERE p.tenant = t.tenant AND p.id = t.person AND p.frozen_at IS NOT NULL)"
_CLOSED = f"t.closed_at <= :before AND NOT {_FROZEN}"
_STATEMENTS: Mapping[str, tuple[Sql, ...]] = MappingProxyType(
    {
        "unproven_journeys": (
            _delete(
                "journey", "id", f"t.expires_at <= :before AND t.state = 'ended' AND NOT {_PROVEN}", "t.expires_at"
            ),
        ),
        "journeys": (
            _delete("journey", "id", "t.expires_at <= :before AND t.state IN ('done', 'ended')", "t.expires_at"),
        ),
        "throttles": (
            _delete(
                "throttle",
                "limit_name, throttle_key",
                "t.ends_at <= :before AND t.paused_until <= :before",
                "t.ends_at",
            ),
        ),
        "messages": (_delete("outbox", "id", "t.state <> 'waiting' AND t.done_at <= :before", "t.done_at"),),
        "sessions": (_delete("session", "token", "t.ends_at <= :before", "t.ends_at"),),
        "session_challenges": (_delete("session_challenge", "id", "t.expires_at <= :before", "t.expires_at"),),
        "access_passes": (_delete("access_pass", "id", "t.expires_at <= :before", "t.expires_at"),),
        "wrong_passwords": (_delete("wrong_password", "account", "t.at <= :before", "t.at"),),
        "setup_links": (_delete("setup_link", "token", "t.expires_at <= :before", "t.expires_at"),),
        "objection_links": (
            _delete("objection_link", "token", "t.expires_at <= :before AND t.incident IS NULL", "t.expires_at"),
        ),
        "incidents": (
            Sql(
                f"""DELETE FROM objection_link WHERE tenant = :tenant AND incident IN (
                  SELECT t.id FROM incident t WHERE t.tenant = :tenant AND {_CLOSED} ORDER BY t.closed_at, t.id LIMIT :count)"""
            ),
            _delete("incident", "id", _CLOSED, "t.closed_at, t.id"),
        ),
        "help_requests": (_delete("help_request", "id", "t.closed_at <= :before", "t.closed_at"),),
        "caller_cases": (_delete("caller_case", "id", "t.expires_at <= :before", "t.expires_at"),),
        "approvals": (_delete("approval", "id", "t.expires_at <= :before", "t.expires_at"),),
        "uploads": (_delete("upload", "id", "t.at <= :before", "t.at"),),
        "pulse": (_delete("pulse", "name, at", "t.at <= :before", "t.at"),),
    }
)
"""By name of the line; the last statement's count is the one that tells whether there is more."""
_OLDEST_LINES = Sql("SELECT seq, at, hash FROM audit WHERE tenant = :tenant ORDER BY seq LIMIT :count")
_FORGET_LINES = Sql("DELETE FROM audit WHERE tenant = :tenant AND seq <= :seq")
_NEXT_PEOPLE = Sql(
    """SELECT max(person) FROM (SELECT DISTINCT person FROM old_password
      WHERE tenant = :tenant AND person > :after ORDER BY person LIMIT :people) AS next_people"""
)
_TRIM = Sql(
    """DELETE FROM old_password WHERE tenant = :tenant AND person > :after AND person <= :last AND :keep <= (
      SELECT count(*) FROM old_password newer WHERE newer.tenant = old_password.tenant
        AND newer.person = old_password.person AND newer.replaced_at > old_password.replaced_at)"""
)


class SqlRemoving:
    """Implements `app.retention.Removing` on a unit."""

    __slots__ = ("_unit",)

    def __init__(self, unit: "SqlUnit") -> None:
        self._unit = unit

    def remove(self, name: str, before: Instant, count: int) -> int:
        """At most so many rows; what hangs on a journey goes with it."""
        if name == "audit":
            return self._lines(before, count)
        values = {"tenant": self._unit.tenant, "before": before, "count": count}
        return [self._unit.link.run(statement, values) for statement in _STATEMENTS[name]][-1]

    def _lines(self, before: Instant, count: int) -> int:
        """AUD-4: only ever the beginning of the chain, up to the first line that is younger, whatever comes after it.
        The signed base says after which line the log begins, in the same transaction."""
        found = self._unit.link.all(_OLDEST_LINES, {"tenant": self._unit.tenant, "count": count})
        old = 0
        while old < len(found) and found[old][1] <= before:
            old += 1
        if old:
            seq, _, hash_ = found[old - 1]
            self._unit.link.put(_FORGET_LINES, {"tenant": self._unit.tenant, "seq": seq})
            begin_after(self._unit, Mark(seq, bytes(hash_)))
        return old

    def trim_histories(self, after: str, keep: int, people: int) -> str:
        """Of the next people in order; the id of the last of them, or empty at the end."""
        about = {"tenant": self._unit.tenant, "after": after}
        row = self._unit.link.one(_NEXT_PEOPLE, {**about, "people": people})
        last = str(row[0]) if row and row[0] is not None else ""
        if last:
            self._unit.link.put(_TRIM, {**about, "last": last, "keep": keep})
        return last
