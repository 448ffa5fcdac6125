"""Argon2id behind a bounded semaphore (PWD-7, DOS-1). Parameters stand in each hash."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from keyback.core.errors import Busy

WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Cost:
    """OWASP's minimum is the default: 19 MiB, two passes, one lane."""

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


class Argon2Hasher:
    """Implements `core.ports.Hasher`. At most `at_once` operations run; others wait `WAIT_SECONDS`, then `Busy`."""

    def __init__(self, cost: Cost | None = None, *, at_once: int = 2) -> None:
        cost = cost or Cost()
        self._argon2 = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._places = threading.BoundedSemaphore(at_once)
        self._dummy = self._argon2.hash("a password that nobody has")

    def hash(self, secret: str) -> str:
        """Encoded hash with a fresh 128-bit salt."""
        with self._place():
            return self._argon2.hash(secret)

    def verify(self, encoded: str, secret: str) -> bool:
        """One Argon2 operation whatever `encoded` is; an empty or unreadable one never matches (ENU-2, GAT-5)."""
        with self._place():
            try:
                self._argon2.verify(encoded or self._dummy, secret)
            except (InvalidHashError, VerificationError):  # a mismatch is one of these
                return False
        return bool(encoded)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise Busy("password hashing")
        try:
            yield
        finally:
            self._places.release()
