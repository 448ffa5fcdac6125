"""A question put to a signed-in browser, and its answer: the try is charged first, then compared, then used up once
(THR-5, COD-4). What a right answer is good for stands in the question, and the caller's `then` does it in the same unit."""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from keyback.app import clock
from keyback.app.house import House
from keyback.app.perform import CODE_URGENCY
from keyback.app.policy.standing import refresh
from keyback.app.reset.begin import LETTERS
from keyback.app.sends import charge_asker, charge_target, confirmed
from keyback.app.sign_in import log
from keyback.app.sign_in.seat import Seat, Visit, held, move
from keyback.app.watch import storm
from keyback.core.errors import Busy, Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import (
    Charge,
    Method,
    Registration,
    Right,
    Session,
    SessionChallenge,
    SessionKind,
    Tools,
    Unit,
    Verdict,
    Wrong,
)
from keyback.core.rules import offer
from keyback.core.rules.limits import source_network
from keyback.core.types import MINUTE, Enrolment, Span

MESSAGES = {
    "proving.wrong": "That code is not right. You have {tries} more {tries:try|tries}, or use another way.",
    "proving.wrong_last": "That code is not right, and there are no tries left for it. Ask for a new code, or use another way.",
    "proving.old": "That was an older code. Use the newer message, the one with the letters {letters}. You have {tries} "
    "more {tries:try|tries}.",
    "proving.dead": "This code no longer works. Ask for a new code, or use another way.",
    "proving.paused": "There were too many wrong answers. You can try again at {again_at}.",
}

LIFE: Span = 10 * MINUTE
"""Of a question whose answer is not sent (TOT-4)."""
EVERYONE = (SessionKind.FACTOR, SessionKind.INTERRUPTED, SessionKind.PORTAL, SessionKind.ADMIN)


class For(StrEnum):
    """What a right answer is good for."""

    FACTOR = "factor"
    """The second factor at sign-in."""
    AGAIN = "again"
    """Re-authentication before a change (REG-1)."""
    FIRST = "first"
    """The first registration (decisions 19): a contact that the organisation knew."""
    ADD = "add"
    """Something new, which lies in the question's payload."""
    STEP_UP = "step_up"
    """Before something dangerous in the admin centre (ADM-3)."""
    CONFIRM = "confirm"
    """A contact that was not used for long (decisions 24)."""


_SAYS: Mapping[For, str] = MappingProxyType(
    {
        For.FACTOR: "sign_in",
        For.AGAIN: "again",
        For.FIRST: "again",
        For.ADD: "confirm",
        For.CONFIRM: "confirm",
        For.STEP_UP: "again",
    }
)
"""What the message with a code says that it is for (SND-9)."""
_LINES: Mapping[For, tuple[Activity, Activity]] = MappingProxyType(
    {
        For.AGAIN: (Activity.PROOF_STARTED, Activity.REAUTHENTICATED),
        For.STEP_UP: (Activity.PROOF_STARTED, Activity.REAUTHENTICATED),
        For.FIRST: (Activity.OWN_CODE_SENT, Activity.OWN_METHOD_ADDED),
        For.ADD: (Activity.OWN_CODE_SENT, Activity.OWN_METHOD_ADDED),
        For.CONFIRM: (Activity.PROOF_STARTED, Activity.INFO_CONFIRMED),
    }
)
"""Lines of the audit log: a question was put, and an answer to it was refused (AUD-1). What a right one did is said by
who does it; second factors have the sign-in log."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask. `enrolled`: by which of the person's own it may be answered, or the one new thing it is about."""

    purpose: For
    method: Method
    enrolled: Sequence[Enrolment]
    payload: bytes = b""
    """Address, number or secret that is being registered."""
    replaces: str = ""
    label: str = ""
    """What the owner calls what is being registered."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer. `challenge`: id of the question that its form was made for."""

    visit: Visit
    challenge: str
    answer: str


@dataclass(frozen=True, slots=True)
class Passed:
    """The question that was answered rightly, and by what."""

    challenge: SessionChallenge
    right: Right


Then = Callable[[Unit, Seat, Passed], Session]
"""Does what the answer is good for, and returns the session as it is from now on."""


class Wronged(Refused):
    """Not right; the try is spent."""


class Stale(Refused):
    """The form was made for another question than the one that is open; nothing was judged."""


def ask(house: House, unit: Unit, at: Seat, question: Question) -> str | TooMany:
    """Open the question in place of the one before. The channel that has something to send, or empty: kick it after the
    commit. `TooMany` is returned, not raised, so that what was charged stays charged."""
    method, enrolled = question.method, list(question.enrolled)
    refused = charge_asker(house, unit, at.asker, method)
    _put(unit, at, question, "success" if refused is None else "failure")
    if refused is not None:
        return refused
    held = charge_target(unit, at.asker, method, enrolled)
    identity, life = house.random.id(), _life(at, method)
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in house.random.bytes(2))
    opening = method.begin([] if held else enrolled, _tools(house, at, identity, letters, life))
    unit.session_challenges.supersede(at.session.id)
    unit.session_challenges.insert(
        SessionChallenge(
            id=identity,
            session=at.session.id,
            person=at.person.id,
            purpose=question.purpose.value,
            method=method.name,
            enrolment=question.label or (enrolled[0].id if enrolled and method.contact_kind else ""),
            replaces=question.replaces,
            destination=house.sealer.mac("destination", opening.deliver.to) if opening.deliver else b"",
            state=opening.state,
            payload=question.payload,
            letters=letters,
            begun_at=unit.now,
            expires_at=min(unit.now + life, at.session.ends_at),
            tries_left=at.policy.policy.limits.wrong_per_challenge,
        )
    )
    if opening.deliver is None:
        return ""
    template = f"{opening.deliver.template}.{_SAYS[question.purpose]}"
    message = replace(opening.deliver, template=template, language=at.person.language or at.visit.language)
    unit.outbox.put(message, CODE_URGENCY, unit.now + life, unit.now)
    unit.pulse.beat("sends")
    return opening.deliver.channel


def _put(unit: Unit, at: Seat, question: Question, result: str) -> None:
    if question.purpose in _LINES:
        _line(unit, at, _LINES[question.purpose][0], question.method, result)


def _refuse(unit: Unit, at: Seat, purpose: For, method: Method, *, compared: bool) -> None:
    if purpose in _LINES:
        _line(unit, at, _LINES[purpose][1], method, "failure")
    elif compared:
        log.wrong_factor(unit, at.session, method.name, at.visit.source)
    else:
        log.failed(unit, at.person.id, log.LOCKED, at.visit.source, at.visit.client)


def _line(unit: Unit, at: Seat, activity: Activity, method: Method, result: str) -> None:
    who, details = at.person.id, {"method": method.audit_name}
    unit.audit(Event(activity, who, who, result, "", at.session.id, at.visit.source, details))


def reply(house: House, heard: Heard, purpose: For, then: Then) -> str:
    """Judge an answer; what the browser's cookie holds from now on (SES-1).

    Raises `Wronged` and `TooMany` after their charges are safely written, `Stale` where nothing was judged, `NotFound`
    without a session, and whatever `then` raises, which undoes everything.
    """
    case = _Case(house, heard, purpose, then)
    with house.store.writing() as unit:
        at, challenge = _open(case, unit)
        method = house.methods[challenge.method]
        outcome: Refused | str | None = _charge(unit, at, challenge)
        if outcome is not None:
            _refuse(unit, at, purpose, method, compared=False)
        elif not method.slow:
            clock.check(unit, method)
            outcome = _judge(case, unit, (at, challenge), _check(house, at, challenge, heard.answer))
    if outcome is None:
        outcome = _slowly(case, at, challenge)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@dataclass(frozen=True, slots=True)
class _Case:
    """An answer, and what it may be good for."""

    house: House
    heard: Heard
    purpose: For
    then: Then


def new_one(method: Method, person: str, payload: bytes, label: str = "") -> Enrolment:
    """Stands for something that is not registered yet."""
    return Enrolment("", method.name, person, payload, label, 0, 0, 0)


def _open(case: _Case, unit: Unit) -> tuple[Seat, SessionChallenge]:
    """Person first, so that nothing that was read changes until the unit ends (RAC-2)."""
    house, heard = case.house, case.heard
    at = held(house, unit, heard.visit, *EVERYONE)
    challenge = unit.session_challenges.open(at.session.id)
    if challenge is None or challenge.id != heard.challenge or challenge.purpose != case.purpose:
        raise Stale(say("proving.dead"))
    return at, challenge


def _charges(at: Seat) -> tuple[Charge, ...]:
    """What a wrong answer uses up: never what recovery counts (decisions 9)."""
    source = at.asker.charge("sign_in.source", source_network(at.visit.source), source=at.visit.source)
    return (source, *(at.asker.charge(f"factor.{span}", at.account) for span in ("hour", "day")))


def _charge(unit: Unit, at: Seat, challenge: SessionChallenge) -> Refused | None:
    taken: list[Charge] = []
    refused: Refused | None = None
    for charge in _charges(at):
        again = unit.throttles.charge(charge, unit.now)
        if again is not None:
            refused = TooMany(say("proving.paused", again_at=again), again)
            break
        taken.append(charge)
    if refused is None and not unit.session_challenges.charge_try(challenge.id, unit.now):
        refused = Wronged(say("proving.dead"))
    if refused is not None:  # nothing will be compared
        _give_back(unit, taken)
    return refused


def _give_back(unit: Unit, charges: Iterable[Charge]) -> None:
    for one in charges:
        unit.throttles.give_back(one)


def _tools(house: House, at: Seat, challenge: str, letters: str, life: Span) -> Tools:
    def bound_mac(value: bytes) -> bytes:
        return house.sealer.mac("session-code", at.person.tenant, at.session.id, challenge, value)

    return Tools(at.now, house.random, house.hasher, bound_mac, life, letters)


def _life(at: Seat, method: Method) -> Span:
    minutes = at.policy.policy.lives.of(method.name)
    return minutes * MINUTE if minutes else LIFE


def _check(house: House, at: Seat, challenge: SessionChallenge, answer: str) -> Verdict:
    """Against what the person has, or against the new thing that lies in the question."""
    method = house.methods[challenge.method]
    tools = _tools(house, at, challenge.id, challenge.letters, challenge.expires_at - challenge.begun_at)
    if challenge.purpose == For.ADD and method.contact_kind is None:
        made = Registration(_secrets(challenge.payload), challenge.enrolment, {})
        counter = method.register_check(made, answer, tools)
        new = new_one(method, at.person.id, challenge.payload, challenge.enrolment)
        return Wrong() if counter is None else Right(new, counter=counter)
    return method.check(_enrolled(at, challenge, method), challenge.state, answer, tools)


def _enrolled(at: Seat, challenge: SessionChallenge, method: Method) -> Sequence[Enrolment]:
    if challenge.payload:
        return [new_one(method, at.person.id, challenge.payload)]
    found = offer.registered(at.person, at.policy.policy, at.info, [method])
    return [one for one in found if one.id == challenge.enrolment] if challenge.enrolment else found


def packed(secrets: Sequence[bytes]) -> bytes:
    """Several secrets as one payload."""
    return b"\n".join(base64.b64encode(secret) for secret in secrets)


def _secrets(payload: bytes) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(line) for line in payload.split(b"\n"))


def _slowly(case: _Case, before: Seat, challenge: SessionChallenge) -> Refused | str:
    """The charge is committed; compare outside any transaction, then use up under the same conditions."""
    try:
        verdict = _check(case.house, before, challenge, case.heard.answer)
    except Busy:
        with case.house.store.writing() as unit:
            _give_back(unit, _charges(before))
            unit.session_challenges.give_back_try(challenge.id)
        raise
    with case.house.store.writing() as unit:
        return _judge(case, unit, _open(case, unit), verdict)


def _judge(case: _Case, unit: Unit, asked: tuple[Seat, SessionChallenge], verdict: Verdict) -> Refused | str:
    at, challenge = asked
    method = case.house.methods[challenge.method]
    if isinstance(verdict, Wrong) or not _use(unit, challenge, verdict):
        return _wrong(case, unit, asked, slow=method.slow)
    if verdict.spends:
        refresh(unit, at.person.id, case.house.methods.values())
    _give_back(unit, _charges(at))
    confirmed(unit, at.asker, method, verdict.enrolment)
    if method.contact_kind is not None and verdict.enrolment.id:
        unit.info.used_contact(verdict.enrolment.id)
    return move(case.house, unit, at, case.then(unit, at, Passed(challenge, verdict)))


def _use(unit: Unit, challenge: SessionChallenge, right: Right) -> bool:
    """Question and enrolment, each by one conditional write. What is not registered yet has no counter of its own."""
    one = right.enrolment
    if one.id and right.counter is not None and not unit.people.advance(one.id, right.counter, unit.now):
        return False
    if right.spends and not unit.people.spend(one.id, unit.now):
        return False
    return unit.session_challenges.consume(challenge.id, unit.now)


def _wrong(case: _Case, unit: Unit, asked: tuple[Seat, SessionChallenge], *, slow: bool) -> Wronged:
    at, challenge = asked
    storm.failed(unit, at.watch, at.policy.policy.limits)
    _refuse(unit, at, case.purpose, case.house.methods[challenge.method], compared=True)
    tries = challenge.tries_left - (0 if slow else 1)
    if _is_older(case, unit, asked) and tries > 0:
        return Wronged(say("proving.old", letters=challenge.letters, tries=tries))
    return Wronged(say("proving.wrong", tries=tries) if tries > 0 else say("proving.wrong_last"))


def _is_older(case: _Case, unit: Unit, asked: tuple[Seat, SessionChallenge]) -> bool:
    """Whether it answers a message that a newer one replaced (decisions 8)."""
    at, challenge = asked
    if not challenge.destination:
        return False
    older = unit.session_challenges.superseded(at.session.id, challenge.purpose, challenge.method, unit.now)
    verdicts = [_check(case.house, at, one, case.heard.answer) for one in older]  # all of them: equal work
    return any(isinstance(verdict, Right) for verdict in verdicts)
