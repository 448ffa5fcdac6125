"""How the set of breached passwords grows, and that it survives being killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from keyback.wiring.breached import BreachedFile, MappedList
from keyback.wiring.breached_import import Order, import_list
from keyback.wiring.demo import found
from tests.passwords.stolen import STOLEN, bring_in, spread, written

MILLION = 1_000_000
LOOK_UP = """
import sys
from pathlib import Path
from keyback.wiring.breached import BreachedFile
def private():
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Dirty", "Anonymous")))
found = BreachedFile(Path(sys.argv[1])).current()
"nobody's" in found
before = private()
hits = sum(f"nobody's {i}" in found for i in range(20_000))
print(private() - before, found.count)
"""
IMPORT = """
import sys
from pathlib import Path
from keyback.wiring.breached_import import Order, import_list
import_list(Path(sys.argv[1]), Order((Path(sys.argv[2]),)), 5, lambda _count: None)
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))
"""


def told(program: str, *arguments: Path) -> list[int]:
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return [int(one) for one in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()]


def test_a_million_passwords_take_no_memory_of_ones_own(tmp_path: Path) -> None:
    """PWD-4: looking up reads pages of the file that all share; importing takes the same whatever the length."""
    target = tmp_path / "breached.list"
    few = written(tmp_path / "few.txt", spread(MILLION // 4))
    many = written(tmp_path / "many.txt", spread(MILLION))
    least, most = told(IMPORT, target, few)[0], told(IMPORT, target, many)[0]
    assert most <= 1.25 * least
    grown_kib, count = told(LOOK_UP, target)
    assert count == MILLION
    assert grown_kib * 1024 <= target.stat().st_size / 20


def test_a_look_up_reads_as_many_entries_as_a_search_by_halves(tmp_path: Path) -> None:
    """PWD-4: counted, not timed: thirty of a thousand million."""
    target = tmp_path / "breached.list"
    bring_in(target, STOLEN)
    there = BreachedFile(target).current()
    assert isinstance(there, MappedList)
    read = 0

    class Counting:
        def __len__(self) -> int:
            return MILLION

        def __getitem__(self, place: int) -> int:
            nonlocal read
            read += 1
            return place * ((1 << 64) // MILLION)

    there._values = Counting()  # type: ignore[assignment]  # counts how often it is read
    assert STOLEN not in there
    assert read <= 21


def test_an_import_that_is_killed_leaves_the_old_list_and_can_be_done_again(tmp_path: Path) -> None:
    """F23: kill -9 while the new list is being written."""
    house, pipe = tmp_path / "house", tmp_path / "pipe"
    found(house)
    (house / "keyback.toml").write_text('base_url = "http://localhost:8443"\n')
    target = house / "breached.list"
    bring_in(target, STOLEN)
    os.mkfifo(pipe)
    every = [f"{line}\n".encode() for line in spread(MILLION // 4)]
    command = [sys.executable, "-m", "keyback", "passwords", "import-breached", str(pipe)]
    process = subprocess.Popen([*command, "--config", str(house / "keyback.toml")], stderr=subprocess.DEVNULL)
    with pipe.open("wb") as out:
        out.write(b"".join(every[: len(every) * 3 // 4]))
        out.flush()
        draft = house / ".breached.list.new"
        assert draft.stat().st_size > target.stat().st_size  # a part of the new one is there
        process.send_signal(signal.SIGKILL)
        process.wait()
    there = BreachedFile(target)
    assert there.examine(1 << 40)
    old = there.current()
    assert isinstance(old, MappedList)
    assert STOLEN in old
    whole = tmp_path / "whole.txt"
    whole.write_bytes(b"".join(every))
    assert import_list(target, Order((whole,)), 5, lambda _count: None).count == len(every)
    assert not draft.exists()
