"""`keyback people readiness`: who can reset today, and who must do something first."""

import csv
import sys
from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, answer, answering
from keyback.core.rules.readiness import Must

WORDS = {
    Must.REGISTER: "must register when they sign in",
    Must.RECONFIRM: "must confirm what they have when they sign in",
    Must.FACTOR: "need a second factor to sign in, and have none",
    Must.STRANDED: "must register, and no method is open to them that would help",
}


def readiness(
    must: Annotated[Must | None, typer.Option("--must", help="List those who must do this.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="At most so many in the list.")] = 100,
    as_csv: Annotated[bool, typer.Option("--csv", help="List as CSV, for a spreadsheet.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Count who can reset today and who must register or confirm; with --must, list them.

    Example: keyback people readiness --must register --csv
    """
    from keyback.app.policy import registering

    if as_csv and (as_json or must is None):
        raise typer.BadParameter("--csv needs --must, and excludes --json.")
    with answering(config, as_json) as work:
        counted = registering.count(work.house)
        found = registering.people(work.house, must, limit) if must else ()
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerows([("user_id", "id"), *((one.upn, one.id) for one in found)])
        return
    data = {"people": counted.people, "able": counted.able, "must": {str(one): counted.must[one] for one in Must}}
    listed = {"listed": [{"id": one.id, "user_id": one.upn} for one in found]} if must else {}
    lines = [f"Of {counted.people:,} people, {counted.able:,} can reset now."]
    lines += [f"  {counted.must[one]:,} {words}." for one, words in WORDS.items()]
    if must:
        more = counted.must[must] - len(found)
        lines += [f"Those who {WORDS[must]}:", *(f"  {one.upn}" for one in found)]
        lines += [f"  and {more:,} more"] if more > 0 else []
    answer(as_json, data | listed, *lines)
