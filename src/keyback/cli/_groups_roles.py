"""`keyback groups roles`: which roles the members of a group hold through it."""

from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, answer, answering
from keyback.cli._people_roles import RoleName, Scope

app = typer.Typer(no_args_is_help=True, help="Roles that a group holds for its members.")

GroupName = Annotated[str, typer.Argument(help="The group's name. It must have been made with --role-assignable.")]


@app.command()
def add(group: GroupName, role: RoleName, scope: Scope = "", config: Config = None, as_json: AsJson = False) -> None:
    """Give a role to everybody in a group; everything signed in of them ends.

    Example: keyback groups roles add Operators helpdesk_administrator
    """
    changed = _change((group, role, scope), config, as_json, granted=True)
    answer(as_json, {"changed": changed}, "Granted." if changed else "Held already.")


@app.command()
def remove(group: GroupName, role: RoleName, scope: Scope = "", config: Config = None, as_json: AsJson = False) -> None:
    """Take a role away from a group, over this scope only.

    Example: keyback groups roles remove Operators helpdesk_administrator
    """
    changed = _change((group, role, scope), config, as_json, granted=False)
    answer(as_json, {"changed": changed}, "Taken away." if changed else "Not held.")


def _change(what: tuple[str, str, str], config: Config, as_json: bool, *, granted: bool) -> bool:
    from keyback.app.people.roles import Grant, change

    with answering(config, as_json) as work:
        return change(work, Grant(*what, to_group=True), granted=granted)
