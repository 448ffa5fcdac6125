"""Bytes that two parsers could read differently, against the real listener (WEB-7, WEB-12, DOS-2, DOS-3).

Every attack holds what a proxy in front might let through: a complete request that would cancel Ada's journey, with
her own cookies and form. It is not carried out, nothing else changes, and an honest visitor is served.
"""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from keyback.store.engine import Sql
from tests.edges.test_slow_clients import Server
from tests.living import Browser, Living

HOST = b"Host: localhost:8443"
REFUSED = {400, 403, 404, 405, 413, 415, 421, 431}
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and the request that must not happen."""

    living: Living
    server: Server
    browser: Browser
    cookies: bytes
    body: bytes

    def request(self, *lines: bytes, to: bytes = b"/reset/cancel", host: bytes = HOST) -> bytes:
        """Head of a request in Ada's name, with more header lines; `host` may be any lines."""
        head = (b"POST " + to + b" HTTP/1.1", host, b"Content-Type: application/json", self.cookies, *lines)
        return b"\r\n".join((*(line for line in head if line), b"", b""))

    @property
    def whole(self) -> bytes:
        """The request as Ada's own browser would send it."""
        return self.request(b"Content-Length: %d" % len(self.body)) + self.body

    @property
    def chunked(self) -> bytes:
        return b"%x\r\n%s\r\n0\r\n\r\n" % (len(self.body), self.body)

    def answers(self, sent: bytes, patience: float = 0.2) -> list[int]:
        """Statuses of everything that comes back, until the connection ends or is silent for so many seconds."""
        got = b""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
            with suppress(ConnectionError):
                connection.sendall(sent)
            connection.settimeout(patience)
            with suppress(ConnectionError, TimeoutError):
                while piece := connection.recv(65536):
                    got += piece
        return [int(status) for status in STATUS.findall(got)]

    def honest(self) -> list[int]:
        """The same request, sent as it should be."""
        return self.answers(self.request(b"Connection: close", b"Content-Length: %d" % len(self.body)) + self.body, 20)


@pytest.fixture
def target(quick: Living) -> Iterator[Target]:
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("totp")
    server = Server(quick)
    hidden = {field["name"]: field["value"] for field in browser.page["fields"] if field["kind"] == "hidden"}
    cookies = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
    yield Target(quick, server, browser, f"Cookie: {cookies}".encode(), json.dumps(hidden).encode())
    server.stop()


def everything(living: Living) -> dict[str, list[str]]:
    """Each row of each table."""
    with living.store.reading() as unit:
        names = [row[0] for row in unit.link.all(Sql("SELECT name FROM sqlite_master WHERE type = 'table'"), {})]
        return {name: [str(tuple(row)) for row in unit.link.all(Sql(f"SELECT * FROM {name}"), {})] for name in names}


def lengths(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    return [
        target.request(right, b"Content-Length: 0") + target.body,
        target.request(b"Content-Length: 0", right) + target.body,
        target.request(b"Content-Length: 0, %d" % len(target.body)) + target.body,
        target.request(b"Content-Length: +%d" % len(target.body)) + target.body,
        target.request(b"Content-Length: 0x%x" % len(target.body)) + target.body,
        target.request(b"Content-Length : %d" % len(target.body)) + target.body,
        target.request(b"Content-Length: -1") + target.body,
        target.request(b"Content-Length: 99999999999999999999") + target.body,
    ]


def length_and_chunks(target: Target) -> list[bytes]:
    return [
        target.request(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n" + target.whole,
        target.request(b"Transfer-Encoding: chunked", b"Content-Length: %d" % len(target.body)) + target.chunked,
    ]


def odd_encodings(target: Target) -> list[bytes]:
    names = (
        b"Transfer-Encoding: xchunked", b"Transfer-Encoding : chunked", b"Transfer-Encoding: chunked, identity",
        b"Transfer-Encoding: identity", b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding: gzip",
        b"X: y\nTransfer-Encoding: chunked", b"Transfer_Encoding: chunked", b"Transfer-Encoding: cow, chunked, cow",
    )  # fmt: skip
    return [target.request(name) + target.chunked for name in names]


def folded(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    return [
        target.request(b"X-Folded: a\r\n b", right) + target.body,
        target.request(right, b"X-Folded: a\r\n\tTransfer-Encoding: chunked") + target.body,
        target.request(b"Content-Length:\r\n %d" % len(target.body)) + target.body,
    ]


def line_breaks(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    return [
        target.request(b"X-Broken: a\rb", right) + target.body,
        target.request(b"X-Broken: a\nContent-Length: 0", right) + target.body,
        target.request(b"X-Broken: a\x00b", right) + target.body,
        target.whole.replace(b"\r\n", b"\n", 2),
        target.whole.replace(b"\r\n", b"\r", 2),
    ]


def hosts(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    evil = b"Host: evil.example"
    return [
        target.request(right, host=b"\r\n".join(pair)) + target.body
        for pair in ((HOST, evil), (evil, HOST), (HOST, HOST), (evil,), (b"",), (b"Host: localhost:8443@evil.example",))
    ]


def addresses(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    places = (
        b"http://evil.example/reset/cancel", b"http://localhost:8443@evil.example/reset/cancel", b"//reset/cancel",
        b"/reset/%63ancel%00", b"/reset/cancel\x00", b"/reset/canc\xe9l", b"/reset\\cancel", b"/reset/cancel?a=b",
        b"/reset/./cancel", b"/reset/x/../cancel", b"/reset/cancel;x", b"/reset/cancel%2f", b"reset/cancel", b"*",
        b"evil.example:443", b"/RESET/CANCEL",
    )  # fmt: skip
    return [target.request(right, to=place) + target.body for place in places]


def huge_head(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    return [
        target.request(b"X-Huge: " + b"a" * 100_000, right) + target.body,
        target.request(b"X-" + b"a" * 100_000 + b": b", right) + target.body,
        target.request(right, to=b"/reset/cancel" + b"a" * 100_000) + target.body,
    ]


def very_many_headers(target: Target) -> list[bytes]:
    right = b"Content-Length: %d" % len(target.body)
    return [
        target.request(*(b"X-%d: y" % number for number in range(count)), right) + target.body for count in (200, 3_000)
    ]


def chunks(target: Target) -> list[bytes]:
    head = target.request(b"Transfer-Encoding: chunked")
    padded = target.body[:-1] + b" " * 200_000 + b"}"
    body = target.body
    return [
        head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(padded), padded),
        head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in [b" " * 900] * 100) + target.chunked,
        head + b"0x%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
        head + b"-%x\r\n%s\r\n0\r\n\r\n" % (len(body), body),
        head + b"ffffffffffffffffff\r\n%s\r\n0\r\n\r\n" % body,
        head + b"%x\n%s\n0\n\n" % (len(body), body),
        head + b"%x\r\n%sXX0\r\n\r\n" % (len(body), body),
        head + b"%x\r\n%s\r\n" % (len(body), body),
    ]


def smuggled(target: Target) -> list[bytes]:
    """The whole request as somebody else's body, or after what ends the connection."""
    inner = target.whole
    length = b"Content-Length: %d\r\n" % len(inner)
    return [
        b"GET /reset HTTP/1.1\r\n" + HOST + b"\r\n" + length + b"\r\n" + inner,
        b"HEAD /reset HTTP/1.1\r\n" + HOST + b"\r\n" + length + b"\r\n" + inner,
        b"POST /nowhere HTTP/1.1\r\n" + HOST + b"\r\n" + length + b"\r\n" + inner,
        b"GET /reset HTTP/1.1\r\n" + HOST + b"\r\nConnection: close\r\n\r\n" + inner,
        b"GET /reset HTTP/1.1\r\n" + HOST + b"\r\nContent-Length: x\r\n\r\n" + inner,
        b"GET /reset\r\n\r\n" + inner,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + inner,
        b"GET /reset HTTP/1.1\r\n" + HOST + b"\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
        b"HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n" + length + b"\r\n" + inner,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + inner,
    ]  # fmt: skip


ATTACKS = (
    lengths, length_and_chunks, odd_encodings, folded, line_breaks, hosts, addresses, huge_head, very_many_headers,
    chunks, smuggled,
)  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_can_be_read_in_two_ways_is_not_carried_out(target: Target, attack: object) -> None:
    """WEB-1, WEB-7, WEB-12, DOS-2: refused or closed; after it the same request, sent honestly, works."""
    assert callable(attack)
    before = everything(target.living)
    for sent in attack(target):
        statuses = target.answers(sent)
        at_most = REFUSED | ({200} if attack is smuggled else set())
        assert set(statuses) <= at_most, (statuses, sent[:300])
        assert everything(target.living) == before, sent[:300]
    assert target.honest() == [303]
    assert target.browser.get("/reset/journey")["state"] == "ended"


def test_slow_headers_hold_up_nobody(target: Target) -> None:
    """DOS-3, F21: fifty that never come to an end, and an honest visitor among them."""
    slow = [socket.create_connection(("127.0.0.1", target.server.port), timeout=20) for _ in range(50)]
    for number, connection in enumerate(slow):
        connection.sendall(target.whole[: 20 + number])
    assert target.honest() == [303]
    for connection in slow:
        connection.close()
