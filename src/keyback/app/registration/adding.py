"""Something new for oneself: an authenticator, an address, a number, recovery codes. It counts for nothing until its own
code came back; what is being added lies in the question and never changes there (REG-3, REG-4, TOT-4)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from keyback.app.drawn import Drawn
from keyback.app.house import House
from keyback.app.people.contacts import canonical_contact
from keyback.app.people.enrolling import MOST_DEVICES
from keyback.app.people.telling import METHOD_CHANGED, shown, tell
from keyback.app.registration.completing import proven, raised, settled
from keyback.app.registration.opening import held, ready, require
from keyback.app.sign_in.proving import For, Heard, Passed, Question, ask, new_one, packed, reply
from keyback.app.sign_in.seat import Seat, Visit, move, registered
from keyback.core.errors import Invalid, NotFound, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Method, NewContact, NewEnrolment, Registration, Session, SessionChallenge, Unit
from keyback.core.rules import limits, numbers, offer, registration
from keyback.core.rules.limits import Client
from keyback.core.types import Contact, ContactKind, Instant

MESSAGES = {
    "registration.not_offered": "This cannot be registered here. Please choose another way.",
    "registration.not_an_address": "This is not a mail address. Please write it like name@example.org.",
    "registration.not_a_number": "This phone number cannot be used. Please write it with its country: +49 151 2345678.",
    "registration.no_messages": "We do not send messages to numbers of this kind or country. Please use another number or way.",
    "registration.own_mailbox": "This mailbox opens with the password you would be resetting. Please use another one.",
    "registration.yours": "You have registered this already.",
    "registration.too_many": "You have {count} of these already, as many as there may be. Remove one first.",
    "registration.too_often": "That was too often. You can try again at {again_at}.",
    "registration.gone": "What you wanted to change is not there any more.",
}

MOST: Mapping[ContactKind, int] = {ContactKind.MOBILE: 2, ContactKind.EMAIL: 3}
"""Of one kind, for one person (entra-sspr 3.1)."""
CONFIRMED_HOW = "code"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be added. `value`: an address or number; `replaces`: id of the contact in whose place it will stand."""

    visit: Visit
    method: str
    value: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Codes:
    """Shown once. `token`: what the session's cookie holds from now on; empty: as before."""

    codes: tuple[str, ...]
    token: str


def is_set(method: Method) -> bool:
    """Whether it is a set of codes on paper: made, shown once, and not tried out."""
    return method.contact_kind is None and method.slow


def device(house: House, at: Seat, challenge: SessionChallenge) -> Mapping[str, str]:
    """How to show the device that an open question is about: `key` and `uri`."""
    secret = base64.b64decode(challenge.payload)
    method = house.methods[challenge.method]
    return method.register_begin(at.person.upn, house.tenant_name, Drawn(secret, house.random), house.hasher).show


def begin(house: House, wanted: Wanted) -> None:
    """Open the question. Raises `Invalid`, `NotFound`, `TooMany`, and what `opening.require` does."""
    with house.store.writing() as unit:
        at = held(house, unit, wanted.visit)
        require(house, unit, at)
        method = _method(house, at, wanted.method)
        opened: TooMany | str | None = _too_often(unit, at) if method.contact_kind else None
        if opened is None:
            opened = ask(house, unit, at, _question(house, at, method, wanted))
        else:
            _note(unit, at, Activity.OWN_CODE_SENT, {"method": method.audit_name}, "failure")
    _sent(house, opened)


def again(house: House, visit: Visit) -> None:
    """Another code to the same place, for what is being registered. Raises `NotFound`, `TooMany`, and for something new
    what `opening.require` does."""
    with house.store.writing() as unit:
        at = held(house, unit, visit)
        before = unit.session_challenges.open(at.session.id)
        if before is None or before.purpose not in {For.ADD, For.FIRST} or not before.destination:
            raise NotFound(say("proving.dead"))
        if before.purpose == For.ADD:
            require(house, unit, at)
        method = house.methods[before.method]
        there = [new_one(method, at.person.id, before.payload)]
        question = Question(For(before.purpose), method, there, before.payload, before.replaces, before.enrolment)
        opened = ask(house, unit, at, question)
    _sent(house, opened)


def answer(house: House, heard: Heard) -> str:
    """Its own code came back: it is registered. What the session's cookie holds from now on; errors as
    `proving.reply`."""

    def then(unit: Unit, at: Seat, passed: Passed) -> Session:
        require(house, unit, at)
        challenge, method = passed.challenge, _method(house, at, passed.challenge.method)
        usable_from = counts_from(house, at)
        session = at.session
        if method.contact_kind is None:
            _add_device(house, unit, at, passed, usable_from)
        else:
            session = _add_contact(house, unit, at, challenge, usable_from)
        return settled(house, unit, at, proven(at, session, method.name))

    token = reply(house, heard, For.ADD, then)
    house.kick("email")
    return token


def codes(house: House, visit: Visit) -> Codes:
    """Ten fresh recovery codes in place of all before; hashed outside of any transaction."""
    with house.store.writing() as unit:  # looked at and charged first, because it costs ten hashes
        at = ready(house, unit, visit)
        require(house, unit, at)
        refused = _too_often(unit, at)
    if refused is not None:
        raise refused
    method = next((one for one in house.methods.values() if is_set(one)), None)
    if method is None:
        raise NotFound(say("registration.not_offered"))
    made = method.register_begin(at.person.upn, house.tenant_name, house.random, house.hasher)
    with house.store.writing() as unit:
        token = _put_codes(house, unit, held(house, unit, visit), (method, made))
    house.kick("email")
    return Codes(tuple(made.show["codes"].splitlines()), token)


def counts_from(house: House, at: Seat) -> Instant:
    """From when something counts for a reset that is added now (decisions 17)."""
    proofs = [one.proof for one in registered(house, at) if one.enrolment.ends_at is None]
    return registration.usable_from(at.person, at.policy.policy, proofs, at.now)


def may_have_more(house: House, at: Seat, name: str) -> bool:
    """Whether there is room for one more of this method."""
    method = house.methods[name]
    if method.contact_kind is None:
        return is_set(method) or sum(one.method == name for one in at.info.enrolments) < MOST_DEVICES
    return len(_of_kind(at, method.contact_kind)) < MOST.get(method.contact_kind, 0)


def _sent(house: House, opened: TooMany | str) -> None:
    if isinstance(opened, TooMany):
        raise opened
    if opened:
        house.kick(opened)


def _of_kind(at: Seat, kind: ContactKind) -> list[Contact]:
    there = (one for one in at.info.contacts if one.kind is kind and one.ends_at is None)
    return [one for one in there if one.confirmed_at is not None]


def _method(house: House, at: Seat, name: str) -> Method:
    if name not in house.methods or not offer.method_for(at.person, at.policy.policy, name):
        raise NotFound(say("registration.not_offered"))
    return house.methods[name]


def _too_often(unit: Unit, at: Seat) -> TooMany | None:
    charge = limits.charge("register.hour", at.policy.policy.limits, at.person.id, Client())
    again_at = unit.throttles.charge(charge, unit.now)
    return None if again_at is None else TooMany(say("registration.too_often", again_at=again_at), again_at)


def _question(house: House, at: Seat, method: Method, wanted: Wanted) -> Question:
    if is_set(method):
        raise NotFound(say("registration.not_offered"))
    if method.contact_kind is None:
        if not may_have_more(house, at, method.name):
            raise Invalid(say("registration.too_many", count=MOST_DEVICES))
        made = method.register_begin(at.person.upn, house.tenant_name, house.random, house.hasher)
        payload = packed(made.secrets)
        return Question(For.ADD, method, [new_one(method, at.person.id, payload)], payload, label=made.label)
    payload = _value(house, at, method.contact_kind, wanted).encode()
    return Question(For.ADD, method, [new_one(method, at.person.id, payload)], payload, wanted.replaces)


def _value(house: House, at: Seat, kind: ContactKind, wanted: Wanted) -> str:
    """In canonical form. Who else has it is never looked at (REG-7, ENU-8)."""
    try:
        value = canonical_contact(kind, wanted.value, house.region)
    except Invalid:
        mail = kind is ContactKind.EMAIL
        raise Invalid(say("registration.not_an_address" if mail else "registration.not_a_number")) from None
    _must_reach(at, kind, value)
    mine = _of_kind(at, kind)
    if any(one.value == value for one in mine):
        if wanted.replaces or at.person.upkeep.again_at is None:
            raise Invalid(say("registration.yours"))
    elif wanted.replaces:
        _replaced(at, kind, wanted.replaces)
    elif len(mine) >= MOST[kind]:
        raise Invalid(say("registration.too_many", count=len(mine)))
    return value


def _must_reach(at: Seat, kind: ContactKind, value: str) -> None:
    """Raises `Invalid` where no code could be sent, or where it would prove nothing (decisions 5)."""
    policy = at.policy.policy
    if kind is ContactKind.EMAIL:
        if offer.opens_with_lost_password(at.person, policy, value):
            raise Invalid(say("registration.own_mailbox"))
    elif not numbers.may_be_messaged(value, policy.numbers.allowed_countries):
        raise Invalid(say("registration.no_messages"))


def _replaced(at: Seat, kind: ContactKind, contact: str) -> Contact:
    there = (one for one in at.info.contacts if one.id == contact and one.kind is kind and one.ends_at is None)
    found = next(there, None)
    if found is None:
        raise NotFound(say("registration.gone"))
    return found


def _add_device(house: House, unit: Unit, at: Seat, passed: Passed, usable_from: Instant) -> None:
    method = house.methods[passed.challenge.method]
    if not may_have_more(house, at, method.name):
        raise Invalid(say("registration.too_many", count=MOST_DEVICES))
    tell(unit, at.person, METHOD_CHANGED, f"+ {method.audit_name}")
    unit.info.add_enrolments([
        NewEnrolment(house.random.id(), at.person.id, method.name, base64.b64decode(passed.challenge.payload),
                     passed.challenge.enrolment, 0, passed.right.counter or 0, usable_from)
    ])  # fmt: skip
    _note(unit, at, Activity.OWN_METHOD_ADDED, {"method": method.audit_name})


def _add_contact(house: House, unit: Unit, at: Seat, challenge: SessionChallenge, usable_from: Instant) -> Session:
    method = house.methods[challenge.method]
    kind, value = method.contact_kind or ContactKind.EMAIL, challenge.payload.decode()
    old = _replaced(at, kind, challenge.replaces) if challenge.replaces else None
    there = [one for one in at.info.contacts if one.kind is kind and one.value == value and one.ends_at is None]
    hint = next((one for one in there if one.confirmed_at is None and one != old), None)
    tell(unit, at.person, METHOD_CHANGED, f"{'' if old else '+ '}{shown(kind, value)}", [old] if old else [])
    mine = next((one for one in there if one.confirmed_at is not None), None)
    if mine is not None:
        unit.info.confirm_again(mine.id)
    elif hint is not None:
        unit.info.confirm(hint.id, CONFIRMED_HOW, usable_from)
    else:
        if old is None and len(_of_kind(at, kind)) >= MOST[kind]:
            raise Invalid(say("registration.too_many", count=MOST[kind]))
        new = house.random.id()
        unit.info.add_contacts([NewContact(new, at.person.id, kind, value, CONFIRMED_HOW, usable_from)])
        hint = Contact(new, at.person.id, kind, value, unit.now, CONFIRMED_HOW, usable_from, preferred=False)
    details = {"method": method.audit_name, "kind": kind.value}
    _note(unit, at, Activity.OWN_METHOD_CHANGED if old or mine else Activity.OWN_METHOD_ADDED, details)
    if old is None or hint is None or hint.id == old.id:
        return at.session
    serves_on = old.confirmed_at is not None and usable_from > unit.now
    unit.info.replace(old.id, hint.id, usable_from if serves_on else None)
    return raised(unit, at)


def _put_codes(house: House, unit: Unit, at: Seat, made: tuple[Method, Registration]) -> str:
    require(house, unit, at)
    method, fresh = _method(house, at, made[0].name), made[1]
    usable_from = counts_from(house, at)
    replaced = any(one.method == method.name for one in at.info.enrolments)
    tell(unit, at.person, METHOD_CHANGED, f"{'' if replaced else '+ '}{method.audit_name}")
    unit.info.remove_enrolments(at.person.id, method.name)
    unit.info.add_enrolments([
        NewEnrolment(house.random.id(), at.person.id, method.name, secret, fresh.label, slot, 0, usable_from)
        for slot, secret in enumerate(fresh.secrets)
    ])  # fmt: skip
    activity = Activity.OWN_METHOD_CHANGED if replaced else Activity.OWN_METHOD_ADDED
    _note(unit, at, activity, {"method": method.audit_name})
    session = settled(house, unit, at, proven(at, raised(unit, at) if replaced else at.session, method.name))
    return move(house, unit, at, session)


def _note(unit: Unit, at: Seat, activity: Activity, details: Mapping[str, str], result: str = "success") -> None:
    unit.audit(Event(activity, at.person.id, at.person.id, result, source=at.visit.source, details=dict(details)))
