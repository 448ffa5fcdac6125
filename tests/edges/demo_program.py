"""The demo as programs use it: a process of its own, and a client that walks a journey by `action` alone."""

import base64
import hashlib
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx2

from keyback.methods.totp import code_at
from keyback.wiring.world import SystemClock

KEYBACK = (sys.executable, "-m", "keyback")
NEW_PASSWORD = "seven purple lamps dance"
PATIENCE = 20.0
ONCE = httpx2.Limits(max_keepalive_connections=0)
"""So that no connection is left open when a test ends."""


class DemoProgram:
    """A running demo, and the line that it printed."""

    def __init__(self, folder: Path, *more: str) -> None:
        command = [*KEYBACK, "demo", "--dir", str(folder), "--port", "0", "--json", *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.told: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.people = {person["user_id"].partition("@")[0]: person for person in self.told["people"]}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        _, code = self.process.communicate(timeout=PATIENCE), self.process.returncode
        return code

    def messages(self, to: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx2.get(self.told["inbox"], params={"to": to} if to else {}).json()
        return found

    def awaited(self, address: str, after: int = 0) -> list[dict[str, Any]]:
        """The messages to an address, once there are more than `after`: they go out by themselves, in a moment."""
        until = time.monotonic() + PATIENCE
        while len(found := self.messages(address)) <= after:
            assert time.monotonic() < until, f"nothing came to {address}"
            time.sleep(0.05)
        return found

    def code_to(self, address: str, after: int = 0) -> str:
        """The code in the first message to an address after as many; waits for it."""
        found = self.awaited(address, after)
        code = re.search(r"(?<![\w#])(\d{6,8})(?!\w)", found[after]["text"])
        assert code is not None
        return code[1]


class Walker:
    """A client that knows JSON only: it posts what a page asks for to where the page says."""

    def __init__(self, demo: DemoProgram) -> None:
        self.demo = demo
        self._http = httpx2.Client(
            base_url=demo.told["url"], headers={"accept": "application/json"}, timeout=PATIENCE, limits=ONCE
        )
        self.page: dict[str, Any] = {}

    @property
    def state(self) -> str:
        return str(self.page["state"])

    def open(self, path: str) -> str:
        self.page = self._http.get(path).json()
        return self.state

    def act(self, **typed: str) -> str:
        """Fill in the page's form and send it; the state that follows."""
        fields = {field["name"]: field["value"] for field in self.page["fields"]} | typed
        if self.page["work"]:
            fields["work"] = solved(self.page["work"])
        self.page = self._http.post(self.page["action"], json=fields).json()
        return self.state

    def begin(self, name: str, trouble: str = "reset") -> str:
        """Through the page that asks what for: to choose a new password, or to `unlock`."""
        self.open("/reset")
        assert self.act(user_id=self.demo.people[name]["user_id"]) == "trouble"
        return self.act(trouble=trouble)

    def choose(self, ends_with: str) -> str:
        """The choice whose value is, or begins with, this method."""
        value = next(c["value"] for c in self.page["choices"] if c["value"].partition(":")[0] == ends_with)
        return self.act(method=value)

    def prove_by_mail(self, name: str) -> str:
        address = self.demo.people[name]["email"]
        before = len(self.demo.messages(address))
        self.choose("email_code")
        return self.act(answer=self.demo.code_to(address, before))

    def prove_by_authenticator(self, name: str) -> str:
        self.choose("totp")
        return self.act(answer=totp(self.demo.people[name]["totp_secret"]))

    def sign_in(self, name: str, password: str) -> str:
        self.open("/sign-in")
        return self.act(user_id=self.demo.people[name]["user_id"], password=password)


def totp(secret: str) -> str:
    return code_at(base64.b32decode(secret), SystemClock().now() // 30_000)


def solved(work: Mapping[str, Any]) -> str:
    number = next(
        n
        for n in range(int(work["maxNumber"]) + 1)
        if hashlib.sha256(f"{work['salt']}{n}".encode()).hexdigest() == work["challenge"]
    )
    fields = {name: work[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    return base64.b64encode(json.dumps(fields).encode()).decode()
