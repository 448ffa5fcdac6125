"""How much happened in each five minutes, and the few figures that are worked out from that now and then."""

from collections.abc import Mapping

from keyback.core.ports import Beat
from keyback.core.types import MINUTE, Instant
from keyback.store.engine import Link, Sql

BEAT = 5 * MINUTE

_ADD = Sql(
    """INSERT INTO pulse (tenant, name, at, count) VALUES (:tenant, :name, :at, :count)
    ON CONFLICT (tenant, name, at) DO UPDATE SET count = pulse.count + excluded.count"""
)
_SUM = Sql(
    """SELECT COALESCE(SUM(count), 0), COALESCE(MAX(count), 0), COUNT(*) FROM pulse
    WHERE tenant = :tenant AND name = :name AND at >= :since AND at < :until"""
)
_FIGURES = Sql("SELECT name, value, at FROM figure WHERE tenant = :tenant")
_SET = Sql(
    """INSERT INTO figure (tenant, name, value, at) VALUES (:tenant, :name, :value, :now)
    ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value, at = excluded.at"""
)


class SqlPulse:
    """Implements `core.ports.Pulse`."""

    __slots__ = ("_beats", "_link", "_now", "_tenant")

    def __init__(self, link: Link, tenant: str, now: Instant) -> None:
        self._link = link
        self._tenant = tenant
        self._now = now
        self._beats: dict[str, int] = {}

    def beat(self, name: str) -> None:
        """One more of these; written when the unit ends."""
        self._beats[name] = self._beats.get(name, 0) + 1

    def finish(self) -> None:
        """Write the beats: in the order of their names, so that units wait for each other and never in a circle."""
        at = self._now - self._now % BEAT
        for name, count in sorted(self._beats.items()):
            self._link.put(_ADD, {"tenant": self._tenant, "name": name, "at": at, "count": count})

    def within(self, name: str, since: Instant, until: Instant) -> Beat:
        """What happened in the five minutes that began in this span."""
        values = {"tenant": self._tenant, "name": name, "since": since, "until": until}
        row = self._link.one(_SUM, values) or (0, 0, 0)
        return Beat(int(row[0]), int(row[1]), int(row[2]))

    def figures(self) -> Mapping[str, tuple[int, Instant]]:
        """Every figure with the time at which it was set."""
        return {row[0]: (row[1], row[2]) for row in self._link.all(_FIGURES, {"tenant": self._tenant})}

    def set_figure(self, name: str, value: int) -> None:
        """Keep a figure in place of the one before."""
        self._link.put(_SET, {"tenant": self._tenant, "name": name, "value": value, "now": self._now})
