"""`keyback people roles`: which roles a person holds directly."""

from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering

app = typer.Typer(no_args_is_help=True, help="Roles of a person.")

RoleName = Annotated[str, typer.Argument(help="Such as helpdesk_administrator or 'Global Administrator'.")]
Scope = Annotated[str, typer.Option(help="Name of a group: only over its people. Without it: the whole organisation.")]


@app.command("list")
def list_(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """List a person's roles, those through groups included.

    Example: keyback people roles list ada@example.org
    """
    from keyback.app.people.finding import find

    with answering(config, as_json) as work, work.house.store.reading() as unit:
        person = find(unit, user_id)
        names = {one.id: one.name for one in work.groups(unit).all()}
        held = [
            {"role": one.role, "scope": names.get(one.scope, one.scope), "through": names.get(one.through, one.through)}
            for one in unit.held_roles.active(person.id, unit.now)
        ]
    lines = [_line(one) for one in held] or ["none"]
    answer(as_json, {"roles": list(person.roles), "held": held}, *lines)


@app.command()
def add(user_id: UserId, role: RoleName, scope: Scope = "", config: Config = None, as_json: AsJson = False) -> None:
    """Give a role; everything signed in ends.

    Example: keyback people roles add bo@example.org helpdesk_administrator --scope Berlin
    """
    from keyback.app.people.roles import grant

    with answering(config, as_json) as work:
        changed = grant(work, user_id, role, scope)
    answer(as_json, {"changed": changed}, "Granted." if changed else "Held already.")


@app.command()
def remove(user_id: UserId, role: RoleName, scope: Scope = "", config: Config = None, as_json: AsJson = False) -> None:
    """Take a role away, over this scope only; everything signed in ends.

    Example: keyback people roles remove bo@example.org helpdesk_administrator
    """
    from keyback.app.people.roles import revoke

    with answering(config, as_json) as work:
        changed = revoke(work, user_id, role, scope)
    answer(as_json, {"changed": changed}, "Taken away." if changed else "Not held directly.")


def _line(one: dict[str, str]) -> str:
    over = f" over {one['scope']}" if one["scope"] else ""
    return f"{one['role']}{over}{' through ' + one['through'] if one['through'] else ''}"
