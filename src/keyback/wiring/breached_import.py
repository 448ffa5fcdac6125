"""The Pwned Passwords files become the set that `breached` reads: lines `HASH:COUNT`, ordered by hash.

Read once, in constant memory. The old set stays in force until the new one is on the disk and was read back (F23).
"""

import gzip
import hashlib
import io
import os
import re
import sys
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from itertools import islice
from operator import le
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

from keyback.core.errors import Conflict, Invalid, Refused
from keyback.core.messages import say
from keyback.core.types import Instant
from keyback.wiring.breached import HEADER_SIZE, KINDS, WIDTH, BreachedFile, Header, MappedList

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MESSAGES: Mapping[str, str] = {
    "breached.refused": "This list cannot be taken. The one that was in force stays in force.",
    "breached.line": "{file}, line {line}: not HASH:COUNT with a hash of {digits} hexadecimal digits.",
    "breached.kind": "{file}, line 1: no SHA-1 or NTLM hash. Expected: lines HASH:COUNT.",
    "breached.order": "{file}, line {line}: out of order. Take the files that are ordered by hash.",
    "breached.compressed": "{file}: the compressed file is cut off or damaged.",
    "breached.missing": "{file} is missing: the folder must hold every file from {first} to {last}.",
    "breached.cut": "The list goes from {first} to {last}, so its beginning or its end is missing.",
    "breached.empty": "There is nothing in it.",
    "breached.checksum": "The checksum is {found}, not {expected}.",
    "breached.checksum_form": "A checksum is written sha256: and 64 hexadecimal digits.",
    "breached.checksum_of_one": "A checksum is that of one file.",
    "breached.unverified": "What was written could not be read back. Is the disk all right?",
    "breached.busy": "Another import is under way.",
}

HEX_DIGITS: Final[Mapping[str, int]] = {"sha1": 40, "ntlm": 32}
_TAKEN: Final = 2 * WIDTH
"""Hexadecimal digits of a hash that are kept."""
_BLOCK: Final = 1 << 22
_SPREAD: Final = 50
"""Hashes are spread evenly. That the first or the last of a whole list lies further inside than this many times the mean
distance has a chance of e^-50; so a list that begins or ends there was cut off."""
_CHECKSUM: Final = re.compile("sha256:([0-9a-fA-F]{64})")

Told = Callable[[int], None]
"""Told how many passwords were taken so far."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to import."""

    sources: tuple[Path, ...]
    """Files whose lines go on from one to the next, plain or gzip; or folders of one file per beginning of a hash,
    as the official downloader writes them."""
    kind: str = ""
    """`sha1` or `ntlm`; empty: told by the length of the first hash."""
    checksum: str = ""
    """`sha256:` and the digits, of the one source as it is; empty: none is known."""


def import_list(target: Path, order: Order, now: Instant, told: Told) -> MappedList:
    """The new set, in force. Raises `Invalid` with what is wrong with the list, `Conflict` while another import runs."""
    expected = _expected(order)
    with _draft(target) as (draft, file):
        sources = [source for path in order.sources for source in _sources(path)]
        reading = _Reading(order, told)
        file.seek(HEADER_SIZE)
        for entries in reading.entries(sources):
            file.write(entries)
        reading.close(expected)
        newest = max(int(path.stat().st_mtime_ns) for path in order.sources) // 1_000_000
        file.seek(0)
        file.write(Header(reading.kind, reading.count, newest, now, reading.digest.digest()).packed())
        file.flush()
        os.fsync(file.fileno())
        written = _read_back(draft)
        draft.replace(target)
    _sync(target.absolute().parent)
    return written


def _read_back(draft: Path) -> MappedList:
    there = BreachedFile(draft)
    there.examine(sys.maxsize)
    found = there.current()
    if not isinstance(found, MappedList):
        raise _refused("breached.unverified")
    return found


def _refused(id_: str, **values: str | int) -> Refused:
    return Invalid(say("breached.refused"), [say(id_, **values)])


def _expected(order: Order) -> str:
    if not order.checksum:
        return ""
    digits = _CHECKSUM.fullmatch(order.checksum.strip())
    if digits is None:
        raise _refused("breached.checksum_form")
    if len(order.sources) != 1 or order.sources[0].is_dir():
        raise _refused("breached.checksum_of_one")
    return digits[1].lower()


@contextmanager
def _draft(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside the target that only this import writes; what an import that was killed left there is overwritten."""
    draft = target.with_name(f".{target.name}.new")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(handle, "r+b") as file:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(say("breached.busy")) from error
        if not draft.exists() or not os.path.samestat(os.fstat(handle), draft.stat()):  # it has just been put in force
            raise Conflict(say("breached.busy"))
        file.truncate(0)
        try:
            yield draft, file
        finally:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), draft.stat()):
                    draft.unlink()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    prefix: bytes = b""
    """What each of its hashes begins with."""


def _sources(path: Path) -> Iterator[_Source]:
    """The file; or of a folder, in order, every file from 00000 to FFFFF."""
    if not path.is_dir():
        yield _Source(path)
        return
    names = sorted(one.name for one in path.glob("*.txt"))
    digits = len(names[0]) - 4 if names else 5
    for number in range(16**digits):
        name = f"{number:0{digits}X}"
        if number >= len(names) or names[number] != f"{name}.txt":
            first, last = f"{0:0{digits}X}.txt", f"{16**digits - 1:0{digits}X}.txt"
            raise _refused("breached.missing", file=f"{name}.txt", first=first, last=last)
        yield _Source(path / f"{name}.txt", name.encode())


class _Reading:
    """Through all sources once: entries by the block, and what they add up to."""

    def __init__(self, order: Order, told: Told) -> None:
        self.kind = order.kind
        self.count = 0
        self.digest = hashlib.sha256()
        self._told = told
        self._source = hashlib.sha256()
        self._first = self._last = 0

    def entries(self, sources: Sequence[_Source]) -> Iterator[bytes]:
        """The array, block by block."""
        for source in sources:
            line = 1
            for block in self._blocks(source.path):
                values = self._values(source, block, line)
                line += len(values)
                yield self._taken(values)

    def close(self, expected: str) -> None:
        """Everything that can be said only at the end."""
        found = self._source.hexdigest()
        if expected and expected != found:
            raise _refused("breached.checksum", found=f"sha256:{found}", expected=f"sha256:{expected}")
        if not self.count:
            raise _refused("breached.empty")
        most = _SPREAD * (1 << 8 * WIDTH) // self.count
        if self._first > most or self._last < (1 << 8 * WIDTH) - most:
            raise _refused("breached.cut", first=f"{self._first:016X}", last=f"{self._last:016X}")

    def _blocks(self, path: Path) -> Iterator[bytes]:
        """Whole lines; the last one of a file need not end. One that is longer than a block is a bad line as it is."""
        rest = b""
        with path.open("rb") as raw:
            hashing = _Hashing(raw, self._source)
            plain = io.BufferedReader(hashing, _BLOCK)
            opened = cast("IO[bytes]", gzip.GzipFile(fileobj=plain) if plain.peek(2)[:2] == b"\x1f\x8b" else plain)
            while part := self._read(opened, path):
                whole, _, rest = (rest + part).rpartition(b"\n")
                if whole:
                    yield whole
                elif len(rest) > _BLOCK:
                    break
            if rest:
                yield rest
            while hashing.read(_BLOCK):  # what a compressed file has after its end counts for its checksum
                pass

    def _read(self, opened: IO[bytes], path: Path) -> bytes:
        try:
            return opened.read(_BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _refused("breached.compressed", file=path.name) from error

    def _values(self, source: _Source, block: bytes, line: int) -> "array[int]":
        """The entries of a block of lines. Raises `Invalid` naming the first bad line."""
        if not self.kind:
            self.kind = self._told_kind(source, block)
        known = len(source.prefix)
        pattern = b"^([0-9A-Fa-f]{%d})[0-9A-Fa-f]{%d}:[0-9]+\r?$" % (_TAKEN - known, HEX_DIGITS[self.kind] - _TAKEN)
        found: list[bytes] = re.findall(pattern, block, re.MULTILINE)
        if len(found) != block.count(b"\n") + 1:
            bad = next(i for i, one in enumerate(block.split(b"\n")) if not re.fullmatch(pattern, one))
            digits = HEX_DIGITS[self.kind] - known
            raise _refused("breached.line", file=source.path.name, line=line + bad, digits=digits)
        values = array("Q", bytes.fromhex((source.prefix + source.prefix.join(found)).decode()))
        values.byteswap()
        if not (self._last <= values[0] and all(map(le, values, islice(values, 1, None)))):
            bad = next(i for i, value in enumerate(values) if value < (values[i - 1] if i else self._last))
            raise _refused("breached.order", file=source.path.name, line=line + bad)
        return values

    def _told_kind(self, source: _Source, block: bytes) -> str:
        digits = len(source.prefix) + len(block.partition(b":")[0])
        for kind in KINDS:
            if HEX_DIGITS[kind] == digits:
                return kind
        raise _refused("breached.kind", file=source.path.name)

    def _taken(self, values: "array[int]") -> bytes:
        if not self.count:
            self._first = values[0]
        self._last = values[-1]
        self.count += len(values)
        self._told(self.count)
        entries = values.tobytes()
        self.digest.update(entries)
        return entries


class _Hashing(io.RawIOBase):
    """Reads another file and takes its SHA-256 on the way."""

    def __init__(self, raw: BinaryIO, digest: "hashlib._Hash") -> None:
        self._raw = raw
        self._digest = digest

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        """As `io.RawIOBase` has it."""
        view = memoryview(into)
        got = self._raw.readinto(view) or 0  # type: ignore[attr-defined]  # what open() gives has it
        self._digest.update(view[:got])
        return got
