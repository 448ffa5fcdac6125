"""What was acknowledged is on the disk before anybody hears of it (F33): seen from outside, in the system calls."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine
from tests.faults.processes import PATIENCE, Distant, Ground
from tests.faults.test_killed import ada, both_gates
from tests.living import NEW_PASSWORD
from tests.postgresql import Server

STRACE = (
    "strace",
    "-D",
    "-f",
    "-y",
    "-s",
    "64",
    "-e",
    "trace=fsync,fdatasync,write,writev,sendto,sendmsg,recvfrom,read",
)
STEPS = ("POST /reset ", "POST /reset/method ", "POST /reset/answer ", "POST /reset/password ")


def test_a_step_is_on_the_disk_before_its_answer_leaves(tmp_path: Path) -> None:
    """F33, I5, I7: start, choice of a method, answer, password: each is followed by fdatasync or fsync of the database
    before the first byte of the answer."""
    database = tmp_path / "keyback.db"
    ground = Ground(SqliteEngine(database), str(database), tmp_path)
    who, trace = ada(ground), tmp_path / "trace.txt"
    with ground.serving(None, *STRACE, "-o", str(trace)) as server:
        browser: Distant = server.browser(ground.living)
        both_gates(ground, who, browser)
        assert browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)["state"] == "done"
    ground.living.close()
    lines = finished(trace).splitlines()
    asked = [number for number, line in enumerate(lines) if any(step in line for step in STEPS)]
    assert len(asked) == 6
    for number in asked:
        assert synced_before_answered(lines[number:], str(database)), lines[number]


def finished(trace: Path) -> str:
    """The whole trace; the tracer ends a moment after what it traces."""
    until = time.monotonic() + PATIENCE
    while not (text := trace.read_text(errors="replace")).rstrip().endswith("+++"):
        assert time.monotonic() < until, text[-300:]
        time.sleep(0.02)
    return text


def synced_before_answered(lines: Sequence[str], database: str) -> bool:
    """Whether a sync of the database (or its log) ended well before the next answer."""
    waiting: set[str] = set()
    for line in lines:
        process = line.split(maxsplit=1)[0]
        if "HTTP/1.1 " in line and re.search(r"\b(write|writev|sendto|sendmsg)\(", line):
            return False
        if re.search(r"\bf(data)?sync\(", line) and database in line:
            if "unfinished" not in line:
                return line.rstrip().endswith("= 0")
            waiting.add(process)
        if process in waiting and "sync resumed" in line:
            return line.rstrip().endswith("= 0")
    return False


def test_postgresql_is_asked_to_wait_for_the_disk(postgresql: Server) -> None:
    """F33: nothing that Keyback sends loosens it; the server's own default is to wait."""
    engine = PostgresqlEngine(postgresql.new_database())
    with engine.transaction(write=True) as link:
        row = link.one(Sql("SELECT setting, boot_val FROM pg_settings WHERE name = 'synchronous_commit'"), {})
    engine.close()
    assert row == ("on", "on")


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        (["7 fdatasync(9</x/keyback.db-wal>) = 0", '7 writev(5, [{"HTTP/1.1 200 OK"}]) = 9'], True),
        (['7 writev(5, [{"HTTP/1.1 200 OK"}]) = 9', "7 fdatasync(9</x/keyback.db-wal>) = 0"], False),
        (["7 fdatasync(9</x/other>) = 0", '7 sendto(5, "HTTP/1.1 200 OK") = 9'], False),
        (["8 fdatasync(9</x/keyback.db-wal> <unfinished ...>", "8 <... fdatasync resumed>) = 0"], True),
        (["8 fdatasync(9</x/keyback.db-wal> <unfinished ...>", '7 sendto(5, "HTTP/1.1 200 OK") = 9'], False),
    ],
)
def test_the_trace_is_read_right(lines: list[str], seen: bool) -> None:  # noqa: FBT001
    """F33: an answer before its sync would be seen."""
    assert synced_before_answered(lines, "/x/keyback.db") is seen
