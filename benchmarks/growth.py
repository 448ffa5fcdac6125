"""What a thousand times as many people change: how long a start takes, and how much memory the whole server holds, also
after a million journeys that nobody finished.

All servers share one core and answer in turns, so that their times are taken in the same minutes.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from benchmarks.browser import Browser
from benchmarks.journeys import served
from benchmarks.measuring import CLIENT_CORE, Figure, median, peak_kib
from keyback.wiring.generate import someone

ROOT = Path(__file__).resolve().parents[1]
SMALL, MIDDLE, LARGE = 1_000, 100_000, 1_000_000
STARTS, WARM, AT_ONCE = 600, 60, 16
MOST_SLOWER = 0.15
MOST_MIB = {MIDDLE: 150.0, LARGE: 250.0}
ABANDONED = 1_000_000
EASY = ["--smtp", "1", "--work", "200"]

_ABANDON = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
INSERT INTO journey (tenant, id, purpose, person, account, refusal, gates, administrator, decided_by, disclosure,
  policy_version, generation, started_at, expires_at, version, state, why, code, browser, source, language)
SELECT (SELECT id FROM tenant), printf('%032x', i), 'reset', NULL, printf('%032x', i), NULL, 2, 0, 'tenant', 'private',
  1, 0, :now - i * 90, :now - i * 90 + 900000, 1, 'proving', NULL, NULL, randomblob(32), '192.0.2.1', 'en' FROM n
"""
"""Begun over the last 25 hours, about eleven a second."""


def measure() -> Sequence[Figure]:
    os.sched_setaffinity(0, {CLIENT_CORE})
    with tempfile.TemporaryDirectory() as folder:
        for size in (SMALL, MIDDLE, LARGE):
            _fill(Path(folder) / str(size), size)
        figures = [_starts(Path(folder))]
        figures += [_memory(Path(folder), size) for size in (MIDDLE, LARGE)]
        _abandon(Path(folder) / str(LARGE) / "keyback.db")
        figures.append(_memory(Path(folder), LARGE, f" after {ABANDONED:,} abandoned journeys"))
    return figures


def _fill(house: Path, size: int) -> None:
    command = [sys.executable, "-m", "benchmarks.server", str(house), *EASY, "--people", "1", "--generate", str(size)]
    subprocess.run([*command, "--only-fill"], check=True, cwd=ROOT)


def _abandon(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(_ABANDON, {"count": ABANDONED, "now": int(time.time() * 1000)})


def _served(house: Path) -> AbstractContextManager[tuple[subprocess.Popen[str], int]]:
    """Over people who are there already; its janitor makes one round at once."""
    return served(house, [*EASY, "--filled"])


def _starts(folder: Path) -> Figure:
    spent: dict[int, list[float]] = {SMALL: [], LARGE: []}
    with ExitStack() as stack:
        ports = {size: stack.enter_context(_served(folder / str(size)))[1] for size in spent}
        for turn in range(WARM + STARTS):
            for size, port in ports.items():
                took = _start(port, someone(turn * 7919 % size).user_id)
                if turn >= WARM:
                    spent[size].append(took)
    small, large = (sorted(spent[size])[int(STARTS * 0.95)] * 1000 for size in (SMALL, LARGE))
    details = {f"median of {SMALL:,}": median(spent[SMALL]) * 1000, f"median of {LARGE:,}": median(spent[LARGE]) * 1000}
    return Figure(
        f"a reset begins, 95 of 100, {LARGE:,} people", large, "ms", f"the same with {SMALL:,}", small,
        f"within {MOST_SLOWER:.0%}", large <= small * (1 + MOST_SLOWER), details,
    )  # fmt: skip


def _start(port: int, user: str) -> float:
    browser = Browser(port)
    browser.get("/reset")
    work = browser.worked()
    began = time.perf_counter()
    assert browser.post("/reset", {"user_id": user, "work": work}) == "choose_method"
    took = time.perf_counter() - began
    browser.close()
    return took


def _sign_in(port: int, user: str) -> None:
    """With a wrong password, which costs a hash."""
    browser = Browser(port)
    browser.get("/sign-in")
    assert browser.refused("/sign-in", {"user_id": user, "password": "not this one at all"}) in {422, 503}
    browser.close()


def _memory(folder: Path, size: int, after: str = "") -> Figure:
    """The most that the process ever held, after starts and sign-ins that warm every thread and connection."""
    with _served(folder / str(size)) as (process, port):
        spent = [_start(port, someone(turn * 7919 % size).user_id) for turn in range(STARTS)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for one in [pool.submit(_sign_in, port, someone(turn).user_id) for turn in range(4 * AT_ONCE)]:
                one.result()
        held = peak_kib(process.pid) / 1024
    bare = _bare_kib() / 1024
    return Figure(
        f"memory of the whole server, {size:,} people{after}", held, "MiB", "a Python that imported the server", bare,
        f"under {MOST_MIB[size]:.0f} MiB", held < MOST_MIB[size], {"a start meanwhile, ms": median(spent) * 1000},
    )  # fmt: skip


def _bare_kib() -> int:
    code = "import keyback.web.server, keyback.wiring.serving; print(open('/proc/self/status').read())"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return next(int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM"))
