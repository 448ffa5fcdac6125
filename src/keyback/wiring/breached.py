"""The set of breached passwords in one file, mapped into memory and shared by all who read it.

The file is a header and a sorted array: of each password the first 8 bytes of its hash, as little-endian numbers. A
lookup is a binary search; among a thousand million entries a password that is not there is taken for one of them once
in 18 thousand million times. The file is only ever replaced as a whole (`breached_import`).
"""

import hashlib
import logging
import mmap
import os
import struct
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final, Self

from keyback.core.errors import Broken
from keyback.core.ports import BreachedList, Gap
from keyback.core.types import Instant

log = logging.getLogger("keyback.breached")

KINDS: Final = ("sha1", "ntlm")
WIDTH: Final = 8
"""Bytes of one entry."""
_MAGIC: Final = b"KBBREACH"
_VERSION: Final = 1
_FIELDS: Final = struct.Struct("<8sIIQqq32s")
_CHECK: Final = 32
HEADER_SIZE: Final = _FIELDS.size + _CHECK
SAMPLES: Final = 64
"""Places at which the order is looked at when the file is opened."""
BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the entries, and at its end the SHA-256 of all of that."""

    kind: str
    count: int
    source_at: Instant
    imported_at: Instant
    body: bytes
    """SHA-256 of the entries."""

    def packed(self) -> bytes:
        """As it stands in the file."""
        kind = KINDS.index(self.kind)
        fields = _FIELDS.pack(_MAGIC, _VERSION, kind, self.count, self.source_at, self.imported_at, self.body)
        return fields + hashlib.sha256(fields).digest()

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Raises `Broken` for anything that is not a whole header of this version."""
        fields = raw[: _FIELDS.size]
        if len(raw) < HEADER_SIZE or hashlib.sha256(fields).digest() != raw[_FIELDS.size : HEADER_SIZE]:
            raise Broken("its header is damaged")
        magic, version, kind, count, source_at, imported_at, body = _FIELDS.unpack(fields)
        if (magic, version) != (_MAGIC, _VERSION) or kind >= len(KINDS):
            raise Broken("it was made by another version of Keyback")
        return cls(KINDS[kind], count, source_at, imported_at, body)


def hashed(password: str, kind: str) -> int:
    """The entry of this password."""
    if kind == "ntlm":
        from Cryptodome.Hash import MD4

        digest = MD4.new(password.encode("utf-16-le", "surrogatepass")).digest()  # noqa: S303 - [MS-NLMP] 3.3.1, NTOWFv1
    else:
        digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest[:WIDTH], "big")


class MappedList:
    """Implements `core.ports.BreachedList`. Only pages that are looked at come into memory, and they are shared."""

    __slots__ = ("_values", "header")

    def __init__(self, file: BinaryIO) -> None:
        """Quick checks: header, size, and order at `SAMPLES` places. Raises `Broken`."""
        self.header = Header.read(file.read(HEADER_SIZE))
        size = HEADER_SIZE + WIDTH * self.header.count
        if self.header.count < 1 or os.fstat(file.fileno()).st_size != size:
            raise Broken("it is not as long as its header says")
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
        with suppress(OSError):
            mapped.madvise(mmap.MADV_RANDOM)
        self._values = memoryview(mapped)[HEADER_SIZE:].cast("Q")
        if not self._ordered():
            raise Broken("its entries are out of order")

    @property
    def kind(self) -> str:
        return self.header.kind

    @property
    def count(self) -> int:
        return self.header.count

    @property
    def source_at(self) -> Instant:
        return self.header.source_at

    @property
    def imported_at(self) -> Instant:
        return self.header.imported_at

    def __contains__(self, password: object) -> bool:
        value = hashed(str(password), self.kind)
        place = bisect_left(self._values, value)
        return place < self.count and self._values[place] == value

    def _ordered(self) -> bool:
        last = self.count - 1
        places = sorted({last * sample // SAMPLES for sample in range(SAMPLES + 1)})
        around = [self._values[near] for place in places for near in (place, min(place + 1, last))]
        return around == sorted(around)


class BreachedFile:
    """Implements `core.ports.Breached` on one path. Every call looks whether the file is still the same one, so that a
    new one is in force at once, and one that was cut off in its place is not read any more."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._stamp: tuple[int, ...] = ()
        self._found: MappedList | Gap = Gap.MISSING
        self._round: tuple[int, hashlib._Hash] = 0, hashlib.sha256()

    def current(self) -> BreachedList | Gap:
        """See the port."""
        with self._lock:
            return self._current()

    def examine(self, most: int) -> bool:
        """See the port. Read as a file, so that it takes no memory and cannot be hurt by whoever shortens it."""
        with self._lock:
            found, stamp, done, digest = self._current(), self._stamp, self._round[0], self._round[1].copy()
        if isinstance(found, Gap):
            return True
        with suppress(OSError), self.path.open("rb") as file:
            if _stamp(os.fstat(file.fileno())) != stamp:
                return False
            most = min(most, WIDTH * found.count - done)
            file.seek(HEADER_SIZE + done)
            for taken in range(0, most, BLOCK):
                digest.update(file.read(min(BLOCK, most - taken)))
            return self._examined(found, stamp, done + most, digest)
        return False

    def _examined(self, found: MappedList, stamp: tuple[int, ...], done: int, digest: "hashlib._Hash") -> bool:
        whole = done == WIDTH * found.count
        sound = not whole or digest.digest() == found.header.body
        with self._lock:
            if stamp == self._stamp:
                self._round = (0, hashlib.sha256()) if whole else (done, digest)
                if not sound:
                    self._found = self._damaged("its content is not what was imported")
        return whole

    def _current(self) -> MappedList | Gap:
        stamp = self._looked()
        if stamp != self._stamp:
            self._stamp, self._round = stamp, (0, hashlib.sha256())
            self._found = self._opened() if stamp else Gap.MISSING
        return self._found

    def _looked(self) -> tuple[int, ...]:
        try:
            return _stamp(self.path.stat())
        except FileNotFoundError:
            return ()
        except OSError as error:
            return (error.errno or -1,)

    def _opened(self) -> MappedList | Gap:
        try:
            with self.path.open("rb") as file:
                self._stamp = _stamp(os.fstat(file.fileno()))
                return MappedList(file)
        except Broken as error:
            return self._damaged(str(error))
        except (OSError, ValueError) as error:  # cannot be read, or cannot be mapped
            return self._damaged(str(error))

    def _damaged(self, why: str) -> Gap:
        log.error("the list of breached passwords, %s, is not used: %s", self.path, why)
        return Gap.DAMAGED


def _stamp(status: os.stat_result) -> tuple[int, ...]:
    """What changes when the file is replaced or written to."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
