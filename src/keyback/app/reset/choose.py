"""Page D: the new password. Judged first; then hashed outside; then written in one unit that looks at everything
again (RAC-2, GAT-1, GAT-3)."""

from dataclasses import dataclass, replace

from keyback.app import new_password
from keyback.app.house import House
from keyback.app.known import remember
from keyback.app.reset.completing import forget_counters, hindrance
from keyback.app.reset.scene import Scene, load
from keyback.app.reset.stepping import alive, end_if_over, follow, note
from keyback.app.watch.brake import completed
from keyback.core.errors import Conflict, Invalid
from keyback.core.events import Step
from keyback.core.journey import Choosing, PasswordSet
from keyback.core.messages import say
from keyback.core.policy import Passwords
from keyback.core.ports import Credential, Unit
from keyback.core.rules import password
from keyback.core.types import Person

MESSAGES = {
    "choose.not_accepted": "This password cannot be used yet:",
}


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What the page sends."""

    new: str
    again: str
    version: int
    source: str
    known: str = ""
    """The cookie that says whom this browser knows."""


def choose(house: House, token: str, wanted: NewPassword) -> str:
    """Set the new password; returns what that cookie holds from now on, or nothing where this step did nothing.

    Raises `Invalid` with every reason when it is not acceptable; nothing is spent then.
    """
    with house.store.reading() as unit:
        scene = load(house, unit, token)
        history = scene.policy.policy.passwords.history
        name = scene.person.id if scene.person else ""
        present = unit.people.credential(name, history)
        contacts = [contact.value for contact in unit.people.contacts(name)]
    if not alive(scene, wanted.version) or not isinstance(scene.journey.state, Choosing) or scene.person is None:
        return _stale(house, token)
    rules = scene.policy.policy.passwords
    wrong = new_password.mistakes(house, rules, new_password.about(scene.person, contacts), wanted.new)
    wrong += new_password.typed_twice(wanted.new, wanted.again)
    wrong = wrong or new_password.used_before(house, rules, present, wanted.new)
    if wrong:
        _note_refusal(house, token, wanted.version)
        raise Invalid(say("choose.not_accepted"), wrong)
    encoded = house.hasher.hash(password.prepare(wanted.new))
    return _commit(house, token, wanted, _Ready(name, encoded, present, rules))


@dataclass(frozen=True, slots=True)
class _Ready:
    person: str
    encoded: str
    before: Credential | None
    rules: Passwords
    """By which it was judged."""


def judge_only(house: House, token: str, new: str) -> new_password.Judged | None:
    """While it is typed; None where no new password is asked for. Costs no hashing and changes nothing."""
    with house.store.reading() as unit:
        scene = load(house, unit, token)
        if not isinstance(scene.journey.state, Choosing) or scene.person is None:
            return None
        contacts = [contact.value for contact in unit.people.contacts(scene.person.id)]
    rules = scene.policy.policy.passwords
    return new_password.while_typed(house, rules, new_password.about(scene.person, contacts), new)


def _stale(house: House, token: str) -> str:
    with house.store.writing() as unit:
        end_if_over(unit, load(house, unit, token))
    return ""


def _note_refusal(house: House, token: str, version: int) -> None:
    with house.store.writing() as unit:
        scene = load(house, unit, token)
        if alive(scene, version):
            note(unit, scene.journey, Step.PASSWORD_REFUSED, failed=True)


def _commit(house: House, token: str, wanted: NewPassword, ready: _Ready) -> str:
    with house.store.writing() as unit:
        unit.people.hold(ready.person)
        scene = load(house, unit, token)
        person = scene.person
        if end_if_over(unit, scene) or not alive(scene, wanted.version) or person is None:
            return ""
        if not isinstance(scene.journey.state, Choosing):
            return ""
        new_password.still_judged(ready.rules, scene.policy)
        hindered = hindrance(house, unit, scene, person)
        if hindered is not None:
            follow(unit, scene, scene.journey, hindered)
            return ""
        generation = _write(unit, scene, person, ready)
        forget_counters(house, unit, scene, wanted.source)
        completed(unit, scene.watch, scene.policy.policy.limits)
    house.kick("email")
    return remember(house, wanted.known, scene.journey.account, generation)


def _write(unit: Unit, scene: Scene, person: Person, ready: _Ready) -> int:
    """The account's generation from now on. Whatever could still change what the person registered ends (decisions 26)."""
    if not follow(unit, scene, scene.journey, PasswordSet()):
        raise Conflict(say("store.conflict"))
    generation = new_password.put(unit, person, ready.encoded, ready.before, scene.journey.id)
    unit.passes.end(person.id, unit.now)
    unit.people.keep(person.id, replace(person.upkeep, recovered_at=unit.now), unit.now)
    return generation
