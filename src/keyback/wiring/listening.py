"""Several sites in one process and one event loop, until a signal stops them all."""

import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

import uvicorn
import uvloop
from starlette.applications import Starlette

from keyback.wiring.patience import MOST_CONNECTIONS, PatientConfig, PatientProtocol

GRACE_SECONDS = 5
BACKLOG = 512
IDLE_SECONDS = 15
OPEN_FILES = MOST_CONNECTIONS + 500
COLLECT_AFTER = (10_000, 20, 20)
"""Objects and rounds until the garbage collector looks; a request makes few cycles."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A site and the socket on which it is served."""

    application: Starlette
    socket: socket.socket
    tls: ssl.SSLContext | None = None
    """For HTTPS."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Reverse proxies, over whose addresses many people come."""


class _Server(uvicorn.Server):
    """Leaves signals to `serve`, so that being stopped is no error, and says when it is up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening address; port 0 takes a free one. Raises `OSError`."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def port_of(bound: socket.socket) -> int:
    """The port that was taken."""
    return int(bound.getsockname()[1])


def serve(listeners: Sequence[Listener], ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is called once when all of them answer."""
    gc.collect()
    gc.freeze()  # word lists, templates and code stay for ever: looking at them again and again is wasted
    gc.set_threshold(*COLLECT_AFTER)
    _bounds()
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # what anybody can cause from outside fills no log (F18)
    uvloop.run(_serve(listeners, ready))


def _bounds() -> None:
    """As many open files as connections and databases need, if the system lets us; and no core file, which would hold
    passwords and keys (PWD-11)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(listeners: Sequence[Listener], ready: Callable[[], None]) -> None:
    servers = [(_Server(_config(listener)), listener.socket) for listener in listeners]

    def stop() -> None:
        for server, _ in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    serving = [asyncio.create_task(server.serve(sockets=[bound])) for server, bound in servers]
    await asyncio.gather(*(server.up.wait() for server, _ in servers))
    ready()
    await asyncio.gather(*serving)


def _config(listener: Listener) -> PatientConfig:
    tls = listener.tls
    config = PatientConfig(
        listener.application,
        http=PatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        ssl_context_factory=(lambda _config, _default: tls) if tls else None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.proxies = listener.proxies
    return config
