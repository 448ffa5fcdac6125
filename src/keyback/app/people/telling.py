"""Notices to people about changes that somebody else made to their account (decisions 15, NOT-1)."""

from collections.abc import Mapping, Sequence

from keyback.app.notices.channels import OWN_METHODS, channels_of, reach
from keyback.app.perform import send_notice
from keyback.core.effects import TellPerson
from keyback.core.policy import Notifications
from keyback.core.ports import Unit
from keyback.core.rules import masking, roles
from keyback.core.types import Contact, ContactKind, Instant, Person

PASSWORD_SET = "notice.password_set_by_admin"
METHOD_CHANGED = "notice.method_changed"
ROLE_CHANGED = "notice.role_changed"
PASS_ISSUED = "notice.pass_issued"
REGISTRATION_DEMANDED = "notice.registration_demanded"
DISABLED, ENABLED = "notice.disabled", "notice.enabled"
DELETED, RESTORED = "notice.deleted", "notice.restored"
USER_ID_CHANGED = "notice.user_id_changed"

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
    recipients = _recipients(unit, person, notice)
    recipients += [(_CHANNELS[contact.kind], contact.value) for contact in replaced if contact.kind in _CHANNELS]
    send_notice(unit, person, TellPerson(person.id, notice, {"when_at": unit.now, "what": what}), recipients)


def tell_values(unit: Unit, person: Person, notice: str, values: Mapping[str, Instant]) -> None:
    """The same for a notice that says more times than its own."""
    told = TellPerson(person.id, notice, {"when_at": unit.now, **values})
    send_notice(unit, person, told, _recipients(unit, person, notice))


def _recipients(unit: Unit, person: Person, notice: str) -> list[tuple[str, str]]:
    """What concerns their own methods is told to everybody; administrators are told everything (NOT-5)."""
    policy = unit.policies.in_force()
    chosen = policy.policy.notifications if policy else Notifications()
    wanted = chosen.notify_users or notice in OWN_METHODS or roles.is_administrator(person.roles)
    return reach(unit, person, channels_of(notice, chosen)) if wanted else []
