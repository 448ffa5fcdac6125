"""The second factor at sign-in: which of the person's own, the question, and what a right answer opens (decisions 25)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from keyback.app.house import House
from keyback.app.sends import opens_at
from keyback.app.sign_in import log
from keyback.app.sign_in.arriving import complete, known_cookie
from keyback.app.sign_in.proving import For, Heard, Passed, Question, Stale, ask, reply
from keyback.app.sign_in.seat import Seat, Visit, held, registered, seat, with_info
from keyback.core.errors import NotFound, TooMany
from keyback.core.messages import say
from keyback.core.ports import Session, SessionChallenge, SessionKind, Unit
from keyback.core.rules import registration
from keyback.core.rules.assurance import strength
from keyback.core.types import Enrolment, Instant

MESSAGES = {"factor.none": "This way cannot be used now. Please choose another one."}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, by what they may answer, and the question that is open."""

    at: Seat
    choices: Sequence[Enrolment]
    """The preferred or strongest first."""
    challenge: SessionChallenge | None
    again_at: Instant = 0
    """When another message may be asked for."""


@dataclass(slots=True)
class _Known:
    """The cookie that the unit of a right answer makes."""

    cookie: str = field(default="")


def choices(house: House, at: Seat) -> tuple[Enrolment, ...]:
    """What may be the second factor, the preferred method first, then the strongest. `at` must be `with_info`."""
    return registration.factors([one.enrolment for one in registered(house, at)], at.person, at.policy.policy)


def open_default(house: House, unit: Unit, at: Seat, found: Sequence[Enrolment]) -> None:
    """What sends nothing is asked at once. A message goes out only when somebody asks for it."""
    method = house.methods[found[0].method]
    if method.contact_kind is None:
        ask(house, unit, at, Question(For.FACTOR, method, [one for one in found if one.method == method.name]))


def look(house: House, visit: Visit) -> Asking:
    """What to show. Raises `Unseated`."""
    with house.store.reading() as unit:
        at = with_info(unit, seat(house, unit, visit, SessionKind.FACTOR))
        challenge = unit.session_challenges.open(at.session.id)
        again_at = opens_at(unit, at.asker, challenge.method) if challenge and challenge.destination else 0
        return Asking(at, choices(house, at), challenge, again_at)


def pick(house: House, visit: Visit, name: str, enrolment: str = "") -> None:
    """Ask by this method, `enrolment` where there are several. Raises `Unseated`, `NotFound`, `TooMany`."""
    with house.store.writing() as unit:
        at = held(house, unit, visit, SessionKind.FACTOR)
        chosen = [one for one in choices(house, at) if one.method == name]
        sent_to = house.methods[name].contact_kind if chosen else None
        if sent_to is not None:
            chosen = [one for one in chosen if enrolment in {"", one.id}][:1]
        if not chosen:
            raise NotFound(say("factor.none"))
        opened = ask(house, unit, at, Question(For.FACTOR, house.methods[name], chosen))
        if not isinstance(opened, TooMany):
            log.asked(unit, at.session, name)
    if isinstance(opened, TooMany):
        raise opened
    if opened:
        house.kick(opened)


def again(house: House, visit: Visit) -> None:
    """Another message, the same way. Raises as `pick` does."""
    asking = look(house, visit)
    if asking.challenge is None:
        raise NotFound(say("factor.none"))
    pick(house, visit, asking.challenge.method, asking.challenge.enrolment)


def answer(house: House, heard: Heard) -> tuple[str, str]:
    """What the session cookie and the cookie of known clients hold from now on. Raises as `proving.reply` does."""
    known = _Known()

    def then(unit: Unit, at: Seat, passed: Passed) -> Session:
        method = passed.challenge.method
        if passed.right.enrolment.id not in {one.id for one in choices(house, at)}:
            raise Stale(say("proving.dead"))  # policy has changed since it was asked
        proven = replace(
            at.session, methods=f"{at.session.methods}+{method}", proved_at=unit.now, proved_with=strength(method)
        )
        known.cookie = known_cookie(house, at)
        return complete(house, unit, at, proven, unit.people.credential(at.person.id, 0))

    return reply(house, heard, For.FACTOR, then), known.cookie
