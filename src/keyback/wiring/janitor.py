"""Clears away, once a minute, what is over (`app.retention` says when), and ends holds whose time is up. Keeps an eye
on the list of breached passwords."""

import logging
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keyback.app import breached, retention
from keyback.app.overview import counting
from keyback.app.people import deleting
from keyback.app.people.ports import Work
from keyback.app.policy.standing import refresh_due
from keyback.app.reset.expire import AT_ONCE, expire
from keyback.app.sign_in import expiry
from keyback.app.watch.tend import tend
from keyback.core.errors import Trouble
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.retention import SqlRemoving
from keyback.wiring.house import Running
from keyback.wiring.lasting import NOTHING, Lasting
from keyback.wiring.shipping import NOWHERE, Elsewhere
from keyback.wiring.watch import Watch

log = logging.getLogger("keyback.janitor")

PAUSE_SECONDS: Final = 60.0
BREATH_SECONDS: Final = 0.02
"""Between two batches, so that people who are waiting to write come first."""
DEFAULTS: Final[Mapping[str, int]] = MappingProxyType({})


class Janitor:
    """One thread; a store that is away only means another minute."""

    def __init__(
        self, running: Running, checkpoints: Elsewhere = NOWHERE, days: Mapping[str, int] = DEFAULTS,
        lasting: Lasting = NOTHING,
    ) -> None:  # fmt: skip
        """`checkpoints`: where those of the audit log go. `days`: how long rows are kept, where it was chosen. `lasting`: what
        comes to an end on this server."""
        self._running = running
        self._lasting = lasting
        self._checkpoints = checkpoints
        self._watch = Watch(running.store, running.house.clock.now)
        self._stopping = threading.Event()
        self._broom = retention.Broom(running.house, SqlRemoving, days, self._breathe)  # type: ignore[arg-type]  # units of this store only
        self._work_of_nobody = Work(running.house, SqlPeopleChanges, SqlGroupChanges, "")  # type: ignore[arg-type]  # the same
        self._trimmed = ""
        self._thread = threading.Thread(target=self._work, name="janitor", daemon=True)

    def start(self) -> None:
        """The first round comes after a minute, not while people wait for the first page."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the round in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def sweep(self) -> None:
        """One round."""
        while expire(self._running.house) == AT_ONCE and not self._breathe():
            pass
        refresh_due(self._running.house)
        while expiry.warn(self._running.house) == expiry.AT_ONCE and not self._breathe():
            pass
        tend(self._running.house)
        counting.refresh(self._running.house)
        breached.watch(self._running.house)
        while deleting.erase_due(self._work_of_nobody) == deleting.ERASED_AT_ONCE and not self._breathe():
            pass
        self._trimmed = retention.trim_histories(self._broom, self._trimmed)
        retention.sweep(self._broom)

    def _breathe(self) -> bool:
        return self._stopping.wait(BREATH_SECONDS)

    def look(self) -> None:
        """After keys, clocks, the audit log, and what comes to an end; never fails."""
        self._watch.look(self._checkpoints)
        self._lasting.look(self._running.house)

    def _work(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            self.look()
            try:
                self.sweep()
            except Trouble as error:
                log.warning("cleaning up has to wait: %s", error)
