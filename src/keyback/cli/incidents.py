"""`keyback incidents`: what was reported by "this was not me", what to do about it, and closing it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keyback.app.incidents.care import MOST_SHOWN, Shown

if TYPE_CHECKING:
    from keyback.web.prompts import Words
    from keyback.wiring.house import Running

EXAMPLES = """Examples:

  keyback incidents list --open

  keyback incidents show 4fb1c2

  keyback incidents close 4fb1c2 --reason "Spoke with Ada, she had forgotten it"

  keyback incidents close 4fb1c2 --reason "Laptop stolen, she comes in on Monday" --keep-frozen
"""
WHAT: Mapping[str, str] = {
    "notice.password_reset": "password was reset",
    "notice.password_set_by_admin": "an administrator set a password",
    "notice.method_changed": "contacts or methods were changed",
    "notice.role_changed": "roles were changed",
    "notice.enabled": "account was enabled",
    "notice.restored": "account was restored",
    "notice.user_id_changed": "user ID was changed",
}
LINES_SHOWN = 20
"""Newest lines about the person, where no attempt is known."""

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True,
    help="Reports “this was not me”: look at them, close them.", epilog=EXAMPLES,
)  # fmt: skip
Config = Annotated[Path | None, typer.Option(help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Id = Annotated[str, typer.Argument(help="Its id, or enough of its beginning.")]


@app.command("list", epilog=EXAMPLES)
def list_(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that nobody has closed.")] = False,
    most: Annotated[int, typer.Option(help="How many, newest first.", min=1, max=MOST_SHOWN)] = 50,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first."""
    from keyback.app.incidents.care import list_incidents
    from keyback.wiring.console import console

    with console(config) as running:
        found = list_incidents(running.house, only_open=only_open, most=most)
        words = _words(running)
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        incident = one.incident
        state = "closed" if incident.closed_at else "OPEN"
        frozen = ", recovery closed" if one.frozen_at else ""
        what = WHAT.get(incident.notice, incident.notice)
        print(f"{incident.id[:12]}  {words.time(incident.opened_at)}  {one.user_id}  {what}  {state}{frozen}")
    if not found:
        print("There are no such incidents.")


@app.command(epilog=EXAMPLES)
def show(incident: Id, config: Config = None, as_json: AsJson = False) -> None:
    """Tell what happened, how the account stands, and what to do next."""
    from keyback.app.incidents.care import show as find
    from keyback.cli.audit import named, story
    from keyback.core.ports.listing import LogQuery
    from keyback.wiring.console import console

    with console(config) as running:
        shown = find(running.house, incident.strip().lower())
        correlation = shown.incident.correlation
        with running.store.reading() as unit:
            if correlation:
                found = unit.log.story(correlation, LINES_SHOWN)
            else:
                person = shown.incident.person
                about = unit.log.lines(LogQuery(person=person, about_only=True, count=LINES_SHOWN))
                found = list(reversed(about))
            lines = named(unit, found)
        words = _words(running)
    if as_json:
        print(json.dumps({**asdict(shown), "lines": lines}, ensure_ascii=False))
        return
    print("\n".join([*_head(shown, words), "", "What happened:", *(story(lines, words) if lines else ())]))
    print("\n".join(["", "What to do now:", *(f"  {number}. {step}" for number, step in enumerate(_next(shown), 1))]))


@app.command(epilog=EXAMPLES)
def close(
    incident: Id,
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")],
    keep_frozen: Annotated[
        bool, typer.Option("--keep-frozen", help="Recovery stays closed; close once more to open it.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Close an incident. Recovery opens again and the person is told; a reported password stays dead."""
    from keyback.app.incidents.care import close as end
    from keyback.wiring.console import actor, console

    with console(config) as running:
        closed = end(running.house, incident.strip().lower(), actor(), reason, keep_frozen=keep_frozen)
    if as_json:
        print(json.dumps({"id": closed.id, "recovery_open": not keep_frozen}))
    else:
        print(
            "Closed. Recovery stays closed." if keep_frozen else "Closed. Recovery is open again; the person is told."
        )


def _head(shown: Shown, words: "Words") -> Iterator[str]:
    incident = shown.incident
    yield f"Incident  {incident.id}"
    yield f"Account   {shown.user_id}"
    yield f"Reported  {words.time(incident.opened_at)} from {incident.source or 'an unknown address'}"
    for report in shown.reports:
        yield f"  {words.time(report.used_at)}  not me: {WHAT.get(report.notice, report.notice)}"
    yield f"Recovery  {'closed since ' + words.time(shown.frozen_at) if shown.frozen_at else 'open'}"
    if shown.dead_password_since:
        yield f"Password  dead since {words.time(shown.dead_password_since)}: it signs in nowhere until it is replaced"
    if incident.closed_at:
        yield f"Closed    {words.time(incident.closed_at)} by {incident.closed_by}: {_plain(incident.why)}"


def _next(shown: Shown) -> Sequence[str]:
    """In the order in which an operator does it."""
    user, id_ = shown.user_id, shown.incident.id[:12]
    replace = f"The reported password is dead: let the owner reset it, or set one: keyback people set-password {user} --temporary"
    if shown.incident.closed_at and not shown.frozen_at:
        return (replace,) if shown.dead_password_since else ("Nothing: it is closed.",)
    steps = [
        "Reach the owner in person or by a number you knew before; do not use what was changed lately.",
        f"Look whether contacts and methods are still theirs, and remove what is not: keyback people show {user}",
        f'Close it, which opens recovery again: keyback incidents close {id_} --reason "..."',
    ]
    return [*steps, replace] if shown.dead_password_since else steps


def _words(running: "Running") -> "Words":
    return running.site.catalog.words("en", running.tenant.zone)


def _plain(text: str) -> str:
    """Without control characters (INJ-6)."""
    return "".join(character if character.isprintable() else " " for character in text)
