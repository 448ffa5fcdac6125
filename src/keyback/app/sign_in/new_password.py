"""A new password for somebody who is signed in or on the way there: because the old one was initial, temporary or expired,
or because they want another. Judged as in a reset; hashed outside; then everything at once (RAC-2, SES-3)."""

from dataclasses import dataclass, replace

from keyback.app import new_password
from keyback.app.house import House
from keyback.app.known import remember
from keyback.app.new_password import Judged
from keyback.app.perform import perform
from keyback.app.sign_in import typed
from keyback.app.sign_in.agenda import waiting
from keyback.app.sign_in.arriving import onward
from keyback.app.sign_in.fresh import require_again
from keyback.app.sign_in.seat import Seat, Unseated, Visit, move, seat, with_info
from keyback.core.effects import TellPerson
from keyback.core.errors import Invalid, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Passwords
from keyback.core.ports import Credential, Session, SessionKind, Unit
from keyback.core.rules import password
from keyback.core.rules.interrupts import Interrupt
from keyback.core.types import DirectoryKind

MESSAGES = {
    "change.not_accepted": "This password cannot be used yet:",
    "change.elsewhere": "Your password is kept in your organisation's own network, so it is changed there: on your work computer, "
    "press Ctrl, Alt and Delete together and choose “Change a password”.",
    "change.wait": "You have tried many new passwords. Try again at {again_at}.",
    "seat.no_need": "No new password is needed now.",
}

INTERRUPTED, PORTAL = SessionKind.INTERRUPTED, SessionKind.PORTAL


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form sends."""

    visit: Visit
    new: str
    again: str
    current: str = ""
    """Only where a known password is changed."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What the browser's cookies hold from now on."""

    session: str
    known: str


class Elsewhere(Refused):
    """The password does not live here."""


@dataclass(frozen=True, slots=True)
class _Ready:
    encoded: str
    before: Credential | None
    rules: Passwords
    """By which it was judged."""


def must(house: House, wanted: Wanted) -> Changed:
    """In place of an initial, temporary or expired one: the old one is spent now, not when it was typed (decisions 21).
    Raises `Invalid` with every reason; `Unseated` where none is asked for."""
    return _set(house, wanted, needed_now(house, wanted.visit))


def change(house: House, wanted: Wanted) -> Changed:
    """In place of a known one. Raises `NotFresh`, `WrongPassword`, `TooMany`, `Invalid`, `Elsewhere`."""
    at = open_to_change(house, wanted.visit)
    typed.give_back(house, typed.check(house, wanted.visit, wanted.current, PORTAL))
    return _set(house, wanted, at)


def needed_now(house: House, visit: Visit) -> Seat:
    """Who must choose a new one now. Raises `Unseated` where nobody must."""
    with house.store.reading() as unit:
        return _needed(house, unit, visit)


def open_to_change(house: House, visit: Visit) -> Seat:
    """Who may change a known one now. Raises `Elsewhere`, `NotFresh`."""
    with house.store.reading() as unit:
        return _may_change(house, unit, visit)


def judge(house: House, visit: Visit, new: str) -> Judged:
    """While it is typed. Costs no hashing and changes nothing."""
    with house.store.reading() as unit:
        at = with_info(unit, seat(house, unit, visit, INTERRUPTED, PORTAL))
    return new_password.while_typed(house, at.policy.policy.passwords, _about(at), new)


def _about(at: Seat) -> password.Context:
    return new_password.about(at.person, [contact.value for contact in at.info.contacts])


def _needed(house: House, unit: Unit, visit: Visit) -> Seat:
    at = with_info(unit, seat(house, unit, visit, INTERRUPTED))
    if waiting(house, unit, at) is not Interrupt.PASSWORD:
        raise Unseated(say("seat.no_need"))
    return at


def _may_change(house: House, unit: Unit, visit: Visit) -> Seat:
    at = with_info(unit, seat(house, unit, visit, PORTAL))
    if at.person.directory is not DirectoryKind.CLOUD:
        raise Elsewhere(say("change.elsewhere"))
    require_again(house, at)
    return at


def _set(house: House, wanted: Wanted, at: Seat) -> Changed:
    rules = at.policy.policy.passwords
    differs = replace(rules, history=max(1, rules.history))  # the present one again would be no new one
    wrong = new_password.mistakes(house, rules, _about(at), wanted.new)
    wrong += new_password.typed_twice(wanted.new, wanted.again)
    before = None if wrong else _before(house, at, differs.history)
    wrong = wrong or new_password.used_before(house, differs, before, wanted.new)
    if wrong:
        raise Invalid(say("change.not_accepted"), wrong)
    ready = _Ready(house.hasher.hash(password.prepare(wanted.new)), before, rules)
    with house.store.writing() as unit:
        unit.people.hold(at.person.id)
        look = _needed if at.session.kind is INTERRUPTED else _may_change
        changed = _write(house, unit, look(house, unit, wanted.visit), ready)
    house.kick("email")
    return changed


def _before(house: House, at: Seat, history: int) -> Credential | None:
    """What the new one is compared with; charged first, because that costs hashing (THR-1)."""
    with house.store.writing() as unit:
        again = unit.throttles.charge(at.asker.charge("passwords.tried", at.account), unit.now)
        before = unit.people.credential(at.person.id, history)
    if again is not None:
        raise TooMany(say("change.wait", again_at=again), again)
    return before


def _write(house: House, unit: Unit, at: Seat, ready: _Ready) -> Changed:
    """Session and pass in hand live on in the account's new generation (decisions 20)."""
    person, session = at.person, at.session
    new_password.still_judged(ready.rules, at.policy)
    told = TellPerson(person.id, "notice.password_changed", {"when_at": unit.now, "source": at.visit.source})
    perform(unit, [told], at.policy.policy.notifications)
    generation = new_password.put(unit, person, ready.encoded, ready.before)
    unit.guesses.forget(at.account)
    if session.access_pass:
        unit.passes.renew(session.access_pass, generation)
    source, ended = at.visit.source, unit.sessions.end_others(person.id, session.id)
    why = "required" if session.kind is INTERRUPTED else "wanted"
    unit.audit(Event(Activity.PASSWORD_CHANGED, person.id, person.id, "success", why, session.id, source))
    if ended:
        unit.audit(Event(Activity.SESSIONS_ENDED, person.id, person.id, "success", "password", session.id, source))
    token = move(house, unit, at, _after(house, unit, at, generation))
    return Changed(token, remember(house, at.visit.known, at.account, generation))


def _after(house: House, unit: Unit, at: Seat, generation: int) -> Session:
    renewed = replace(at.session, generation=generation)
    if at.session.kind is PORTAL:
        return replace(renewed, password_at=unit.now)
    return onward(house, unit, at, renewed, unit.people.credential(at.person.id, 0))
