"""`keyback sessions`: where somebody is signed in, and ending it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering, time_shown

if TYPE_CHECKING:
    from keyback.core.ports import Session

EXAMPLES = """Examples:

  keyback sessions list ada@example.org

  keyback sessions end ada@example.org --session 4fb1c2d3 --reason "Laptop stolen"

  keyback sessions end ada@example.org --all --reason "Asked by phone, called back"
"""
LEFT_OUT = frozenset({"person", "generation", "proved_with"})
"""Of no use to an operator."""

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Where people are signed in: look, and sign them out.", epilog=EXAMPLES,
)  # fmt: skip


@app.command("list", epilog=EXAMPLES)
def list_(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """List where a person is signed in, the browser last seen first."""
    from keyback.app.people.finding import find
    from keyback.app.sign_in.sessions import of

    with answering(config, as_json) as work:
        with work.house.store.reading() as unit:
            person = find(unit, user_id)
        found = of(work.house, person.id)
    data = [{name: value for name, value in asdict(one).items() if name not in LEFT_OUT} for one in found]
    lines = [_line(one) for one in found] or ["This person is signed in nowhere."]
    answer(as_json, {"user_id": user_id, "sessions": data}, *lines)


@app.command(epilog=EXAMPLES)
def end(
    user_id: UserId,
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")],
    session: Annotated[str, typer.Option(help="Which one, by its id from the list.")] = "",
    everywhere: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Sign a person out of one browser, or everywhere. The person is told."""
    from keyback.app.people.finding import find
    from keyback.app.sign_in.sessions import Ending, end_for

    if bool(session) is everywhere:
        raise typer.BadParameter("Say which one with --session, or all of them with --all.")
    with answering(config, as_json) as work:
        with work.house.store.reading() as unit:
            person = find(unit, user_id)
        ended = end_for(work.house, Ending(work.actor, person.id, session, reason))
    answer(as_json, {"user_id": user_id, "ended": ended}, f"Signed out: {ended}. The person is told by mail.")


def _line(one: "Session") -> str:
    from keyback.app.sign_in.clients import named

    client = " on ".join(filter(None, named(one.client))) or "unknown browser"
    label = f" ({_plain(one.label)})" if one.label else ""
    times = f"since {time_shown(one.began_at)}, last seen {time_shown(one.seen_at)}"
    return f"{one.id}  {client}{label}  {one.address}  {times}  {one.methods}"


def _plain(text: str) -> str:
    """Without control characters (INJ-6)."""
    return "".join(character if character.isprintable() else " " for character in text)
