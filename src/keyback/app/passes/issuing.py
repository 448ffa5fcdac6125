"""Temporary access passes: made by an administrator for one person, shown once, looked at, ended (decisions 27).

A pass for one use is over when it has opened its registration session; every pass is over at its end, after its last
try, when a newer one is made, and when the account's generation rises (REG-6).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from keyback.app.incidents.care import a_reason
from keyback.app.passes import format as paper
from keyback.app.people.finding import find, find_for
from keyback.app.people.ports import Work
from keyback.app.people.telling import PASS_ISSUED, tell_values
from keyback.core.errors import Invalid, NotFound, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import InForce, Passes, Policy
from keyback.core.ports import AccessPass, Unit
from keyback.core.rules.limits import Client, charge
from keyback.core.rules.roles import Permission
from keyback.core.types import DAY, MINUTE, Instant, Person, PersonKind, Span

MESSAGES: Mapping[str, str] = {
    "passes.minutes": "A pass is valid for {shortest} to {longest} minutes here.",
    "passes.start": "A pass starts now or later, and at most {days} days from now.",
    "passes.kind": "No pass is made for {user_id}: it is a service or break-glass account.",
    "passes.disabled": "No pass is made for {user_id}: the account is disabled.",
    "passes.frozen": "No pass is made for {user_id}: somebody reported a change. Close the incident first.",
    "passes.too_many": "Too many passes were made for this person. The next one can be made at {again_at}.",
    "passes.none": "{user_id} has no pass that is valid or will be.",
}

SHORTEST_MINUTES = 10
MAY = (Permission.RESET_PASSWORDS, Permission.CHANGE_METHODS)
"""Whoever may do one of these to a person may make a pass for them."""
FURTHEST: Span = 30 * DAY
TRIES = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What the administrator asks for; None: as policy says, or now."""

    why: str
    minutes: int | None = None
    starts_at: Instant | None = None
    once: bool | None = None
    checked: bool = False
    """A caller check was passed before, so that it opens security info after a recovery (decisions 26)."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new pass. `code` is in no other place from here on."""

    code: str
    access_pass: AccessPass


def issue(work: Work, user_id: str, wish: Wish) -> Issued:
    """In place of the one before. Raises `NotFound`, `Invalid`, `Refused`, `TooMany`."""
    wish = replace(wish, why=a_reason(wish.why))
    with work.house.store.writing() as unit:
        issued = issue_in(work, unit, find_for(work, unit, user_id, *MAY), wish)
    work.house.kick("email")
    return issued


def issue_in(
    work: Work, unit: Unit, person: Person, wish: Wish, basis: Mapping[str, str | int] | None = None
) -> Issued:
    """In the caller's unit, which has judged that it may be done. `basis`: what the audit log says beyond the reason."""
    house, code = work.house, paper.made(work.house.random)
    policy = (unit.policies.in_force() or InForce(0, Policy())).policy
    _refuse(person)
    starts_at, ends_at = _span(policy.passes, wish, unit.now)
    again = unit.throttles.charge(charge("passes.issued", policy.limits, person.id, Client()), unit.now)
    if again is not None:
        raise TooMany(say("passes.too_many", again_at=again), again)
    _end(work, unit, person, "replaced")
    identity = house.random.id()
    once = policy.passes.once if wish.once is None else wish.once
    made = AccessPass(
        identity, person.id, paper.mark(house, identity, code), person.generation, starts_at, ends_at, once,
        wish.checked, TRIES, work.actor, unit.now, wish.why,
    )  # fmt: skip
    unit.passes.issue(made, unit.now)
    tell_values(unit, person, PASS_ISSUED, {"from_at": starts_at, "until_at": ends_at})
    details: dict[str, str | int] = {
        "pass": identity, "starts_at": starts_at, "expires_at": ends_at, "once": int(once), "checked": int(wish.checked),
        "why": wish.why, **(basis or {}),
    }  # fmt: skip
    unit.audit(Event(Activity.PASS_ISSUED, work.actor, person.id, "success", details=details))
    return Issued(paper.written(code), made)


def look(work: Work, user_id: str) -> AccessPass:
    """The live one. Raises `NotFound`."""
    with work.house.store.reading() as unit:
        person = find(unit, user_id)
        found = live_of(unit, person)
    if found is None:
        raise NotFound(say("passes.none", user_id=person.upn))
    return found


def revoke(work: Work, user_id: str, why: str) -> None:
    """Nobody gets in by it any more. Sessions that it opened carry its id and end too. Raises `NotFound`, `Invalid`."""
    reason = a_reason(why)
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, *MAY)
        if not _end(work, unit, person, reason):
            raise NotFound(say("passes.none", user_id=person.upn))


def live_of(unit: Unit, person: Person) -> AccessPass | None:
    """The one pass by which this person can come in, now or once it starts. One that carries another generation is
    dead, and so is everyone's who may not sign in (decisions 20)."""
    found = unit.passes.live(person.id, unit.now)
    return found if found is not None and person.enabled and found.generation == person.generation else None


def _refuse(person: Person) -> None:
    if person.kind is not PersonKind.PERSON:
        raise Refused(say("passes.kind", user_id=person.upn))
    if not person.enabled:
        raise Refused(say("passes.disabled", user_id=person.upn))
    if person.frozen_at is not None:
        raise Refused(say("passes.frozen", user_id=person.upn))


def _span(rules: Passes, wish: Wish, now: Instant) -> tuple[Instant, Instant]:
    minutes = rules.default_minutes if wish.minutes is None else wish.minutes
    if not SHORTEST_MINUTES <= minutes <= rules.longest_minutes:
        raise Invalid(say("passes.minutes", shortest=SHORTEST_MINUTES, longest=rules.longest_minutes))
    starts_at = now if wish.starts_at is None else wish.starts_at
    if not now - MINUTE <= starts_at <= now + FURTHEST:
        raise Invalid(say("passes.start", days=FURTHEST // DAY))
    return starts_at, starts_at + minutes * MINUTE


def _end(work: Work, unit: Unit, person: Person, why: str) -> bool:
    """False: there was none."""
    ended = unit.passes.live(person.id, unit.now)
    if not unit.passes.end(person.id, unit.now) or ended is None:
        return False
    for session in unit.sessions.all_of(person.id, unit.now):
        if session.access_pass == ended.id:
            unit.sessions.end_one(person.id, session.id)
    details: dict[str, str | int] = {"pass": ended.id, "why": why}
    unit.audit(Event(Activity.PASS_ENDED, work.actor, person.id, "success", details=details))
    return True
