"""`keyback keys`: which master keys there are, what lies under each, and new ones without a stop. Never a key itself."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from keyback.app.keys.ports import Count, Ring, Vault

EXAMPLES = """Examples:

  keyback keys list

  keyback keys rotate

  keyback keys retire 1

With several servers on one PostgreSQL, the key file is copied to each of them between the first two:

  keyback keys add

  keyback keys rotate --distributed

  keyback keys retire 1 --distributed

`rotate` may be stopped and run again at any time. Old keys are still needed for old backups: keep a copy of them
where your copy of the key file is, for as long as you keep a backup that was made before.
"""

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Master keys, and new ones without a stop.",
    epilog=EXAMPLES,
)  # fmt: skip
Config = Annotated[Path | None, typer.Option(help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Distributed = Annotated[bool, typer.Option("--distributed", help="Every server has this key file.")]

BROKEN = 4
"""Exit code."""


@dataclass(frozen=True, slots=True)
class _Desk:
    ring: "Ring"
    vault: "Vault"
    who: str


@contextmanager
def _desk(config: Path | None) -> Iterator[_Desk]:
    from keyback.store.key_file import KeyFile
    from keyback.store.keys import SqlVault
    from keyback.wiring.console import actor, console, key_file

    with console(config) as running:
        yield _Desk(KeyFile(key_file(config), running.house.random), SqlVault(running.store), actor())


@app.command("list", epilog=EXAMPLES)
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """Show versions, when they were made, which one seals, and what lies under each."""
    with _desk(config) as desk:
        counts, active, made = desk.vault.counts(), desk.vault.active, desk.ring.made
        versions = sorted({*desk.ring.versions, *(one.version for one in counts)})
        states = {version: _state(version, active, counts, desk.ring.versions) for version in versions}
    if as_json:
        keys = [{"version": v, "state": states[v], "made": made.get(v), "values": _under(counts, v)} for v in versions]
        print(json.dumps({"keys": keys, "counts": [asdict(one) for one in counts]}))
        return
    for version in versions:
        day = f", made on {made[version]}" if version in made else ""
        print(f"Version {version}{day}: {states[version]}. {_under(counts, version):,} values lie under it.")
        for one in counts:
            if one.version == version:
                print(f"  {one.purpose:<24} {one.count:>12,}")


def _under(counts: "Sequence[Count]", version: int) -> int:
    return sum(one.count for one in counts if one.version == version)


def _state(version: int, active: int, counts: "Sequence[Count]", present: Sequence[int]) -> str:
    if version not in present:
        return "not in the key file, so what lies under it cannot be opened: put its line back"
    if version == active:
        return "in use, seals what is new"
    if version > active:
        return "waits for `keyback keys rotate`"
    return "old, still needed" if _under(counts, version) else "old, nothing needs it: `keyback keys retire` removes it"


@app.command(epilog=EXAMPLES)
def add(config: Config = None, as_json: AsJson = False) -> None:
    """Write a new version into the key file; it seals nothing until `rotate`."""
    from keyback.app.keys.rotate import add as verb

    with _desk(config) as desk:
        version = verb(desk.ring, desk.vault, desk.who)
    if as_json:
        print(json.dumps({"version": version}))
        return
    print(
        f"Version {version} is in the key file and seals nothing yet. Copy the file to every server, and to where you"
    )
    print("keep your copy of it; then run `keyback keys rotate --distributed`.")


@app.command(epilog=EXAMPLES)
def rotate(config: Config = None, distributed: Distributed = False, as_json: AsJson = False) -> None:
    """Take a new version into use and seal everything again, while people go on."""
    from keyback.app.keys.rotate import rotate as verb

    with _desk(config) as desk:
        before = desk.vault.counts()

        def told(purpose: str, moved: int) -> None:
            old = sum(one.count for one in before if one.purpose == purpose and one.version != desk.vault.active)
            print(f"{purpose}: {moved:,} sealed again, {max(0, old - moved):,} left", file=sys.stderr, flush=True)

        done = verb(desk.ring, desk.vault, desk.who, distributed=distributed, told=told)
    if as_json:
        print(json.dumps({**asdict(done), "unreadable": list(done.unreadable)}))
    else:
        print(f"Version {done.version} is in use. {sum(done.moved.values()):,} values were sealed again.")
        if done.left - len(done.unreadable) > 0:
            print(f"{done.left:,} values lie under older versions: they were written meanwhile. Run this again.")
        elif not done.left:
            print(
                "Nothing lies under older versions. `keyback keys retire VERSION` takes one out of the file, five minutes"
            )
            print("from now at the earliest. Copy the key file now to where you keep your copy of it.")
    if done.unreadable:
        print("These cannot be opened, so they were left as they are (altered, or their key is gone):", file=sys.stderr)
        print("\n".join(f"  {row}" for row in done.unreadable), file=sys.stderr)
        raise typer.Exit(BROKEN)


@app.command(epilog=EXAMPLES)
def retire(
    version: Annotated[int, typer.Argument(help="The version to take out of the key file.", min=1)],
    config: Config = None,
    distributed: Distributed = False,
    as_json: AsJson = False,
) -> None:
    """Take an old version out of the key file, when nothing lies under it."""
    from keyback.app.keys.rotate import retire as verb

    with _desk(config) as desk:
        verb(desk.ring, desk.vault, desk.who, version, distributed=distributed)
    if as_json:
        print(json.dumps({"retired": version}))
        return
    print(
        f"Version {version} is no longer in the key file: nothing in the database needs it. Backups made before today do,"
    )
    print("so keep your copy of it until the last of them is gone.")
    if distributed:
        print("Take its line out of the key file on every other server too.")
