"""How long and how much one connection may take (DOS-3). A slow client holds a connection, never a worker thread or a
transaction: a request is worked on only when all of it is here.
"""

import asyncio
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import uvicorn
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS = 10
BODY_SECONDS = 20
WRITE_SECONDS = 20
LARGEST_HEAD = 32 * 1024
MOST_HEADERS = 100
MOST_AHEAD = 8
"""Requests sent before the first was answered; no browser does that."""
MOST_OF_ONE_SOURCE = 200
"""Connections of one address that is not a proxy of ours."""
MOST_CONNECTIONS = 4_000
"""Beyond, whoever has been silent for longest is let go."""
MOST_REQUESTS = 512
"""Requests in hand; whoever comes then is told to come back (DOS-1)."""

_HEADERS = {
    "cache-control": "no-store",
    "connection": "close",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "retry-after": "2",
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_REFUSALS = {
    400: "The request could not be read. Nothing was changed.",
    431: "The request is too large. Nothing was changed.",
    503: "Keyback is busy. Nothing was changed. Please load this page again in a few seconds; what you typed is sent again.",
}


class PatientConfig(uvicorn.Config):
    """With the reverse proxies that bring many people over one address."""

    proxies: tuple[IPv4Network | IPv6Network, ...] = ()


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it, with an end to everything."""

    config: PatientConfig
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _head = 0
    _in_head = True
    silent_since: float | None = None
    """When the last request in hand was over, or the connection began; None while there is one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn names the narrower type
        self.silent_since = self.loop.time()
        self._end_after(HEAD_SECONDS)
        if self._too_many_of_this_source():
            self.transport.abort()
        elif len(self.connections) > MOST_CONNECTIONS:
            silent = [(one.silent_since, one.transport) for one in self._all() if one.silent_since is not None]
            min(silent, key=lambda pair: pair[0])[1].abort()  # this one is among them

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_after(0)
        super().connection_lost(exc)  # also resumes writing

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._deadline is None:  # the first bytes of a request on a connection that was used before
                self._end_after(HEAD_SECONDS)
        super().data_received(data)
        if self._in_head and self._head > LARGEST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        self.silent_since = None
        self._end_after(BODY_SECONDS)
        super().on_headers_complete()
        if len(self.pipeline) > MOST_AHEAD:
            self.transport.abort()

    def on_message_complete(self) -> None:
        self._in_head, self._head = True, 0
        self._end_after(0)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        self.silent_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own
        """What cannot be read gets the headers that every answer has (WEB-3), and no words of the parser."""
        self._refuse(400)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if not self.url.startswith(b"/"):  # the address of another server, whatever the Host header says (WEB-12)
            app = _refusal(400)
        elif self._head > LARGEST_HEAD or len(self.headers) > MOST_HEADERS:
            app = _refusal(431)
        elif len(self.tasks) >= MOST_REQUESTS:
            app = _refusal(503)
        super()._start_asgi_task(cycle, app)

    def _all(self) -> "Iterator[PatientProtocol]":
        return (one for one in self.connections if isinstance(one, PatientProtocol))

    def _too_many_of_this_source(self) -> bool:
        source = self.client[0] if self.client else ""
        same = sum(1 for one in self._all() if one.client is not None and one.client[0] == source)
        return same > MOST_OF_ONE_SOURCE and not self._is_proxy(source)

    def _is_proxy(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self.config.proxies)

    def _end_after(self, seconds: int) -> None:
        """The connection ends then, unless something comes in between; 0: no longer."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self.transport.abort) if seconds else None

    def _refuse(self, status: int) -> None:
        response = _refusal(status)
        lines = [STATUS_LINE[status][:-2], *(name + b": " + value for name, value in response.raw_headers)]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()


def _refusal(status: int) -> Response:
    return Response(_REFUSALS[status], status, _HEADERS, "text/plain")
