"""A screenshot as a small file: few colours and a palette. PNG (RFC 2083), as Chromium writes it: 8 bits, not interlaced."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS, _KEPT = 256, 64


def small(png: bytes) -> bytes:
    """The same picture in at most 256 colours."""
    width, height, pixels = _decoded(png)
    for step in (16, 32, 64, 128):
        few = _fewer(pixels, step)
        palette = {colour: number for number, colour in enumerate(sorted(set(few.values())))}
        if len(palette) <= _COLOURS:
            return _written(width, height, [palette[few[pixel]] for pixel in pixels], b"".join(palette))
    raise AssertionError


def _fewer(pixels: Sequence[bytes], step: int) -> dict[bytes, bytes]:
    """Colour by colour: the frequent ones stay, the others are rounded."""
    counted = Counter(pixels)
    kept = {colour for colour, _ in counted.most_common(_KEPT)}
    return {colour: colour if colour in kept else _rounded(colour, step) for colour in counted}


def _written(width: int, height: int, pixels: Sequence[int], palette: bytes) -> bytes:
    rows = (bytes(pixels[at : at + width]) for at in range(0, width * height, width))
    data = b"".join(b"\0" + row for row in rows)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)), (b"PLTE", palette),
        (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""),
    )  # fmt: skip
    return _SIGNATURE + b"".join(_chunk(name, content) for name, content in parts)


def _rounded(pixel: bytes, step: int) -> bytes:
    return bytes(min(255, (value + step // 2) // step * step) for value in pixel)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _decoded(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height, and red, green and blue of each pixel."""
    chunks = list(_chunks(png))
    width, height, _, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    depth = {2: 3, 6: 4}[kind]
    data = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    pixels: list[bytes] = []
    above, size = bytearray(width * depth), width * depth
    for at in range(0, height * (size + 1), size + 1):
        above = _row(data[at], bytearray(data[at + 1 : at + 1 + size]), above, depth)
        pixels += (bytes(above[i : i + 3]) for i in range(0, size, depth))
    return width, height, pixels


def _row(kind: int, row: bytearray, above: bytearray, depth: int) -> bytearray:
    """What the filter of this row hides (RFC 2083, 6)."""
    for i, value in enumerate(row):
        left = row[i - depth] if i >= depth else 0
        corner = above[i - depth] if i >= depth else 0
        guess = (0, left, above[i], (left + above[i]) // 2, _nearest(left, above[i], corner))[kind]
        row[i] = (value + guess) & 255
    return row


def _nearest(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda one: abs(guess - one))
