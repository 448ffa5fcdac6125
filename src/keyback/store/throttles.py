"""The one limiter primitive: charge first, then do. Durable, and never evicted while live (THR-5, THR-8)."""

from keyback.core.ports import Charge, Sealer
from keyback.core.types import Instant, Span
from keyback.store.engine import Link, Sql

_CHARGE = Sql(
    """INSERT INTO throttle (tenant, limit_name, throttle_key, window_start, used, paused_until, ends_at)
    VALUES (:tenant, :limit, :key, :now, 1, CASE WHEN :budget = 1 AND :pause > 0 THEN :now + :pause ELSE 0 END,
      :now + :window + :pause)
    ON CONFLICT (tenant, limit_name, throttle_key) DO UPDATE SET
      window_start = CASE WHEN throttle.window_start + :window <= :now THEN :now ELSE throttle.window_start END,
      used = CASE WHEN throttle.window_start + :window <= :now THEN 1 ELSE throttle.used + 1 END,
      paused_until = CASE
        WHEN :pause > 0 AND throttle.window_start + :window > :now AND throttle.used + 1 >= :budget THEN :now + :pause
        WHEN :pause > 0 AND throttle.window_start + :window <= :now AND :budget = 1 THEN :now + :pause
        ELSE throttle.paused_until END,
      ends_at = :now + :window + :pause
    WHERE throttle.paused_until <= :now
      AND (throttle.window_start + :window <= :now OR throttle.used < :budget)
    RETURNING used"""
)
_WHEN = Sql(
    """SELECT window_start, paused_until FROM throttle
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key"""
)
_GIVE_BACK = Sql(
    """UPDATE throttle SET used = used - 1, paused_until = CASE WHEN used >= :budget THEN 0 ELSE paused_until END
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key AND used > 0"""
)
_USED = Sql(
    """SELECT used FROM throttle
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key AND window_start > :since"""
)
_CLEAR = Sql("DELETE FROM throttle WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key")
_SWEEP = Sql("DELETE FROM throttle WHERE tenant = :tenant AND ends_at <= :now AND paused_until <= :now")


class SqlThrottles:
    """Implements `core.ports.Throttles`. Keys are kept as keyed hashes only."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def charge(self, charge: Charge, now: Instant) -> Instant | None:
        """None when allowed; else when it opens again. Refused charges do not count further, and the pause begins
        with the charge that uses up the budget, so that nothing is lost when the caller then refuses."""
        key = self._sealer.mac("throttle", charge.limit, charge.key)
        place = {"tenant": self._tenant, "limit": charge.limit, "key": key}
        values = {**place, "now": now, "window": charge.window, "budget": charge.budget, "pause": charge.pause}
        if self._link.one(_CHARGE, values) is not None:
            return None
        row = self._link.one(_WHEN, place)
        if row is None:  # cannot be: the row refused us a moment ago; refuse all the same (GAT-5)
            return now + charge.window
        return max(int(row[1]), int(row[0]) + charge.window)

    def used(self, limit: str, key: str, window: Span, now: Instant) -> int:
        """How much of a budget is used in the present window."""
        key_hash = self._sealer.mac("throttle", limit, key)
        values = {"tenant": self._tenant, "limit": limit, "key": key_hash, "since": now - window}
        row = self._link.one(_USED, values)
        return int(row[0]) if row else 0

    def give_back(self, charge: Charge) -> None:
        """What was charged before a comparison that turned out right is no failure."""
        key = self._sealer.mac("throttle", charge.limit, charge.key)
        values = {"tenant": self._tenant, "limit": charge.limit, "key": key, "budget": charge.budget}
        self._link.run(_GIVE_BACK, values)

    def clear(self, limit: str, key: str) -> None:
        """Forget one counter: after a completed recovery, or by an administrator."""
        place = {"tenant": self._tenant, "limit": limit, "key": self._sealer.mac("throttle", limit, key)}
        self._link.run(_CLEAR, place)

    def sweep(self, now: Instant) -> int:
        """Remove counters that no longer hold anything."""
        return self._link.run(_SWEEP, {"tenant": self._tenant, "now": now})
