"""`keyback demo`: try everything, with made-up people, on this computer only."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from keyback.wiring.demo import Demo

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXAMPLES = """Examples:

  keyback demo --dir demo

  keyback demo --dir demo --port 8080

  keyback demo --dir big --people 100000

  keyback demo --dir demo --port 0 --json

Its inbox, addresses and people are printed when it is ready; it runs until Ctrl+C. Started again in the same
directory, it goes on where it was. Other commands work on it with --config demo/keyback.toml.
"""


@app.command(epilog=EXAMPLES)
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="A new directory, or that of an earlier demo.")],
    port: Annotated[int, typer.Option(help="Port on this computer; 0 takes a free one.", min=0, max=65535)] = 8080,
    people: Annotated[
        int,
        typer.Option(
            help="Generate this many people beside the named ones; a million takes minutes.", min=0, max=1_000_000
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON when ready, for programs.")] = False,
) -> None:
    """Start Keyback with a demo organisation: made-up people, an inbox to read, loopback only."""
    from keyback.wiring.demo import run

    run(directory, port, people, _print_json if as_json else _print_kindly)


def _print_json(demo: "Demo") -> None:
    content = {
        "url": demo.url, "inbox": demo.inbox, "inbox_page": demo.inbox_page, "admin_url": demo.admin_url,
        "people": [one.plain() for one in demo.people], "generated": demo.generated, "fresh": demo.fresh,
    }  # fmt: skip
    print(json.dumps(content, ensure_ascii=False), flush=True)


def _print_kindly(demo: "Demo") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Who is who", title_justify="left", show_lines=True)
    for heading in ("User ID", "Password", "Authenticator key", "Who"):
        table.add_column(heading, overflow="fold")
    for one in demo.people:
        roles = f" [{', '.join(one.roles)}]" if one.roles else ""
        table.add_row(one.user_id, one.password or "-", one.totp_secret or "-", f"{one.name} {one.special}{roles}")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(table, markup=False)
    for one in demo.people:
        if one.recovery_codes:
            console.print(f"Recovery codes of {one.name}: {'  '.join(one.recovery_codes)}", markup=False)
        if one.access_pass:
            console.print(f"Access pass of {one.name}, in place of the password: {one.access_pass}", markup=False)
    if demo.generated:
        from keyback.wiring.generate import PASSWORD, someone

        console.print(f"\nAnd {demo.generated:,} generated people, such as {someone(0).user_id}; password {PASSWORD}")
    if not demo.fresh:
        console.print("\nPasswords and codes are those of the beginning; what was changed since is not shown.")
    console.print(
        f"\nForgot a password?   {demo.url}/reset\nSign in              {demo.url}/sign-in\n"
        f"Admin centre         {demo.admin_url}/\n"
        f"Mails and texts      {demo.inbox_page}\n\n"
        "Try: reset Ada's password with a code from the inbox and one from an authenticator app (or\n"
        f"`oathtool --totp -b KEY`). Unlock Lou, sign in as Ned for the first time, or as Tia with the pass.\n"
        f"See it as a story: keyback audit list --config {demo.directory}/keyback.toml\n"
        "Stop with Ctrl+C.",
        markup=False,
    )
