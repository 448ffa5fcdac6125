"""`keyback outbox`: what was sent, what waits, what failed and why. Never what a message says."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyback.app.outbox.ports import Shown, State
from keyback.app.outbox.verbs import MOST_SHOWN, list_messages, show_message

if TYPE_CHECKING:
    from keyback.web.prompts import Words
    from keyback.wiring.house import Running

EXAMPLES = """Examples:

  keyback outbox list --state failed

  keyback outbox list --most 500 --json

  keyback outbox show 4fb1c2
"""

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="What was sent, what waits, what failed and why.", epilog=EXAMPLES
)
WIDE = 200
"""Characters of a line that goes to a file or to another program."""

Config = Annotated[Path | None, typer.Option(help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list", epilog=EXAMPLES)
def list_(
    state: Annotated[State | None, typer.Option(help="Only messages of this state.")] = None,
    most: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=MOST_SHOWN)] = 50,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List messages, newest first. Addresses and numbers are shown in part."""
    from keyback.wiring.console import console

    with console(config) as running:
        messages = list_messages(running.store, state, most)
        words = _words(running)
    if as_json:
        print(json.dumps([asdict(shown) for shown in messages]))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("MESSAGE", "STATE", "WHEN", "CHANNEL", "WHAT", "TO", "TRIES", "WHY"):
        table.add_column(heading, no_wrap=heading in {"MESSAGE", "STATE"})
    for shown in messages:
        when = words.time(shown.done_at or shown.created_at)
        row = (shown.id[:12], shown.state, when, shown.channel, shown.template, shown.to, str(shown.tries), shown.why)
        table.add_row(*(_plain(cell) for cell in row))
    width = None if sys.stdout.isatty() else WIDE
    Console(markup=False, highlight=False, width=width).print(table if messages else "There are no such messages.")


@app.command(epilog=EXAMPLES)
def show(
    message: Annotated[str, typer.Argument(help="Its id, or at least the first six characters of it.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show how one message fared."""
    from keyback.wiring.console import console

    with console(config) as running:
        shown = show_message(running.store, message)
        words = _words(running)
    if as_json:
        print(json.dumps(asdict(shown)))
        return
    for name, value in _facts(shown, words).items():
        if value:
            print(f"{name:<14} {_plain(value)}")


def _facts(shown: Shown, words: "Words") -> dict[str, str]:
    waiting = shown.state is State.WAITING
    return {
        "Message": shown.id,
        "State": shown.state,
        "What": shown.template,
        "To": shown.to,
        "By": shown.channel,
        "Written": words.time(shown.created_at),
        "Tries": str(shown.tries),
        "Next try": words.time(shown.not_before) if waiting else "",
        "Tried until": words.time(shown.not_after),
        "Ended": words.time(shown.done_at) if shown.done_at else "",
        "Receipt": shown.receipt,
        "Why": shown.why,
    }


def _words(running: "Running") -> "Words":
    return running.site.catalog.words("en", running.tenant.zone)


def _plain(cell: str) -> str:
    """Without control characters, whatever a gateway has answered (INJ-6)."""
    return "".join(character if character.isprintable() else " " for character in cell)
