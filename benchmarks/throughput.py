"""Many people at once: how many whole journeys a core does beside its Argon2, and how long anybody waits when it is
busy.

Server on one core; clients and mail sink on the other. The clients' proof of work is made easy: it costs the server
the same, and a client's processor here is one for all of them.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks import people
from benchmarks.bare import Bare
from benchmarks.browser import NEW_PASSWORD, Browser
from benchmarks.journeys import DEMANDED, server
from benchmarks.measuring import CLIENT_CORE, Figure, median, processor_seconds
from benchmarks.sink import Sink

AT_ONCE = 16
WARM, CLOSED_SECONDS = 16, 30
HELD = 500
OPEN_SECONDS, LOAD = 60, 0.8
LEAST_SHARE, LONGEST_WAIT, MOST_MORE_ON_POSTGRESQL_MS = 0.6, 2.0, 6.0
EASY = ["--work", "200"]


@dataclass(slots=True)
class Waits:
    """Seconds of every request, and how often somebody was told to come back."""

    seconds: list[float] = field(default_factory=list)
    told_to_wait: int = 0
    without_retry_after: int = 0


class Visitor(Browser):
    """A browser that notes how long each answer took, and does what a 503 says."""

    def __init__(self, port: int, waits: Waits) -> None:
        super().__init__(port)
        self._waits = waits

    def _ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        while True:
            began = time.perf_counter()
            status, headers, content = super()._ask(method, path, body)
            self._waits.seconds.append(time.perf_counter() - began)
            if status != 503:
                return status, headers, content
            self._waits.told_to_wait += 1
            self._waits.without_retry_after += "retry-after" not in headers
            time.sleep(float(headers.get("retry-after", 1)))


def begin(browser: Browser, number: int) -> None:
    """As far as the list of ways."""
    browser.get("/reset")
    user = people.user_id(number)
    state = browser.post("/reset", {"user_id": user, "work": browser.worked()})
    assert state == "choose_method", state


def finish(browser: Browser, number: int, sink: Sink) -> None:
    """From there to a new password."""
    user, new = people.user_id(number), NEW_PASSWORD.format(number)
    assert browser.post("/reset/method", {"method": "email_code"}) == "answer"
    assert browser.post("/reset/answer", {"answer": sink.code(people.mail(number))}) == "choose_method"
    assert browser.post("/reset/method", {"method": "totp"}) == "answer"
    assert browser.post("/reset/answer", {"answer": people.totp(number, time.time())}) == "new_password"
    browser.judge(user, new)
    assert browser.post("/reset/password", {"user_id": user, "new": new, "again": new}) == "done"
    browser.close()


def whole(port: int, number: int, sink: Sink, waits: Waits) -> None:
    """One journey."""
    browser = Visitor(port, waits)
    begin(browser, number)
    finish(browser, number, sink)


def measure() -> Sequence[Figure]:
    os.sched_setaffinity(0, {CLIENT_CORE})
    with Sink() as sink, server(sink, [*EASY, "--people", "4000"]) as (process, port):
        numbers = iter(range(4000))
        rate, limit, busy = _closed(process.pid, port, sink, numbers)
        waits, held_done = _open(port, sink, numbers, rate * LOAD)
    return [_share(rate, limit, busy), _waiting(waits, held_done), _engines()]


def _share(rate: float, limit: float, busy: float) -> Figure:
    details = {"server's core in use": busy * 100, "at once": AT_ONCE}
    return Figure(
        f"whole journeys, {AT_ONCE} at once, server on one core", rate, "1/s", "the Argon2 that policy demands, alone",
        limit, f"at least {LEAST_SHARE:.0%} of it", rate >= LEAST_SHARE * limit, details,
    )  # fmt: skip


def _waiting(waits: Waits, held_done: int) -> Figure:
    ordered = sorted(waits.seconds)
    at = ordered[int(len(ordered) * 0.95)]
    details = {"requests": len(ordered), "median": median(ordered), "99 of 100": ordered[int(len(ordered) * 0.99)],
               "longest": ordered[-1], "told to wait (503)": waits.told_to_wait,
               "of them without Retry-After": waits.without_retry_after, "held journeys that ended well": held_done}  # fmt: skip
    kept = at < LONGEST_WAIT and not waits.without_retry_after and held_done == HELD
    return Figure(
        f"any request, 95 of 100, with {HELD} journeys in progress at {LOAD:.0%} of that rate", at, "s",
        "median request", median(ordered), f"under {LONGEST_WAIT:.0f} s, every journey ends well", kept, details,
    )  # fmt: skip


def _closed(pid: int, port: int, sink: Sink, numbers: Iterator[int]) -> tuple[float, float, float]:
    """Journeys per second with `AT_ONCE` clients that never rest, the same for bare Argon2, and how busy the core was."""
    waits, done, lock = Waits(), [0], threading.Lock()
    stop = time.perf_counter() + CLOSED_SECONDS

    def client() -> None:
        while time.perf_counter() < stop:
            with lock:
                number = next(numbers)
            whole(port, number, sink, waits)
            with lock:
                done[0] += 1

    _together(AT_ONCE, lambda: whole(port, _next(numbers, lock), sink, waits))
    bare = Bare()
    for _ in range(10):
        bare.operate()
    before, began, first = processor_seconds(pid), time.perf_counter(), done[0]
    stop = began + CLOSED_SECONDS
    _together(AT_ONCE, client)
    seconds = time.perf_counter() - began
    busy = (processor_seconds(pid) - before) / seconds
    for _ in range(10):
        bare.operate()
    bare.close()
    return (done[0] - first) / seconds, 1 / (DEMANDED[1] * median(bare.seconds)), busy


def _next(numbers: Iterator[int], lock: threading.Lock) -> int:
    with lock:
        return next(numbers)


def _together(count: int, work: Callable[[], None]) -> None:
    with ThreadPoolExecutor(count) as pool:
        for one in [pool.submit(work) for _ in range(count)]:
            one.result()


def _open(port: int, sink: Sink, numbers: Iterator[int], rate: float) -> tuple[Waits, int]:
    """`HELD` people stand at the list of ways; others arrive at `rate` for a minute; then those who stood there go on."""
    waits = Waits()
    held = [(Visitor(port, Waits()), next(numbers)) for _ in range(HELD)]
    for browser, number in held:
        begin(browser, number)
        browser.rest()
    with ThreadPoolExecutor(256) as pool:
        began, coming = time.perf_counter(), []
        for arrival in range(int(rate * OPEN_SECONDS)):
            time.sleep(max(0.0, began + arrival / rate - time.perf_counter()))
            coming.append(pool.submit(whole, port, next(numbers), sink, waits))
        for one in coming:
            one.result()
    with ThreadPoolExecutor(4) as pool:
        ended = [pool.submit(finish, browser, number, sink) for browser, number in held]
        done = sum(one.exception() is None for one in ended)
    return waits, done


def _engines() -> Figure:
    """Processor time of Keyback's own process for a journey, on either database, in turns."""
    with contextlib.ExitStack() as stack:
        from tests.postgresql import Server  # the tests' own; it removes itself

        database = Server()
        stack.callback(database.stop)
        sinks = [stack.enter_context(Sink()) for _ in range(2)]
        more = [[], ["--database", database.new_database()]]
        served = [
            stack.enter_context(server(sink, [*EASY, "--people", "80", *extra]))
            for sink, extra in zip(sinks, more, strict=True)
        ]
        spent: tuple[list[float], list[float]] = ([], [])
        for number in range(60):
            for (process, port), sink, list_ in zip(served, sinks, spent, strict=True):
                before = processor_seconds(process.pid)
                whole(port, number, sink, Waits())
                sink.text(people.mail(number), 2)
                time.sleep(0.02)
                list_.append(processor_seconds(process.pid) - before)
    sqlite, postgresql = (median(list_[10:]) * 1000 for list_ in spent)
    return Figure(
        "journey on PostgreSQL: processor time above SQLite", postgresql - sqlite, "ms", "a journey on SQLite", sqlite,
        f"at most {MOST_MORE_ON_POSTGRESQL_MS:.0f} ms", postgresql - sqlite <= MOST_MORE_ON_POSTGRESQL_MS,
        {"a journey on PostgreSQL": postgresql},
    )  # fmt: skip
