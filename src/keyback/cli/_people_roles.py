"""`keyback people roles`: which roles a person holds directly."""

from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering

app = typer.Typer(no_args_is_help=True, help="Roles of a person.")

RoleName = Annotated[str, typer.Argument(help="Such as helpdesk_administrator or 'Global Administrator'.")]


@app.command("list")
def list_(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """List a person's roles, those through groups included.

    Example: keyback people roles list ada@example.org
    """
    from keyback.app.people.showing import show

    with answering(config, as_json) as work:
        roles = show(work, user_id).person.roles
    answer(as_json, {"roles": list(roles)}, *(roles or ("none",)))


@app.command()
def add(user_id: UserId, role: RoleName, config: Config = None, as_json: AsJson = False) -> None:
    """Give a role; everything signed in ends.

    Example: keyback people roles add bo@example.org helpdesk_administrator
    """
    from keyback.app.people.roles import grant

    with answering(config, as_json) as work:
        changed = grant(work, user_id, role)
    answer(as_json, {"changed": changed}, "Granted." if changed else "Held already.")


@app.command()
def remove(user_id: UserId, role: RoleName, config: Config = None, as_json: AsJson = False) -> None:
    """Take a role away; everything signed in ends.

    Example: keyback people roles remove bo@example.org helpdesk_administrator
    """
    from keyback.app.people.roles import revoke

    with answering(config, as_json) as work:
        changed = revoke(work, user_id, role)
    answer(as_json, {"changed": changed}, "Taken away." if changed else "Not held directly.")
