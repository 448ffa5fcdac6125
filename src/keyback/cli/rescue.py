"""`keyback rescue`: let somebody back in, from the host that Keyback runs on."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXAMPLES = """Examples:

  keyback rescue grace@contoso.com

  keyback rescue grace@contoso.com --config /etc/keyback/keyback.toml --json

The link works once, for 30 minutes. All administrators are told by mail, and the audit log names who made it.
"""


@app.command(epilog=EXAMPLES)
def rescue(
    user_id: Annotated[str, typer.Argument(help="User ID of somebody who exists.")],
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
) -> None:
    """Print a one-time link with which this person sets a new password and a new authenticator."""
    from keyback.app.setup.issue import rescue as verb
    from keyback.wiring.console import actor, console

    with console(config) as running:
        issued = verb(running.house, user_id, actor())
    if as_json:
        print(json.dumps({"user_id": issued.user_id, "link": issued.link, "expires_at": issued.expires_at}))
        return
    print(
        f"{issued.user_id} opens this link within 30 minutes and sets a new password and authenticator.\n"
        f"It works once. All administrators are told.\n\n  {issued.link}"
    )
