"""Methods with a secret, registered for a person by an administrator: an authenticator, recovery codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from keyback.app.people.ending import end_all, end_unproven
from keyback.app.people.finding import find, find_for
from keyback.app.people.ports import Work
from keyback.app.people.telling import METHOD_CHANGED, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Invalid, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Method, NewEnrolment, Registration, Tools
from keyback.core.rules.roles import Permission
from keyback.core.types import MINUTE, Enrolment

MESSAGES: Mapping[str, str] = {
    "people.no_method": "Keyback has no such method.",
    "people.wrong_code": "The code is wrong. Nothing was registered.",
    "people.not_held": "The person has nothing of the method {method} that is meant by this.",
    "people.too_many": "The person has {count} of these already, as many as there may be. Remove one first.",
}

MOST_DEVICES = 5


@dataclass(frozen=True, slots=True)
class Begun:
    """A registration to show to its owner, once, and to finish or to forget."""

    person: str
    user_id: str
    method: Method
    registration: Registration


def method_on(work: Work, root: str) -> Method:
    """The method that hangs on this kind of trust root: `app` or `paper`. Raises `NotFound`."""
    example = Enrolment("", "", "", b"", "", 0, 0, 0)
    for method in work.house.methods.values():
        if method.contact_kind is None and any(r.partition(":")[0] == root for r in method.trust_roots(example)):
            return method
    raise NotFound(say("people.no_method"))


def begin(work: Work, user_id: str, root: str) -> Begun:
    """Fresh secrets; nothing is stored yet. Raises `NotFound`, and `Invalid` when there are too many."""
    method = method_on(work, root)
    with work.house.store.reading() as unit:
        person = find(unit, user_id)
        devices = [one for one in unit.people.enrolments(person.id) if one.method == method.name]
    if not method.slow and len(devices) >= MOST_DEVICES:
        raise Invalid(say("people.too_many", count=len(devices)))
    house = work.house
    registration = method.register_begin(person.upn, house.tenant_name, house.random, house.hasher)
    return Begun(person.id, person.upn, method, registration)


def finish(work: Work, begun: Begun, answer: str | None) -> None:
    """Store it. `answer` is a code from it; None: nobody proved that the owner has it, which the audit log says.

    A new set of codes takes the place of the old one, and ends what was signed in; a device is one more.
    Raises `Invalid` when the code is wrong.
    """
    counter = -1 if answer is None else begun.method.register_check(begun.registration, answer, _tools(work, begun))
    if counter is None:
        raise Invalid(say("people.wrong_code"))
    with work.house.store.writing() as unit:
        person = find_for(work, unit, begun.user_id, Permission.CHANGE_METHODS)
        tell(unit, person, METHOD_CHANGED, f"+ {begun.method.audit_name}")
        whole_set = len(begun.registration.secrets) > 1
        if whole_set and unit.info.remove_enrolments(person.id, begun.method.name):
            end_all(unit, person)
        unit.info.add_enrolments([
            NewEnrolment(work.house.random.id(), person.id, begun.method.name, secret, begun.registration.label, slot,
                         max(counter, 0), unit.now)
            for slot, secret in enumerate(begun.registration.secrets)
        ])  # fmt: skip
        end_unproven(unit, person.id, work.actor)
        refresh(unit, person.id, work.house.methods.values())
        details: Mapping[str, str | int] = {"method": begun.method.audit_name, "proven": int(answer is not None)}
        unit.audit(Event(Activity.METHOD_ADDED, work.actor, person.id, "success", details=details))
    work.house.kick("email")


def remove(work: Work, user_id: str, method: str, beginning: str = "") -> int:
    """Take away all of a method, or the one device whose id begins so; how many things went. Raises `NotFound`."""
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_METHODS)
        shelf = work.house.methods.get(method)
        held = [one for one in unit.people.enrolments(person.id) if one.method == method]
        chosen = [one for one in held if one.id.startswith(beginning)]
        if shelf is None or not chosen or (beginning and len(chosen) != 1):
            raise NotFound(say("people.not_held", method=method[:40]))
        tell(unit, person, METHOD_CHANGED, f"- {shelf.audit_name}")
        if beginning:
            if not unit.info.remove_enrolment(person.id, chosen[0].id):
                raise NotFound(say("people.not_held", method=method[:40]))
        else:
            unit.info.remove_enrolments(person.id, method)
        end_all(unit, person)
        refresh(unit, person.id, work.house.methods.values())
        details: Mapping[str, str | int] = {"method": shelf.audit_name, "count": len(chosen)}
        unit.audit(Event(Activity.METHOD_REMOVED, work.actor, person.id, "success", details=details))
    work.house.kick("email")
    return len(chosen)


def _tools(work: Work, begun: Begun) -> Tools:
    house = work.house

    def bound_mac(value: bytes) -> bytes:
        return house.sealer.mac("registration", begun.person, value)

    return Tools(house.clock.now(), house.random, house.hasher, bound_mac, 10 * MINUTE, "")
