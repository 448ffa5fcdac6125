"""`keyback sign-ins`: who tried to sign in, how far each attempt came, and why, in words."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from keyback.cli._answers import AsJson, Config

if TYPE_CHECKING:
    from keyback.core.ports.listing import LogQuery
    from keyback.store.unit import SqlUnit
    from keyback.web.prompts import Words

MESSAGES: Mapping[str, str] = {
    "sign_ins.since": "--since takes a date such as 2026-11-24, or a date and a time such as 2026-11-24T08:30.",
}

EXAMPLES = """Examples:

  keyback sign-ins list

  keyback sign-ins list --failed --since 2026-11-24

  keyback sign-ins list --user ada@contoso.example --json

The last column joins the lines of one sign-in. Times after --since are read as UTC.
"""
MOST_SHOWN = 10_000
WIDE = 200
"""Columns where no terminal says how many it has."""

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Who tried to sign in, and what came of it.",
    epilog=EXAMPLES,
)  # fmt: skip


@app.callback()
def _group() -> None:
    """Keep `list` a command of its own."""


@app.command("list", epilog=EXAMPLES)
def list_(
    user: Annotated[str, typer.Option(help="Only of this person, by user ID.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Only what failed.")] = False,
    since: Annotated[str, typer.Option(help="Not what is older than this date, or date and time.")] = "",
    most: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=MOST_SHOWN)] = 50,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List attempts to sign in, newest first: where from, by what, how far they came, and why."""
    from keyback.app.logs.views import SIGN_INS
    from keyback.app.people.finding import find
    from keyback.app.reset.scene import account_of
    from keyback.cli.audit import named
    from keyback.core.events import Activity, Event
    from keyback.core.ports.listing import LogQuery
    from keyback.wiring.console import actor, console

    begin = _instant(since)
    with console(config) as running, running.store.writing() as unit:
        person = find(unit, user) if user else None
        target = person.id if person else ""
        # whoever is locked out is not looked up, so those lines carry the account alone
        also = (f"account:{account_of(running.site.house, person.canonical)}",) if person else ()
        result = "failure" if failed else ""
        query = LogQuery(SIGN_INS, result, target, also, about_only=True, since=begin, count=most)
        found = _all_of(unit, query)
        wanted = [{**line, "target": target or line["target"]} for line in found]
        lines = [_line(line) for line in named(unit, wanted)]
        unit.audit(Event(Activity.AUDIT_READ, actor(), target, "success"))
        words = running.site.catalog.words("en", running.tenant.zone)
    if as_json:
        print(json.dumps(lines, ensure_ascii=False))
        return
    _table(lines, words)


def _all_of(unit: "SqlUnit", query: "LogQuery") -> Sequence[Mapping[str, str | int]]:
    """As many lines as were asked for, however far back they are."""
    from dataclasses import replace

    found: list[Mapping[str, str | int]] = []
    while len(found) < query.count:
        page = unit.log.page(replace(query, count=query.count - len(found)))
        found += page.lines
        if not page.before:
            break
        query = replace(query, before=page.before)
    return found


def _instant(since: str) -> int:
    """Milliseconds since 1970; 0: from the beginning."""
    from keyback.core.errors import Invalid
    from keyback.core.messages import say

    if not since:
        return 0
    try:
        when = datetime.fromisoformat(since)
    except ValueError as error:
        raise Invalid(say("sign_ins.since")) from error
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _line(line: Mapping[str, object]) -> dict[str, object]:
    """What an attempt is told by."""
    from keyback.app.sign_in.log import MEANINGS

    details = line["details"] if isinstance(line["details"], dict) else {}
    reason = str(line["reason"])
    return {
        "seq": line["seq"], "at": line["at"], "user_id": line["target_name"], "what": line["activity"],
        "code": reason, "why": MEANINGS.get(reason, reason), "factors": details.get("factors", ""),
        "method": details.get("method", ""), "address": line["source"], "client": details.get("client", ""),
        "sign_in": line["correlation"],
    }  # fmt: skip


def _table(lines: Sequence[Mapping[str, object]], words: "Words") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("WHEN", "WHO", "CODE", "WHY", "BY", "ADDRESS", "CLIENT", "SIGN-IN"):
        table.add_column(heading, no_wrap=heading in {"CODE", "SIGN-IN"}, overflow="fold")
    for line in lines:
        by = " ".join(filter(None, (str(line["factors"]), str(line["method"]))))
        cells = (words.time(int(str(line["at"]))), line["user_id"], line["code"] or "0", line["why"], by, line["address"],
                 line["client"], line["sign_in"])  # fmt: skip
        table.add_row(*(_plain(cell) for cell in cells))
    width = None if sys.stdout.isatty() else WIDE
    Console(markup=False, highlight=False, width=width).print(table if lines else "Nobody has tried to sign in.")


def _plain(cell: object) -> str:
    """Without control characters, whatever it was written from (INJ-6)."""
    return "".join(character if character.isprintable() else " " for character in str(cell))
