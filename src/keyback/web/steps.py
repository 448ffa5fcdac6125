"""Threads for the synchronous steps of a request. The one that worked last works next: its stack, its share of the
heap and its database pages are still in the processor's caches, which an executor that takes turns never has."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

Result = TypeVar("Result")
IDLE_SECONDS = 10.0
_Task = tuple[Callable[[], Any], asyncio.AbstractEventLoop, "asyncio.Future[Any]"]


class Steps:
    """At most `most` threads, made when needed; further work waits its turn."""

    def __init__(self, most: int, *, idle_seconds: float = IDLE_SECONDS) -> None:
        """A thread that had nothing to do for `idle_seconds` ends."""
        self._most = most
        self._patience = idle_seconds
        self._made = 0
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[_Task]] = []
        self._waiting: deque[_Task] = deque()

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, or its error. Giving up waiting does not stop the work."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Result] = loop.create_future()
        self._hand_over((work, loop, outcome))
        return await outcome

    def _hand_over(self, task: _Task) -> None:
        with self._lock:
            if self._idle:
                self._idle.pop().put(task)
            elif self._made < self._most:
                self._made += 1
                name = f"step-{self._made}"
                threading.Thread(target=self._serve, args=(task,), name=name, daemon=True).start()
            else:
                self._waiting.append(task)

    def _serve(self, task: _Task) -> None:
        own: SimpleQueue[_Task] = SimpleQueue()
        while True:
            tell = _done(task)
            with self._lock:  # free again before anybody hears of it, so that the next step finds this thread first
                following = self._waiting.popleft() if self._waiting else None
                if following is None:
                    self._idle.append(own)
            tell()
            following = following or self._next(own)
            if following is None:
                return
            task = following

    def _next(self, own: SimpleQueue[_Task]) -> _Task | None:
        """What is handed over to this thread; None once it has been idle for long, and is no longer counted."""
        with suppress(Empty):
            return own.get(timeout=self._patience)
        with self._lock:
            if own in self._idle:
                self._idle.remove(own)
                self._made -= 1
                return None
        return own.get()  # it was chosen at this very moment


def _done(task: _Task) -> Callable[[], None]:
    """Do the work; returns what tells who waits for it."""
    work, loop, outcome = task
    value, failed = None, None
    try:
        value = work()
    except BaseException as error:  # noqa: BLE001 - it belongs to who waits for it
        failed = error

    def tell() -> None:
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(_settle, outcome, value, failed)

    return tell


def _settle(outcome: "asyncio.Future[Any]", value: object, failed: BaseException | None) -> None:
    if outcome.done():
        return
    if failed is None:
        outcome.set_result(value)
    else:
        outcome.set_exception(failed)
