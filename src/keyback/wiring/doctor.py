"""Everything that can be looked at from this host: first what lies around the house, then the house itself. Nothing is
changed, except with `repair`."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509

from keyback.core.errors import Invalid, Trouble
from keyback.core.types import DAY, Instant
from keyback.settings import Settings
from keyback.store import migrations
from keyback.store.engine import engine_for
from keyback.wiring.configuration import load
from keyback.wiring.console import in_words, open_console
from keyback.wiring.doctor_inside import CHECKS
from keyback.wiring.findings import Finding, Level, Wish, fault, good, warning
from keyback.wiring.world import SystemClock

EARLY: Final = (30, 7, 1)
"""Days before its end at which a certificate is spoken of."""
PROBE_SECONDS: Final = 5.0


def examine(wish: Wish) -> Iterator[Finding]:
    """Every finding, in the order in which one thing depends on another."""
    try:
        settings = load(wish.config, os.environ)
    except Invalid as error:
        for mistake in error.mistakes:
            yield fault("settings", in_words(mistake), "Keyback does not start like this.",
                        "Put it right; docs/reference/settings.md explains every setting.")  # fmt: skip
        return
    yield good("settings", "The settings, the modes of files and the key file are usable.")
    if settings.secure_listener:
        yield certificate(Path(settings.tls_certificate), SystemClock().now())
    yield from _channels(settings, probe=wish.probe)
    schema = _schema(settings)
    yield schema
    if schema.level is Level.GOOD:
        yield from _inside(wish)


def _inside(wish: Wish) -> Iterator[Finding]:
    try:
        running = open_console(wish.config)
    except Trouble as error:
        yield fault("keys", f"The organisation cannot be opened: {error}.",
                    "The key file is not the one under which this database was sealed, or lacks a line.",
                    "Put back the key file from where you keep your copy of it.")  # fmt: skip
        return
    with closing(running):
        for name, check in CHECKS.items():
            try:
                yield from check(running, wish)
            except Trouble as error:
                yield fault(name, f"This cannot be looked at: {error}.", "What lies under it is broken or away.",
                            "Look into the log of `keyback serve`, and at the other findings.")  # fmt: skip


def certificate(path: Path, now: Instant) -> Finding:
    """When it ends: 30, 7 and 1 days before, louder each time (F30)."""
    try:
        read = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return fault(
            "certificate", f"{path} cannot be read: {error}.", "HTTPS cannot begin.", "Put back a PEM certificate."
        )
    left = (int(read.not_valid_after_utc.timestamp() * 1000) - now) // DAY
    what = f"The certificate ends on {read.not_valid_after_utc:%Y-%m-%d}, in {left} days."
    means = "Browsers will refuse this address from then on."
    to_do = "Renew it now; Keyback reads the new files by itself."
    if left < 0:
        return fault("certificate", "The certificate has ended.", "Browsers refuse this address.", to_do)
    if left <= EARLY[1]:
        return fault("certificate", what, means, to_do)
    return warning("certificate", what, means, to_do) if left <= EARLY[0] else good("certificate", what)


def _channels(settings: Settings, *, probe: bool) -> Iterator[Finding]:
    mail = (settings.smtp_host, settings.smtp_port)
    sms = settings.sms_url if settings.sms_provider == "http" else settings.sms_base_url
    if not settings.smtp_host:
        yield fault("mail", "No mail server is set up.", "Codes and notices cannot be sent by mail.",
                    "Fill in [smtp], then run `keyback channels test smtp`.")  # fmt: skip
    else:
        yield _reached("mail", mail) if probe else good("mail", f"Mail leaves by {mail[0]}.")
    if not settings.sms_provider:
        yield good("text messages", "No text messages are set up.")
    else:
        parts = urlsplit(sms)
        place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        yield _reached("text messages", place) if probe else good("text messages", f"They leave by {place[0]}.")


def _reached(check: str, place: tuple[str, int]) -> Finding:
    try:
        socket.create_connection(place, timeout=PROBE_SECONDS).close()
    except OSError as error:
        return fault(check, f"{place[0]}, port {place[1]}, does not answer: {error.strerror or error}.", "Nothing is sent; "
                     "messages wait, and codes expire.", "Check the name, the port and the firewall.")  # fmt: skip
    return good(check, f"{place[0]}, port {place[1]}, answers.")


def _schema(settings: Settings) -> Finding:
    engine = engine_for(settings.database)
    try:
        found = migrations.present(engine)
    except Trouble as error:
        return fault("database", f"It cannot be reached: {error}.", "Nobody can reset or sign in.",
                     "Start it, and check `database` in the settings.")  # fmt: skip
    finally:
        engine.close()
    if found == migrations.HEAD:
        return good("database", f"It answers; its schema is {found}, as this version wants it.")
    if found is None or found < migrations.HEAD:
        return warning("database", f"Its schema is {found or 'not there yet'}; this version wants {migrations.HEAD}.",
                       "It was made by an older version.", "Back it up, then start `keyback serve`: it is brought up to "
                       "date then.")  # fmt: skip
    return fault("database", f"Its schema is {found}, and this version knows {migrations.HEAD}.",
                 "It was made by a newer version.", "Start the newer version.")  # fmt: skip
