"""The part of `keyback audit` about the chain: export, verify, checkpoint, public-key."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from keyback.app.audit.verify import Verdict

MESSAGES: Mapping[str, str] = {
    "audit.exists": "{path} is there already. Name another file. Nothing was changed.",
    "audit.no_public_key": "A public key is 64 hexadecimal characters, as `keyback audit public-key` prints it.",
}
BROKEN: Final = 4
"""Exit code."""
WORDS: Final[Mapping[str, str]] = {
    "edited": "was edited, or changed places with another",
    "removed": "is missing",
    "moved": "stands in another place",
    "inserted": "was not written by Keyback: it was inserted",
    "cut off": "is missing, and so is everything after it: the end was cut off",
    "replaced": "is not the one that a checkpoint or the head vouches for: the end was replaced",
    "unsigned": "has a checkpoint whose signature does not hold",
}
_PUBLIC: Final = (0, 32)
"""Bytes of a public key; none is given by default."""
Config = Annotated[Path | None, typer.Option(help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def export(
    file: Annotated[Path, typer.Argument(help="The file to write: JSON lines.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Write the whole log to a file, in which it can be checked without the database."""
    from keyback.core.errors import Conflict
    from keyback.core.events import Activity, Event
    from keyback.core.messages import say
    from keyback.store import audit_file
    from keyback.store.checkpoints import SqlBook
    from keyback.wiring.console import actor, console

    with console(config) as running:
        book = SqlBook(running.store)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise Conflict(say("audit.exists", path=str(file))) from error
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            book.tell(Event(Activity.AUDIT_EXPORTED, actor(), "", "success"))
            count = audit_file.export(book, out, _progress)
            out.flush()
            os.fsync(handle)
    print(json.dumps({"lines": count}) if as_json else f"{count:,} lines are in {file}, readable by you only.")


def verify(
    file: Annotated[Path | None, typer.Option(help="An export; default: the database.")] = None,
    checkpoints: Annotated[Path | None, typer.Option(help="Checkpoints that were kept elsewhere.")] = None,
    key_file: Annotated[
        Path | None, typer.Option(help="With --file: the master keys. Default: those of the settings.")
    ] = None,
    public_key: Annotated[str, typer.Option(help="What `public-key` printed when you noted it down.")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Check that the log is what was written: nothing edited, removed, moved, inserted or cut off."""
    from keyback.app.audit.verify import verify as verb
    from keyback.store.audit_file import FileLog, read_checkpoints
    from keyback.store.checkpoints import SqlBook
    from keyback.store.seal import load_keys
    from keyback.wiring import console
    from keyback.wiring.world import SystemRandom

    public = _public(public_key)
    kept = read_checkpoints(checkpoints) if checkpoints is not None else []
    later = 0
    if file is not None:
        log = FileLog(file, load_keys(key_file or console.key_file(config)), SystemRandom(), public)
        later = sum(one.at > log.made_at for one in kept)
        verdict = verb(log, _progress, [one for one in kept if one.at <= log.made_at])
    else:
        with console.console(config) as running:
            book = SqlBook(running.store)
            book.public_key = public or book.public_key
            verdict = verb(book, _progress, kept)
    _judged(verdict, later, as_json=as_json)


def _public(typed: str) -> bytes | None:
    from keyback.core.errors import Invalid
    from keyback.core.messages import say

    try:
        read = bytes.fromhex(typed)
    except ValueError:
        read = b"?"
    if len(read) not in _PUBLIC:
        raise Invalid(say("audit.no_public_key"))
    return read or None


def _judged(verdict: "Verdict", later: int, *, as_json: bool) -> None:
    fault = verdict.fault
    if as_json:
        wrong = {"line": fault.seq, "kind": fault.kind} if fault else None
        print(json.dumps({"right": fault is None, "fault": wrong, "from": verdict.start + 1, "through": verdict.through,
                          "checkpoints": verdict.checkpoints, "younger_checkpoints": later}))  # fmt: skip
    elif fault is None:
        print(f"The log is what was written: lines {verdict.start + 1:,} to {verdict.through:,}; "
              f"{verdict.checkpoints:,} checkpoints agree.")  # fmt: skip
    else:
        print(f"The log is WRONG: line {fault.seq:,} {WORDS[fault.kind]}. Lines {verdict.start + 1:,} to "
              f"{verdict.through:,} are right. Keep a copy of the database as it is now, and compare with a backup and "
              "with the checkpoints that were kept elsewhere.")  # fmt: skip
    if later and not as_json:
        print(f"{later:,} checkpoints are younger than this export and say nothing about it.")
    if fault is not None:
        raise typer.Exit(BROKEN)


def checkpoint(
    why: Annotated[str, typer.Option(help="Sign although a line is wrong; the reason stands in the log.")] = "",
    config: Config = None,
    as_json: AsJson = False,  # noqa: ARG001 - it is JSON either way
) -> None:
    """Sign the end of the log now, and print the checkpoint: keep it where this server cannot write."""
    from keyback.app.audit.verify import checkpoint as verb
    from keyback.app.audit.verify import sign_despite
    from keyback.store.audit_file import as_json as data
    from keyback.store.checkpoints import SqlBook
    from keyback.wiring.console import actor, console

    with console(config) as running:
        book = SqlBook(running.store)
        made = sign_despite(book, actor(), why) if why else verb(book, 0)
        made = made or book.newest()
    print(json.dumps(data(made) if made is not None else {}))


def public_key(config: Config = None, as_json: AsJson = False) -> None:
    """Print the key with which anybody can check checkpoints. Note it down somewhere else."""
    from keyback.store.checkpoints import SqlBook
    from keyback.wiring.console import console

    with console(config) as running:
        key = SqlBook(running.store).public_key.hex()
    print(json.dumps({"public_key": key}) if as_json else key)


def _progress(count: int) -> None:
    print(f"{count:,} lines", file=sys.stderr, flush=True)


COMMANDS: Final[Mapping[str, Callable[..., None]]] = MappingProxyType({
    "export": export, "verify": verify, "checkpoint": checkpoint, "public-key": public_key,
})  # fmt: skip
