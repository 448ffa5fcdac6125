"""Use a one-time link: set a password and an authenticator, together and once. Looking uses nothing up (COD-10)."""

from dataclasses import dataclass

from keyback.app import clock, new_password
from keyback.app.counters import clear_sign_in
from keyback.app.drawn import Drawn
from keyback.app.house import House
from keyback.app.perform import perform
from keyback.app.policy import standing
from keyback.app.reset.scene import account_of
from keyback.app.setup.issue import METHOD, link_key
from keyback.core.effects import Effect, EndSessions, TellPerson
from keyback.core.errors import Invalid, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.policy import Limits, Notifications, Passwords, Policy
from keyback.core.ports import Charge, Credential, Registration, SetupLink, Tools, Unit
from keyback.core.rules import limits, password
from keyback.core.rules.limits import Client
from keyback.core.types import Enrolment, Instant, Person

MESSAGES = {
    "setup.dead": "This link no longer works.",
    "setup.wrong_code": "This code is not right. Enter the one that the app shows now.",
    "setup.not_accepted": "Nothing was set yet. Please look at this:",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form sends."""

    new: str
    again: str
    code: str
    source: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An open link: whose it is, and the authenticator that it offers."""

    person: Person
    registration: Registration
    passwords: Passwords
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class _Open:
    link: SetupLink
    person: Person
    policy: Policy
    contacts: tuple[str, ...]
    credential: Credential | None


class WrongCode(Invalid):
    """The authenticator's code was not right."""


def look(house: House, token: str) -> Seen:
    """What the page shows. Raises `NotFound` for every link that opens nothing, whatever the reason."""
    with house.store.reading() as unit:
        opened = _open(house, unit, token)
    registration = _registration(house, opened)
    return Seen(opened.person, registration, opened.policy.passwords, opened.link.expires_at)


def use(house: House, token: str, wanted: Wanted) -> None:
    """Set both. Raises `NotFound`, `WrongCode`, or `Invalid` with everything that is wrong with the password."""
    _charge(house, token)
    with house.store.reading() as unit:
        opened = _open(house, unit, token)
        clock.check(unit, house.methods[METHOD])
    step = house.methods[METHOD].register_check(_registration(house, opened), wanted.code, _tools(house))
    mistakes = _mistakes(house, opened, wanted)
    if step is None:
        raise WrongCode(say("setup.wrong_code"), mistakes)
    with house.store.writing() as unit:
        unit.throttles.give_back(_limit(house, token))
    mistakes = mistakes or new_password.used_before(house, opened.policy.passwords, opened.credential, wanted.new)
    if mistakes:
        raise Invalid(say("setup.not_accepted"), mistakes)
    encoded = house.hasher.hash(password.prepare(wanted.new))
    with house.store.writing() as unit:
        _write(house, unit, _Ready(link_key(house, token), opened, encoded, step, wanted.source))
    house.kick("email")


def _open(house: House, unit: Unit, token: str) -> _Open:
    link = unit.links.alive(link_key(house, token), unit.now)
    person = unit.people.by_id(link.person, unit.now) if link else None
    if link is None or person is None or not person.enabled:
        raise NotFound(say("setup.dead"))
    in_force = unit.policies.in_force()
    policy = in_force.policy if in_force else Policy()
    contacts = tuple(contact.value for contact in unit.people.contacts(person.id))
    return _Open(link, person, policy, contacts, unit.people.credential(person.id, policy.passwords.history))


def _registration(house: House, opened: _Open) -> Registration:
    drawn = Drawn(opened.link.secret, house.random)
    return house.methods[METHOD].register_begin(opened.person.upn, house.tenant_name, drawn, house.hasher)


def _tools(house: House) -> Tools:
    def bound_mac(value: bytes) -> bytes:
        return house.sealer.mac("setup-code", value)

    return Tools(house.clock.now(), house.random, house.hasher, bound_mac, 0, "")


def _limit(house: House, token: str) -> Charge:
    return limits.charge("setup.wrong", Limits(), link_key(house, token).hex(), Client())


def _charge(house: House, token: str) -> None:
    """THR-1: a try is charged before it is judged; after the tenth wrong one the link is dead."""
    with house.store.writing() as unit:
        _open(house, unit, token)
        spent = unit.throttles.charge(_limit(house, token), unit.now) is not None
        if spent:
            unit.links.use(link_key(house, token), unit.now)
    if spent:
        raise NotFound(say("setup.dead"))


def _mistakes(house: House, opened: _Open, wanted: Wanted) -> tuple[Text, ...]:
    rules = opened.policy.passwords
    found = new_password.mistakes(house, rules, new_password.about(opened.person, opened.contacts), wanted.new)
    return (*found, *new_password.typed_twice(wanted.new, wanted.again))


@dataclass(frozen=True, slots=True)
class _Ready:
    key: bytes
    opened: _Open
    encoded: str
    step: int
    source: str


def _write(house: House, unit: Unit, ready: _Ready) -> None:
    """Everything again, then everything at once (RAC-2, COD-4)."""
    unit.people.hold(ready.opened.person.id)
    person = unit.people.by_id(ready.opened.person.id, unit.now)
    if person is None or unit.links.alive(ready.key, unit.now) is None or not unit.links.use(ready.key, unit.now):
        raise NotFound(say("setup.dead"))
    new_password.still_judged(ready.opened.policy.passwords, unit.policies.in_force())
    values: dict[str, str | int] = {"when_at": unit.now, "source": ready.source}
    effects: list[Effect] = [
        EndSessions(person.id, "one-time link"), TellPerson(person.id, "notice.password_reset", values),
    ]  # fmt: skip
    perform(unit, effects, Notifications())
    new_password.put(unit, person, ready.encoded, ready.opened.credential)
    enrolment = Enrolment(
        house.random.id(), METHOD, person.id, ready.opened.link.secret, person.upn, 0, ready.step, unit.now
    )
    unit.people.replace_enrolments(enrolment, unit.now)
    for known in (True, False):
        clear_sign_in(unit, Limits(), account_of(house, person.canonical), Client(known))
    standing.refresh(unit, person.id, house.methods.values())
    purpose = ready.opened.link.purpose
    unit.audit(Event(Activity.SETUP_LINK_USED, person.id, person.id, "success", purpose, source=ready.source))
    unit.audit(Event(Activity.OWN_METHOD_ADDED, person.id, person.id, "success", METHOD, source=ready.source))
