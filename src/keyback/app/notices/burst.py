"""Many failed attempts at one account: told once, when the budget of its day is used up and closes (AUD-7, THR-14)."""

from collections.abc import Mapping

from keyback.app.notices.channels import EMAIL, SMS, addresses_of, channels_of, may_text, mobiles_of, reach
from keyback.app.perform import MOST_ADMINISTRATORS, NOTICE_LIFE, NOTICE_URGENCY
from keyback.app.reset.scene import Scene
from keyback.core.events import Activity, Event
from keyback.core.journey import audit_target
from keyback.core.policy import Limits
from keyback.core.ports import Outgoing, Unit
from keyback.core.rules import limits, roles
from keyback.core.rules.limits import Client
from keyback.core.types import NOBODY, Person

PERSON, ADMINISTRATORS = "notice.failure_burst", "notice.failure_burst_admin"
ROWS = 3
"""Mails for everybody, so that nobody's number of addresses shows in the work; those too many go nowhere (ENU-2)."""
Values = Mapping[str, str | int]


def burst(unit: Unit, scene: Scene, count: int) -> bool:
    """Note it and tell those who are to hear of it; whether the person was told. The wrong answer that closes the budget comes
    once in each pause, because further ones are refused before they are looked at."""
    journey, person = scene.journey, scene.person or NOBODY
    until = unit.throttles.paused_until(scene.charge("failures.account", journey.account))
    about: dict[str, str | int] = {"count": count, "when_at": unit.now, "until_at": until, "source": journey.source}
    who = audit_target(journey.subject)
    unit.audit(Event(
        Activity.FAILURE_BURST, "", who, "success", "", journey.id, journey.source, {"count": count, "until_at": until}
    ))  # fmt: skip
    chosen = channels_of(PERSON, scene.policy.policy.notifications)
    if not chosen:
        return False
    _tell_person(unit, person, {**about, "user_id": person.upn}, chosen)
    if unit.throttles.charge(limits.charge("notices.burst", Limits(), "", Client()), unit.now) is None:
        _tell_administrators(unit, person, about, chosen)
    return True


def _tell_person(unit: Unit, person: Person, values: Values, chosen: tuple[str, ...]) -> None:
    """The same rows for nobody."""
    contacts = unit.people.contacts(person.id)
    to: list[tuple[str, str]] = []
    if SMS in chosen:
        number = next(iter(mobiles_of(contacts)), "")
        to.append((SMS, number if may_text(unit, number) else ""))
    mails = addresses_of(person, contacts) if EMAIL in chosen or not any(number for _, number in to) else []
    to += [(EMAIL, address) for address in (mails + [""] * ROWS)[:ROWS]]
    for channel, address in to:
        _put(unit, Outgoing(channel, PERSON, values, address, person.language))


def _tell_administrators(unit: Unit, person: Person, about: Values, chosen: tuple[str, ...]) -> None:
    """About somebody who exists; the same rows otherwise. Whom it is about is told as a person."""
    values = {**about, "who": person.upn, "person": person.id}
    for holder in unit.people.holders(roles.GLOBAL, MOST_ADMINISTRATORS):
        administrator = unit.people.by_id(holder, unit.now)
        for channel, to in reach(unit, administrator, chosen, 1) if administrator else ():
            wanted = bool(person.id) and holder != person.id
            _put(
                unit,
                Outgoing(
                    channel,
                    ADMINISTRATORS,
                    values,
                    to if wanted else "",
                    administrator.language if administrator else "",
                ),
            )


def _put(unit: Unit, message: Outgoing) -> None:
    unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)
