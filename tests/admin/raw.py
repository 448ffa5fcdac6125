"""Requests as an attacker writes them: the path exactly as given, which every ordinary client would tidy up first."""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.admin.desk import Desk
from tests.living import ADMIN_BASE


def ask(desk: Desk, method: str, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, Mapping[str, str]]:
    """Status and headers of the answer, with the cookies of this desk."""
    host = urlsplit(ADMIN_BASE).netloc
    cookies = "; ".join(f"{one.name}={one.value}" for one in desk.http.cookies.jar)
    sent = {"host": host, "accept": "application/json", "cookie": cookies, **(headers or {})}
    raw, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(raw), "raw_path": raw.encode("ascii"), "query_string": query.encode("ascii"), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()], "client": ("203.0.113.7", 40_001),
        "server": (host.partition(":")[0], 8444),
    }  # fmt: skip
    return asyncio.run(_answered(desk.http.app, scope))


async def _answered(app: Any, scope: MutableMapping[str, Any]) -> tuple[int, Mapping[str, str]]:
    told: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    start = next(one for one in told if one["type"] == "http.response.start")
    return start["status"], {name.decode().lower(): value.decode() for name, value in start["headers"]}
