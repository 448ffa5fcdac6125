"""`keyback channels`: try the ways in which messages leave."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from keyback.core.errors import Invalid, NotFound
from keyback.core.messages import Text, say
from keyback.core.ports import Channel, DeliveryFailed, Letter
from keyback.core.rules.identifiers import canonical_mail

MESSAGES: Mapping[str, str] = {
    "channels.absent": "{channel} is not set up in {path}. Set up there: {present}.",
    "channels.nothing": "nothing",
    "channels.to": "{to} is neither a mail address nor a number in international form, such as +4915112345609. Nothing "
    "was sent.",
    "channels.test.subject": "Keyback can send mail",
    "channels.test.text": "This is a test from Keyback. If you can read it, messages arrive. There is nothing to do.",
    "channels.test.taken": "Taken, as {reference}. Now look whether it has arrived.",
    "channels.test.failed": "It did not work: {why}",
    "channels.test.maybe": "Look whether it has arrived all the same.",
    "channels.test.mend": "Mend the settings in the table [{channel}] of {path} and try again.",
}
UNREACHABLE = 3
EXAMPLES = """Examples:

  keyback channels test smtp --to you@example.org

  keyback channels test sms --to +4915112345609
"""

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Try the ways in which messages leave.", epilog=EXAMPLES
)


@app.callback()
def _channels() -> None:
    """Keep `test` a command of its own although it is the only one."""


@app.command("test", epilog=EXAMPLES)
def try_out(
    channel: Annotated[str, typer.Argument(help="Its table in keyback.toml, such as sms.")],
    to: Annotated[str, typer.Option(help="Your own address, or number in international form.")],
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Send one test message at once, and say what happens at each step."""
    if canonical_mail(to) is None and not (to.startswith("+") and to[1:].isdigit()):
        raise Invalid(say("channels.to", to=to[:100]))
    told = _Told(quiet=as_json)
    path, way = _way(channel, config, told)
    try:
        receipt = way.send(_letter(to))
    except DeliveryFailed as failed:
        told(say("channels.test.failed", why=failed.why))
        told(say("channels.test.maybe") if failed.doubt else _advice(way, channel, path))
        told.end({"sent": False, "why": failed.why})
        raise typer.Exit(UNREACHABLE) from failed
    finally:
        way.close()
    told(say("channels.test.taken", reference=receipt.reference or "-"))
    told.end({"sent": True, "receipt": receipt.reference})


class _Told:
    """Says each step as it happens, or keeps them for one JSON document."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._steps: list[dict[str, str]] = []

    def __call__(self, step: Text) -> None:
        from keyback.wiring.console import in_words

        words = in_words(step)
        self._steps.append({"id": step.id, "text": words})
        if not self._quiet:
            print(words, flush=True)

    def end(self, outcome: dict[str, Any]) -> None:
        if self._quiet:
            print(json.dumps({**outcome, "steps": self._steps}))


def _way(channel: str, config: Path | None, told: _Told) -> tuple[str, Channel]:
    from keyback.wiring.configuration import load
    from keyback.wiring.console import config_path, in_words
    from keyback.wiring.ways_out import ways_out

    path = config_path(config)
    ways = ways_out(load(path, os.environ), told)
    if channel not in ways:
        present = ", ".join(ways) or in_words(say("channels.nothing"))
        raise NotFound(say("channels.absent", channel=channel, path=str(path), present=present))
    return str(path), ways[channel]


def _advice(way: Channel, channel: str, path: str) -> Text:
    advice = getattr(way, "advice", None)
    found: Text = advice() if advice else say("channels.test.mend", channel=channel, path=path)
    return found


def _letter(to: str) -> Letter:
    from keyback.wiring.console import in_words
    from keyback.wiring.world import SystemClock, SystemRandom

    text = in_words(say("channels.test.text"))
    subject = in_words(say("channels.test.subject"))
    return Letter(SystemRandom().id(), to, subject, text, "", "en", "", SystemClock().now())
