"""`keyback people import`: what the person at the keyboard sees of it."""

import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Self

import typer

from keyback.app.people.importing import Options, Report
from keyback.cli._answers import REFUSED, AsJson, Config, answer, answering
from keyback.core.rules.people_file import Mistake

if TYPE_CHECKING:
    from rich.progress import Progress

REST_SECONDS = 0.002
"""After each transaction, so that whoever waits to write gets a turn."""
MOST_WARNINGS_SHOWN = 20


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file.")],
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help="FIELD=COLUMN, such as upn=Login or mobile='Cell phone'. May be repeated."),
    ] = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out bad lines and take the others.")] = False,
    trust_contacts: Annotated[
        bool, typer.Option("--trust-contacts", help="Contacts serve resets without being confirmed by their owners.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and count; change nothing.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Bring people in from Entra's bulk-create file, Entra's user export, or any table with a header.

    The whole file is looked at first; nothing is changed if any line is bad. Run it again after an interruption,
    or when the file has changed: only what differs is written.

    Examples: keyback people import users.csv --dry-run
    or: keyback people import staff.csv --map upn=Login --map mobile="Cell phone"
    """
    from keyback.app.people.importing import import_people

    options = Options(_mapping(map_ or []), skip_bad, trust_contacts, dry_run)

    def source() -> BinaryIO:
        return file.open("rb")

    with answering(config, as_json) as work, _Screen(as_json) as screen:
        report = import_people(work, source, options, screen)
    bad = report.bad > 0 and not skip_bad
    answer(as_json, {**asdict(report), "mistakes": screen.mistakes}, *_lines(report, options, bad=bad))
    if bad:
        raise typer.Exit(REFUSED)


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        name, equals, header = pair.partition("=")
        if not equals or not header.strip():
            raise typer.BadParameter(f"--map {pair}: write FIELD=COLUMN.")
        mapping[name.strip()] = header.strip()
    return mapping


def _lines(report: Report, options: Options, *, bad: bool) -> list[str]:
    trusted = "can" if report.trusted else "could, if contacts were trusted (--trust-contacts),"
    lines = [
        f"{report.people} people, {report.bad} bad lines, {report.warnings} warnings.",
        f"{report.shared} addresses and numbers are shared with somebody earlier in the file.",
        f"{report.able} people {trusted} reset their password by the contacts in this file.",
    ]
    if bad:
        return [*lines, "Nothing was changed. Correct the lines above, or leave them out with --skip-bad."]
    would = "Would be: " if options.dry_run else ""
    lines.append(f"{would}{report.added} added, {report.changed} changed, {report.unchanged} as they were.")
    if report.conflicts:
        lines.append(f"{report.conflicts} left alone: their user ID now belongs to another account of the source.")
    if report.waiting:
        lines.append(
            f"{report.waiting} changed contacts serve resets only after their wait (policy: registration.hold_hours)."
        )
    return lines


class _Screen:
    """Implements `Listener`: mistakes and progress on standard error; a bar only for people."""

    def __init__(self, as_json: bool) -> None:
        self.mistakes: list[dict[str, Any]] = []
        self._as_json = as_json
        self._warnings = 0
        self._looked = 0
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and not self._as_json:
            from rich.console import Console
            from rich.progress import BarColumn, Progress

            columns = ("{task.description}", BarColumn(), "{task.completed} people")
            self._bar = Progress(*columns, console=Console(stderr=True))
            self._bar.start()
            self._looking = self._bar.add_task("Looking", total=None)
            self._writing = self._bar.add_task("Writing", total=None, visible=False)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def mistake(self, mistake: Mistake) -> None:
        """Each is shown at once, so that however many there are they take no memory."""
        if self._as_json:
            said = _said(mistake)
            self.mistakes.append(
                {"line": mistake.line, "column": mistake.column, "reason": mistake.text.id, "text": said}
            )
        else:
            self._print(f"line {mistake.line}{_column(mistake)}: {_said(mistake)}")

    def warning(self, warning: Mistake) -> None:
        """The first few; all are counted."""
        self._warnings += 1
        if self._warnings <= MOST_WARNINGS_SHOWN and not self._as_json:
            self._print(f"warning: line {warning.line}{_column(warning)}: {_said(warning)}")

    def looked(self, people: int) -> None:
        """Told often; the bar draws itself ten times a second."""
        self._looked = people
        if self._bar is not None:
            self._bar.update(self._looking, completed=people)

    def wrote(self, people: int, *, wrote: bool) -> None:
        """Between two transactions."""
        if self._bar is not None:
            self._bar.update(self._looking, total=self._looked)
            self._bar.update(self._writing, completed=people, total=self._looked, visible=True)
        if wrote:
            time.sleep(REST_SECONDS)

    def _print(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=sys.stderr)


def _column(mistake: Mistake) -> str:
    return f", column {mistake.column}" if mistake.column else ""


def _said(mistake: Mistake) -> str:
    from keyback.wiring.console import in_words

    return in_words(mistake.text)
