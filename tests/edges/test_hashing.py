"""Hashing runs in a bounded number of places, and strangers never fill them all (DOS-1)."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyback.core.errors import Busy
from keyback.wiring import hasher
from keyback.wiring.hasher import QUEUE, STRANGERS_QUEUE, Argon2Hasher, Cost, places_for

CHEAP = Cost(memory_kib=8, passes=1)


class Held:
    """A hasher whose Argon2 waits until the test lets it go on, and which counts how many are inside."""

    def __init__(self, at_once: int) -> None:
        self.hasher = Argon2Hasher(CHEAP, at_once=at_once)
        self.go = threading.Event()
        self.inside = threading.Semaphore(0)
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self.hasher._argon2 = self  # type: ignore[assignment]  # what takes long, held still

    def hash(self, secret: str) -> str:
        self._work()
        return secret

    def verify(self, encoded: str, secret: str) -> bool:
        self._work()
        return encoded == secret

    def _work(self) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        self.inside.release()
        assert self.go.wait(30)
        with self._lock:
            self._now -= 1


def test_no_more_than_the_places_work_at_once() -> None:
    """DOS-1: the places are sized to memory; whoever comes later waits."""
    held = Held(at_once=3)
    with ThreadPoolExecutor(12) as pool:
        results = [pool.submit(held.hasher.hash, str(number)) for number in range(12)]
        for _ in range(3):
            assert held.inside.acquire(timeout=30)
        assert not held.inside.acquire(timeout=0.05)
        held.go.set()
        assert [result.result(30) for result in results] == [str(number) for number in range(12)]
    assert held.most == 3


def test_strangers_leave_a_place_to_whoever_has_proven_something() -> None:
    """DOS-1: with every stranger's place and the strangers' whole queue taken, a real person's new password is hashed."""
    held = Held(at_once=2)
    with ThreadPoolExecutor(STRANGERS_QUEUE + 1) as pool:
        strangers = [pool.submit(held.hasher.verify, "x", "x", stranger=True) for _ in range(STRANGERS_QUEUE)]
        assert held.inside.acquire(timeout=30)
        known = pool.submit(held.hasher.hash, "a new password")
        assert held.inside.acquire(timeout=30)
        held.go.set()
        assert known.result(30) == "a new password"
        assert all(stranger.result(30) for stranger in strangers)


@pytest.mark.parametrize(("stranger", "queue"), [(True, STRANGERS_QUEUE), (False, QUEUE)])
def test_beyond_the_queue_everybody_is_told_at_once_to_come_back(stranger: bool, queue: int) -> None:  # noqa: FBT001 - a table
    """DOS-1: the excess is refused, and nobody who waits loses anything by it."""
    held = Held(at_once=2)
    with ThreadPoolExecutor(queue) as pool:
        waiting = [pool.submit(held.hasher.verify, "x", "x", stranger=stranger) for _ in range(queue)]
        while held.hasher._for_strangers._queue._value if stranger else held.hasher._all._queue._value:
            threading.Event().wait(0.005)
        with pytest.raises(Busy):
            held.hasher.verify("x", "x", stranger=stranger)
        held.go.set()
        assert all(one.result(30) for one in waiting)
    assert held.hasher.verify("x", "x", stranger=stranger)


def test_a_place_is_given_back_whatever_happens() -> None:
    """GAT-5: an unreadable hash is no match, and takes no place for ever."""
    made = Argon2Hasher(CHEAP, at_once=1)
    assert not any(made.verify("$argon2id$nonsense", "x", stranger=True) for _ in range(QUEUE + 1))
    assert made.verify(made.hash("x"), "x")


def test_the_places_fit_into_the_memory_that_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DOS-1, F32: also where a container may use less than the machine has."""
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(hasher, "_LIMIT", limit)
    assert places_for(Cost()) >= 1
    limit.write_text("max\n")
    unlimited = places_for(Cost())
    limit.write_text(f"{64 * 1024 * 1024}\n")
    assert places_for(Cost()) == 1 <= unlimited
    assert places_for(Cost(memory_kib=4 * 1024 * 1024)) == 1


_EIGHT_THREADS = """
import subprocess
import sys
import threading
from pathlib import Path
from keyback.wiring.hasher import Argon2Hasher

hasher = Argon2Hasher(at_once=1)

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))

before = held()
go = threading.Barrier(8)
threads = [threading.Thread(target=lambda: (go.wait(), hasher.verify("", "x"), go.wait())) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(held() - before)
"""


def test_threads_share_the_memory_of_hashing() -> None:
    """DOS-1, F32: eight threads that hashed one after the other do not keep eight times the memory of a hash."""
    told = subprocess.run([sys.executable, "-c", _EIGHT_THREADS], check=True, capture_output=True, text=True).stdout
    assert int(told) < 2 * Cost().memory_kib
