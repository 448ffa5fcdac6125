"""Slow, huge and many clients meet an end, and nobody else notices (DOS-3, F21)."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from keyback.web.server import application
from keyback.wiring import listening, patience
from keyback.wiring.listening import Listener
from tests.living import Living

HOST = b"Host: localhost:8443\r\n"


class Server:
    """The portal behind the real listener, in a thread of its own."""

    def __init__(self, living: Living) -> None:
        door = listening.bind("127.0.0.1", 0)
        self.port = listening.port_of(door)
        self._server = listening._Server(listening._config(Listener(application(living.running.site), door)))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve(sockets=[door])))
        self._thread.start()
        while not self._server.started:
            threading.Event().wait(0.01)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def get(self, path: str = "/reset") -> int:
        """An honest visitor's page."""
        made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        made.request("GET", path, headers={"Host": "localhost:8443"})
        status = made.getresponse().status
        made.close()
        return status

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def server(quick: Living, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 1)
    monkeypatch.setattr(patience, "BODY_SECONDS", 1)
    monkeypatch.setattr(patience, "WRITE_SECONDS", 1)
    served = Server(quick)
    yield served
    served.stop()


def ended(connection: socket.socket) -> bytes:
    """Everything until the server ends the connection; fails if it does not."""
    got = b""
    with suppress(ConnectionResetError):
        while more := connection.recv(65536):
            got += more
    return got


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b"GET "),
        (b"G", b"ET /"),
        (b"\r\n\r\n", b"POST"),
        (b"GET /reset HTTP/1.1\r\n" + HOST + b"X-A: b", b"slow"),
    ],
    ids=["silence", "one-letter", "empty-lines", "half-a-head"],
)
def test_a_head_that_does_not_end_is_not_waited_for(server: Server, first: bytes, then: bytes) -> None:
    """DOS-3, F21: a letter now and then buys no more time."""
    with server.connect() as slow:
        slow.sendall(first)
        for letter in then:
            threading.Event().wait(0.05)
            slow.sendall(bytes([letter]))
        assert server.get() == 200
        assert b"200" not in ended(slow)


def test_a_body_that_does_not_end_is_not_waited_for(server: Server) -> None:
    """DOS-3, F21: and it holds no worker: more of them than there are workers, and others are served."""
    head = b"POST /reset HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"
    with ExitStack() as stack:
        slow = [stack.enter_context(server.connect()) for _ in range(20)]
        for one in slow:
            one.sendall(head)
        assert [server.get() for _ in range(5)] == [200] * 5
        assert all(b" 200 " not in ended(one) for one in slow)


def test_a_second_request_has_an_end_too(server: Server) -> None:
    """DOS-3: on a connection that was used before."""
    with server.connect() as slow:
        slow.sendall(b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n")
        assert b" 200 " in slow.recv(65536)
        slow.sendall(b"\r\n")
        assert b" 200 " not in ended(slow)


def now_and_then(connection: socket.socket, request: bytes) -> None:
    """The same request again and again, so slowly that each is answered before the next."""
    for _ in range(1_500):
        connection.sendall(request)
        threading.Event().wait(0.01)


def test_who_does_not_read_is_let_go(server: Server) -> None:
    """DOS-3, F21: answers that nobody takes are not kept for ever."""
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.settimeout(30)
        lazy.connect(("127.0.0.1", server.port))
        request = b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n"
        with pytest.raises(ConnectionError):
            now_and_then(lazy, request)
        assert server.get() == 200


def test_a_flood_of_requests_on_one_connection_ends_it(server: Server) -> None:
    """DOS-3, DOS-6: what is sent ahead of the first answer is not queued without end."""
    with server.connect() as hasty, suppress(ConnectionError):
        hasty.sendall((b"GET /health HTTP/1.1\r\n" + HOST + b"\r\n") * 100_000)
        assert ended(hasty).count(b" 200 ") < 100
    assert server.get() == 200


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"a" * 40_000 + b"\r\n",
        b"".join(b"X-%d: 1\r\n" % number for number in range(300)),
        b"X-Long: " + b"a" * 400_000,
    ],
    ids=["one-long-line", "many-lines", "no-end"],
)
def test_a_head_that_is_too_large_is_refused(server: Server, head: bytes) -> None:
    """DOS-2, DOS-3: before anything is looked at, and with the headers of every answer (WEB-3)."""
    with server.connect() as large:
        large.sendall(b"GET /reset HTTP/1.1\r\n" + HOST)
        with suppress(ConnectionError):
            large.sendall(head + b"\r\n")
        said = ended(large)
    if said:  # what was still on its way may make the answer be lost
        assert said.startswith(b"HTTP/1.1 431 ")
        assert b"x-content-type-options: nosniff" in said
    assert server.get() == 200


def test_one_address_has_a_number_of_connections(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """DOS-3: the next one is not taken; when one ends there is room again."""
    monkeypatch.setattr(patience, "MOST_OF_ONE_SOURCE", 5)
    monkeypatch.setattr(patience, "HEAD_SECONDS", 30)
    with ExitStack() as stack:
        held = [stack.enter_context(server.connect()) for _ in range(5)]
        with server.connect() as one_more:
            assert ended(one_more) == b""
        held[0].sendall(b"GET /health HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        assert b" 200 " in ended(held[0])
        assert server.get() == 200


def test_when_all_places_are_taken_the_longest_silence_ends(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """DOS-3, F21: thousands of idle connections keep nobody out."""
    monkeypatch.setattr(patience, "MOST_CONNECTIONS", 5)
    monkeypatch.setattr(patience, "HEAD_SECONDS", 30)
    with ExitStack() as stack:
        idle = [stack.enter_context(server.connect()) for _ in range(5)]
        assert [server.get() for _ in range(3)] == [200, 200, 200]
        assert ended(idle[0]) == b""


def test_beyond_the_requests_in_hand_one_is_told_when_to_come_back(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DOS-1: in plain words, with Retry-After, and what was typed goes along when the page is loaded again."""
    monkeypatch.setattr(patience, "MOST_REQUESTS", 0)
    with server.connect() as visitor:
        visitor.sendall(b"GET /reset HTTP/1.1\r\n" + HOST + b"\r\n")
        said = ended(visitor)
    assert said.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 2" in said
    assert b"Nothing was changed" in said


def test_what_cannot_be_read_is_refused_in_our_own_words(server: Server) -> None:
    """WEB-3, WEB-11: an unreadable request gets every header, and nothing of the parser."""
    with server.connect() as odd:
        odd.sendall(b"NONSENSE\r\n\r\n")
        said = ended(odd)
    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"content-security-policy: default-src 'none'" in said
    assert b"Invalid HTTP" not in said
