"""One bounded HTTP request to a gateway (INJ-8): the name is resolved once, every address checked, and the
connection goes to the address that was checked. No redirects, one deadline for everything, a bounded answer.
"""

import io
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

from keyback.core.ports import DeliveryFailed

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SECONDS: Final = 5.0
MOST_OCTETS: Final = 65_536
E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where requests go. `allow_private` is the explicit exception for a gateway in one's own network."""

    url: str
    allow_private: bool = False
    ca_file: str = ""
    """PEM with the authorities to trust instead of the system's."""
    seconds: float = SECONDS

    def wrong(self) -> str:
        """Why the address of the gateway is not usable, or nothing."""
        try:
            parts = urlsplit(self.url)
            port = parts.port
        except ValueError:
            return "is not an address"
        if parts.scheme not in {"https", "http"} or not parts.hostname or port == 0:
            return "must start with https:// and name a host"
        if parts.username or parts.password or parts.fragment:
            return "must not hold a user name, password or fragment"
        if parts.scheme == "http" and not self.allow_private:
            return "must start with https://; http is possible only for a private host that is allowed"
        return "" if self.url.isascii() and self.url.isprintable() and " " not in self.url else "has odd characters"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is cut at 64 KiB; it is never shown to anybody."""

    status: int
    body: bytes = field(repr=False)


def request(gateway: Gateway, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send it once. Raises `DeliveryFailed`, with `doubt` once the request may have arrived (F15)."""
    deadline = monotonic() + gateway.seconds
    parts = urlsplit(gateway.url)
    wire = _connect(gateway, parts, deadline)
    try:
        return _exchange(_Timed(wire, deadline), parts, (method, headers, body))
    except (OSError, HTTPException) as error:
        why = f"{parts.hostname} went silent after the request; the message may or may not have been sent."
        raise DeliveryFailed(why, doubt=True) from error
    finally:
        wire.close()


def by_status(status: int, why: str) -> DeliveryFailed:
    """What an HTTP status means for trying again: a gateway's own trouble leaves doubt, a bad request is final."""
    return DeliveryFailed(why, for_ever=status in {400, 404, 410, 413, 422}, doubt=status in {500, 502, 504})


def _exchange(wire: "_Timed", parts: SplitResult, what: tuple[str, Mapping[str, str], bytes]) -> Answer:
    method, headers, body = what
    connection = HTTPConnection(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    connection.default_port = 443 if parts.scheme == "https" else 80
    connection.sock = wire
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request(method, target, body or None, {"Connection": "close", "Accept": "application/json", **headers})
    with connection.getresponse() as response:
        return Answer(response.status, response.read(MOST_OCTETS))


def _connect(gateway: Gateway, parts: SplitResult, deadline: float) -> socket.socket:
    host = parts.hostname or ""
    wire: socket.socket | None = None
    try:
        place = _resolve(host, parts.port or (443 if parts.scheme == "https" else 80), private=gateway.allow_private)
        wire = socket.create_connection(place, timeout=max(0.01, deadline - monotonic()))
        if parts.scheme == "https":
            wire = _trust(gateway.ca_file).wrap_socket(wire, server_hostname=host)
    except OSError as error:
        if wire is not None:
            wire.close()
        words = next(words for kind, words in FAILURES if isinstance(error, kind))
        what = str(getattr(error, "verify_message", "")).rstrip(".")
        raise DeliveryFailed(words.format(host=host, what=what)) from error
    return wire


@lru_cache(maxsize=8)
def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


FAILURES: Final[tuple[tuple[type[OSError], str], ...]] = (
    (ssl.SSLCertVerificationError, "The certificate of {host} is not acceptable: {what}."),
    (ssl.SSLError, "No encrypted connection to {host} could be made."),
    (TimeoutError, "{host} did not answer in time."),
    (ConnectionRefusedError, "{host} refuses connections."),
    (socket.gaierror, "The name {host} cannot be found."),
    (OSError, "{host} cannot be reached."),
)
"""Kind of error before anything was sent, most special first, and what it means."""


def _resolve(host: str, port: int, *, private: bool) -> tuple[str, int]:
    """The first address. A name with even one forbidden address is refused."""
    found = [str(place[4][0]) for place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not private and not all(is_public(ip_address(each.partition("%")[0])) for each in found):
        raise DeliveryFailed(f"{host} is in a private network, which is not allowed for this gateway.")
    return found[0], port


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Not loopback, link-local, private, shared (CGNAT), multicast, reserved, nor IPv4 in disguise of those."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[0] or _nat64(address)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if int(address) >> 32 == 0x0064_FF9B << 64 else None


class _Timed:
    """A socket whose every read and write counts against one deadline: a dripping gateway gains nothing."""

    def __init__(self, wire: socket.socket, deadline: float) -> None:
        self._wire = wire
        self._deadline = deadline

    def within(self) -> socket.socket:
        """The socket, set to what is left of the time."""
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError
        self._wire.settimeout(left)
        return self._wire

    def sendall(self, octets: bytes) -> None:
        """As a socket does."""
        self.within().sendall(octets)

    def makefile(self, mode: str) -> io.BufferedReader:
        """As a socket does, for reading only."""
        del mode
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """`request` closes the socket."""


class _Reader(io.RawIOBase):
    def __init__(self, timed: _Timed) -> None:
        self._timed = timed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._timed.within().recv_into(buffer)
