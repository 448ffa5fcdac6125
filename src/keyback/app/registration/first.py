"""The first proof of somebody who has registered nothing: a code to a contact that the organisation holds (decisions 19,
REG-2). A stolen first password alone registers nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.people.telling import METHOD_CHANGED, shown, tell
from keyback.app.perform import perform
from keyback.app.registration.adding import CONFIRMED_HOW, counts_from
from keyback.app.registration.completing import proven, settled
from keyback.app.registration.opening import held, needs_first, ready, shut
from keyback.app.sign_in.fresh import NotFresh, password_is_fresh
from keyback.app.sign_in.proving import For, Heard, Passed, Question, ask, new_one, reply
from keyback.app.sign_in.seat import Seat, Visit, duty_of
from keyback.core.effects import TellAdministrators
from keyback.core.errors import NotFound, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Method, Session, Unit
from keyback.core.rules import limits, numbers, offer
from keyback.core.rules.limits import Client
from keyback.core.types import Contact, ContactKind

MESSAGES = {
    "first.gone": "No code can be sent there. Please choose another.",
    "first.password": "Please enter your password again first.",
}


@dataclass(frozen=True, slots=True)
class Known:
    """Where a code may be sent, and how."""

    contact: Contact
    method: Method


def known(house: House, at: Seat) -> tuple[Known, ...]:
    """Contacts that an administrator or the directory holds, hints and the primary address included; none that opens
    with the password itself."""
    return tuple(_known(house, at))


def _known(house: House, at: Seat) -> Iterator[Known]:
    for one in at.info.contacts:
        mail = one.kind in {ContactKind.EMAIL, ContactKind.PRIMARY}
        kind = ContactKind.EMAIL if mail else one.kind
        method = next((each for each in house.methods.values() if each.contact_kind is kind), None)
        waits = one.usable_from > at.now  # a file brought it in the place of another, which serves meanwhile
        if method is not None and not waits and _may_prove(at, one, method, mail=mail):
            yield Known(one, method)


def _may_prove(at: Seat, one: Contact, method: Method, *, mail: bool) -> bool:
    policy = at.policy.policy
    if mail:
        return not offer.opens_with_lost_password(at.person, policy, one.value)
    allowed = numbers.may_be_messaged(one.value, policy.numbers.allowed_countries)
    return allowed and offer.method_for(at.person, policy, method.name)


def begin(house: House, visit: Visit, contact: str) -> None:
    """Send a code there. Raises `NotFound`, `NotFresh` (the password was too long ago), `TooMany`."""
    with house.store.writing() as unit:
        at = held(house, unit, visit)
        there = next((one for one in known(house, at) if one.contact.id == contact), None)
        if there is None or not needs_first(house, at) or shut(unit, at) is not None:
            raise NotFound(say("first.gone"))
        if not password_is_fresh(at):
            raise NotFresh(say("first.password"))
        value = there.contact.value.encode()
        one = new_one(there.method, at.person.id, value)
        opened = ask(house, unit, at, Question(For.FIRST, there.method, [one], value, label=contact))
    if isinstance(opened, TooMany):
        raise opened
    house.kick(opened)


def answer(house: House, heard: Heard) -> str:
    """The code came back: it is its owner, and the contact is registered. Errors as `proving.reply`."""

    def then(unit: Unit, at: Seat, passed: Passed) -> Session:
        if not password_is_fresh(at):
            raise NotFresh(say("first.password"))
        value = passed.challenge.payload.decode()
        there = next((one.contact for one in known(house, at) if one.contact.id == passed.challenge.enrolment), None)
        if there is None or there.value != value or not needs_first(house, at):
            raise NotFound(say("first.gone"))
        method = house.methods[passed.challenge.method]
        if there.kind is not ContactKind.PRIMARY and there.confirmed_at is None and there.ends_at is None:
            tell(unit, at.person, METHOD_CHANGED, f"+ {shown(there.kind, value)}")
            unit.info.confirm(there.id, CONFIRMED_HOW, counts_from(house, at))
            details = {"method": method.audit_name, "kind": there.kind.value}
            who = at.person.id
            unit.audit(Event(Activity.OWN_METHOD_ADDED, who, who, "success", source=at.visit.source, details=details))
        unit.info.used_contact(there.id)
        return settled(house, unit, at, proven(at, at.session, method.name))

    token = reply(house, heard, For.FIRST, then)
    house.kick("email")
    return token


def impossible(house: House, at: Seat) -> bool:
    """Whether this person can register nothing here: no first proof can be given, or nothing offered would be enough."""
    duty = duty_of(house, at)
    return (duty.asked and not duty.offers) or (needs_first(house, at) and not known(house, at))


def note(house: House, visit: Visit) -> None:
    """Administrators see it, at most once a day for each person."""
    with house.store.writing() as unit:
        at = ready(house, unit, visit)
        who, rules = at.person.id, at.policy.policy
        charge = limits.charge("register.impossible", rules.limits, who, Client())
        if not impossible(house, at) or unit.throttles.charge(charge, unit.now) is not None:
            return
        perform(unit, [TellAdministrators("notice.registration_impossible", {"when_at": unit.now}, who)],
                rules.notifications)  # fmt: skip
        unit.audit(Event(Activity.REGISTRATION_IMPOSSIBLE, who, who, "failure", source=visit.source))
    house.kick("email")
