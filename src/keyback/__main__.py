"""The `keyback` command. Only the part that is asked for is imported, so that help appears at once."""

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

from keyback import __version__

COMMANDS: Mapping[str, str] = {
    "init": "Set up an organisation: configuration, master key, and a link for its first administrator.",
    "serve": "Serve the portal and deliver messages.",
    "demo": "Try Keyback with an organisation of made-up people, on this computer only.",
    "people": "Import, show and change people, their contacts and their methods.",
    "groups": "Groups and who is in them.",
    "policy": "Who may reset, how, and everything else that the organisation decides.",
    "passwords": "The lists that new passwords are compared with.",
    "outbox": "Messages: what was sent, what waits, what failed and why.",
    "channels": "Try the ways in which messages leave.",
    "audit": "What happened; one attempt as a story; whether anybody changed the log.",
    "sign-ins": "Who tried to sign in, and what came of it.",
    "sessions": "Where people are signed in: look, and sign them out.",
    "incidents": "Reports “this was not me”: look at them, close them.",
    "keys": "Master keys: list them, rotate them while people reset.",
    "doctor": "Look at settings, keys, database, clocks, lists and the audit log; what to do.",
    "rescue": "Let an administrator back in who is locked out. On this host only.",
}
"""Each is a file of `cli/`, imported when it is called."""

REFUSED, USAGE, UNAVAILABLE, BROKEN = 1, 2, 3, 4
"""Exit codes beside 0, as CONTRIBUTING and every help text tell them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    name = given[0] if given else "--help"
    if name in {"--help", "-h", "help"}:
        print(overview())
        return 0
    if name == "--version":
        print(f"keyback {__version__}")
        return 0
    if name not in COMMANDS:
        print(f"keyback: there is no command {name!r}.{_near(name)}\n\n{overview()}", file=sys.stderr)
        return USAGE
    return _run(name, given[1:])


def overview() -> str:
    """What `keyback --help` prints."""
    rows = [f"  {name:<9} {about}" for name, about in COMMANDS.items()]
    return "\n".join((
        "Keyback: people who forgot their password prove who they are and set a new one.",
        "",
        "Usage: keyback COMMAND ...        keyback COMMAND --help tells more, with examples.",
        "",
        *rows,
        "",
        "Examples:",
        "  keyback demo --dir demo",
        "  keyback init --organisation Contoso --domain contoso.example \\",
        "    --base-url https://reset.contoso.example --admin grace@contoso.example",
        "  keyback people import people.csv",
        "",
        "Exit codes: 0 done; 1 refused, nothing changed; 2 wrong usage; 3 something needed cannot be reached;",
        "4 something is broken.",
    ))  # fmt: skip


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _run(name: str, arguments: Sequence[str]) -> int:
    from keyback.core.errors import Trouble

    app = import_module(f"keyback.cli.{name.replace('-', '_')}").app
    try:
        app(args=list(arguments), prog_name=f"keyback {name}")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except Trouble as trouble:
        return _told(trouble)
    except OSError as error:
        print(f"{error.filename or name}: {error.strerror or error}.", file=sys.stderr)
        return UNAVAILABLE
    except KeyboardInterrupt:
        return 130
    return 0


def _told(trouble: Exception) -> int:
    """The trouble in words, on standard error; the exit code."""
    from keyback.core.errors import Invalid, Refused, Unavailable

    if isinstance(trouble, Refused):
        from keyback.wiring.console import in_words

        mistakes = trouble.mistakes if isinstance(trouble, Invalid) else ()
        print("\n".join([in_words(trouble.text), *(f"  {in_words(text)}" for text in mistakes)]), file=sys.stderr)
        return REFUSED
    if isinstance(trouble, Unavailable):
        print(f"Something that is needed cannot be reached: {trouble}. Nothing was changed.", file=sys.stderr)
        return UNAVAILABLE
    print(f"Something is broken: {trouble}. Nothing was changed.", file=sys.stderr)
    return BROKEN


if __name__ == "__main__":
    sys.exit(main())
