"""A real HTTP server in the place of an SMS gateway. It records what it is asked."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Gateway:
    """Answers with `status` and `body` after `wait` seconds; `drip` sends its body by the octet."""

    status: int = 201
    body: bytes = b'{"sid": "SM4711"}'
    wait: float = 0
    drip: bool = False
    location: str = ""
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(gateway: Gateway) -> Iterator[Gateway]:
    """On loopback, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            gateway.asked.append(Asked(self.command, self.path, headers, body))
            time.sleep(gateway.wait)
            try:
                self.answer()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_PUT = do_POST  # noqa: N815
        do_GET = do_POST  # noqa: N815

        def answer(self) -> None:
            self.send_response(gateway.status)
            if gateway.location:
                self.send_header("Location", gateway.location)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(gateway.body)))
            self.end_headers()
            for piece in (bytes([each]) for each in gateway.body) if gateway.drip else [gateway.body]:
                self.wfile.write(piece)
                if gateway.drip:
                    time.sleep(0.1)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
