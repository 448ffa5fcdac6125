"""Proving again who one is, before a change: the password, then the strongest that one has (REG-1)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from keyback.app.house import House
from keyback.app.sends import opens_at
from keyback.app.sign_in import typed
from keyback.app.sign_in.fresh import fresh, password_is_fresh, strong_enough
from keyback.app.sign_in.proving import For, Heard, Passed, Question, ask, reply
from keyback.app.sign_in.seat import Seat, Visit, held, move, seat, session_key, with_info
from keyback.core.errors import Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Session, SessionChallenge, SessionKind, Unit
from keyback.core.rules.assurance import strength
from keyback.core.types import Enrolment, Instant

MESSAGES = {
    "again.weak": "This way is not strong enough for a change. Please use another one.",
}

KINDS = (SessionKind.INTERRUPTED, SessionKind.PORTAL)


class Stage(StrEnum):
    """What is asked next."""

    PASSWORD = "password"
    CHOOSE = "choose"
    ANSWER = "answer"
    FIRST = "first"
    """Nothing is registered: the first proof of all (decisions 19)."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Again:
    """How far it is. `at` is `with_info`."""

    at: Seat
    stage: Stage
    ways: Sequence[Enrolment]
    """What is strong enough, strongest first."""
    challenge: SessionChallenge | None
    again_at: Instant = 0
    """When another code may be asked for."""


class Weak(Refused):
    """A proof that is weaker than the strongest that the person has."""


def look(house: House, visit: Visit) -> Again:
    """Where it stands. Raises `Unseated`."""
    with house.store.reading() as unit:
        return _look(house, unit, with_info(unit, seat(house, unit, visit, *KINDS)))


def password(house: House, visit: Visit, typed_password: str) -> str:
    """The password is right: the session under its new name. Raises what `typed.check` raises.

    Where there is one way only and nothing needs to be sent for it, its question is opened at once.
    """
    right = typed.check(house, visit, typed_password, *KINDS)
    with house.store.writing() as unit:
        at = held(house, unit, visit, *KINDS)
        typed.still(unit, at.person.id, right)
        session = replace(at.session, password_at=unit.now)
        token = move(house, unit, at, session)
        unit.audit(_event(at, "password"))
        now = _look(house, unit, replace(at, session=session))
        methods = {one.method for one in now.ways}
        if now.stage is Stage.CHOOSE and len(methods) == 1 and house.methods[now.ways[0].method].contact_kind is None:
            ask(house, unit, now.at, _question(house, now, now.ways[0].method, ""))
    return token


def want(house: House, visit: Visit, page: str) -> None:
    """Remember for this browser which page it goes on to once all is proven."""
    with house.store.writing() as unit:
        unit.sessions.want(session_key(house, visit.token), page)


def pick(house: House, visit: Visit, method: str, enrolment: str = "") -> None:
    """Ask by this way. Raises `Weak`, `TooMany`, `Unseated`; does nothing where no proof is asked for."""
    with house.store.writing() as unit:
        outcome = _ask(house, unit, held(house, unit, visit, *KINDS), (method, enrolment))
    _settle(house, outcome)


def once_more(house: House, visit: Visit) -> None:
    """A new code, the same way."""
    with house.store.writing() as unit:
        now = _look(house, unit, held(house, unit, visit, *KINDS))
        outcome: str | TooMany = ""
        if now.challenge is not None:
            outcome = _ask(house, unit, now.at, (now.challenge.method, now.challenge.enrolment))
    _settle(house, outcome)


def answer(house: House, heard: Heard) -> str:
    """What the cookie holds from now on (SES-1). Raises what `proving.reply` raises, and `Weak`."""

    def proved(unit: Unit, at: Seat, passed: Passed) -> Session:
        method = passed.challenge.method
        enough = {one.id for one in strong_enough(house, at)}  # policy may have changed since it was asked
        if at.session.kind not in KINDS or passed.right.enrolment.id not in enough:
            raise Weak(say("again.weak"))
        unit.audit(_event(at, method))
        return replace(at.session, proved_at=unit.now, proved_with=strength(method))

    return reply(house, heard, For.AGAIN, proved)


def _look(house: House, unit: Unit, at: Seat) -> Again:
    ways = strong_enough(house, at)
    found = unit.session_challenges.open(at.session.id)
    challenge = found if found is not None and found.purpose == For.AGAIN else None
    if fresh(house, at):
        return Again(at, Stage.DONE, ways, None)
    if not password_is_fresh(at):
        return Again(at, Stage.PASSWORD, ways, None)
    if not ways:
        return Again(at, Stage.FIRST, ways, None)
    if challenge is None:
        return Again(at, Stage.CHOOSE, ways, None)
    return Again(at, Stage.ANSWER, ways, challenge, opens_at(unit, at.asker, challenge.method))


def _ask(house: House, unit: Unit, at: Seat, wanted: tuple[str, str]) -> str | TooMany:
    now = _look(house, unit, at)
    if now.stage not in {Stage.CHOOSE, Stage.ANSWER}:
        return ""
    question = _question(house, now, *wanted)
    return ask(house, unit, at, question)


def _question(house: House, now: Again, method: str, enrolment: str) -> Question:
    """By what is strong enough and of this person; of several the one that was chosen."""
    mine = [one for one in now.ways if one.method == method]
    chosen = [one for one in mine if one.id == enrolment] if enrolment else mine
    if not chosen:
        raise Weak(say("again.weak"))
    return Question(For.AGAIN, house.methods[method], chosen)


def _settle(house: House, outcome: str | TooMany) -> None:
    if isinstance(outcome, TooMany):
        raise outcome
    if outcome:
        house.kick(outcome)


def _event(at: Seat, how: str) -> Event:
    person = at.person.id
    return Event(Activity.REAUTHENTICATED, person, person, "success", how, "", at.visit.source)
