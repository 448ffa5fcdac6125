"""From starting the process to the first page that was served, and how heavy that page is."""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.browser import FILES
from benchmarks.measuring import Figure, median, processor_seconds

MOST_SECONDS, MOST_BYTES = 1.5, 50 * 1024
RUNS = 5


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        house = Path(directory) / "house"
        _first_page(house)  # makes the demo
        runs = [_first_page(house) for _ in range(RUNS)]
    times = [run.seconds for run in runs]
    last = runs[-1]
    bare = median(_bare_python() for _ in range(RUNS))
    details = {"processor time": median(run.processor for run in runs), "longest": max(times)}
    return [
        Figure("start to first served page", median(times), "s", "an empty Python", bare, f"under {MOST_SECONDS} s",
               median(times) < MOST_SECONDS, details),
        Figure("first page and all it loads, as sent", last.weight / 1024, "KB", "the words on it", last.words / 1024,
               "under 50 KB", last.weight < MOST_BYTES, {"files": float(last.files)}),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """Bytes as they were sent to a client that takes gzip; those of the words, compressed."""

    seconds: float
    processor: float
    weight: int
    words: int
    files: int


def _first_page(house: Path) -> Seen:
    began = time.perf_counter()
    command = [sys.executable, "-m", "keyback", "demo", "--dir", str(house), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        page = _get(f"{url}/reset")
        seconds, processor = time.perf_counter() - began, processor_seconds(process.pid)
        files = dict.fromkeys(FILES.findall(page.decode()))
        weight = sum(len(_get(url + path, zipped=True)) for path in ("/reset", *files))
        words = re.sub(r"<[^>]*>|\s+", " ", page.decode().partition("<body")[2])
        return Seen(seconds, processor, weight, len(gzip.compress(words.encode())), len(files))
    finally:
        process.terminate()
        process.wait(20)


def _get(url: str, *, zipped: bool = False) -> bytes:
    request = urllib.request.Request(url, headers={"accept-encoding": "gzip"} if zipped else {})
    with urllib.request.urlopen(request, timeout=20) as answer:
        content: bytes = answer.read()
        return content


def _bare_python() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", ""], check=True)
    return time.perf_counter() - began
