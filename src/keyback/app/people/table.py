"""A file of comma-separated values as numbered rows, a line at a time (RFC 4180), in constant memory.

UTF-8 with or without byte-order mark, UTF-16 with one; separated by commas, semicolons or tabs, as Excel writes
them. Nothing in a file makes this fail: a line that cannot be read is a `Mistake` in its place.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from keyback.core.errors import Invalid
from keyback.core.messages import say
from keyback.core.rules.people_file import Mistake

MESSAGES: Mapping[str, str] = {
    "table.encoding": "The file is neither UTF-8 nor UTF-16 with a byte-order mark.",
    "table.empty": "The file is empty.",
    "table.characters": "Holds bytes that are not {encoding}.",
    "table.nul": "Holds a NUL character.",
    "table.long_line": "Longer than {limit} characters.",
    "table.quotes": "A quotation mark is never closed, or text follows a closing one.",
}

LONGEST_LINE = 16_384
LONGEST_RECORD_LINES = 8
"""Lines that one quoted cell may run over; a quotation mark that is never closed is noticed after so many."""

_Line = tuple[int, str]
"""Its number, and its text with the line's end."""

_VERSION_LINE = "version:v1.0"
_MARKS: Sequence[tuple[bytes, str]] = (
    (codecs.BOM_UTF32_LE, ""), (codecs.BOM_UTF32_BE, ""), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of one record, and the number of the line on which it starts, from 1."""

    line: int
    cells: Sequence[str]


class Table:
    """One pass over a file: the header first, then `rows`."""

    def __init__(self, stream: BinaryIO) -> None:
        """Raises `Invalid` when there is no header that can be read."""
        self._encoding = _encoding(stream)
        self._text = io.TextIOWrapper(stream, self._encoding, errors="replace", newline="")
        self._read = 0
        self._again: deque[_Line] = deque()
        first = self._header_line()
        self._separator = max(",;\t", key=first.count)
        self.header = self._parse_header(first)

    def rows(self) -> Iterator[Row | Mistake]:
        """Every record after the header that is not empty."""
        blank = f"\r\n {self._separator}"
        while (line := self._next()) is not None:
            wrong = self._unreadable(line)
            if wrong is not None:
                yield wrong
            elif line[1].strip(blank):
                yield self._record(line)

    def detach(self) -> None:
        """Let go of the stream, which stays its opener's to close."""
        self._text.detach()

    def _record(self, first: _Line) -> Row | Mistake:
        """Reads on while a quotation mark is open. If it is never closed, the lines after it are read again."""
        number, text = first
        more: list[_Line] = []
        while True:
            try:
                return Row(number, self._cells(text))
            except csv.Error:
                following = self._next() if text.count('"') % 2 and len(more) < LONGEST_RECORD_LINES else None
            if following is not None:
                more.append(following)
                text += following[1]
            if following is None or self._unreadable(following) is not None:
                self._again.extendleft(reversed(more))
                return Mistake(number, "", say("table.quotes"))

    def _cells(self, line: str) -> list[str]:
        """Raises `csv.Error` when a quotation mark is open or misplaced."""
        if '"' not in line:
            return line.rstrip("\r\n").split(self._separator)
        return next(csv.reader([line], delimiter=self._separator, strict=True))

    def _next(self) -> _Line | None:
        if self._again:
            return self._again.popleft()
        text = self._text.readline(LONGEST_LINE + 1)
        if not text:
            return None
        self._read += 1
        rest = text
        while len(rest) > LONGEST_LINE and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(LONGEST_LINE + 1)
        return self._read, text

    def _unreadable(self, line: _Line) -> Mistake | None:
        number, text = line
        if len(text) > LONGEST_LINE:
            return Mistake(number, "", say("table.long_line", limit=LONGEST_LINE))
        if "\0" in text:
            return Mistake(number, "", say("table.nul"))
        if "\ufffd" in text:
            encoding = self._encoding.removesuffix("-sig").upper()
            return Mistake(number, "", say("table.characters", encoding=encoding))
        return None

    def _header_line(self) -> str:
        """The first line that is neither empty nor the version of Entra's template."""
        while (line := self._next()) is not None:
            wrong = self._unreadable(line)
            if wrong is not None:
                raise Invalid(wrong.text)
            if line[1].strip() and not line[1].casefold().startswith(_VERSION_LINE):
                return line[1]
        raise Invalid(say("table.empty"))

    def _parse_header(self, first: str) -> Sequence[str]:
        try:
            return self._cells(first)
        except csv.Error as error:
            raise Invalid(say("table.quotes")) from error


def _encoding(stream: BinaryIO) -> str:
    start = stream.read(4)
    stream.seek(0)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            if not encoding:
                raise Invalid(say("table.encoding"))
            return encoding
    if b"\0" in start:
        raise Invalid(say("table.encoding"))
    return "utf-8"
