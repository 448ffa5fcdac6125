"""The look that is in force, in memory on every node: pages and messages ask for it and cost no statement."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from keyback.app.branding.look import Look, Piece, worn
from keyback.core.errors import Trouble
from keyback.core.ports.listing import Branding
from keyback.store.unit import SqlStore

log = logging.getLogger("keyback.branding")

PAUSE_SECONDS: Final = 30.0
MISSED_SECONDS: Final = 2.0
"""A file that is not there makes this node look again, at most so often: another node may have shown a newer page."""


class KeptLooks:
    """Implements `app.branding.look.Looks`. What it replaced is kept, for pages that were shown before."""

    def __init__(self, store: SqlStore, name: str, steady: Callable[[], float] = time.monotonic) -> None:
        """`name`: of the organisation, until the store was asked."""
        self._store = store
        self._steady = steady
        self._look = self._before = Look(name)
        self._branding = Branding()
        self._read_at = steady()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="branding", daemon=True)

    def current(self) -> Look:
        """From memory."""
        return self._look

    def refresh(self) -> None:
        """Ask the store; the logo itself only when the version is another one."""
        with self._lock:
            self._read_at = self._steady()
            with self._store.reading() as unit:
                tenant, in_force = unit.tenants.the_one(), unit.policies.in_force()
                if unit.branding.version() != self._branding.version:
                    self._branding = unit.branding.current()
            link = in_force.policy.customization.helpdesk_link if in_force else ""
            look = worn(tenant.name if tenant else self._look.name, self._branding, link)
            if look != self._look:
                self._before, self._look = self._look, look

    def try_to_refresh(self) -> None:
        """The same, where a store that is away only means that the look stays as it is."""
        try:
            self.refresh()
        except Trouble as error:
            log.warning("how the organisation looks has to wait: %s", error)

    def piece(self, path: str) -> Piece | None:
        """A file of this look or the one before; one that is neither may be of a look that this node has not seen."""
        found = self._held(path)
        if found is None and self._steady() - self._read_at > MISSED_SECONDS:
            self.refresh()
            found = self._held(path)
        return found

    def start(self) -> None:
        """Look again twice a minute."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _held(self, path: str) -> Piece | None:
        pieces = (self._look.logo, self._look.accent, self._before.logo, self._before.accent)
        return next((one for one in pieces if one is not None and one.path == path), None)

    def _work(self) -> None:
        while not self._stopping.wait(PAUSE_SECONDS):
            self.try_to_refresh()
