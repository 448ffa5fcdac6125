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


def latched(unit: Unit, person: Person, policy: Policy, held: Holdings, methods: Sequence[Method]) -> Person:
    """With the moment since when there was, for the first time, all that policy demanded; written once."""
    if person.upkeep.registered_at is not None:
        return person
    found = offer.permitted(person, policy, held, methods)
    by_name = {method.name: method for method in methods}
    proofs = [(one.method, by_name[one.method].trust_roots(one)) for one in found if one.ends_at is None]
    if not registration.complete(proofs, person, policy):
        return person
    upkeep = replace(person.upkeep, registered_at=unit.now)
    unit.people.keep(person.id, upkeep, unit.now)
    return replace(person, upkeep=upkeep)


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
