"""Real servers of their own process, killed where a test says, and a browser that talks to them over real HTTP."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.wiring.world import SystemClock
from tests.conventions.source import ROOT
from tests.faults.acting import Somebody
from tests.living import Browser, Living

PATIENCE = 20.0
HEADERS = {"accept": "application/json", "host": "localhost:8443", "connection": "close"}


def command(do: str, kill: dict[str, Any] | None, database: str, mail: Path, **more: Any) -> list[str]:
    """The command line of a process that may end itself."""
    told = {"do": do, "kill": kill, "database": database, "mail": str(mail), **more}
    return [sys.executable, "-m", "tests.faults.server", json.dumps(told)]


def run(do: str, kill: dict[str, Any] | None, database: str, mail: Path, **more: Any) -> int:
    """To its end; its exit code."""
    told = command(do, kill, database, mail, **more)
    return subprocess.run(told, cwd=ROOT, check=False, timeout=60).returncode


class Ground:
    """A filled database, and processes on it one after the other."""

    def __init__(self, engine: SqliteEngine | PostgresqlEngine, database: str, folder: Path) -> None:
        self.living = Living(engine)
        self.living.clock.move(SystemClock().now() - self.living.clock.now())
        self.database = database
        self.mail = folder / "mail.jsonl"
        self.mail.touch()
        self.errors = folder / "errors.txt"

    def run(self, do: str, kill: dict[str, Any] | None = None, **more: Any) -> int:
        """To its end; its exit code."""
        return run(do, kill, self.database, self.mail, **more)

    @contextmanager
    def serving(self, kill: dict[str, Any] | None = None, *before: str) -> Iterator["Process"]:
        """A server, until the block ends or it kills itself. `before`: a program that starts it."""
        with self.errors.open("a") as errors:
            process = Process([*before, *command("serve", kill, self.database, self.mail)], errors)
        try:
            yield process
        finally:
            process.end()

    def letters(self, who: Somebody) -> list[dict[str, str]]:
        """Everything that was sent to somebody's mailbox."""
        lines = [json.loads(line) for line in self.mail.read_text().splitlines()]
        return [line for line in lines if line["to"] == who.mail]

    def code(self, who: Somebody, after: int = 0) -> str:
        """The code in the newest of more than `after` letters."""
        until = time.monotonic() + PATIENCE
        while len(found := self.letters(who)) <= after:
            assert time.monotonic() < until, "no letter came"
            time.sleep(0.02)
        code = re.search(r"\b\d{8}\b", found[-1]["text"])
        assert code
        return code[0]


class Process:
    """A server."""

    def __init__(self, command: list[str], errors: Any) -> None:
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline() or "0")
        assert self.port, "it did not start"

    @property
    def pid(self) -> int:
        return self._process.pid

    def browser(self, living: Living) -> "Distant":
        """A new browser at this server."""
        return Distant(living, self.port)

    def killed(self) -> bool:
        """Whether it ended by SIGKILL; waits for it."""
        return self._process.wait(PATIENCE) == -9

    def end(self) -> None:
        """Let it go."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Distant(Browser):
    """A browser with a network in between."""

    def __init__(self, living: Living, port: int) -> None:
        self.living = living
        self.cookies = httpx2.Cookies()
        self.page = {}
        self.status = 0
        self.http = _client(port, self.cookies)  # type: ignore[assignment]  # has what is asked of it

    def moved(self, port: int) -> None:
        """The server is at another port now; cookies and the page stay."""
        self.http.close()
        self.http = _client(port, self.http.cookies)  # type: ignore[assignment]


def _client(port: int, cookies: httpx2.Cookies) -> httpx2.Client:
    limits = httpx2.Limits(max_keepalive_connections=0)
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", headers=HEADERS, cookies=cookies, timeout=PATIENCE, limits=limits
    )
