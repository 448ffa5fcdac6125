"""`keyback policy import-entra`: Entra's authentication methods policy becomes ours."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keyback.cli._answers import answer
from keyback.cli._policy_words import said

if TYPE_CHECKING:
    from keyback.app.house import House
    from keyback.app.policy.entra import Converted

EXAMPLES = """Examples:

  keyback policy import-entra entra.json --dry-run

  keyback policy import-entra entra.json --groups groups.csv --out policy.yaml

  keyback policy import-entra entra.json --groups groups.csv --why "as in Entra"

The file is what Microsoft Graph answers to GET /policies/authenticationMethodsPolicy.

Exit codes: 0 done; 1 refused, nothing changed; 2 wrong usage; 3 something needed cannot be reached.
"""

EntraFile = Annotated[Path, typer.Argument(help="Entra's policy as JSON, from Microsoft Graph.")]
GroupsFile = Annotated[
    Path | None, typer.Option("--groups", help="CSV with two columns: the id of a group in Entra, its name here.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what it would change, and change nothing.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write the policy as YAML to this new file; apply nothing.")]


def read(file: Path) -> bytes:
    """The file, or a little more than may be read of it."""
    from keyback.app.policy.entra import MOST_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}.") from error


def converted(house: "House", file: bytes, groups: bytes, as_json: bool) -> "Converted":
    """What the file becomes; what was left out is told, unless programs ask."""
    from keyback.app.policy.import_entra import import_entra

    done = import_entra(house, file, groups)
    if not as_json:
        heading = f"Left out ({len(done.left)}):" if done.left else "Nothing was left out."
        answer(False, {}, heading, *(f"  {said(one)['text']}" for one in done.left))
    return done


def document(done: "Converted") -> str:
    """As a file to edit and apply."""
    from keyback.app.policy.writing import write

    return write(done.policy, "Keyback policy, with what Entra's authentication methods policy says.")


def write_new(out: Path, text: str, as_json: bool, left: Callable[[], dict[str, Any]]) -> None:
    """Write it beside what is there, never over it."""
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}.") from error
    answer(as_json, {"written": str(out), **left()}, f"Written to {out}; nothing was applied.")
