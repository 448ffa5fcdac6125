"""By which channels a notice goes, and who is reached by them (issue 5, NOT-1, SND-9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from keyback.core.policy import Limits, Notifications, Numbers
from keyback.core.ports import Charge, Unit
from keyback.core.rules import limits, numbers
from keyback.core.rules.limits import Client
from keyback.core.types import Contact, ContactKind, Person

EMAIL, SMS = "email", "sms"
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "notice.method_changed": "method_changes",
        "notice.failure_burst": "failure_bursts",
        "notice.failure_burst_admin": "failure_bursts",
        "notice.incident": "freezes",
        "notice.brake": "brake",
        "notice.storm": "brake",
        "notice.master_key_old": "keys",
        "notice.certificate_ends": "keys",
        "notice.breached_list_old": "keys",
    }
)
"""The setting that decides, for each notice that has one; all others go by mail."""
OWN_METHODS = frozenset({"notice.method_changed", "notice.pass_issued", "notice.registration_demanded"})
"""What everybody is told about their own ways to prove who they are, whatever else is switched off (NOT-5)."""
NOWHERE = "nowhere"


def channels_of(notice: str, notifications: Notifications) -> tuple[str, ...]:
    """As the policy says; mail for what has no setting."""
    setting = SETTINGS.get(notice)
    chosen: tuple[str, ...] = getattr(notifications, setting) if setting else (EMAIL,)
    return chosen or ((EMAIL,) if notice in OWN_METHODS else ())


def never_silent(unit: Unit) -> Notifications:
    """The policy's, where nobody may have switched anything off (AUD-7, NOT-5)."""
    in_force = unit.policies.in_force()
    chosen = in_force.policy.notifications if in_force else Notifications()
    return replace(
        chosen, notify_users=True, notify_admins=True, brake=chosen.brake or (EMAIL,), freezes=chosen.freezes or (EMAIL,)
    )  # fmt: skip


def addresses_of(person: Person, contacts: Sequence[Contact]) -> list[str]:
    """The directory's primary address and all confirmed ones; the user ID if there is none (NOT-1)."""
    primary_first = sorted(contacts, key=lambda one: one.kind is not ContactKind.PRIMARY)
    found = [
        contact.value
        for contact in primary_first
        if contact.kind is ContactKind.PRIMARY
        or (contact.kind is ContactKind.EMAIL and contact.confirmed_at is not None)
    ]
    return list(dict.fromkeys(found)) or ([person.canonical] if "@" in person.canonical else [])


def reach(unit: Unit, person: Person, channels: Sequence[str], most: int = 0) -> list[tuple[str, str]]:
    """Channel and address or number of everywhere the person is told; with `most`, so many of each. Whom the channels do
    not reach gets a mail: nobody is left out because they have no phone."""
    if not channels:
        return []
    contacts = unit.people.contacts(person.id)
    texts = [number for number in mobiles_of(contacts) if may_text(unit, number)] if SMS in channels else []
    mails = addresses_of(person, contacts) if EMAIL in channels or not texts else []
    return [(EMAIL, to) for to in mails[: most or None]] + [(SMS, to) for to in texts[: most or None]]


def mobiles_of(contacts: Sequence[Contact]) -> list[str]:
    """Confirmed ones."""
    found = (one for one in contacts if one.kind is ContactKind.MOBILE and one.confirmed_at is not None)
    return list(dict.fromkeys(one.value for one in found))


def may_text(unit: Unit, number: str) -> bool:
    """Whether the organisation has a text message left for this number, which is used up then; never one of those that are
    never called. For nobody's number the same statements (SND-5)."""
    in_force = unit.policies.in_force()
    rules, allowed = (in_force.policy.limits, in_force.policy.numbers) if in_force else (Limits(), Numbers())
    real = bool(number) and numbers.may_be_messaged(number, allowed.allowed_countries)
    for charge in _charges(rules, number):
        used = unit.throttles.take(charge if real else replace(charge, key=NOWHERE), unit.now)
        real = real and used > 0
    return real


def _charges(rules: Limits, number: str) -> Iterator[Charge]:
    """Of the number's block, its country, the day, and the money; not of the number itself, whose budget is kept for codes."""
    anybody = Client()
    yield limits.charge("sends.prefix", rules, numbers.prefix(number), anybody)
    yield limits.charge("sends.country", rules, numbers.look_up(number).country if number else "", anybody)
    yield limits.charge("sends.tenant", rules, "", anybody)
    yield replace(limits.charge("sends.money", rules, "", anybody), amount=rules.sms_price)
