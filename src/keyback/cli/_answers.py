"""What the commands about people and groups have in common: options, and answers in words or in JSON."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from keyback.app.people.ports import Work
from keyback.core.errors import Invalid, Refused
from keyback.core.types import Instant

REFUSED = 1
"""Exit code."""

Config = Annotated[Path | None, typer.Option("--config", help="Configuration file. Default: keyback.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
UserId = Annotated[str, typer.Argument(help="User ID, such as ada@example.org.")]


@contextmanager
def answering(config: Path | None, as_json: bool) -> Iterator[Work]:
    """The house, for one command. A refusal is answered in JSON where that was asked for."""
    from keyback.wiring.console import console, work_of

    try:
        with console(config) as running:
            yield work_of(running)
    except Refused as error:
        if not as_json:
            raise
        print(json.dumps(_refusal(error), ensure_ascii=False))
        raise typer.Exit(REFUSED) from error


def answer(as_json: bool, data: Mapping[str, Any], *lines: str) -> None:
    """The command's result, once: as data, or as lines for people."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
    else:
        for line in lines:
            print(line)


def time_shown(at: Instant) -> str:
    """In every zone the same."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _refusal(error: Refused) -> Mapping[str, Any]:
    from keyback.wiring.console import in_words

    mistakes = [in_words(text) for text in error.mistakes] if isinstance(error, Invalid) else []
    return {"error": error.text.id, "text": in_words(error.text), "mistakes": mistakes}


def secret_from_terminal(prompt: str) -> str:
    """Typed twice without echo, or one line of standard input; never from the command line (others read that)."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True))
