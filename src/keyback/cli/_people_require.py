"""`keyback people require-registration`."""

import sys
from typing import Annotated

import typer

from keyback.cli._answers import REFUSED, AsJson, Config, answer, answering


def require_registration(
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")],
    user_id: Annotated[str, typer.Argument(help="User ID, such as ada@example.org.")] = "",
    group: Annotated[str, typer.Option("--group", help="Everybody in this group, nested ones included.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Everybody.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, they are only counted.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Ask people to register anew at their next sign-in. What they have serves until then; all are told by mail.

    Service and break-glass accounts are left out, and who reported a change that nobody has looked at yet.

    Examples: keyback people require-registration ada@example.org --reason "phone stolen"
    or: keyback people require-registration --group Sales --yes --reason "new number plan"
    """
    from keyback.app.people.demanding import Whom, count, demand

    if sum((bool(user_id), bool(group), everybody)) != 1:
        raise typer.BadParameter("Name one person, or a --group, or --all.")
    whom = Whom(user_id, group)
    with answering(config, as_json) as work:
        people = count(work, whom)
        if not user_id and not yes:
            told = f"That is {people} people. Nothing was changed; to ask them, say --yes."
            answer(as_json, {"people": people, "asked": 0}, told)
            raise typer.Exit(REFUSED)

        def done(seen: int) -> None:
            if sys.stderr.isatty() and not user_id and not as_json:
                print(f"\r{seen} of {people}", end="" if seen < people else "\n", file=sys.stderr, flush=True)

        asked = demand(work, whom, reason, done)
    left = people - asked
    told = f"{asked} asked to register anew." + (f" {left} left out." if left else "")
    answer(as_json, {"people": people, "asked": asked}, told)
