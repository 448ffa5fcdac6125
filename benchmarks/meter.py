"""Where the server's processor time goes: exclusive time of each thread, by section, through the ports.

Installed by the benchmark in a second run; the product knows nothing of it.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any

from keyback.app.outbox import deliver
from keyback.core.ports import Channel
from keyback.store import engine, unit
from keyback.web import answers, work
from keyback.wiring.house import Running, World

SQL, SEALING, AUDIT = "SQL", "sealing and keyed hashes", "audit chain"
TEMPLATES, WORK, ARGON2 = "templates", "proof of work", "Argon2"
BUILDING, SENDING = "building mail", "sending mail"
RULES, LOOP = "guards, rules, handlers", "HTTP, event loop, threads"


class _Threads(threading.local):
    """Each thread's open sections, and when the present one began."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.since = 0.0


class Meter:
    """Seconds by section."""

    def __init__(self) -> None:
        self._spent: dict[str, float] = {}
        self._lock = threading.Lock()
        self._mine = _Threads()

    def table(self) -> dict[str, float]:
        """Whatever no section holds is the server around it."""
        return {**self._spent, LOOP: time.process_time() - self._began - sum(self._spent.values())}

    def installed(self, running: Running, world: World, channels: Sequence[Channel]) -> Running:
        """Put the meter around every port."""
        for name in ("hash", "verify"):
            self._around(world.hasher, name, ARGON2)
        for name in ("seal", "open", "mac"):
            self._around(running.store.sealer, name, SEALING)
        for name in ("run", "put", "one", "all", "many"):
            self._around(engine._SqliteLink, name, SQL)  # noqa: SLF001 - its only door
        self._around_transactions(running)
        self._around(unit, "append", AUDIT)
        self._around(running.site.renderer, "html", TEMPLATES)
        self._around(work, "make", WORK)
        self._around(work, "check", WORK)
        self._around(deliver, "letter", BUILDING)
        for channel in channels:
            self._around(channel, "send", SENDING)
        self._around(answers, "answer", RULES)
        self._began = time.process_time()
        return replace(running)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Time within, without that of sections inside it."""
        mine = self._mine
        self._charge()
        mine.open.append(name)
        try:
            yield
        finally:
            self._charge()
            mine.open.pop()

    def _charge(self) -> None:
        mine, now = self._mine, time.thread_time()
        if mine.open:
            with self._lock:
                self._spent[mine.open[-1]] = self._spent.get(mine.open[-1], 0.0) + now - mine.since
        mine.since = now

    def _around(self, owner: Any, name: str, section: str) -> None:
        inner: Callable[..., Any] = getattr(owner, name)

        @wraps(inner)
        def measured(*given: Any, **named: Any) -> Any:
            with self.section(section):
                return inner(*given, **named)

        setattr(owner, name, measured)

    def _around_transactions(self, running: Running) -> None:
        inner = running.store.engine.transaction

        @contextmanager
        def measured(*, write: bool) -> Iterator[engine.Link]:
            whole: AbstractContextManager[engine.Link] = inner(write=write)
            with self.section(SQL):
                link = whole.__enter__()
            try:
                yield link
            except BaseException as error:
                whole.__exit__(type(error), error, error.__traceback__)
                raise
            with self.section(SQL):
                whole.__exit__(None, None, None)

        running.store.engine.transaction = measured  # type: ignore[method-assign]
