"""100,000 people without passwords from a file, beside bare inserts of the same bytes into the same engine."""

import csv
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measuring import Figure, peak_kib

PEOPLE, FEWER = 100_000, 10_000
MOST_SECONDS = 60.0
MOST_GROWTH = 1.25
COLUMNS = (
    "userPrincipalName",
    "displayName",
    "givenName",
    "surname",
    "department",
    "mobilePhone",
    "alternateEmailAddress",
)


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        _, small = _import(folder, FEWER)
        seconds, large = _import(folder, PEOPLE)
        bare = _bare(folder, PEOPLE)
    return [
        Figure(f"import of {PEOPLE:,} people", seconds, "s", "bare inserts of the same bytes", bare,
               f"under {MOST_SECONDS:.0f} s", seconds < MOST_SECONDS),
        Figure("memory of that import", large / 1024, "MiB", f"memory of {FEWER:,}", small / 1024,
               f"at most {MOST_GROWTH} x", large <= MOST_GROWTH * small),
    ]  # fmt: skip


def row(number: int) -> tuple[str, ...]:
    return (f"person.{number}@contoso.example", f"Person {number}", "Person", f"Number{number}", "Sales",
            f"+4915{number:09d}", f"person.{number}@mail.example")  # fmt: skip


def _import(folder: Path, count: int) -> tuple[float, int]:
    """Seconds, and the most memory held, in KiB."""
    from keyback.wiring.demo import found

    house, file = folder / f"house-{count}", folder / f"{count}.csv"
    found(house)
    (house / "keyback.toml").write_text('base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n')
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        writer.writerows(row(number) for number in range(count))
    command = [
        sys.executable,
        "-m",
        "keyback",
        "people",
        "import",
        str(file),
        "--config",
        str(house / "keyback.toml"),
        "--json",
    ]
    began, most = time.perf_counter(), 0
    with (folder / "told").open("w") as told:
        process = subprocess.Popen(command, stdout=told, stderr=told)
        while process.poll() is None:
            most = max(most, _peak(process.pid))
            time.sleep(0.02)
    assert process.returncode == 0, (folder / "told").read_text()[-2000:]
    return time.perf_counter() - began, most


def _peak(pid: int) -> int:
    try:
        return peak_kib(pid)
    except (OSError, StopIteration):  # it has just ended
        return 0


def _bare(folder: Path, count: int) -> float:
    """The same cells into one table with a key, in transactions of the same size, full sync."""
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"CREATE TABLE person ({', '.join(COLUMNS)}, PRIMARY KEY ({COLUMNS[0]}))")
    began = time.perf_counter()
    for first in range(0, count, 100):
        connection.execute("BEGIN IMMEDIATE")
        rows = (row(number) for number in range(first, first + 100))
        connection.executemany(f"INSERT INTO person VALUES ({', '.join('?' * len(COLUMNS))})", rows)  # noqa: S608 - constants
        connection.execute("COMMIT")
    seconds = time.perf_counter() - began
    connection.close()
    return seconds
