"""Tables as files to save: CSV that spreadsheets read as text and never as formulas, and JSON."""

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

Value = str | int | None
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet would calculate; the wide forms too, which some of them fold."""


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
    return f"'{value}" if isinstance(value, str) and value.lstrip(" \u00a0").startswith(FORMULAS) else value
