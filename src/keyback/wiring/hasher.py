"""Argon2id in a bounded number of places (PWD-7, DOS-1). Parameters stand in each hash."""

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from keyback.core.errors import Busy

WAIT_SECONDS = 10.0
QUEUE, STRANGERS_QUEUE = 64, 4
"""Operations that may be in hand or waiting; the next is told at once to come back. Strangers' are fewer than the
portal's worker threads, so that they never hold all of them."""
MEMORY_SHARE = 4
"""At most one part in so many of the machine's memory is filled by hashing."""
_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""
_LIMIT = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Cost:
    """OWASP's minimum is the default: 19 MiB, two passes, one lane."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


def places_for(cost: Cost) -> int:
    """How many operations may run at once here: as many as there are processors and as fit into memory, at least one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if _LIMIT.is_file() and (text := _LIMIT.read_text("ascii").strip()).isdigit():
        memory = min(memory, int(text))
    fit = memory // MEMORY_SHARE // (cost.memory_kib * 1024)
    return max(1, min(len(os.sched_getaffinity(0)), fit))


def _share_memory() -> None:
    """Else the allocator gives each worker thread a heap of its own, and each keeps the memory of a hash for ever."""
    with suppress(OSError, AttributeError):  # of glibc; others have nothing like it
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


class _Places:
    """So many at once, and so many in the queue."""

    def __init__(self, at_once: int, queue: int) -> None:
        self._queue = threading.BoundedSemaphore(queue)
        self._places = threading.BoundedSemaphore(at_once)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises `Busy` when too many wait, or when it takes too long."""
        if not self._queue.acquire(blocking=False):
            raise Busy("password hashing")
        try:
            if not self._places.acquire(timeout=WAIT_SECONDS):
                raise Busy("password hashing")
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._queue.release()


class Argon2Hasher:
    """Implements `core.ports.Hasher`. At most `at_once` operations run (0: as `places_for` says); all but one of
    these places are open to strangers, or the only one."""

    def __init__(self, cost: Cost | None = None, *, at_once: int = 0) -> None:
        _share_memory()
        cost = cost or Cost()
        at_once = at_once or places_for(cost)
        self._argon2 = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._all = _Places(at_once, QUEUE)
        self._for_strangers = _Places(max(1, at_once - 1), STRANGERS_QUEUE)
        self._dummy = self._argon2.hash("a password that nobody has")

    def hash(self, secret: str) -> str:
        """Encoded hash with a fresh 128-bit salt."""
        with self._all.one():
            return self._argon2.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        """One Argon2 operation whatever `encoded` is; an empty or unreadable one never matches (ENU-2, GAT-5)."""
        with self._for_strangers.one() if stranger else nullcontext(), self._all.one():
            try:
                self._argon2.verify(encoded or self._dummy, secret)
            except (InvalidHashError, VerificationError):  # a mismatch is one of these
                return False
        return bool(encoded)

    def outdated(self, encoded: str) -> bool:
        """Whether it was made with other parameters than new ones are (PWD-7)."""
        try:
            return bool(encoded) and self._argon2.check_needs_rehash(encoded)
        except InvalidHashError:
            return False
