"""How long what this server was given still lasts: its master key, its certificate, the list of breached passwords."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from keyback.app.house import House
from keyback.app.notices import endings
from keyback.core.errors import Trouble
from keyback.core.types import Instant
from keyback.store.key_file import KeyFile
from keyback.wiring.world import SystemRandom

log = logging.getLogger("keyback.watch")


@dataclass(frozen=True, slots=True)
class Lasting:
    """Where it lies; empty: there is none here, as behind a proxy that has the certificate."""

    key_file: Path | None = None
    certificate: Path | None = None

    def look(self, house: House) -> None:
        """Tell of what is near its end. What cannot be read is the doctor's to tell, and the start's."""
        now = house.clock.now()
        try:
            found = (
                *endings.master_key(self._made_at(), now),
                *endings.certificate(self._ends_at(), now),
                *endings.breached_list(house, now),
            )
            endings.tell(house, found)
        except Trouble as error:
            log.warning("keys and certificates near their end have to wait: %s", error)

    def _made_at(self) -> Instant | None:
        """When the newest master key was made, where the file says so."""
        if self.key_file is None:
            return None
        try:
            file = KeyFile(self.key_file, SystemRandom())
            day = file.made.get(max(file.versions))
            return _instant(datetime.fromisoformat(day).replace(tzinfo=UTC)) if day else None
        except (OSError, ValueError):
            return None

    def _ends_at(self) -> Instant | None:
        if self.certificate is None:
            return None
        try:
            return _instant(x509.load_pem_x509_certificate(self.certificate.read_bytes()).not_valid_after_utc)
        except (OSError, ValueError):
            return None


NOTHING: Final = Lasting()


def _instant(at: datetime) -> Instant:
    return int(at.timestamp() * 1000)
