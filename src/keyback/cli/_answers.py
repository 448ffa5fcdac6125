"""What the commands about people and groups have in common: options, answers, errors, exit codes.

Exit codes: 0 done, 1 refused (nothing was changed), 2 wrong usage, 3 something needed cannot be reached.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from keyback.app.people.ports import Work
from keyback.core.errors import Broken, Invalid, Refused, Unavailable

REFUSED, UNAVAILABLE = 1, 3

Config = Annotated[Path | None, typer.Option("--config", help="Configuration file. Default: keyback.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
UserId = Annotated[str, typer.Argument(help="User ID, such as ada@example.org.")]


@contextmanager
def answering(config: Path | None, as_json: bool) -> Iterator[Work]:
    """The house, for one command; whatever is refused becomes words and an exit code."""
    from keyback.wiring.console import console, work_of

    try:
        with console(config) as running:
            yield work_of(running)
    except Refused as error:
        _refuse(error, as_json)
        raise typer.Exit(REFUSED) from error
    except (Unavailable, Broken) as error:
        _tell(str(error) or type(error).__name__, {"error": "unavailable", "text": str(error)}, as_json)
        raise typer.Exit(UNAVAILABLE) from error


def answer(as_json: bool, data: Mapping[str, Any], *lines: str) -> None:
    """The command's result, once: as data, or as lines for people."""
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
    else:
        for line in lines:
            print(line)


def _refuse(error: Refused, as_json: bool) -> None:
    from keyback.wiring.console import in_words

    mistakes = [in_words(text) for text in error.mistakes] if isinstance(error, Invalid) else []
    text = in_words(error.text)
    data = {"error": error.text.id, "text": text, "mistakes": mistakes}
    _tell("\n  ".join([text, *mistakes]), data, as_json)


def _tell(text: str, data: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(data, ensure_ascii=False))
    else:
        print(text, file=sys.stderr)


def secret_from_terminal(prompt: str) -> str:
    """Typed twice without echo, or one line of standard input; never from the command line (others read that)."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=True))
