"""What `keyback serve` runs: the portal on one address, the couriers, and what keeps things tidy."""

import contextlib
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from keyback.core.errors import Unavailable
from keyback.settings import Settings
from keyback.store.seal import load_keys
from keyback.web.admin.server import application as admin_application
from keyback.web.server import application
from keyback.wiring.breached import BreachedFile
from keyback.wiring.certificates import Certificate
from keyback.wiring.configuration import load
from keyback.wiring.console import config_path
from keyback.wiring.hasher import Argon2Hasher, Cost
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.janitor import Janitor
from keyback.wiring.lasting import Lasting
from keyback.wiring.listening import Listener, bind, port_of, serve
from keyback.wiring.shipping import elsewhere
from keyback.wiring.ways_out import ways_out
from keyback.wiring.world import SystemClock, SystemRandom


@dataclass(frozen=True, slots=True)
class Up:
    """It answers now."""

    url: str
    listen: str
    admin_url: str
    """The admin centre; empty: there is none."""
    channels: tuple[str, ...]
    """Tables of `keyback.toml` by which messages leave; without `smtp` nobody gets a mail."""


def run(config: Path | None, ready: Callable[[Up], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises `Invalid` with every mistake in the settings, `Unavailable`, `Refused`."""
    settings = load(config_path(config), os.environ)
    os.umask(0o077)
    _log()
    certificate = Certificate(settings.tls_certificate, settings.tls_key) if settings.secure_listener else None
    with contextlib.ExitStack() as doors:
        door = _bind(doors, *settings.address, settings.listen)
        admin_door = _bind(doors, *settings.admin_address, settings.admin_listen) if settings.admin_listen else None
        admin_url = settings.admin_base
        if admin_door and not settings.admin_url:
            admin_url = f"{admin_url.rpartition(':')[0]}:{port_of(admin_door)}"
        running = open_running(settings, admin_url)
        lasting = Lasting(Path(settings.key_file), Path(settings.tls_certificate) if certificate else None)
        janitor = Janitor(running, elsewhere(settings), settings.retention, lasting)
        up = Up(
            settings.base_url, f"{settings.address[0]}:{port_of(door)}", admin_url, tuple(ways_out(settings))
        )  # fmt: skip
        try:
            running.courier.start()
            running.looks.start()
            janitor.start()
            if certificate:
                certificate.start()
            tls = certificate.context if certificate else None
            listeners = [Listener(application(running.site), door, tls, running.site.proxies)]
            if admin_door:
                listeners.append(Listener(admin_application(running.admin), admin_door, tls, running.admin.proxies))
            serve(listeners, lambda: ready(up))
        finally:
            janitor.stop()
            if certificate:
                certificate.stop()
            running.close()


def _bind(doors: contextlib.ExitStack, host: str, port: int, said: str) -> socket.socket:
    try:
        return doors.enter_context(bind(host, port))
    except OSError as error:
        raise Unavailable(f"{said}: {error.strerror}") from error


def open_running(settings: Settings, admin_url: str = "") -> Running:
    """The house of these settings, with the channels that they name."""
    cost = Cost(settings.argon2_memory_kib, settings.argon2_passes, settings.argon2_lanes)
    breached = BreachedFile(Path(settings.breached_list))
    world = World(SystemClock(), SystemRandom(), Argon2Hasher(cost), breached)
    store, tenant = open_store(settings.database, load_keys(Path(settings.key_file)), world)
    tenant = replace(tenant, zone=settings.zone, language=settings.language)
    place = Place(settings.base_url, proxies=settings.proxies, admin_url=admin_url, region=settings.region)
    return build(store, tenant, world, place, tuple(ways_out(settings).values()))


def _log() -> None:
    """To standard error, for the journal; no line holds what somebody typed, or an address with a token (COD-9)."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
