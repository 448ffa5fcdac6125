"""`keyback serve`: the portal, and the delivery of messages."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from keyback.wiring.serving import Up

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXAMPLES = """Examples:

  keyback serve

  keyback serve --config /etc/keyback/keyback.toml

It runs until Ctrl+C or SIGTERM, finishes what is in hand, and leaves. A certificate that changes is read again.
"""


@app.command(epilog=EXAMPLES)
def serve(
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when it answers.")] = False,
) -> None:
    """Serve the portal and deliver messages, as keyback.toml says."""
    from keyback.wiring.serving import run

    run(config, _print_json if as_json else _print_kindly)


def _print_json(up: "Up") -> None:
    print(
        json.dumps({"url": up.url, "listen": up.listen, "admin_url": up.admin_url, "channels": list(up.channels)}),
        flush=True,
    )


def _print_kindly(up: "Up") -> None:
    ways = ", ".join(up.channels) or "none: nobody gets a message until [smtp] or [sms] is set up in keyback.toml"
    print(f"Keyback answers at {up.url} (listening on {up.listen}). Messages leave by: {ways}.", flush=True)
    if up.admin_url:
        print(f"The admin centre answers at {up.admin_url}.", flush=True)
