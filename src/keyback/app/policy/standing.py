"""Keeps the readiness rows true: after a change to one person, when a hold has ended, and from scratch."""

from collections.abc import Iterable, Sequence

from keyback.app.house import House
from keyback.core.policy import InForce, Policy
from keyback.core.ports import Method, Unit
from keyback.core.rules import readiness
from keyback.core.rules.offer import Holdings

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


def _shelf(house: House) -> Sequence[Method]:
    return tuple(house.methods.values())


def _refresh(unit: Unit, people: Sequence[str], methods: Sequence[Method], policy: InForce | None) -> None:
    rules = policy.policy if policy is not None else Policy()
    rows = []
    for one in people:
        person = unit.people.by_id(one, unit.now)
        if person is not None:
            held = Holdings(unit.people.contacts(one), unit.people.enrolments(one))
            rows.append((one, readiness.standing(person, rules, held, methods, unit.now)))
    if rows:
        unit.readiness.put(rows)
