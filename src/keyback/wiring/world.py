"""Time and chance, from the operating system. The only place that asks for either."""

import secrets
import time

from keyback.core.types import Instant


class SystemClock:
    """The host's clock, or the shared database's where there is one (decisions 31)."""

    follows_database = True

    def now(self) -> Instant:
        """Unix milliseconds."""
        return time.time_ns() // 1_000_000


class FixedClock:
    """Stands still until told to move: the clock port's in-memory twin."""

    follows_database = False

    def __init__(self, now: Instant = 1_790_000_000_000) -> None:
        self._now = now

    def now(self) -> Instant:
        """Unix milliseconds."""
        return self._now

    def move(self, span: int) -> None:
        """Let `span` milliseconds pass (or go back)."""
        self._now += span


class SystemRandom:
    """The operating system's generator (COD-1)."""

    def bytes(self, count: int) -> bytes:
        """`count` random bytes."""
        return secrets.token_bytes(count)

    def digits(self, count: int) -> str:
        """Uniform, leading zeros kept (COD-2)."""
        return str(secrets.randbelow(10**count)).zfill(count)

    def id(self) -> str:
        """128 bits, hexadecimal."""
        return secrets.token_hex(16)
