"""`keyback people`: bring people in, look at them, change what they have."""

from typing import Annotated

import typer

from keyback.cli import _people_contact, _people_methods, _people_pass, _people_roles
from keyback.cli._answers import AsJson, Config, UserId, answer, answering, secret_from_terminal
from keyback.cli._people_delete import delete, deleted, edit, restore
from keyback.cli._people_import import import_file
from keyback.cli._people_methods import enrol_totp, recovery_codes
from keyback.cli._people_overview import methods
from keyback.cli._people_readiness import readiness
from keyback.cli._people_require import require_registration
from keyback.cli._people_show import show
from keyback.core.types import DirectoryKind, PersonKind

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="People: import, show, add, edit, disable, delete, passwords, contacts, methods, roles.",
)
app.command("import")(import_file)
app.command()(show)
app.command()(edit)
app.command()(delete)
app.command()(restore)
app.command()(deleted)
app.command()(methods)
app.command()(readiness)
app.command("require-registration")(require_registration)
app.command("enrol-totp")(enrol_totp)
app.command("recovery-codes")(recovery_codes)
app.add_typer(_people_contact.app, name="contact")
app.add_typer(_people_methods.app, name="method")
app.add_typer(_people_pass.app, name="pass")
app.add_typer(_people_roles.app, name="roles")

Temporary = Annotated[bool, typer.Option("--temporary", help="Make a random password, shown once; it lives 24 hours.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password", help="Ask for an initial password (or read it from standard input).")
]


@app.command()
def add(
    user_id: UserId,
    name: Annotated[str, typer.Option(help="Name as it is shown.")] = "",
    given_name: Annotated[str, typer.Option(help="Given name.")] = "",
    surname: Annotated[str, typer.Option(help="Surname.")] = "",
    department: Annotated[str, typer.Option(help="Department.")] = "",
    language: Annotated[str, typer.Option(help="Language of messages, such as de.")] = "",
    kind: Annotated[
        PersonKind, typer.Option(help="Service and break-glass accounts never help themselves.")
    ] = PersonKind.PERSON,
    directory: Annotated[DirectoryKind, typer.Option(help="Where the password lives.")] = DirectoryKind.CLOUD,
    temporary: Temporary = False,
    password: PasswordStdin = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add one person.

    Example: keyback people add ada@example.org --name "Ada Lovelace" --temporary
    """
    from keyback.app.people import adding, passwords

    if temporary and password:
        raise typer.BadParameter("--temporary and --password exclude each other.")
    new = adding.Newcomer(user_id, name, given_name, surname, department, language, kind, directory)
    typed = secret_from_terminal("Initial password") if password else None
    with answering(config, as_json) as work:
        given = passwords.temporary(work) if temporary else typed
        life = passwords.TEMPORARY_LIFE if temporary else passwords.INITIAL_LIFE
        person = adding.add(work, new, given, life=life)
    made = {"temporary_password": given} if temporary else {}
    told = [f"Temporary password, shown once, for 24 hours: {given}"] if temporary else []
    answer(as_json, {"id": person, "user_id": user_id, **made}, f"Added {user_id}.", *told)


@app.command()
def disable(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """Disable a person; everything signed in or under way ends.

    Example: keyback people disable ada@example.org
    """
    _set_enabled(user_id, config, as_json, enabled=False)


@app.command()
def enable(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """Enable a person again.

    Example: keyback people enable ada@example.org
    """
    _set_enabled(user_id, config, as_json, enabled=True)


def _set_enabled(user_id: str, config: Config, as_json: bool, *, enabled: bool) -> None:
    from keyback.app.people.status import set_enabled

    with answering(config, as_json) as work:
        changed = set_enabled(work, user_id, enabled=enabled)
    word = "enabled" if enabled else "disabled"
    line = f"{user_id} is {word} now." if changed else f"{user_id} was {word} already."
    answer(as_json, {"user_id": user_id, "enabled": enabled, "changed": changed}, line)


@app.command("clear-pause")
def clear_pause(
    user_id: UserId,
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Forget a person's wrong answers, wrong passwords and messages sent, so that resets and signing in are open again.

    Example: keyback people clear-pause ada@example.org --reason "called back, it was her"
    """
    from keyback.app.people.pauses import clear_pause as verb

    with answering(config, as_json) as work:
        cleared = verb(work, user_id, reason)
    told = f"Cleared for {user_id}: {', '.join(cleared)}." if cleared else f"{user_id} had used up nothing."
    answer(as_json, {"user_id": user_id, "cleared": list(cleared)}, told)


@app.command("set-password")
def set_password(
    user_id: UserId,
    temporary: Temporary = False,
    lasting: Annotated[
        bool, typer.Option("--no-change-needed", help="The person need not change it (for break-glass accounts).")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Set a password. It is asked for, or read from standard input; never given on the command line.

    Examples: keyback people set-password ada@example.org --temporary
    or: keyback people set-password glass@example.org --no-change-needed < FILE
    """
    from keyback.app.people import passwords

    if temporary and lasting:
        raise typer.BadParameter("--temporary and --no-change-needed exclude each other.")
    typed = "" if temporary else secret_from_terminal("New password")
    with answering(config, as_json) as work:
        given = passwords.temporary(work) if temporary else typed
        life = None if lasting else passwords.TEMPORARY_LIFE if temporary else passwords.INITIAL_LIFE
        passwords.set_password(work, user_id, given, life=life, must_change=not lasting)
    made = {"temporary_password": given} if temporary else {}
    told = [f"Temporary password, shown once, for 24 hours: {given}"] if temporary else []
    answer(as_json, {"user_id": user_id, "must_change": not lasting, **made}, f"Set for {user_id}.", *told)
