"""`keyback passwords`: the lists that new passwords are compared with."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyback.cli._answers import AsJson, Config, answer, answering

if TYPE_CHECKING:
    from keyback.core.policy import Passwords
    from keyback.core.ports import BreachedList, Gap
    from keyback.wiring.breached_import import Told

EXAMPLES = """Examples:

  keyback passwords import-breached pwned-passwords-sha1-ordered-by-hash.txt.gz --checksum sha256:1f...

  keyback passwords import-breached folder-of-the-downloader --ntlm

  keyback passwords lists

Exit codes: 0 done; 1 refused, the list in force stays; 2 wrong usage; 3 something needed cannot be reached.
"""
UNRELIABLE = {
    "missing": "There is none. Import one: keyback passwords import-breached --help",
    "damaged": "It is damaged or cannot be read, and is not used. Import it again.",
    "stale": "It is out of date. Import a newer one.",
}
MEANWHILE = {
    "core": "Meanwhile new passwords are compared with the lists that ship with Keyback, and the audit log says so daily.",
    "refuse": "Meanwhile nobody can set a new password (passwords.without_breached_list).",
}

app = typer.Typer(
    add_completion=False, no_args_is_help=True, epilog=EXAMPLES, help="The lists that new passwords are compared with.",
)  # fmt: skip


@app.command("import-breached", epilog=EXAMPLES)
def import_breached(
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True, help="Pwned Passwords ordered by hash: files, plain or gzip, or the downloader's folder."
        ),
    ],
    sha1: Annotated[
        bool | None, typer.Option("--sha1/--ntlm", help="Kind of the hashes. Default: told by their length.")
    ] = None,
    checksum: Annotated[str, typer.Option(help="Of the one file, such as sha256:1f...; refused if it differs.")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put a list of breached passwords in force.

    The list that was in force stays until the new one is written and was read back. A running server takes the new
    one by itself. Where several servers run, import on each, or share the file.
    """
    from keyback.app.breached import imported
    from keyback.wiring.breached_import import Order, import_list
    from keyback.wiring.console import breached_list

    order = Order(tuple(files), "" if sha1 is None else "sha1" if sha1 else "ntlm", checksum)
    with answering(config, as_json) as work, _progress(as_json) as told:
        new = import_list(breached_list(config), order, work.house.clock.now(), told)
        imported(work.house, work.actor, new)
    answer(as_json, _plain(new), f"{new.count:,} breached passwords ({new.kind}) are in force.")


@app.command(epilog=EXAMPLES)
def lists(
    verify: Annotated[bool, typer.Option("--verify", help="Compare the whole list with its checksum first.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show which lists new passwords are compared with, and whether they can be relied on."""
    from keyback.app.breached import standing
    from keyback.core.policy import Policy

    with answering(config, as_json) as work:
        if verify:
            work.house.breached.examine(sys.maxsize)
        with work.house.store.reading() as unit:
            in_force = unit.policies.in_force()
        policy = (in_force.policy if in_force else Policy()).passwords
        found, gap = standing(work.house, policy)
        shipped = work.house.lists
    seen = _Seen(len(shipped.common), len(shipped.terms.words), len(policy.banned_terms), found, gap)
    answer(as_json, seen.plain(policy), *seen.lines(policy))


@dataclass(frozen=True, slots=True)
class _Seen:
    common: int
    terms: int
    own: int
    found: "BreachedList | None"
    gap: "Gap | None"

    def plain(self, policy: "Passwords") -> dict[str, Any]:
        breached = {"state": str(self.gap or "reliable"), **(_plain(self.found) if self.found else {})}
        return {
            "common": self.common, "terms": self.terms, "banned_terms": self.own, "breached": breached,
            "max_age_days": policy.breached_max_age_days, "without_breached_list": str(policy.without_breached_list),
        }  # fmt: skip

    def lines(self, policy: "Passwords") -> Iterator[str]:
        yield f"Common passwords, shipped:  {self.common:,}"
        yield f"Easy words, shipped:        {self.terms:,}"
        yield f"Your organisation's terms:  {self.own:,}"
        if self.found:
            new = self.found
            yield f"Breached passwords:         {new.count:,} ({new.kind})"
            yield f"  imported {_day(new.imported_at)} from files of {_day(new.source_at)}"
        else:
            yield "Breached passwords:         none"
        if self.gap:
            yield f"  {UNRELIABLE[self.gap]}"
            yield f"  {MEANWHILE[policy.without_breached_list]}"


def _plain(new: "BreachedList") -> dict[str, Any]:
    return {"kind": new.kind, "count": new.count, "source_at": new.source_at, "imported_at": new.imported_at}


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"


@contextmanager
def _progress(as_json: bool) -> Iterator["Told"]:
    """A running count, for people at a terminal only."""
    if as_json or not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), "{task.completed:,} passwords", TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.update(task, completed=count)
