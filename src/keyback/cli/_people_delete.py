"""`keyback people edit`, `delete`, `restore` and `deleted`."""

from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering, time_shown

Text = str | None
MOST = 1_000
"""Shown by `deleted`."""


def edit(
    user_id: UserId,
    new_user_id: Annotated[Text, typer.Option("--user-id", help="Another user ID; everything signed in ends.")] = None,
    name: Annotated[Text, typer.Option(help="Name as it is shown.")] = None,
    given_name: Annotated[Text, typer.Option(help="Given name.")] = None,
    surname: Annotated[Text, typer.Option(help="Surname.")] = None,
    department: Annotated[Text, typer.Option(help="Department.")] = None,
    language: Annotated[Text, typer.Option(help="Language of messages, such as de; empty: the organisation's.")] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Change names, user ID, department or language; what is not said stays.

    Example: keyback people edit ada@example.org --surname King --name "Ada King"
    """
    from dataclasses import replace

    from keyback.app.people import editing
    from keyback.app.people.finding import find

    said = {
        "user_id": new_user_id, "display_name": name, "given_name": given_name, "surname": surname,
        "department": department, "language": language,
    }  # fmt: skip
    with answering(config, as_json) as work:
        with work.house.store.reading() as unit:
            person = find(unit, user_id)
            known = work.people(unit).known([person.canonical])[person.canonical]
        before = editing.details_of(known.facts)
        new = replace(before, **{one: value.strip() for one, value in said.items() if value is not None})
        changed = editing.edit(work, person.canonical, new, before)
    told = f"Changed for {user_id}: {', '.join(changed)}." if changed else f"{user_id} was like that already."
    answer(as_json, {"user_id": new.user_id, "changed": list(changed)}, told)


def delete(
    user_id: UserId,
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Erase somebody who is deleted already, before the 30 days are over.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Delete a person: everything signed in ends, and roles are taken away for good. For 30 days they can be restored.

    Examples: keyback people delete ada@example.org
    or, afterwards: keyback people delete ada@example.org --for-good
    """
    from keyback.app.people import deleting

    with answering(config, as_json) as work:
        (deleting.erase if for_good else deleting.delete)(work, user_id)
    told = (
        f"Every row of {user_id} is erased; the audit log keeps the id."
        if for_good
        else f"{user_id} is deleted. For 30 days: keyback people restore {user_id}"
    )
    answer(as_json, {"user_id": user_id, "deleted": True, "erased": for_good}, told)


def restore(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """Bring a deleted person back, as before but without roles.

    Example: keyback people restore ada@example.org
    """
    from keyback.app.people import deleting

    with answering(config, as_json) as work:
        deleting.restore(work, user_id)
    answer(as_json, {"user_id": user_id, "restored": True}, f"{user_id} is restored, without roles.")


def deleted(config: Config = None, as_json: AsJson = False) -> None:
    """List deleted people, and until when each can be restored.

    Example: keyback people deleted
    """
    from keyback.app.people.deleting import restorable_until
    from keyback.core.ports.listing import PeopleQuery

    with answering(config, as_json) as work, work.house.store.reading() as unit:
        found = unit.listing.people(PeopleQuery(show="deleted", count=MOST))
    people = [(one, restorable_until(one.deleted_at or 0)) for one in found]
    data = [{"id": one.id, "user_id": one.upn, "deleted_at": one.deleted_at, "until": until} for one, until in people]
    lines = [
        f"{one.upn}  deleted {time_shown(one.deleted_at or 0)}, until {time_shown(until)}" for one, until in people
    ]
    answer(as_json, {"people": data}, *(lines or ["Nobody is deleted."]))
