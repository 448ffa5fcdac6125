"""`keyback people show`."""

from dataclasses import asdict

from keyback.app.people.showing import Card, ShownContact
from keyback.cli import _people_overview as overview
from keyback.cli._answers import AsJson, Config, UserId, answer, answering, time_shown


def show(user_id: UserId, config: Config = None, as_json: AsJson = False) -> None:
    """Show one person: status, roles, groups, contacts in part, methods, and whether a reset would work now.

    Example: keyback people show ada@example.org
    """
    from keyback.app.people.showing import show as card_of

    with answering(config, as_json) as work:
        card = card_of(work, user_id)
    answer(as_json, as_data(card), *_lines(card))


def as_data(card: Card) -> dict[str, object]:
    """For programs."""
    person = card.person
    return {
        "id": person.id,
        "user_id": person.upn,
        "name": person.display_name,
        "kind": person.kind.value,
        "directory": person.directory.value,
        "enabled": person.enabled,
        "frozen_at": person.frozen_at,
        "language": person.language,
        "roles": list(person.roles),
        "groups": list(card.groups),
        "contacts": [asdict(contact) for contact in card.contacts],
        "methods": dict(card.methods),
        "password": asdict(card.password) if card.password else None,
        "methods_demanded": card.overview.gates,
        "refusal": card.overview.refusal,
        **overview.as_data(card.overview),
        "paused_until": {"known_clients": card.paused_known, "all_others": card.paused_others},
    }


def _lines(card: Card) -> list[str]:
    person = card.person
    closed = (
        f", recovery CLOSED by a report {time_shown(person.frozen_at)} (keyback incidents list)"
        if person.frozen_at
        else ""
    )
    lines = [
        f"{person.display_name} <{person.upn}>",
        f"  id         {person.id}",
        f"  account    {'enabled' if person.enabled else 'DISABLED'}, {person.kind}, {person.directory}{closed}",
        f"  roles      {', '.join(person.roles) or 'none'}",
        f"  groups     {', '.join(card.groups) or 'none'}",
        f"  password   {_password(card)}",
        f"  methods    {', '.join(f'{name} ({count})' for name, count in card.methods.items()) or 'none'}",
        *overview.lines_of(card.overview),
    ]
    lines += [
        f"  PAUSED     until {time_shown(until)} for {whom}, after too many wrong answers; keyback people clear-pause opens it"
        for whom, until in (("known clients", card.paused_known), ("all other clients", card.paused_others))
        if until is not None
    ]
    return [*lines, *(contact_line(contact) for contact in card.contacts)]


def contact_line(contact: ShownContact) -> str:
    """One contact for people; the beginning of its id is enough to name it."""
    until = f" until {time_shown(contact.usable_from)}" if contact.state == "waiting" else ""
    return f"  contact    {contact.id[:12]}  {contact.kind:8} {contact.value}  {contact.state}{until}"


def _password(card: Card) -> str:
    if card.password is None:
        return "none in Keyback"
    dead = (
        f", DEAD since it was reported {time_shown(card.password.compromised_at)}"
        if card.password.compromised_at
        else ""
    )
    dies = f", dies {time_shown(card.password.dies_at)}" if card.password.dies_at else ""
    return (
        f"set {time_shown(card.password.set_at)}{', must be changed' if card.password.must_change else ''}{dies}{dead}"
    )
