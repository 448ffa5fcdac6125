"""The portal without socket, event loop and worker thread: routes, guards and handlers as they are, one request after
another, as fast as a test of thousands needs it."""

import json
from typing import Any

from starlette.requests import Request

from keyback.web import answers
from keyback.web.call import Site
from keyback.web.server import ROUTES
from tests.living import solve

_ROUTES = {(route.method, route.path): route for route in ROUTES}


class Visitor:
    """A browser with an address of its own."""

    def __init__(self, site: Site, source: str) -> None:
        self._site = site
        self._source = source
        self.cookies: dict[str, str] = {}
        self._token = ""
        self.status = 0
        self.page: dict[str, Any] = {}

    def get(self, path: str) -> dict[str, Any]:
        return self._asked("GET", path, b"")

    def post(self, path: str, **fields: str) -> dict[str, Any]:
        if not self._token:
            self._token = next(field["value"] for field in self.get("/reset")["fields"] if field["name"] == "token")
        return self._asked("POST", path, json.dumps({"token": self._token, **fields}).encode())

    def start(self, user_id: str) -> dict[str, Any]:
        """With the first page's work done."""
        return self.post("/reset", user_id=user_id, work=solve(self.get("/reset")["work"]))

    def _asked(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"host": "localhost:8443", "accept": "application/json", "content-type": "application/json",
                   "cookie": cookies}  # fmt: skip
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "client": (self._source, 40_000), "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        route = _ROUTES[method, path]
        arrived = answers.Arrived(Request(scope), body, route.guards, route.fields)
        response = answers.answer(self._site, arrived, route.handler)
        for name, value in response.raw_headers:
            if name == b"set-cookie":
                pair, _, _ = value.decode().partition(";")
                self.cookies[pair.partition("=")[0]] = pair.partition("=")[2]
        self.status = response.status_code
        self.page = json.loads(bytes(response.body))
        return self.page
