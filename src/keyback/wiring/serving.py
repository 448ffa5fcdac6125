"""What `keyback serve` runs: the portal on one address, the couriers, and what keeps things tidy."""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from keyback.core.errors import Unavailable
from keyback.settings import Settings
from keyback.store.seal import load_keys
from keyback.web.server import application
from keyback.wiring.breached import BreachedFile
from keyback.wiring.certificates import Certificate
from keyback.wiring.configuration import load
from keyback.wiring.console import config_path
from keyback.wiring.hasher import Argon2Hasher, Cost
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.janitor import Janitor
from keyback.wiring.listening import Listener, bind, port_of, serve
from keyback.wiring.shipping import elsewhere
from keyback.wiring.ways_out import ways_out
from keyback.wiring.world import SystemClock, SystemRandom


@dataclass(frozen=True, slots=True)
class Up:
    """It answers now."""

    url: str
    listen: str
    channels: tuple[str, ...]
    """Tables of `keyback.toml` by which messages leave; without `smtp` nobody gets a mail."""


def run(config: Path | None, ready: Callable[[Up], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises `Invalid` with every mistake in the settings, `Unavailable`, `Refused`."""
    settings = load(config_path(config), os.environ)
    os.umask(0o077)
    _log()
    certificate = Certificate(settings.tls_certificate, settings.tls_key) if settings.secure_listener else None
    host, port = settings.address
    try:
        door = bind(host, port)
    except OSError as error:
        raise Unavailable(f"{settings.listen}: {error.strerror}") from error
    with door:
        running = open_running(settings)
        janitor = Janitor(running, elsewhere(settings), settings.retention)
        up = Up(settings.base_url, f"{host}:{port_of(door)}", tuple(ways_out(settings)))
        try:
            running.courier.start()
            janitor.start()
            if certificate:
                certificate.start()
            tls = certificate.context if certificate else None
            listener = Listener(application(running.site), door, tls, running.site.proxies)
            serve([listener], lambda: ready(up))
        finally:
            janitor.stop()
            if certificate:
                certificate.stop()
            running.close()


def open_running(settings: Settings) -> Running:
    """The house of these settings, with the channels that they name."""
    cost = Cost(settings.argon2_memory_kib, settings.argon2_passes, settings.argon2_lanes)
    breached = BreachedFile(Path(settings.breached_list))
    world = World(SystemClock(), SystemRandom(), Argon2Hasher(cost), breached)
    store, tenant = open_store(settings.database, load_keys(Path(settings.key_file)), world)
    tenant = replace(tenant, zone=settings.zone, language=settings.language)
    place = Place(settings.base_url, proxies=settings.proxies, region=settings.region)
    return build(store, tenant, world, place, tuple(ways_out(settings).values()))


def _log() -> None:
    """To standard error, for the journal; no line holds what somebody typed, or an address with a token (COD-9)."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
