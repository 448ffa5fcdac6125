"""The audit log in a file of JSON lines, and checkpoints in another: written while it grows, read without a database.

The first line of an export says whose log it is, where it begins, a checkpoint of its last line, and the keys of chain
and signature, sealed: whoever has the key file can check it, and nobody else can make one.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TextIO

from keyback.core.audit_chain import FIELDS, Checkpoint, Linked, Mark, canonical
from keyback.core.errors import Broken, Invalid, Unavailable
from keyback.core.messages import say
from keyback.core.ports import Random
from keyback.store.checkpoints import SqlBook
from keyback.store.keys import open_root
from keyback.store.seal import AesSealer, Keys, signed

FORMAT: Final = 1
MESSAGES: Mapping[str, str] = {
    "audit.not_an_export": "{path} is not an export of the audit log, or its first line is damaged. `keyback audit export` "
    "makes one.",
    "audit.not_checkpoints": "Line {line} of {path} is not a checkpoint.",
    "audit.not_a_line": "Line {line} of {path} is not a line of the audit log: it is damaged or cut off in the middle.",
}


def as_json(checkpoint: Checkpoint) -> dict[str, object]:
    """A checkpoint as it goes to files and webhooks."""
    return {
        "tenant": checkpoint.tenant, "seq": checkpoint.mark.seq, "hash": checkpoint.mark.hash.hex(), "at": checkpoint.at,
        "base": checkpoint.base, "signature": checkpoint.signature.hex(),
    }  # fmt: skip


def from_json(data: Mapping[str, Any]) -> Checkpoint:
    """Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    mark = Mark(int(data["seq"]), bytes.fromhex(data["hash"]))
    return Checkpoint(str(data["tenant"]), mark, int(data["at"]), bool(data["base"]), bytes.fromhex(data["signature"]))


def export(book: SqlBook, out: TextIO, told: Callable[[int], None]) -> int:
    """Everything up to the head, under a fresh checkpoint; how many lines."""
    book.sign(book.head()[0], 0)
    newest, base = book.newest(), book.base()
    if newest is None:
        raise Broken("the audit log is empty")
    roots = {name: base64.b64encode(sealed).decode() for name, sealed in book.sealed_roots().items()}
    header = {
        "keyback_audit_export": FORMAT, "tenant": book.tenant, "checkpoint": as_json(newest), "roots": roots,
        "base": as_json(base) if base is not None else None, "public_key": book.public_key.hex(),
    }  # fmt: skip
    out.write(json.dumps(header) + "\n")
    count = 0
    for count, one in enumerate(book.lines(base.mark.seq if base is not None else 0, newest.mark.seq), 1):
        out.write(json.dumps({**one.line, "hash": one.hash.hex()}, ensure_ascii=False) + "\n")
        if count % 100_000 == 0:
            told(count)
    return count


def read_checkpoints(path: Path) -> list[Checkpoint]:
    """One a line. Raises `Invalid`."""
    found = []
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    found.append(from_json(json.loads(line)))
                except (ValueError, KeyError, TypeError) as error:
                    raise Invalid(say("audit.not_checkpoints", path=str(path), line=number)) from error
    return found


class FileLog:
    """Implements `app.audit.ports.Log` for an export."""

    def __init__(self, path: Path, keys: Keys, random: Random, public_key: bytes | None = None) -> None:
        """`public_key`: as somebody noted it down; default: the one that follows from the key file."""
        self._path = path
        try:
            with _opened(path) as lines:
                header = json.loads(next(lines))
            self._checkpoint = from_json(header["checkpoint"])
            self._base = from_json(header["base"]) if header["base"] is not None else None
            roots = {name: base64.b64decode(sealed, validate=True) for name, sealed in header["roots"].items()}
            self.tenant = str(header["tenant"])
        except (ValueError, KeyError, TypeError, AttributeError, StopIteration) as error:
            raise Invalid(say("audit.not_an_export", path=str(path))) from error
        self._sealer = AesSealer(keys, self.tenant, random)
        self._sealer.adopt(keys.newest, {name: open_root(self._sealer, name, sealed) for name, sealed in roots.items()})
        self.public_key = public_key or self._sealer.public_key()

    @property
    def made_at(self) -> int:
        """When the export was made."""
        return self._checkpoint.at

    def head(self) -> tuple[Mark, int]:
        """As the checkpoint in the first line says."""
        return self._checkpoint.mark, self._checkpoint.mark.seq

    def base(self) -> Checkpoint | None:
        """After which line the log begins."""
        return self._base

    def newest(self) -> Checkpoint | None:
        """That of the first line."""
        return self._checkpoint

    def lines(self, after: int, upto: int) -> Iterator[Linked]:  # noqa: ARG002 - all that are there are looked at
        """In the order of the file. Raises `Invalid` at one that is damaged."""
        with _opened(self._path) as lines:
            next(lines)
            for number, line in enumerate(lines, 2):
                try:
                    yield _line(json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    raise Invalid(say("audit.not_a_line", path=str(self._path), line=number)) from error

    def checkpoints(self, after: int, upto: int) -> Iterator[Checkpoint]:
        """That of the first line."""
        if after <= self._checkpoint.mark.seq <= upto:
            yield self._checkpoint

    def hash_of(self, previous: bytes, line: Mapping[str, str | int]) -> bytes:
        """As `store.audit` computes it."""
        return self._sealer.mac("audit-chain", previous, self.tenant, canonical(line))

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether its signature does."""
        return signed(self.public_key, checkpoint.said, checkpoint.signature)


def _line(data: Mapping[str, Any]) -> Linked:
    line = {name: data[name] for name in FIELDS}
    if type(line["seq"]) is not int or type(line["at"]) is not int:
        raise ValueError
    return Linked(line, bytes.fromhex(data["hash"]))


def _opened(path: Path) -> TextIO:
    try:
        return path.open(encoding="utf-8", errors="replace", newline="\n")
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
