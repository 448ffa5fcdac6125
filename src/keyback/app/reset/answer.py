"""An answer to the open challenge: charge the try first, then compare, then consume (THR-5, COD-4)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from keyback.app import clock
from keyback.app.helpdesk import deciding
from keyback.app.house import House
from keyback.app.policy.standing import refresh
from keyback.app.reset.begin import tools_for
from keyback.app.reset.scene import Scene, browser_key, load, proof_of, refusal_of
from keyback.app.reset.stepping import (
    alive,
    end_if_over,
    failure_charges,
    follow,
    note,
    refuse_unproven,
    row_charge,
    store,
)
from keyback.app.reset.unlock import unlock
from keyback.app.reset.warn import warn
from keyback.app.sends import confirmed
from keyback.app.watch import storm
from keyback.core.errors import Busy, Conflict, Contended, NotFound, Refused, TooMany
from keyback.core.events import Activity, Event, Step
from keyback.core.journey import (
    Choosing,
    Done,
    Evidence,
    Journey,
    Proved,
    Proving,
    Replaced,
    Somebody,
    TriesUsedUp,
    audit_target,
    step,
)
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Challenge, Charge, Right, Unit, Verdict, Wrong
from keyback.core.rules import limits
from keyback.core.rules.limits import Client
from keyback.core.types import Purpose

MESSAGES = {
    "answer.wrong": "That code is not right. You have {tries} more {tries:try|tries}, or use another way.",
    "answer.wrong_last": "That code is not right, and there are no tries left for it. Ask for a new code, or use another "
    "way.",
    "answer.old": "That was an older code. Use the newer message, the one with the letters {letters}. You have {tries} "
    "more {tries:try|tries}.",
    "answer.dead": "This code no longer works. Ask for a new code, or use another way.",
    "answer.paused": "There were too many wrong answers. This way opens again at {again_at}. Signing in with your "
    "password still works, and you can contact your administrator.",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What the page sends."""

    token: str
    """What this browser's cookie holds."""
    answer: str
    version: int
    source: str


MOST_PROVEN = 3
"""Journeys of one account that are past their first gate."""


class WrongAnswer(Refused):
    """Not right; the try is spent."""


def answer(house: House, reply: Reply) -> str:
    """Judge an answer; returns what the browser's cookie holds from now on: a new value where a gate was passed (SES-1).

    Raises `WrongAnswer` and `TooMany` after their charges are safely written, and `NotFound` without a journey.
    """
    try:
        passed = _answer(house, reply)
    except NotFound:
        return _sent_twice(house, reply)
    return _successor(house, reply) if passed else reply.token


def _answer(house: House, reply: Reply) -> bool:
    """Whether it passed a gate."""
    with house.store.writing() as unit:
        scene = load(house, unit, reply.token)
        if end_if_over(unit, scene) or not alive(scene, reply.version) or not isinstance(scene.journey.state, Proving):
            return False
        challenge = scene.challenge
        if challenge is None:
            return False
        refuse_unproven(scene)
        clock.check(unit, house.methods[challenge.method])
        _hold(unit, scene)
        moved = _taken(unit, scene)
        if moved is None:
            return False
        slow = house.methods[challenge.method].slow
        refused = _charge(unit, moved, challenge, reply)
        if refused is None and not slow:
            refused = _judge(house, unit, moved, _check(house, moved, challenge, reply), reply)
    if refused is None and slow:
        refused = _slowly(house, moved, challenge, reply)
    if refused is not None:
        house.kick("email")
        raise refused
    return True


def _successor(house: House, reply: Reply) -> str:
    """The cookie after this answer. It follows from the answer, so that who sends the same form twice, or again after
    a crash, gets the same one (RAC-3, F01), and who holds only the old cookie gets nothing."""
    return house.sealer.mac("journey-successor", reply.token, str(reply.version), reply.answer).hex()


def _sent_twice(house: House, reply: Reply) -> str:
    """The new cookie for an answer that was accepted before; bounded, because it tells whether an answer was right."""
    charge = limits.charge("answers.twice", Limits(), limits.source_network(reply.source), Client())
    after = _successor(house, reply)
    with house.store.writing() as unit:
        refused = unit.throttles.charge(charge, unit.now)
        journey = None if refused is not None else unit.journeys.by_browser(browser_key(house, after))
    if journey is None:
        raise NotFound(say("reset.no_journey"))
    return after


def _hold(unit: Unit, scene: Scene) -> None:
    """Whoever might pass the first gate waits for the others, so that they can be counted, and whoever might unlock does
    so with nobody else changing the person; always before the journey is written, in the order in which a new password
    locks."""
    if not scene.journey.evidence or scene.journey.purpose is Purpose.UNLOCK:
        subject = scene.journey.subject
        unit.people.hold(subject.person if isinstance(subject, Somebody) else subject.mark)


def _taken(unit: Unit, scene: Scene) -> Scene | None:
    """Raise the version first: of two equal posts one is judged, and the other sees the present state (RAC-3)."""
    taken = replace(scene.journey, version=scene.journey.version + 1)
    return replace(scene, journey=taken) if unit.journeys.update(taken, scene.journey.version) else None


def _charge(unit: Unit, scene: Scene, challenge: Challenge, reply: Reply) -> Refused | None:
    taken: list[Charge] = []
    for charge in failure_charges(scene, challenge.method, reply.source):
        again = unit.throttles.charge(charge, unit.now)
        if again is not None:
            _give_back(unit, taken)  # nothing will be compared
            who = audit_target(scene.journey.subject)
            journey = scene.journey
            unit.audit(Event(Activity.BLOCKED, who, who, "success", charge.limit, journey.id, journey.source))
            return TooMany(say("answer.paused", again_at=again), again)
        taken.append(charge)
    return None if unit.journeys.charge_try(challenge.id, unit.now) else WrongAnswer(say("answer.dead"))


def _give_back(unit: Unit, charges: Iterable[Charge]) -> None:
    for charge in charges:
        unit.throttles.give_back(charge)


@dataclass(frozen=True, slots=True)
class _Judged:
    challenge: Challenge
    verdict: Verdict


def _check(house: House, scene: Scene, challenge: Challenge, reply: Reply) -> _Judged:
    tools = tools_for(house, scene, challenge.id, challenge.letters, challenge.expires_at - challenge.begun_at)
    found = [one for one in scene.held if one.method == challenge.method]
    enrolled = [one for one in found if one.id == challenge.enrolment] if challenge.enrolment else found
    verdict = house.methods[challenge.method].check(enrolled, challenge.state, reply.answer, tools)
    return _Judged(challenge, verdict)


def _slowly(house: House, before: Scene, challenge: Challenge, reply: Reply) -> Refused | None:
    """The charge is committed; compare outside any transaction, then consume under the same conditions."""
    try:
        judged = _check(house, before, challenge, reply)
    except Busy:
        _not_judged(house, before, challenge, reply)
        raise
    with house.store.writing() as unit:
        scene = load(house, unit, reply.token)
        same = scene.challenge is not None and scene.challenge.id == challenge.id
        if end_if_over(unit, scene) or not same or scene.journey.version != before.journey.version:
            return WrongAnswer(say("answer.dead"))
        _hold(unit, scene)
        return _judge(house, unit, scene, judged, reply)


def _not_judged(house: House, before: Scene, challenge: Challenge, reply: Reply) -> None:
    """Nothing was compared, so nothing counts, and the form that was sent is the present one again."""
    with house.store.writing() as unit:
        _give_back(unit, failure_charges(before, challenge.method, reply.source))
        unit.journeys.give_back_try(challenge.id)
        unit.journeys.update(replace(before.journey, version=reply.version), before.journey.version)


def _judge(house: House, unit: Unit, scene: Scene, judged: _Judged, reply: Reply) -> Refused | None:
    challenge = judged.challenge
    if not _use(house, unit, scene, judged, reply):
        return _wrong(house, unit, scene, challenge, reply)
    _give_back(unit, failure_charges(scene, challenge.method, reply.source))
    unit.throttles.forget(row_charge(scene, challenge.method))
    storm.answered(unit)
    unit.journeys.renew(scene.journey.id, browser_key(house, _successor(house, reply)))
    return None


def _use(house: House, unit: Unit, scene: Scene, judged: _Judged, reply: Reply) -> bool:
    """Consume enrolment and challenge, each by one conditional write, insert the evidence, and step. Nothing, for a
    wrong answer."""
    challenge, right = judged.challenge, judged.verdict
    if isinstance(right, Wrong):
        return False
    method = house.methods[challenge.method]
    journey = _with_refusal(house, unit, scene)
    if not _use_up(unit, challenge, right):
        return False
    _, roots = proof_of(house, right.enrolment)
    evidence = Evidence(challenge.gate, method.name, right.enrolment.id, challenge.id, roots, unit.now)
    unit.journeys.add_evidence(scene.journey.id, evidence)
    moved, effects = step(journey, Proved(evidence, method.audit_name), unit.now)
    if journey.purpose is Purpose.UNLOCK and isinstance(moved.state, Choosing):
        moved, more = step(moved, unlock(house, unit, reply.token, reply.source), unit.now)
        effects = (*effects, *more)
    if journey.purpose is Purpose.CALL and isinstance(moved.state, Done):
        moved, effects = deciding.passed(unit, journey, moved, effects)
    if not store(unit, scene, moved, effects):
        raise Conflict(say("store.conflict"))  # rolls all of it back
    if not journey.evidence and journey.purpose is not Purpose.CALL:
        _make_room(unit, scene, right.enrolment.person)
    confirmed(unit, scene.asker, method, right.enrolment)
    if right.spends:
        refresh(unit, right.enrolment.person, house.methods.values())
    return True


def _use_up(unit: Unit, challenge: Challenge, right: Right) -> bool:
    if right.counter is not None and not unit.people.advance(right.enrolment.id, right.counter, unit.now):
        return False
    if right.spends and not unit.people.spend(right.enrolment.id, unit.now):
        return False
    return unit.journeys.consume(challenge.id, unit.now)


def _make_room(unit: Unit, scene: Scene, person: str) -> None:
    """COD-7: at most three attempts at one account are past their first gate; the oldest of the others ends."""
    others = [one for one in unit.journeys.proven(person, unit.now) if one.id != scene.journey.id]
    for oldest in others[: max(0, len(others) + 1 - MOST_PROVEN)]:
        if not follow(unit, replace(scene, journey=oldest), oldest, Replaced()):
            raise Contended("the oldest attempt moved meanwhile")


def _with_refusal(house: House, unit: Unit, scene: Scene) -> Journey:
    """Why this person cannot finish is looked at when the first proof allows to tell it (decisions 1)."""
    journey, person = scene.journey, scene.person
    if journey.evidence or person is None or journey.purpose is Purpose.CALL:
        return journey
    code = refusal_of(house, unit, scene.policy, person, journey.demand)
    return replace(journey, subject=Somebody(person.id, code))


def _wrong(house: House, unit: Unit, scene: Scene, challenge: Challenge, reply: Reply) -> WrongAnswer:
    method = house.methods[challenge.method]
    storm.failed(unit, scene.watch, scene.policy.policy.limits)
    reason = Step.FAILED.format(method=method.audit_name)
    note(unit, scene.journey, reason, failed=True, method=method.name, gate=challenge.gate)
    warn(unit, scene)
    tries = challenge.tries_left - 1
    if not tries:
        follow(unit, scene, scene.journey, TriesUsedUp())
    if _is_older(house, unit, scene, challenge, reply) and tries:
        return WrongAnswer(say("answer.old", letters=challenge.letters, tries=tries))
    return WrongAnswer(say("answer.wrong", tries=tries) if tries else say("answer.wrong_last"))


def _is_older(house: House, unit: Unit, scene: Scene, challenge: Challenge, reply: Reply) -> bool:
    """Whether it answers a message that a newer one replaced (decisions 8)."""
    if not challenge.destination:
        return False
    older = unit.journeys.superseded(scene.journey.id, challenge.method, unit.now)
    verdicts = [_check(house, scene, one, reply).verdict for one in older]  # all of them: equal work
    return any(isinstance(verdict, Right) for verdict in verdicts)
