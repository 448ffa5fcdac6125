"""`keyback policy brake`: whether resets pause, from which number on they do, and how to let them begin again."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from keyback.cli._answers import AsJson, Config, answer, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyback.app.watch.brake import Brake

EXAMPLES = """Examples:

  keyback policy brake

  keyback policy brake --release --reason "all of Berlin has to change passwords today"

Exit codes: 0 done; 1 refused, nothing changed; 2 wrong usage; 3 something needed cannot be reached.
"""


def brake(
    release: Annotated[bool, typer.Option("--release", help="Let resets begin again at once. Needs --reason.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; stands in the audit log.")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show whether password resets pause because far too many were completed, and where that number comes from."""
    from keyback.app.watch import brake as verbs

    with answering(config, as_json) as work:
        if release:
            verbs.release(work.house, work.actor, reason)
        now = verbs.show(work.house)
    answer(as_json, {**asdict(now), "on": now.until > 0, "released": release}, *_lines(now, released=release))


def _lines(now: "Brake", *, released: bool) -> "Iterator[str]":
    from keyback.core.rules.norms import LEAST_RESETS, RESETS_PER_PERSON, TIMES

    if released:
        yield "The brake is released. Resets can begin again."
    elif now.until:
        yield f"The brake is on until {datetime.fromtimestamp(now.until / 1000, UTC):%Y-%m-%d %H:%M} UTC."
    else:
        yield "The brake is off."
    share = int(now.people * RESETS_PER_PERSON)
    yield f"It comes on at {now.budget} completed resets in five minutes; in the present five minutes there were {now.resets}."
    yield "The number is worked out anew each hour. It is the highest of:"
    yield f"  {LEAST_RESETS:>6}  always"
    yield f"  {share:>6}  0.5 % of {now.people} people whose accounts are enabled"
    yield f"  {TIMES * now.busiest:>6}  three times the busiest five minutes of the last 28 days, which had {now.busiest}"
