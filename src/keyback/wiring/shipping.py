"""Checkpoints of the audit log leave for where this server cannot rewrite them: a file to be shipped, and a webhook.

Each goes out at least once; what fails is tried again a minute later, and nothing waits for it. A webhook's body is
signed: `Keyback-Signature: v1=` and HMAC-SHA-256 over `Keyback-Timestamp`, a dot, and the body, in hexadecimal.
"""

import hmac
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keyback.channels.outbound import Gateway, request
from keyback.core.ports import DeliveryFailed
from keyback.core.types import SECOND, Instant
from keyback.settings import Settings
from keyback.store.audit_file import as_json
from keyback.store.checkpoints import SqlBook

log = logging.getLogger("keyback.checkpoints")

AT_ONCE: Final = 20
_TAKEN: Final = range(200, 300)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where checkpoints go; nowhere by default."""

    file: Path | None = None
    gateway: Gateway | None = None
    secret: str = ""


NOWHERE: Final = Elsewhere()


def elsewhere(settings: Settings) -> Elsewhere:
    """As `[checkpoint]` says."""
    gateway = Gateway(settings.checkpoint_url, settings.checkpoint_allow_private, settings.checkpoint_ca_file)
    return Elsewhere(
        Path(settings.checkpoint_file) if settings.checkpoint_file else None,
        gateway if settings.checkpoint_url else None,
        settings.checkpoint_secret,
    )


def ship(book: SqlBook, to: Elsewhere) -> None:
    """Send what has not arrived yet, the newest first; stop at the first failure."""
    if to.file is None and to.gateway is None:
        return
    for checkpoint in book.unshipped(AT_ONCE):
        line = json.dumps(as_json(checkpoint))
        try:
            if to.file is not None:
                _append(to.file, line)
            if to.gateway is not None:
                _post(to.gateway, line.encode(), to.secret, book.now())
        except (OSError, DeliveryFailed) as error:
            why = error.why if isinstance(error, DeliveryFailed) else f"{to.file}: {error.strerror}"
            log.warning("checkpoint %s has to wait: %s", checkpoint.mark.seq, why)
            return
        book.shipped(checkpoint)


def _append(file: Path, line: str) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as out:
        out.write(line + "\n")
        out.flush()
        os.fsync(handle)


def _post(gateway: Gateway, body: bytes, secret: str, now: Instant) -> None:
    answer = request(gateway, "POST", signed_headers(body, secret, now), body)
    if answer.status not in _TAKEN:
        raise DeliveryFailed(f"the webhook answered {answer.status}.")


def signed_headers(body: bytes, secret: str, now: Instant) -> Mapping[str, str]:
    """What the receiver checks the body by; a timestamp more than a few minutes old is a repetition."""
    stamp = str(now // SECOND)
    signature = hmac.digest(secret.encode(), f"{stamp}.".encode() + body, "sha256").hex()
    return {"Content-Type": "application/json", "Keyback-Timestamp": stamp, "Keyback-Signature": f"v1={signature}"}
