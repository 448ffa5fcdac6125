"""Clears away, once a minute, what is over: counters that hold nothing, old journeys and messages, ended holds. Keeps
an eye on the list of breached passwords."""

import logging
import threading
from typing import Final

from keyback.app import breached
from keyback.app.policy.standing import refresh_due
from keyback.app.reset.expire import AT_ONCE, expire
from keyback.core.errors import Trouble
from keyback.core.types import DAY
from keyback.store.keys import adopt_keys
from keyback.wiring.house import Running

log = logging.getLogger("keyback.janitor")

PAUSE_SECONDS: Final = 60.0
KEPT_JOURNEYS: Final = 7 * DAY
"""So that an old page still says how its attempt ended."""
KEPT_MESSAGES: Final = 30 * DAY
"""So that `keyback outbox` can tell what became of a message."""


class Janitor:
    """One thread; a store that is away only means another minute."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self._stopping = threading.Event()
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
        adopt_keys(self._running.store)
        with self._running.store.writing() as unit:
            unit.throttles.sweep(unit.now)
            unit.journeys.sweep(unit.now - KEPT_JOURNEYS)
            unit.outbox.sweep(unit.now - KEPT_MESSAGES)
        while expire(self._running.house) == AT_ONCE and not self._stopping.is_set():
            pass
        refresh_due(self._running.house)
        breached.watch(self._running.house)

    def _work(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            try:
                self.sweep()
            except Trouble as error:
                log.warning("cleaning up has to wait: %s", error)
