"""`keyback people contact`: a person's addresses and numbers."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from keyback.cli._answers import AsJson, Config, UserId, answer, answering
from keyback.cli._people_show import contact_line
from keyback.core.types import ContactKind

app = typer.Typer(no_args_is_help=True, help="Addresses and numbers of a person.")

ContactId = Annotated[str, typer.Argument(help="The contact's id, or enough of its beginning; see `list`.")]


class Kind(StrEnum):
    """What the administrator may add."""

    EMAIL = "email"
    MOBILE = "mobile"
    OFFICE = "office"
    PRIMARY = "primary"


@app.command("list")
def list_(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """List a person's contacts, in part.

    Example: keyback people contact list ada@example.org
    """
    from keyback.app.people.showing import show

    with answering(config, as_json) as work:
        contacts = show(work, user_id).contacts
    answer(as_json, {"contacts": [asdict(one) for one in contacts]}, *map(contact_line, contacts))


@app.command()
def add(
    user_id: UserId,
    kind: Annotated[Kind, typer.Argument(help="What it is. `primary` serves notices only.")],
    value: Annotated[str, typer.Argument(help="Address, or number with its country.")],
    verified_as: Annotated[
        str,
        typer.Option("--verified-as", help="Who said that it is theirs, and how you know: it serves resets at once."),
    ] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add a contact. Unless you vouch for it, it is a hint until its owner confirms it.

    Example: keyback people contact add ada@example.org mobile "+49 151 12345609" --verified-as "called her on it"
    """
    from keyback.app.people.contacts import add_contact

    with answering(config, as_json) as work:
        contact = add_contact(work, user_id, ContactKind(kind.value), value, vouched_by=verified_as)
    answer(as_json, {"id": contact, "confirmed": bool(verified_as)}, f"Added, id {contact}.")


@app.command()
def change(
    user_id: UserId,
    contact: ContactId,
    value: Annotated[str, typer.Argument(help="The new address, or number with its country.")],
    verified_as: Annotated[str, typer.Option("--verified-as", help="Who said that it is theirs, and how you know.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Put another address or number in the place of one. Its owner is told at the old one, and all that is signed in ends.

    Example: keyback people contact change ada@example.org 3f2a "+49 151 12345610" --verified-as "seen in person"
    """
    from keyback.app.people.contacts import change_contact

    with answering(config, as_json) as work:
        new = change_contact(work, user_id, contact, value, verified_as)
    answer(as_json, {"id": new, "changed": True}, f"Changed, id {new}.")


@app.command("verify-as")
def verify_as(
    user_id: UserId,
    contact: ContactId,
    why: Annotated[str, typer.Option("--why", help="Who said so, and how you know; stands in the audit log.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Vouch for a contact: from now on it serves resets.

    Example: keyback people contact verify-as ada@example.org 3f2a --why "called her on it, knows her voice"
    """
    from keyback.app.people.contacts import confirm_contact

    with answering(config, as_json) as work:
        confirm_contact(work, user_id, contact, why)
    answer(as_json, {"confirmed": True}, "Confirmed.")


@app.command()
def remove(user_id: UserId, contact: ContactId, config: Config = None, as_json: AsJson = False) -> None:
    """Remove a contact for good. Its owner is told there, and everything signed in ends.

    Example: keyback people contact remove ada@example.org 3f2a
    """
    from keyback.app.people.contacts import remove_contact

    with answering(config, as_json) as work:
        remove_contact(work, user_id, contact)
    answer(as_json, {"removed": True}, "Removed.")
