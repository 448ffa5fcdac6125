"""The operator's side of a caller check: a number to read out, and what became of it (decisions 21, ADM-5)."""

from collections.abc import Mapping

from keyback.app.admin.rights import hold, require_any
from keyback.app.people.ports import Work
from keyback.core.errors import Contended, NotFound, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Unit
from keyback.core.ports.desk import Case
from keyback.core.rules.helpdesk import CASE_LIFE, CHECKING, NUMBER_DIGITS, can_be_checked
from keyback.core.rules.limits import Client, charge
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "helpdesk.nobody": "There is no such person.",
    "helpdesk.not_checked": "{user_id} cannot be checked: the account is disabled, or is no person's.",
    "helpdesk.too_many_cases": "Too many caller checks were begun. The next one can be begun at {again_at}.",
}

_DRAWS = 20
"""Numbers that are drawn before giving up; another open case has one of a million."""


def open_case(work: Work, person: str) -> Case:
    """In place of the one that was open. Raises `NotFound`, `Forbidden`, `Refused`, `TooMany`."""
    house = work.house
    with house.store.writing() as unit:
        target = somebody(work, unit, person)
        require_any(unit, work.actor, CHECKING, target)
        if not can_be_checked(target):
            raise Refused(say("helpdesk.not_checked", user_id=target.upn))
        _charge(unit, work.actor, person)
        unit.cases.close(person, unit.now)
        case = _draw(work, unit, person)
        unit.audit(Event(Activity.CASE_OPENED, work.actor, person, "success", details={"case": case.id}))
    return case


def close_case(work: Work, person: str) -> None:
    """Nobody needs it any more. Raises `NotFound`, `Forbidden`."""
    with work.house.store.writing() as unit:
        target = somebody(work, unit, person)
        require_any(unit, work.actor, CHECKING, target)
        unit.cases.close(person, unit.now)


def somebody(work: Work, unit: Unit, person: str, *others: str) -> Person:
    """By id; nobody else changes this person, the operator or these others until the unit ends. Raises `NotFound`."""
    hold(unit, work.actor, person, *others)
    found = unit.people.by_id(person, unit.now)
    if found is None:
        raise NotFound(say("helpdesk.nobody"))
    return found


def _charge(unit: Unit, operator: str, person: str) -> None:
    in_force = unit.policies.in_force()
    rules = in_force.policy.limits if in_force else Limits()
    for name, key in (("cases.operator", operator), ("cases.person", person)):
        again = unit.throttles.charge(charge(name, rules, key, Client()), unit.now)
        if again is not None:
            raise TooMany(say("helpdesk.too_many_cases", again_at=again), again)


def _draw(work: Work, unit: Unit, person: str) -> Case:
    random = work.house.random
    for _ in range(_DRAWS):
        number = random.digits(NUMBER_DIGITS)
        case = Case(random.id(), number, person, work.actor, unit.now, unit.now + CASE_LIFE)
        if unit.cases.open(case):
            return case
    raise Contended("no case number is free")
