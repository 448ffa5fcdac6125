"""The only interpreter of effects: carries out, inside the unit of work, what core asked for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from keyback.app.notices.channels import addresses_of, channels_of, reach
from keyback.app.outbox.templates import ABOUT_PASSWORD, TEMPLATES
from keyback.core.effects import Audit, Effect, EndSessions, TellAdministrators, TellPerson
from keyback.core.events import Activity, Event
from keyback.core.policy import Notifications
from keyback.core.ports import Objection, Outgoing, Unit
from keyback.core.rules import roles
from keyback.core.types import DAY, Person

NOTICE_URGENCY = 5
CODE_URGENCY = 0
NOTICE_LIFE = 3 * DAY
"""How long a notice keeps trying (F14)."""
OBJECTION_LIFE = 7 * DAY
"""How long the link "this was not me" works (decisions 16)."""
MOST_ADMINISTRATORS = 100


def perform(unit: Unit, effects: Iterable[Effect], notifications: Notifications) -> None:
    """Carry out the effects. Notices read the addresses as they are now, so perform them before changing any."""
    for effect in effects:
        match effect:
            case Audit(event):
                unit.audit(event)
            case EndSessions(person, why, correlation):
                unit.sessions.end_all(person)
                unit.audit(Event(Activity.SESSIONS_ENDED, person, person, "success", why, correlation))
            case TellPerson():
                _tell_person(unit, effect, notifications)
            case TellAdministrators():
                if notifications.notify_admins:
                    _tell_administrators(unit, effect, channels_of(effect.notice, notifications))
            case _:
                assert_never(effect)


def notice_addresses(unit: Unit, person: Person) -> list[str]:
    """All confirmed mail addresses and the directory's primary one; the user ID if there is none (NOT-1)."""
    return addresses_of(person, unit.people.contacts(person.id))


def _tell_person(unit: Unit, effect: TellPerson, notifications: Notifications) -> None:
    person = unit.people.by_id(effect.person, unit.now)
    if person is None:
        return
    if notifications.notify_users or roles.is_administrator(person.roles):  # never silent about themselves (NOT-5)
        send_notice(unit, person, effect, reach(unit, person, channels_of(effect.notice, notifications)))


def send_notice(unit: Unit, person: Person, told: TellPerson, recipients: Iterable[tuple[str, str]]) -> None:
    """One message to each recipient, a channel and an address or number. All mails have the one link "this was not
    me" of this event, if such a notice has one at all; text messages have no link (SND-9)."""
    values: Mapping[str, str | int] = {"user_id": person.upn, **told.values}
    to = list(dict.fromkeys(recipients))
    mailed = values
    if TEMPLATES[told.notice].can_be_objected and any(channel == "email" for channel, _ in to):
        mailed = {**values, "objection": _objection(unit, person, told)}
    for channel, recipient in to:
        message = Outgoing(channel, told.notice, mailed if channel == "email" else values, recipient, person.language)
        unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)


def _objection(unit: Unit, person: Person, told: TellPerson) -> str:
    about_password, until = told.notice in ABOUT_PASSWORD, unit.now + OBJECTION_LIFE
    return unit.incidents.issue(Objection(person.id, told.notice, about_password, told.correlation, unit.now, until))


def _tell_administrators(unit: Unit, effect: TellAdministrators, channels: Sequence[str]) -> None:
    """At the primary address, and at one confirmed mobile where text messages were chosen."""
    about = unit.people.by_id(effect.about, unit.now)
    values = {"who": about.upn if about else effect.about, **effect.values}
    for holder in unit.people.holders(roles.GLOBAL, MOST_ADMINISTRATORS):
        administrator = unit.people.by_id(holder, unit.now) if holder != effect.about else None
        for channel, to in reach(unit, administrator, channels, 1) if administrator else ():
            message = Outgoing(channel, effect.notice, values, to, administrator.language if administrator else "")
            unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)
