"""Bodies and queries of the admin centre: declared names only; fields once, lists several times, files whole (WEB-5, WEB-6,
WEB-13)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from keyback.core.messages import say
from keyback.web.admin.call import File
from keyback.web.admin.declare import Route
from keyback.web.guards import Stop

LARGEST_FIELD = 128 * 1024
"""Characters; a list of a thousand banned terms fits."""
LONGEST_FILTER = 500
MOST_FIELDS = 4_000
_FORM, _JSON, _PARTS = "application/x-www-form-urlencoded", "application/json", "multipart/form-data"


@dataclass(slots=True)
class Body:
    """What came."""

    fields: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)


def read_body(raw: bytes, content_type: str, route: Route, more: Iterable[str]) -> Body:
    """By the route's own declaration, and `more` fields. Raises `Stop`."""
    kind = content_type.partition(";")[0].strip().lower()
    files: dict[str, File] = {}
    if kind == _FORM:
        pairs: Sequence[tuple[str, Any]] = _form(raw)
    elif kind == _JSON:
        pairs = _json(raw)
    elif kind == _PARTS and route.files:
        pairs, files = _multipart(raw, content_type, route)
    else:
        raise Stop(415, say("stop.media_type"))
    return _sorted_out(pairs, files, route, frozenset(more))


def read_query(raw: bytes, allowed: Iterable[str]) -> Mapping[str, str]:
    """Raises `Stop` for what is not declared or comes twice."""
    found: dict[str, str] = {}
    for name, value in _form(raw):
        if name not in allowed or name in found or len(value) > LONGEST_FILTER or not _is_text(value):
            raise Stop(400, say("stop.bad_request"))
        found[name] = value
    return found


def _sorted_out(pairs: Sequence[tuple[str, Any]], files: dict[str, File], route: Route, more: frozenset[str]) -> Body:
    body = Body(files=files)
    many: dict[str, list[str]] = {name: [] for name in route.lists}
    for name, value in pairs:
        values = value if isinstance(value, list) and name in many else [value]
        if not all(isinstance(one, str) and len(one) <= LARGEST_FIELD and _is_text(one) for one in values):
            raise Stop(400, say("stop.bad_request"))
        if name in many:
            many[name] += values
        elif (name in route.fields or name in more) and name not in body.fields:
            body.fields[name] = values[0]
        else:
            raise Stop(400, say("stop.bad_request"))
    body.lists = {name: tuple(dict.fromkeys(values)) for name, values in many.items()}
    return body


def _is_text(value: str) -> bool:
    """Without what no store takes: half a character, or the character that is none."""
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _form(raw: bytes) -> list[tuple[str, str]]:
    try:
        text = raw.decode("ascii")
        return list(
            parse_qsl(
                text, keep_blank_values=True, strict_parsing=bool(text), errors="strict", max_num_fields=MOST_FIELDS
            )
        )
    except ValueError as error:
        raise Stop(400, say("stop.bad_request")) from error


def _json(raw: bytes) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []

    def whole(found: list[tuple[str, Any]]) -> Mapping[str, Any]:
        pairs[:] = found
        return dict(found)

    try:
        parsed = json.loads(raw.decode("utf-8"), object_pairs_hook=whole)
    except (ValueError, RecursionError) as error:
        raise Stop(400, say("stop.bad_request")) from error
    if not isinstance(parsed, dict) or len(parsed) != len(pairs):
        raise Stop(400, say("stop.bad_request"))
    return pairs


@dataclass(slots=True)
class _PartOf:
    """One part of a multipart body, as it is read."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: bytes = b""
    value: bytes = b""
    body: bytearray = field(default_factory=bytearray)


class _Parts:
    """What the parser tells, piece by piece."""

    def __init__(self) -> None:
        self.found: list[_PartOf] = []
        self.whole = False

    def on_part_begin(self) -> None:
        if len(self.found) >= MOST_FIELDS:
            raise FormParserError
        self.found.append(_PartOf())

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self.found[-1].name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self.found[-1].value += data[start:end]

    def on_header_end(self) -> None:
        part = self.found[-1]
        part.headers[part.name.lower()] = part.value
        part.name = part.value = b""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.found[-1].body += data[start:end]

    def on_end(self) -> None:
        self.whole = True


def _multipart(raw: bytes, content_type: str, route: Route) -> tuple[list[tuple[str, Any]], dict[str, File]]:
    """A body that was cut off is refused: half a file is none."""
    _, options = parse_options_header(content_type)
    parts = _Parts()
    heard = {name: getattr(parts, name) for name in vars(_Parts) if name.startswith("on_")}
    try:
        parser = MultipartParser(options.get(b"boundary", b""), heard)  # type: ignore[arg-type]  # callbacks by name
        parser.write(raw)
        parser.finalize()
        pairs, files = _told(parts.found, route)
    except (FormParserError, ValueError) as error:
        raise Stop(400, say("stop.bad_request")) from error
    if not parts.whole:
        raise Stop(400, say("stop.bad_request"))
    return pairs, files


def _told(parts: Sequence[_PartOf], route: Route) -> tuple[list[tuple[str, Any]], dict[str, File]]:
    pairs: list[tuple[str, Any]] = []
    files: dict[str, File] = {}
    for part in parts:
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8")
        if name not in route.files:
            pairs.append((name, bytes(part.body).decode("utf-8")))
        elif name in files:
            raise FormParserError
        else:
            file_name = options.get(b"filename", b"").decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
            shown = "".join(letter for letter in file_name if letter.isprintable())
            files[name] = File(shown[:200], bytes(part.body))
    return pairs, files
