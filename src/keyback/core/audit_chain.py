"""The audit chain: what exactly is hashed, and where a chain is wrong. Each row's hash covers the hash before it, so
that an edited, removed, reordered or inserted row breaks every later one; a cut-off tail shows against the head and
the checkpoints."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

Line = dict[str, str | int]
FIELDS = ("seq", "at", "activity", "actor", "target", "result", "reason", "correlation", "source", "details")


def canonical(line: Mapping[str, str | int]) -> bytes:
    """The bytes of one line: every field with its length in front, in fixed order."""
    parts = [str(line[name]).encode() for name in FIELDS]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


@dataclass(frozen=True, slots=True)
class Linked:
    """A line with the hash that stands beside it."""

    line: Mapping[str, str | int]
    hash: bytes

    @property
    def seq(self) -> int:
        """Its number."""
        return int(self.line["seq"])


@dataclass(frozen=True, slots=True)
class Mark:
    """The hash after line `seq`, as somebody vouches for it: the head, or a checkpoint. Line 0 is the beginning."""

    seq: int
    hash: bytes


BEGINNING = Mark(0, b"")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A mark with a signature that anybody can check who has the public key."""

    tenant: str
    mark: Mark
    at: int
    base: bool
    """Whether the log begins after it, because retention removed what came before."""
    signature: bytes = b""

    @property
    def said(self) -> bytes:
        """What is signed."""
        kind = "base" if self.base else "head"
        return f"keyback audit checkpoint\n{self.tenant}\n{kind}\n{self.mark.seq}\n{self.mark.hash.hex()}\n{self.at}".encode()


class Wrong(StrEnum):
    """What happened to the first wrong line, as far as one can tell."""

    EDITED = "edited"
    REMOVED = "removed"
    MOVED = "moved"
    INSERTED = "inserted"
    CUT_OFF = "cut off"
    REPLACED = "replaced"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that is not as it was written."""

    seq: int
    kind: Wrong


Hash = Callable[[bytes, Mapping[str, str | int]], bytes]
"""The hash of a line after the hash before it."""


class Walk:
    """Goes along a chain once, however long, holding two lines at a time."""

    def __init__(self, start: Mark, end: Mark, hash_of: Hash, marks: Iterable[Mark] = ()) -> None:
        """The lines after `start` to `end`; `marks`, in order, are what others vouch for."""
        self._end = end
        self._hash_of = hash_of
        self._marks = iter(marks)
        self._mark = next(self._marks, None)
        self.at = start
        """How far everything is right."""

    def first_fault(self, lines: Iterable[Linked]) -> Fault | None:
        """None: every line is as it was written, and none is missing."""
        for line, following in _with_next(lines):
            kind = self._wrong(line, following)
            if kind is not None:
                return Fault(self.at.seq + 1 if kind in {Wrong.REMOVED, Wrong.MOVED} else line.seq, kind)
            self.at = Mark(line.seq, line.hash)
        vouched = max(self._end.seq, *(mark.seq for mark in self._marks), self._mark.seq if self._mark else 0)
        return Fault(self.at.seq + 1, Wrong.CUT_OFF) if vouched > self.at.seq else None

    def _wrong(self, line: Linked, following: Linked | None) -> Wrong | None:
        expected = self.at.seq + 1
        if line.seq > expected:
            return Wrong.MOVED if following is not None and following.seq == expected else Wrong.REMOVED
        if line.seq < expected or line.seq > self._end.seq:
            return Wrong.INSERTED
        if not self._follows(line):
            return Wrong.INSERTED if following is not None and self._follows(following) else Wrong.EDITED
        vouched = [self._end.hash] if line.seq == self._end.seq else []
        while self._mark is not None and self._mark.seq <= line.seq:
            vouched += [self._mark.hash] if self._mark.seq == line.seq else []
            self._mark = next(self._marks, None)
        return Wrong.REPLACED if any(hash_ != line.hash for hash_ in vouched) else None

    def _follows(self, line: Linked) -> bool:
        return self._hash_of(self.at.hash, line.line) == line.hash


def _with_next(lines: Iterable[Linked]) -> Iterator[tuple[Linked, Linked | None]]:
    before: Linked | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, None
