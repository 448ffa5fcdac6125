"""A person's addresses and numbers, changed by an administrator."""

from collections.abc import Mapping

from keyback.app.incidents.care import a_reason
from keyback.app.people.ending import end_all, end_unproven
from keyback.app.people.finding import find_for
from keyback.app.people.ports import Work
from keyback.app.people.telling import METHOD_CHANGED, shown, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import NewContact, Unit
from keyback.core.rules import numbers
from keyback.core.rules.identifiers import canonical_mail, canonical_number
from keyback.core.rules.roles import Permission
from keyback.core.types import Contact, ContactKind, Person

MESSAGES: Mapping[str, str] = {
    "people.not_an_address": "{value} is not a mail address.",
    "people.not_a_number": "{value} is not a phone number that can exist. Write it with its country: +49 30 1234567.",
    "people.contact_there": "The person has this contact already.",
    "people.contact_unknown": "The person has no contact {contact}.",
    "people.contact_confirmed": "This contact is confirmed already.",
    "people.contact_notices_only": "The directory's own address serves notices only; it cannot be confirmed.",
}

BY_ADMINISTRATOR = "admin"


def canonical_contact(kind: ContactKind, value: str, region: str) -> str:
    """As it is kept. Raises `Invalid`."""
    if kind in {ContactKind.EMAIL, ContactKind.PRIMARY}:
        address = canonical_mail(value)
        if address is None:
            raise Invalid(say("people.not_an_address", value=value[:100]))
        return address
    number = canonical_number(value, region)
    if number is None or not number.possible:
        raise Invalid(say("people.not_a_number", value=value[:100]))
    refused = numbers.look_up(number.e164).refused
    if refused:
        raise Invalid(say(refused))
    return number.e164


def add_contact(work: Work, user_id: str, kind: ContactKind, value: str, *, vouched_by: str = "") -> str:
    """The new contact's id. `vouched_by`: who said that it is theirs; then nothing waits (decisions 17).

    Raises `NotFound`, `Invalid`, `Conflict` (the person has it).
    """
    form = canonical_contact(kind, value, work.house.region)
    if vouched_by and kind is ContactKind.PRIMARY:
        raise Invalid(say("people.contact_notices_only"))
    said = a_reason(vouched_by) if vouched_by else ""
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_METHODS)
        tell(unit, person, METHOD_CHANGED, f"+ {shown(kind, form)}")
        new = _new(work, unit, person, (kind, form), said)
        if said and kind is ContactKind.MOBILE:
            end_unproven(unit, person.id, work.actor)
        details: dict[str, str | int] = {"kind": kind.value, "confirmed": int(bool(said)), "vouched_by": said}
        _finish(work, unit, person, Activity.METHOD_ADDED, details)
    work.house.kick("email")
    return new


def change_contact(work: Work, user_id: str, contact: str, value: str, vouched_by: str) -> str:
    """Another value in the place of one, at once: the id of the new one. Its owner is told at the old one, too.

    Raises `NotFound`, `Invalid`, `Conflict`.
    """
    said = a_reason(vouched_by)
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_METHODS)
        old = _contact(unit, person, contact)
        form = canonical_contact(old.kind, value, work.house.region)
        tell(unit, person, METHOD_CHANGED, shown(old.kind, form), [old])
        new = _new(work, unit, person, (old.kind, form), said if old.kind is not ContactKind.PRIMARY else "")
        unit.info.replace(old.id, new)
        if old.preferred:
            unit.info.prefer_contact(person.id, new)
        end_all(unit, person)
        _finish(work, unit, person, Activity.METHOD_CHANGED, {"kind": old.kind.value, "vouched_by": said})
    _kick(work)
    return new


def confirm_contact(work: Work, user_id: str, contact: str, why: str) -> None:
    """The administrator vouches for a hint; `why`, who said so, stands beside it and in the audit log.

    Raises `NotFound`, `Conflict`, `Invalid`.
    """
    said = a_reason(why)
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_METHODS)
        one = _contact(unit, person, contact)
        if one.kind is ContactKind.PRIMARY:
            raise Invalid(say("people.contact_notices_only"))
        if one.confirmed_at is not None:
            raise Conflict(say("people.contact_confirmed"))
        tell(unit, person, METHOD_CHANGED, f"+ {shown(one.kind, one.value)}", [one])
        unit.info.confirm(one.id, BY_ADMINISTRATOR, unit.now, said)
        if one.kind is ContactKind.MOBILE:
            end_unproven(unit, person.id, work.actor)
        details: dict[str, str | int] = {"kind": one.kind.value, "confirmed": 1, "vouched_by": said}
        _finish(work, unit, person, Activity.METHOD_ADDED, details)
    _kick(work)


def remove_contact(work: Work, user_id: str, contact: str) -> None:
    """For good; the owner is told there, too. Raises `NotFound`."""
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_METHODS)
        one = _contact(unit, person, contact)
        tell(unit, person, METHOD_CHANGED, f"- {shown(one.kind, one.value)}", [one])
        unit.info.remove_contact(one.id)
        end_all(unit, person)
        _finish(work, unit, person, Activity.METHOD_REMOVED, {"kind": one.kind.value})
    _kick(work)


def _new(work: Work, unit: Unit, person: Person, what: tuple[ContactKind, str], said: str) -> str:
    kind, form = what
    if any(one.kind is kind and one.value == form for one in unit.people.contacts(person.id)):
        raise Conflict(say("people.contact_there"))
    identity = work.house.random.id()
    how = BY_ADMINISTRATOR if said else ""
    unit.info.add_contacts([NewContact(identity, person.id, kind, form, how, unit.now, said)])
    return identity


def _kick(work: Work) -> None:
    """A contact that goes is told where it is."""
    for channel in ("email", "sms"):
        work.house.kick(channel)


def _contact(unit: Unit, person: Person, contact: str) -> Contact:
    """By id, or by enough of its beginning."""
    found = [one for one in unit.people.contacts(person.id) if contact and one.id.startswith(contact)]
    if len(found) != 1:
        raise NotFound(say("people.contact_unknown", contact=contact[:40]))
    return found[0]


def _finish(work: Work, unit: Unit, person: Person, activity: Activity, details: Mapping[str, str | int]) -> None:
    refresh(unit, person.id, work.house.methods.values())
    unit.audit(Event(activity, work.actor, person.id, "success", details=details))
