"""The set of breached passwords with a million and with fifty million entries: looking up, memory, importing."""

import os
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from benchmarks.measuring import Figure, median
from keyback.wiring.breached import HEADER_SIZE, BreachedFile, Header, MappedList
from keyback.wiring.breached_import import Order, import_list

FEW, MANY = 1_000_000, 50_000_000
MOST_MICROSECONDS, MOST_OWN_MIB = 100.0, 1.0
LOOK_UPS = 20_000
SLOWEST_IMPORT = 250_000
"""Lines in a second."""
_BLOCK = 1_000_000
_PROBE = """
import sys, time
from array import array
from bisect import bisect_left
from pathlib import Path
from benchmarks.breached import LOOK_UPS, own_kib
from keyback.wiring.breached import BreachedFile, hashed
there = BreachedFile(Path(sys.argv[1]))
words = [f"a password of nobody {i}" for i in range(LOOK_UPS)]
for word in words:
    word in there.current()
before, began = own_kib(), time.perf_counter()
for word in words:
    word in there.current()
taken = time.perf_counter() - began
grown = own_kib() - before
bare, wanted = array("Q", range(1 << 20)), [hashed(word, "sha1") >> 44 for word in words]
began = time.perf_counter()
for value in wanted:
    bisect_left(bare, value)
print(taken / LOOK_UPS * 1e6, (time.perf_counter() - began) / LOOK_UPS * 1e6, own_kib(), grown)
"""


@dataclass(frozen=True, slots=True)
class Probed:
    """In microseconds and KiB; `grown` is what the second time around took."""

    look_up: float
    bare: float
    own: float
    grown: float


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        rate, bare = _importing(folder)
        few, many = (_probed(_made(folder / f"{count}.list", count)) for count in (FEW, MANY))
    more = (many.own - few.own) / 1024
    return [
        Figure(f"look-up among {MANY:,} breached passwords, warm", many.look_up, "us", "bare bisect of a million", many.bare,
               f"under {MOST_MICROSECONDS:.0f} us", many.look_up < MOST_MICROSECONDS, {f"among {FEW:,}": few.look_up}),
        Figure(f"own memory, {MANY:,} entries", many.own / 1024, "MiB", f"own memory, {FEW:,} entries", few.own / 1024,
               f"at most {MOST_OWN_MIB:.0f} MiB more", more <= MOST_OWN_MIB, {"grown by look-ups, KiB": many.grown}),
        Figure("import of breached passwords", rate / 1e6, "million/s", "reading the same lines", bare / 1e6,
               f"over {SLOWEST_IMPORT / 1e6} million/s", rate > SLOWEST_IMPORT),
    ]  # fmt: skip


def own_kib() -> int:
    """Memory of this process that no other can share, whether or not it does."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty"))


def _probed(path: Path) -> Probed:
    command = [sys.executable, "-c", _PROBE, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    path.unlink()
    return Probed(*map(float, said.split()))


def _made(path: Path, count: int) -> Path:
    """Entries evenly spread, written without a source."""
    digest = sha256()
    with path.open("wb") as out:
        out.seek(HEADER_SIZE)
        for block in _entries(count):
            digest.update(block)
            out.write(block)
        out.seek(0)
        out.write(Header("sha1", count, 0, 0, digest.digest()).packed())
        out.flush()
        os.fsync(out.fileno())  # pages that wait to be written count as one's own
    assert isinstance(BreachedFile(path).current(), MappedList)
    return path


def _entries(count: int) -> Iterator[bytes]:
    step = (1 << 64) // count
    for first in range(0, count, _BLOCK):
        yield array("Q", range(first * step, min(first + _BLOCK, count) * step, step)).tobytes()


def _importing(folder: Path) -> tuple[float, float]:
    """Lines in a second: imported, and only read."""
    source, step = folder / "source.txt", (1 << 64) // FEW
    with source.open("w") as out:
        out.writelines(f"{number * step:016X}{number:024X}:{number % 90}\n" for number in range(FEW))
    bare = median(_seconds_to_read(source) for _ in range(3))
    began = time.perf_counter()
    import_list(folder / "imported.list", Order((source,)), 0, lambda _count: None)
    return FEW / (time.perf_counter() - began), FEW / bare


def _seconds_to_read(source: Path) -> float:
    began = time.perf_counter()
    with source.open("rb") as file:
        lines = sum(1 for _ in file)
    assert lines == FEW
    return time.perf_counter() - began
