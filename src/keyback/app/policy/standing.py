"""Keeps the readiness rows true: after a change to one person, when a hold has ended, and from scratch. In the same
transaction it is noted when a person first has all that policy demands (decisions 17)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from keyback.app.house import House
from keyback.core.policy import InForce, Policy
from keyback.core.ports import Method, Unit
from keyback.core.rules import offer, readiness, registration
from keyback.core.rules.offer import Holdings
from keyback.core.types import Person

BATCH = 500


def refresh(unit: Unit, person: str, methods: Iterable[Method]) -> None:
    """Make one person's row anew, in the transaction of the change that made the old one untrue."""
    _refresh(unit, [person], tuple(methods), unit.policies.in_force())


def refresh_due(house: House) -> int:
    """Make the rows anew of people whose hold has ended since; one short transaction per batch."""
    done = 0
    while True:
        with house.store.writing() as unit:
            people = unit.readiness.due(unit.now, BATCH)
            _refresh(unit, people, _shelf(house), unit.policies.in_force())
        done += len(people)
        if len(people) < BATCH:
            return done


def rebuild(house: House) -> int:
    """Make every row anew; one short transaction per batch. How many people there are."""
    done, after = 0, ""
    while True:
        with house.store.writing() as unit:
            people = unit.readiness.everybody(after, BATCH)
            _refresh(unit, people, _shelf(house), unit.policies.in_force())
        done += len(people)
        if len(people) < BATCH:
            return done
        after = people[-1]


def untrue(house: House, most: int) -> int:
    """How many rows among so many people, from a random one on, are not what they hold now."""
    first = house.random.id()
    wrong, looked = _untrue(house, first, most)
    return wrong + (_untrue(house, "", most - looked, first)[0] if looked < most else 0)


def _untrue(house: House, after: str, most: int, until: str = "") -> tuple[int, int]:
    """The same from one id on, at most until another; with how many were looked at."""
    wrong, looked = 0, 0
    while looked < most:
        with house.store.reading() as unit:
            found = unit.readiness.everybody(after, min(BATCH, most - looked))
            people = [one for one in found if not until or one <= until]
            policy = unit.policies.in_force()
            rules = policy.policy if policy is not None else Policy()
            wrong += sum(_differs(unit, one, rules, _shelf(house)) for one in people)
        looked += len(people)
        if not people or len(people) < len(found):
            break
        after = people[-1]
    return wrong, looked


def _differs(unit: Unit, one: str, policy: Policy, methods: Sequence[Method]) -> bool:
    """Whether the row says something else than the truth; one whose wait is over will be made anew by itself."""
    person, row = unit.people.by_id(one, unit.now), unit.readiness.of(one)
    if person is None or row is None or 0 < row.waits_until <= unit.now:
        return False
    held = Holdings(unit.people.contacts(one), unit.people.enrolments(one))
    return row != readiness.standing(person, policy, held, methods, unit.now)


def latched(unit: Unit, person: Person, policy: Policy, held: Holdings, methods: Sequence[Method]) -> Person:
    """With the moment since when there was, for the first time, all that policy demanded; written once."""
    if person.upkeep.registered_at is not None:
        return person
    found = offer.permitted(person, policy, held, methods)
    by_name = {method.name: method for method in methods}
    proofs = [(one.method, by_name[one.method].trust_roots(one)) for one in found if one.ends_at is None]
    if not registration.complete(proofs, person, policy):
        return person
    unit.people.latch(person.id, unit.now)
    return replace(person, upkeep=replace(person.upkeep, registered_at=unit.now))


def _shelf(house: House) -> Sequence[Method]:
    return tuple(house.methods.values())


def _refresh(unit: Unit, people: Sequence[str], methods: Sequence[Method], policy: InForce | None) -> None:
    rules = policy.policy if policy is not None else Policy()
    rows = []
    for one in people:
        person = unit.people.by_id(one, unit.now)
        if person is not None:
            held = Holdings(unit.people.contacts(one), unit.people.enrolments(one))
            person = latched(unit, person, rules, held, methods)
            rows.append((one, readiness.standing(person, rules, held, methods, unit.now)))
    if rows:
        unit.readiness.put(rows)
