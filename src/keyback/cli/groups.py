"""`keyback groups`: groups of people and of groups."""

import sys
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from keyback.cli import _groups_roles
from keyback.cli._answers import REFUSED, AsJson, Config, answer, answering

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Groups: add, list, rename, delete, members, roles, import."
)
members = typer.Typer(no_args_is_help=True, help="Who is in a group. Groups may be in groups.")
app.add_typer(members, name="members")
app.add_typer(_groups_roles.app, name="roles")

GroupName = Annotated[str, typer.Argument(help="The group's name.")]
Member = Annotated[str, typer.Argument(help="A user ID, or the name of a group.")]


@app.command()
def add(
    name: GroupName,
    role_assignable: Annotated[bool, typer.Option("--role-assignable", help="It may hold roles.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add an empty group.

    Example: keyback groups add Pilot
    """
    from keyback.app.people.groups import add_group

    with answering(config, as_json) as work:
        group = add_group(work, name, role_assignable=role_assignable)
    answer(as_json, {"id": group, "name": name}, f"Added {name}.")


@app.command("list")
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List all groups. Members are counted up to 10,000.

    Example: keyback groups list
    """
    from keyback.app.people.ports import MOST_COUNTED

    with answering(config, as_json) as work, work.house.store.reading() as unit:
        groups = work.groups(unit).all()
    data = [
        {
            "id": one.id, "name": one.name, "role_assignable": one.role_assignable,
            "members": min(one.members, MOST_COUNTED), "members_more": one.members > MOST_COUNTED,
        }
        for one in groups
    ]  # fmt: skip
    lines = (f"{one['name']}  ({'more than ' if one['members_more'] else ''}{one['members']} members)" for one in data)
    answer(as_json, {"groups": data}, *lines)


@app.command()
def rename(
    name: GroupName,
    new: Annotated[str, typer.Argument(help="Its new name.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Give a group another name, in every place where it is used.

    Example: keyback groups rename Pilot "Password reset pilot"
    """
    from keyback.app.people.groups import rename as change

    with answering(config, as_json) as work:
        changed = change(work, name, new)
    answer(as_json, {"changed": changed}, "Renamed." if changed else "It has this name already.")


@app.command()
def delete(name: GroupName, config: Config = None, as_json: AsJson = False) -> None:
    """Delete a group that is used nowhere. The people in it stay.

    Example: keyback groups delete Pilot
    """
    from keyback.app.people.groups import delete as end

    with answering(config, as_json) as work:
        end(work, name)
    answer(as_json, {"deleted": name}, f"Deleted {name}.")


@members.command("add")
def add_member(group: GroupName, member: Member, config: Config = None, as_json: AsJson = False) -> None:
    """Put a person or a group into a group.

    Example: keyback groups members add Pilot ada@example.org
    """
    _change(group, member, config, as_json, adds=True)


@members.command("remove")
def remove_member(group: GroupName, member: Member, config: Config = None, as_json: AsJson = False) -> None:
    """Take a person or a group out of a group.

    Example: keyback groups members remove Pilot ada@example.org
    """
    _change(group, member, config, as_json, adds=False)


@members.command("list")
def list_members(group: GroupName, config: Config = None, as_json: AsJson = False) -> None:
    """List who is directly in a group.

    Example: keyback groups members list Pilot
    """
    from keyback.app.people.groups import members as members_of

    with answering(config, as_json) as work:
        found = members_of(work, group)
    data = [{"kind": kind, "name": name} for kind, name in found]
    answer(as_json, {"members": data}, *(f"{kind}  {name}" for kind, name in found))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Columns: group, member.")],
    create: Annotated[bool, typer.Option("--create", help="Make groups that are not there.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put many people and groups into groups, from a table with the columns group and member.

    Example: keyback groups import memberships.csv --create
    """
    from keyback.app.people.group_file import import_memberships
    from keyback.wiring.console import in_words

    def source() -> BinaryIO:
        return file.open("rb")

    with answering(config, as_json) as work:
        report = import_memberships(work, source, create=create)
    mistakes = [{"line": one.line, "column": one.column, "text": in_words(one.text)} for one in report.mistakes]
    if not as_json:
        for one in mistakes:
            print(f"line {one['line']}: {one['text']}", file=sys.stderr)
    data = {"memberships": report.memberships, "added": report.added, "groups_added": report.groups_added}
    done = f"{report.added} of {report.memberships} memberships added, {report.groups_added} groups made."
    answer(as_json, {**data, "mistakes": mistakes}, "Nothing was changed." if mistakes else done)
    if mistakes:
        raise typer.Exit(REFUSED)


def _change(group: str, member: str, config: Config, as_json: bool, *, adds: bool) -> None:
    from keyback.app.people.groups import change_member

    with answering(config, as_json) as work:
        changed = change_member(work, group, member, adds=adds)
    answer(as_json, {"changed": changed}, "Done." if changed else "Nothing to do.")
