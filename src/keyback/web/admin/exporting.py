"""Tables as files to save: CSV that spreadsheets read as text and never as formulas, and JSON."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import msgspec

Value = str | int | None
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet would calculate; the wide forms too, which some of them fold."""
_WITHIN = re.compile('([;|\t\r\n])(?=[\\s"]*[-=+@\uff1d\uff0b\uff0d\uff20])')
"""Where another cell would begin so, in a spreadsheet that parts cells at something else than commas, as in Germany."""
_QUOTED = r"\1'"


def csv_of(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """RFC 4180 in UTF-8, with the mark that spreadsheets look for. Numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_safe(one) for one in headings])
    writer.writerows([_safe(one) for one in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def json_of(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A list of objects."""
    return msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows])


def _safe(value: Value) -> Value:
    """An apostrophe before what would be calculated: the usual way, and visible."""
    if not isinstance(value, str):
        return value
    bare = value.lstrip(" \u00a0")
    if not bare.startswith(FORMULAS):
        return _WITHIN.sub(_QUOTED, value)
    begin = len(value) - len(bare) + 1
    return f"'{value[:begin]}{_WITHIN.sub(_QUOTED, value[begin:])}"
