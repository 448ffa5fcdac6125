"""Time, chance, keys and hashes."""

from typing import Protocol

from keyback.core.types import Instant


class Clock(Protocol):
    """The only source of time."""

    follows_database: bool
    """Whether a database that several nodes share is asked for its time instead (decisions 31)."""

    def now(self) -> Instant:
        """Unix milliseconds."""


class Random(Protocol):
    """The only source of chance, from the operating system (COD-1)."""

    def bytes(self, count: int) -> bytes:
        """`count` random bytes."""

    def digits(self, count: int) -> str:
        """A code of `count` decimal digits, uniform, leading zeros kept (COD-2)."""

    def id(self) -> str:
        """A new 128-bit id, 32 hexadecimal characters."""


class Hasher(Protocol):
    """Passwords and recovery codes: Argon2id behind a bounded semaphore (PWD-7, DOS-1)."""

    def hash(self, secret: str) -> str:
        """Encoded hash. Raises `Busy` when too many are waiting."""

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        """Whether it matches. Exactly one Argon2 operation whatever `encoded` is; an empty one never matches. Work for
        a stranger, who has proven nothing yet, has the smaller share. Raises `Busy` when too many are waiting."""

    def outdated(self, encoded: str) -> bool:
        """Whether it was made with other parameters than new ones are (PWD-7); costs nothing."""


class Sealer(Protocol):
    """Encryption at rest and keyed hashes, under keys that the database does not hold (CRY-1, CRY-2)."""

    def seal(self, plain: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """Ciphertext bound to exactly this place."""

    def open(self, sealed: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """The plaintext. Raises `Broken` when it was made for another place or altered."""

    def token(self) -> bytes:
        """32 bytes of chance for a link, from the operating system (COD-1)."""

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """32-byte keyed hash of the parts, each with its length, under this purpose's own key (CRY-4)."""
