"""Notices to people about changes that somebody else made to their account (decisions 15, NOT-1)."""

from collections.abc import Mapping, Sequence

from keyback.app.perform import notice_addresses, send_notice
from keyback.core.effects import TellPerson
from keyback.core.ports import Unit
from keyback.core.rules import masking, roles
from keyback.core.types import Contact, ContactKind, Person

PASSWORD_SET = "notice.password_set_by_admin"
METHOD_CHANGED = "notice.method_changed"
ROLE_CHANGED = "notice.role_changed"
DISABLED, ENABLED = "notice.disabled", "notice.enabled"

_CHANNELS: Mapping[ContactKind, str] = {
    ContactKind.EMAIL: "email",
    ContactKind.PRIMARY: "email",
    ContactKind.MOBILE: "sms",
}
"""An office number rings on a desk: nobody is told there."""


def shown(kind: ContactKind, value: str) -> str:
    """A contact as its owner knows it again; the same in every language."""
    return masking.mail(value) if kind in {ContactKind.EMAIL, ContactKind.PRIMARY} else masking.number(value)


def tell(unit: Unit, person: Person, notice: str, what: str, replaced: Sequence[Contact] = ()) -> None:
    """To all confirmed addresses as they are now, so call it before the change, and to the primary one.

    `replaced` contacts are warned even where the tenant has switched notices off, confirmed or not (decisions 18).
    """
    policy = unit.policies.in_force()
    wanted = policy is None or policy.policy.notifications.notify_users or roles.is_administrator(person.roles)
    recipients = [("email", address) for address in notice_addresses(unit, person)] if wanted else []
    recipients += [(_CHANNELS[contact.kind], contact.value) for contact in replaced if contact.kind in _CHANNELS]
    send_notice(unit, person, TellPerson(person.id, notice, {"when_at": unit.now, "what": what}), recipients)
