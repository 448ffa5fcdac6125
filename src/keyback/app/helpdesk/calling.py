"""The caller's side of a caller check: a case number and a user ID begin an attempt that can do nothing but show who calls.

It is an attempt like every other, with its decoys, limits and pages. Scope, a report, a missing policy or the brake do not
refuse it: these people must be helped too. What does not fit is a decoy's, with the same work (ENU-2).
"""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.known import knows
from keyback.app.reset.scene import account_of, browser_key
from keyback.app.reset.start import Begin, charge_start, end_earlier
from keyback.app.watch.state import watch
from keyback.core.errors import Invalid
from keyback.core.events import Step
from keyback.core.journey import Decoy, Journey, Proving, Somebody, progress
from keyback.core.messages import say
from keyback.core.policy import InForce, Policy
from keyback.core.ports import Unit
from keyback.core.rules import helpdesk, identifiers, limits
from keyback.core.rules.helpdesk import CASE_LIFE, NUMBER_DIGITS
from keyback.core.rules.limits import Client
from keyback.core.types import MINUTE, NOBODY, Disclosure, Person, Purpose

MESSAGES = {
    "call.not_a_number": "A case number has six digits. The person on the telephone reads it out to you.",
}

APART = "/call"
"""What known clients use up here is counted apart from what they use up when they reset: a call never closes their reset,
and nobody who is not known can close their caller check (decisions 9). All others share one budget for both (THR-2)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What the page sends: the number as it was typed, and what every first page sends."""

    number: str
    begin: Begin


def start(house: House, caller: Caller) -> str:
    """Begin; returns the new cookie value of this browser. Raises `Invalid` for what cannot be a number or user ID, and
    `TooMany`."""
    begin = caller.begin
    canonical, number = identifiers.canonical(begin.typed), read(caller.number)
    if not number:
        raise Invalid(say("call.not_a_number"))
    if canonical is None:
        raise Invalid(say("start.not_an_id"))
    token = house.random.bytes(32).hex()
    with house.store.writing() as unit:
        policy = unit.policies.in_force() or InForce(0, Policy())
        storm = watch(unit).stormy
        person = unit.people.by_canonical(canonical, unit.now)
        trusted = limits.trusts(policy.policy.limits, begin.source)
        refused = charge_start(unit, policy, begin, Client(trusted, trusted, storm))
        if refused is None:
            end_earlier(house, unit, begin.token_before)
            journey = _begin(house, unit, policy, _Asker(canonical, number, person), begin)
            unit.journeys.insert(journey, browser_key(house, token))
            unit.audit(progress(journey, Step.ENTERED_CASE).event)
            unit.audit(progress(journey, Step.OPTIONS_SHOWN).event)
    if refused is not None:
        raise refused
    return token


def read(typed: str) -> str:
    """The number without what people put between its digits, or nothing."""
    digits = "".join(typed.split()).replace("-", "")
    return digits if len(digits) == NUMBER_DIGITS and digits.isascii() and digits.isdigit() else ""


@dataclass(frozen=True, slots=True)
class _Asker:
    canonical: str
    number: str
    person: Person | None


def _begin(house: House, unit: Unit, policy: InForce, asker: _Asker, begin: Begin) -> Journey:
    """Attached to the case where number and user ID fit; else the same statements reach no row."""
    account, person, identity = account_of(house, asker.canonical), asker.person, house.random.id()
    known = knows(house, begin.known, account, person.generation if person else 0)
    case = unit.cases.by_number(asker.number, unit.now)
    fits = case is not None and person is not None and case.person == person.id and helpdesk.can_be_checked(person)
    attached = unit.cases.attach(case.id if case is not None and fits else "", identity, unit.now)
    real = person if attached else None
    life = min(policy.policy.lives.journey_minutes * MINUTE, CASE_LIFE)
    return Journey(
        id=identity,
        tenant=unit.tenant,
        purpose=Purpose.CALL,
        subject=Somebody(real.id, None) if real else Decoy(account),
        demand=helpdesk.call_demand(policy.policy, real or NOBODY),
        disclosure=Disclosure.PRIVATE,
        policy_version=policy.version,
        generation=person.generation if person else 0,
        started_at=unit.now,
        expires_at=unit.now + life,
        version=1,
        state=Proving(),
        source=begin.source,
        language=begin.language,
        account=f"{account}{APART}" if known else account,
        known=known,
    )
