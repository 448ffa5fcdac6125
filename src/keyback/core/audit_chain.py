"""The audit chain: what exactly is hashed. Each row's hash covers the hash before it, so that an edited, removed,
reordered or inserted row breaks every later one; a cut-off tail shows against the head and the checkpoints."""

from collections.abc import Mapping

Line = dict[str, str | int]
FIELDS = ("seq", "at", "activity", "actor", "target", "result", "reason", "correlation", "source", "details")


def canonical(line: Mapping[str, str | int]) -> bytes:
    """The bytes of one line: every field with its length in front, in fixed order."""
    parts = [str(line[name]).encode() for name in FIELDS]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
