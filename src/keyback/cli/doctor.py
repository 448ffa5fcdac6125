"""`keyback doctor`: look at everything, and say what it means and what to do."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

EXAMPLES = """Examples:

  keyback doctor

  keyback doctor --probe --full

  keyback doctor --json

Exit codes: 0 nothing is broken, though there may be warnings; 4 something is.
"""
BROKEN = 4
"""Exit code."""
SIGNS = {"good": "ok     ", "warning": "WARNING", "fault": "FAULT  "}

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command(epilog=EXAMPLES)
def doctor(
    full: Annotated[
        bool, typer.Option("--full", help="Check all of the audit log and of the breached passwords.")
    ] = False,
    probe: Annotated[bool, typer.Option("--probe", help="Ask mail server and gateways whether they answer.")] = False,
    repair: Annotated[
        bool, typer.Option("--repair", help="Make the rows anew that readiness is counted from.")
    ] = False,
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at settings, keys, database, clocks, lists, channels and the audit log."""
    from keyback.wiring.console import config_path
    from keyback.wiring.doctor import examine
    from keyback.wiring.findings import Wish

    found = []
    for one in examine(Wish(config_path(config), full=full, probe=probe, repair=repair)):
        found.append(one)
        if not as_json:
            print(f"{SIGNS[one.level]}  {one.check}: {one.what}", flush=True)
            if one.to_do:
                print(f"         What it means: {one.means}\n         What to do: {one.to_do}", flush=True)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    faults = sum(one.level == "fault" for one in found)
    if faults:
        print(f"{faults} {'thing is' if faults == 1 else 'things are'} broken.", file=sys.stderr)
        raise typer.Exit(BROKEN)
