"""Complete two-gate journeys over HTTP: what Keyback's own processes cost above the Argon2 that policy demands.

Server on one core, client and mail sink on the other. The median journey counts: on a machine that does other things
too, a mean tells of the others.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bare import Bare
from benchmarks.browser import journey
from benchmarks.measuring import CLIENT_CORE, SERVER_CORE, Figure, median, processor_seconds
from benchmarks.sink import Sink

ROOT = Path(__file__).resolve().parents[1]
WARM, COUNTED = 5, 60
MOST_ABOVE_MS = 20.0
DEMANDED = {1: 2, 0: 1}
"""Argon2 operations by password history: one verification and one hash, or one hash."""


@dataclass(slots=True)
class Run:
    """What one run of the server tells."""

    spent: list[float]
    walls: list[float]
    bare: list[float]
    told: Mapping[str, Any]


def measure() -> list[Figure]:
    os.sched_setaffinity(0, {CLIENT_CORE})
    with_table = _run(history=1, count=COUNTED, table=True)
    return [_figure(history, _run(history=history, count=COUNTED), with_table) for history in (1, 0)]


def _figure(history: int, run: Run, with_table: Run) -> Figure:
    bare = median(run.bare) * 1000
    demanded = DEMANDED[history] * bare
    whole = median(run.spent) * 1000
    details = {"whole journey": whole, "Argon2 that policy demands": demanded, "least journey": min(run.spent) * 1000,
               "wall clock": median(run.walls) * 1000, "load of the machine": os.getloadavg()[0]}  # fmt: skip
    if history == 1:
        counted = WARM + COUNTED
        table = sorted(with_table.told["table"].items(), key=lambda row: -row[1])
        details |= {f"- {name}": seconds * 1000 / counted for name, seconds in table}
    return Figure(
        f"journey, password history {history}: processor time above Argon2", whole - demanded, "ms",
        "the Argon2 operations", demanded, f"at most {MOST_ABOVE_MS:.0f} ms", whole - demanded <= MOST_ABOVE_MS, details,
    )  # fmt: skip


def _run(*, history: int, count: int, table: bool = False) -> Run:
    more = ["--history", str(history), "--people", str(WARM + count), *(["--table"] if table else [])]
    with Sink() as sink, server(sink, more) as (process, port):
        for number in range(WARM):
            journey(port, number, sink)
        spent, walls, bare = [], [], Bare()
        for number in range(WARM, WARM + count):
            before, began = processor_seconds(process.pid), time.perf_counter()
            journey(port, number, sink)
            walls.append(time.perf_counter() - began)
            time.sleep(0.02)  # the outcome of the last mail is being written
            spent.append(processor_seconds(process.pid) - before)
            bare.operate()
        bare.close()
        process.terminate()
        assert process.stdout is not None
        return Run(spent, walls, bare.seconds, json.loads(process.stdout.read()))


@contextlib.contextmanager
def server(sink: Sink, more: list[str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The measured server with new people, and its port."""
    with (
        tempfile.TemporaryDirectory() as directory,
        served(Path(directory) / "house", ["--smtp", str(sink.port), *more]) as (process, port),
    ):
        yield process, port


@contextlib.contextmanager
def served(house: Path, more: list[str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A fresh process on the server's core, and its port."""
    command = [sys.executable, "-m", "benchmarks.server", str(house), *more]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),  # noqa: PLW1509 - no threads that matter yet
    )  # fmt: skip
    try:
        assert process.stdout is not None
        word, _, port = process.stdout.readline().partition(" ")
        assert word == "ready"
        yield process, int(port)
    finally:
        process.terminate()
        process.wait(60)
