"""The server's certificate, read again when its files change: a new pair that does not work changes nothing."""

import logging
import ssl
import threading
from pathlib import Path
from typing import Final

from keyback.core.errors import Unavailable

log = logging.getLogger("keyback.tls")

POLL_SECONDS: Final = 1.0
_Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """`context` is for the listener; each handshake uses the pair that was read last."""

    def __init__(self, certificate: str, key: str) -> None:
        """Raises `Unavailable` when the pair cannot be used."""
        self._files = (Path(certificate), Path(key))
        self._seen = self._stamp()
        try:
            self._present = self._read()
        except OSError as error:
            raise Unavailable(f"the certificate cannot be used: {error}") from error
        self.context = self._read()
        self.context.sni_callback = self._choose
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="certificate", daemon=True)

    def start(self) -> None:
        """Look for changes, once a second."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def refresh(self) -> bool:
        """Read the files if they changed; whether a new pair is in use now."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            self._present = self._read()
        except OSError as error:
            log.error("the new certificate cannot be used, the old one stays: %s", error)  # noqa: TRY400 - the reason is enough
            return False
        log.info("a new certificate is in use")
        return True

    def _watch(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            self.refresh()

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        connection.context = self._present

    def _read(self) -> ssl.SSLContext:
        """TLS 1.2 or newer (CRY-6); an empty passphrase, so that nothing ever waits for one to be typed."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
        context.load_cert_chain(self._files[0], self._files[1], password="")
        return context

    def _stamp(self) -> _Stamp:
        found = []
        for path in self._files:
            try:
                info = path.stat()
            except OSError:
                found.append((0, 0, 0))
            else:
                found.append((info.st_mtime_ns, info.st_ino, info.st_size))
        return tuple(found)
