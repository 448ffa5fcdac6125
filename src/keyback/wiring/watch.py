"""What is looked after once a minute beside tidying: keys, clocks, the audit log and its checkpoints."""

import logging
import time
from collections.abc import Callable
from typing import Final

from keyback.app import clock
from keyback.app.audit.verify import alarm, checkpoint
from keyback.core.errors import Broken, Trouble
from keyback.store.checkpoints import SqlBook
from keyback.store.keys import adopt_keys
from keyback.store.unit import SqlStore
from keyback.wiring.shipping import Elsewhere, ship

log = logging.getLogger("keyback.watch")

LOOKED: Final = "watch.looked"
"""Figure that says when somebody last did, for `keyback doctor`."""


def steady_ms() -> int:
    """Of a clock that nobody sets."""
    return time.monotonic_ns() // 1_000_000


class Watch:
    """Each thing by itself: trouble with one leaves the others."""

    def __init__(self, store: SqlStore, host: Callable[[], int], steady: Callable[[], int] = steady_ms) -> None:
        self._store = store
        self._host = host
        self._steady = steady
        self._before: clock.Look | None = None
        self._broken = ""

    def look(self, to: Elsewhere) -> None:
        """One round."""
        for what, step in (("keys", self._keys), ("clock", self._clocks), ("audit log", self._audit)):
            try:
                step()
            except Broken as error:
                log.error("%s: %s", what, error)  # noqa: TRY400 - the reason is enough
            except Trouble as error:
                log.warning("%s: has to wait: %s", what, error)
        try:
            ship(SqlBook(self._store), to)
        except Trouble as error:
            log.warning("checkpoints have to wait: %s", error)

    def _keys(self) -> None:
        adopt_keys(self._store)

    def _clocks(self) -> None:
        with self._store.reading() as unit:
            now = clock.Look(self._host(), self._steady(), unit.apart)
        before, self._before = self._before or clock.Look(now.wall, now.steady, 0), now
        if abs(now.apart) > clock.WARNS:
            log.warning("the database's clock is %s ms ahead of this server's", now.apart)
        with self._store.writing() as unit:
            unit.pulse.set_figure(LOOKED, 1)
            for event in clock.noticed(before, now):
                log.warning("%s: %s", event.activity, dict(event.details))
                unit.audit(event)

    def _audit(self) -> None:
        book = SqlBook(self._store)
        try:
            checkpoint(book)
        except Broken as error:
            if str(error) != self._broken:
                self._broken = str(error)
                alarm(book, error)
            raise
        self._broken = ""
