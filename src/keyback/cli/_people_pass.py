"""`keyback people pass`: temporary access passes."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering, time_shown
from keyback.core.ports import AccessPass
from keyback.core.types import Instant

app = typer.Typer(
    no_args_is_help=True, help="Temporary access passes: sign in once without the password, and register."
)

Reason = Annotated[str, typer.Option(help="Why; it stands in the audit log.")]


@app.command()
def issue(
    user_id: UserId,
    reason: Reason,
    minutes: Annotated[int | None, typer.Option(help="How long it is valid; 10 to what policy allows.")] = None,
    starts: Annotated[
        str | None,
        typer.Option(help="From when, such as 2026-12-01T08:00+01:00; without a zone it is UTC. Default: now."),
    ] = None,
    once: Annotated[
        bool | None, typer.Option("--once/--many", help="Good for one registration session, or for more.")
    ] = None,
    checked: Annotated[
        bool,
        typer.Option(
            "--after-caller-check", help="The caller proved who they are: it also works right after a recovery."
        ),
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Make a pass; it is shown once, here. An earlier one stops working, and the person is told.

    Example: keyback people pass issue ada@example.org --minutes 60 --reason "first day, seen in person"
    """
    from keyback.app.passes.issuing import Wish
    from keyback.app.passes.issuing import issue as verb

    wish = Wish(reason, minutes, _instant(starts) if starts else None, once, checked)
    with answering(config, as_json) as work:
        issued = verb(work, user_id, wish)
        place = work.house.base_url
    made = issued.access_pass
    answer(
        as_json,
        {"user_id": user_id, "pass": issued.code, **shown(made)},
        f"Pass for {user_id}, shown once: {issued.code}",
        f"Valid from {time_shown(made.starts_at)} to {time_shown(made.expires_at)}, {_uses(made)}.",
        f"Tell it to the person, and nobody else. They type it at {place}/sign-in in place of the password.",
    )


@app.command()
def show(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """Show a person's pass: when, how often, who made it and why. What stands on it cannot be shown again.

    Example: keyback people pass show ada@example.org
    """
    from keyback.app.passes.issuing import look

    with answering(config, as_json) as work:
        found = look(work, user_id)
    answer(as_json, {"user_id": user_id, **shown(found)}, *pass_lines(found))


@app.command()
def revoke(user_id: UserId, reason: Reason, config: Config = None, as_json: AsJson = False) -> None:
    """End a person's pass, and what was signed in by it.

    Example: keyback people pass revoke ada@example.org --reason "given to the wrong person"
    """
    from keyback.app.passes.issuing import revoke as verb

    with answering(config, as_json) as work:
        verb(work, user_id, reason)
    answer(as_json, {"user_id": user_id, "revoked": True}, f"The pass of {user_id} no longer works.")


def pass_lines(found: AccessPass) -> list[str]:
    """For people."""
    tries = f"{found.tries_left} tries left, {'used' if found.used_at else 'not used yet'}"
    checked = " (after a caller check)" if found.checked else ""
    return [
        f"  pass       {time_shown(found.starts_at)} to {time_shown(found.expires_at)}, {_uses(found)}, {tries}",
        f"             made by {found.issued_by}: {found.why}{checked}",
    ]


def _uses(one: AccessPass) -> str:
    return "for one registration session" if one.once else "for as often as needed"


def shown(one: AccessPass) -> dict[str, object]:
    """For programs: everything but what it can be tried against."""
    return {name: value for name, value in asdict(one).items() if name not in {"mark", "person", "generation"}}


def _instant(written: str) -> Instant:
    try:
        at = datetime.fromisoformat(written)
    except ValueError as error:
        raise typer.BadParameter(f"--starts {written}: write it like 2026-12-01T08:00+01:00.") from error
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
