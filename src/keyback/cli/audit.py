"""`keyback audit`: what happened, one attempt as a story, and whether anybody changed the log. No secret is in it, so
none can be shown."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyback.cli._audit_chain import COMMANDS

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit
    from keyback.web.prompts import Words
    from keyback.wiring.house import Running

Line = Mapping[str, str | int]

MESSAGES: Mapping[str, str] = {"audit.no_attempt": "The audit log knows no attempt with this id."}

EXAMPLES = """Examples:

  keyback audit list

  keyback audit list --user ada@contoso.example --most 200

  keyback audit list --before 1200 --json

  keyback audit show 4f1d2a9c86b34e0fa7712c0de9a1b355

  keyback audit verify

  keyback audit verify --checkpoints checkpoints.jsonl

  keyback audit export audit.jsonl

  keyback audit verify --file audit.jsonl --key-file master.key --checkpoints checkpoints.jsonl

  keyback audit public-key

The id of an attempt stands in the last column of the list, and on the person's page as its reference.
"""
NEWEST_OF_ALL = 2**62
MOST_SHOWN = 10_000
WIDE = 200
"""Columns where no terminal says how many it has."""

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="What happened; one attempt as a story.",
    epilog=EXAMPLES,
)  # fmt: skip
for name, command in COMMANDS.items():
    app.command(name, epilog=EXAMPLES)(command)
Config = Annotated[Path | None, typer.Option(help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog=EXAMPLES)
def list_(
    user: Annotated[str, typer.Option(help="Only about this person, by user ID.")] = "",
    most: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=MOST_SHOWN)] = 50,
    before: Annotated[int, typer.Option(help="Only lines with a smaller number.", min=1)] = NEWEST_OF_ALL,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List what happened, newest first."""
    from keyback.app.people.finding import find
    from keyback.core.ports.listing import LogQuery
    from keyback.wiring.console import console

    with console(config) as running, running.store.writing() as unit:
        target = find(unit, user).id if user else ""
        found = unit.log.lines(LogQuery(person=target, about_only=True, before=before, count=most))
        lines = named(unit, found)
        _note(unit, target)
        words = _words(running)
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))
        return
    _table(lines, words)


@app.command(epilog=EXAMPLES)
def show(
    journey: Annotated[str, typer.Argument(help="The attempt's id: the reference on its pages.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Tell one attempt as a story, step by step."""
    from keyback.core.errors import NotFound
    from keyback.core.messages import say
    from keyback.wiring.console import console

    with console(config) as running, running.store.writing() as unit:
        lines = named(unit, unit.log.story(journey.strip().lower(), MOST_SHOWN))
        if lines:
            _note(unit, str(lines[0]["target"]))
        words = _words(running)
    if not lines:
        raise NotFound(say("audit.no_attempt"))
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))
        return
    print("\n".join(story(lines, words)))


def _note(unit: "SqlUnit", target: str) -> None:
    """Who reads about whom is a line itself (AUD-8)."""
    from keyback.core.events import Activity, Event
    from keyback.wiring.console import actor

    unit.audit(Event(Activity.AUDIT_READ, actor(), target, "success"))


def named(unit: "SqlUnit", lines: Iterable[Line]) -> list[dict[str, object]]:
    """With user IDs beside the ids of people, and details as data."""
    known: dict[str, str] = {}

    def name(id_: object) -> str:
        key = str(id_)
        if key not in known:
            person = unit.people.by_id(key, unit.now) if key and ":" not in key else None
            known[key] = person.upn if person else "nobody known" if key.startswith("decoy:") else key
        return known[key]

    return [
        {
            **line,
            "details": json.loads(str(line["details"])),
            "actor_name": name(line["actor"]),
            "target_name": name(line["target"]),
        }
        for line in lines
    ]


def _table(lines: Sequence[Mapping[str, object]], words: "Words") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("NUMBER", "WHEN", "WHAT", "WHO", "ABOUT", "RESULT", "ATTEMPT"):
        table.add_column(heading, no_wrap=heading in {"NUMBER", "ATTEMPT"}, overflow="fold")
    for line in lines:
        cells = (line["seq"], words.time(int(str(line["at"]))), _what(line), line["actor_name"], line["target_name"],
                 line["result"], line["correlation"])  # fmt: skip
        table.add_row(*(_plain(cell) for cell in cells))
    width = None if sys.stdout.isatty() else WIDE
    Console(markup=False, highlight=False, width=width).print(table if lines else "Nothing has happened yet.")


def story(lines: Sequence[Mapping[str, object]], words: "Words") -> Iterable[str]:
    first = lines[0]
    began = int(str(first["at"]))
    yield f"Attempt {_plain(first['correlation'])} about {_plain(first['target_name'])}"
    yield f"began {words.time(began)} from {_plain(first['source']) or 'an unknown address'}"
    for line in lines:
        after = (int(str(line["at"])) - began) / 1000
        failed = "" if line["result"] == "success" else "  FAILED"
        yield f"  {after:>8.1f} s  {_plain(_what(line))}{failed}{_details(line['details'])}"


def _what(line: Mapping[str, object]) -> object:
    """Steps of an attempt are told by their reason, everything else by its name."""
    from keyback.core.events import Activity

    return line["reason"] if line["activity"] == Activity.FLOW_PROGRESS else line["activity"]


def _details(details: object) -> str:
    if not isinstance(details, dict) or not details:
        return ""
    return "  (" + ", ".join(f"{name} {_plain(value)}" for name, value in details.items()) + ")"


def _words(running: "Running") -> "Words":
    return running.site.catalog.words("en", running.tenant.zone)


def _plain(cell: object) -> str:
    """Without control characters, whatever it was written from (INJ-6)."""
    return "".join(character if character.isprintable() else " " for character in str(cell))
