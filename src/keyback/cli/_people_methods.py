"""`keyback people enrol-totp | recovery-codes | method remove`: methods registered for a person, and taken away."""

import json
import sys
from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering

app = typer.Typer(no_args_is_help=True, help="Methods of a person that have a secret of their own.")

APP, PAPER = "app", "paper"
"""Trust roots of what is registered here."""


def enrol_totp(
    user_id: UserId,
    no_check: Annotated[bool, typer.Option("--no-check", help="Do not ask for a code from the app.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Register an authenticator app: shows its address and QR code once, then asks for a code from it.

    Example: keyback people enrol-totp ada@example.org
    """
    from keyback.app.people import enrolling

    with answering(config, as_json) as work:
        begun = enrolling.begin(work, user_id, APP)
        shown = begun.registration.show
        if as_json:
            print(json.dumps({"uri": shown["uri"], "key": shown["key"]}), flush=True)
        else:
            _draw(shown["uri"])
            print(f"{shown['uri']}\nKey, if the picture cannot be read: {shown['key']}", flush=True)
        enrolling.finish(work, begun, None if no_check else _code())
    answer(as_json, {"user_id": user_id, "registered": True, "proven": not no_check}, "Registered.")


def recovery_codes(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """Make ten recovery codes, shown once; earlier ones stop working.

    Example: keyback people recovery-codes ada@example.org
    """
    from keyback.app.people import enrolling

    with answering(config, as_json) as work:
        begun = enrolling.begin(work, user_id, PAPER)
        enrolling.finish(work, begun, None)
    codes = begun.registration.show["codes"].splitlines()
    answer(as_json, {"user_id": user_id, "codes": codes}, f"Recovery codes of {user_id}, shown once:", *codes)


@app.command()
def remove(
    user_id: UserId,
    method: Annotated[str, typer.Argument(help="Its name, as `keyback people methods` lists it.")],
    one: Annotated[
        str, typer.Option("--id", help="Only the device whose id begins so. Default: all of the method.")
    ] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Take a method away from a person, or one device. The person is told, and everything signed in ends.

    Example: keyback people method remove ada@example.org NAME --id 3f2a
    """
    from keyback.app.people import enrolling

    with answering(config, as_json) as work:
        gone = enrolling.remove(work, user_id, method, one)
    answer(as_json, {"user_id": user_id, "removed": gone}, f"Removed: {gone}.")


def _code() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    return str(typer.prompt("Code from the app"))


def _draw(uri: str) -> None:
    import segno

    if sys.stdout.isatty():
        segno.make(uri, error="m").terminal(compact=True)
