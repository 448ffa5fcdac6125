"""From starting the process to the first page that was served, and how heavy that page is."""

import gzip
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.browser import FILES
from benchmarks.measuring import Figure, median

MOST_SECONDS, MOST_BYTES = 1.5, 50 * 1024
RUNS = 5


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        house = Path(directory) / "house"
        _first_page(house)  # makes the demo
        times = [_first_page(house)[0] for _ in range(RUNS)]
        _, weight, page, files = _first_page(house)
    bare = median(_bare_python() for _ in range(RUNS))
    return [
        Figure("start to first served page", median(times), "s", "an empty Python", bare, f"under {MOST_SECONDS} s",
               median(times) < MOST_SECONDS),
        Figure("first page and all it loads, compressed", weight / 1024, "KB", "the words on it", page / 1024,
               "under 50 KB", weight < MOST_BYTES, {"files": float(files)}),
    ]  # fmt: skip


def _first_page(house: Path) -> tuple[float, int, int, int]:
    """Seconds; compressed bytes of everything; compressed bytes of the page's words; how many files."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "keyback", "demo", "--dir", str(house), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        page = _get(f"{url}/reset")
        seconds = time.perf_counter() - began
        files = dict.fromkeys(FILES.findall(page.decode()))
        weight = len(gzip.compress(page)) + sum(len(_get(url + path, zipped=True)) for path in files)
        words = re.sub(r"<[^>]*>|\s+", " ", page.decode().partition("<body")[2])
        return seconds, weight, len(gzip.compress(words.encode())), len(files)
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
