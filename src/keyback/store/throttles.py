"""The one limiter primitive: charge first, then do. Durable, and never evicted while live (THR-5, THR-8)."""

from keyback.core.ports import Charge, Sealer
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql

_TAKE = Sql(
    """INSERT INTO throttle (tenant, limit_name, throttle_key, window_start, used, paused_until, ends_at)
    SELECT :tenant, :limit, :key, CAST(:now AS BIGINT), CAST(:amount AS INTEGER),
      CASE WHEN :amount >= :budget AND :pause > 0 THEN :now + :pause ELSE 0 END, :now + :window + :pause
    WHERE :amount <= :budget
    ON CONFLICT (tenant, limit_name, throttle_key) DO UPDATE SET
      window_start = CASE WHEN throttle.window_start + :window <= :now THEN :now ELSE throttle.window_start END,
      used = CASE WHEN throttle.window_start + :window <= :now THEN :amount ELSE throttle.used + :amount END,
      paused_until = CASE
        WHEN :pause > 0 AND throttle.window_start + :window > :now AND throttle.used + :amount >= :budget
          THEN :now + :pause
        WHEN :pause > 0 AND throttle.window_start + :window <= :now AND :amount >= :budget THEN :now + :pause
        ELSE throttle.paused_until END,
      ends_at = :now + :window + :pause
    WHERE throttle.paused_until <= :now
      AND (throttle.window_start + :window <= :now OR throttle.used + :amount <= :budget)
    RETURNING used"""
)
_WHEN = Sql(
    """SELECT window_start, paused_until FROM throttle
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key"""
)
_HOW = Sql(
    """SELECT window_start, paused_until, used FROM throttle
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key"""
)
_BRING_BACK = Sql(
    """UPDATE throttle SET window_start = :now, ends_at = :now + :window + :pause,
      paused_until = CASE WHEN paused_until > :now + :pause THEN :now + :pause ELSE paused_until END
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key AND window_start > :now"""
)
_GIVE_BACK = Sql(
    """UPDATE throttle SET used = CASE WHEN used > :amount THEN used - :amount ELSE 0 END,
      paused_until = CASE WHEN used >= :budget THEN 0 ELSE paused_until END
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key AND used > 0"""
)
_USED = Sql(
    """SELECT used FROM throttle
    WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key AND window_start > :since"""
)
_PAUSED = Sql("SELECT count(*) FROM throttle WHERE tenant = :tenant AND limit_name = :limit AND paused_until > :now")
_CLEAR = Sql("DELETE FROM throttle WHERE tenant = :tenant AND limit_name = :limit AND throttle_key = :key")


class SqlThrottles:
    """Implements `core.ports.Throttles`. Keys are kept as keyed hashes only."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def charge(self, charge: Charge, now: Instant) -> Instant | None:
        """None when allowed; else when it opens again. Refused charges do not count further, and the pause begins
        with the charge that uses up the budget, so that nothing is lost when the caller then refuses. A window that
        began in what is the future now, because a clock was set back, begins again now: no earlier than it would have
        opened, and not shut for a year (F17)."""
        if self.take(charge, now):
            return None
        row = self._link.one(_WHEN, self._place(charge))
        if row is None:  # more than the whole budget at once
            return now + charge.window
        start, paused = int(row[0]), int(row[1])
        if start > now:
            span = {"now": now, "window": charge.window, "pause": charge.pause}
            self._link.put(_BRING_BACK, {**self._place(charge), **span})
            start, paused = now, min(paused, now + charge.pause)
        return max(paused, start + charge.window)

    def take(self, charge: Charge, now: Instant) -> int:
        """How much is used with this charge; 0 when refused. One statement either way (SND-5)."""
        row = self._link.one(_TAKE, {
            **self._place(charge), "now": now, "window": charge.window, "budget": charge.budget, "pause": charge.pause,
            "amount": charge.amount,
        })  # fmt: skip
        return int(row[0]) if row else 0

    def paused_until(self, charge: Charge) -> Instant:
        """When the pause of this limit ends, or ended; 0: it never had one."""
        row = self._link.one(_WHEN, self._place(charge))
        return int(row[1]) if row else 0

    def opens_at(self, charge: Charge, now: Instant) -> Instant:
        """When this charge would be taken; `now`, or before: it would be now."""
        row = self._link.one(_HOW, self._place(charge))
        start, paused, used = map(int, row) if row else (0, 0, 0)
        shut = start <= now < start + charge.window and used + charge.amount > charge.budget
        return max(paused, start + charge.window if shut else 0)

    def used(self, charge: Charge, now: Instant) -> int:
        """How much of a budget is used in the present window."""
        row = self._link.one(_USED, {**self._place(charge), "since": now - charge.window})
        return int(row[0]) if row else 0

    def give_back(self, charge: Charge) -> None:
        """What was charged before a comparison that turned out right is no failure."""
        self._link.put(_GIVE_BACK, {**self._place(charge), "budget": charge.budget, "amount": charge.amount})

    def clear(self, charge: Charge) -> bool:
        """Forget one counter, after a completed recovery or by an administrator; whether there was one."""
        return self._link.run(_CLEAR, self._place(charge)) == 1

    def forget(self, charge: Charge) -> None:
        """The same, when nobody asks whether there was one."""
        self._link.put(_CLEAR, self._place(charge))

    def _place(self, charge: Charge) -> dict[str, str | bytes]:
        key = self._sealer.mac("throttle", charge.limit, charge.key)
        return {"tenant": self._tenant, "limit": charge.limit, "key": key}

    def paused(self, limit: str, now: Instant) -> int:
        """How many counters of this limit are shut."""
        row = self._link.one(_PAUSED, {"tenant": self._tenant, "limit": limit, "now": now})
        return int(row[0]) if row else 0
