"""A journey: one attempt to get back in, from user ID to outcome. Stored, expiring, one-way.

                          evidence is enough            password accepted, own directory
    (start) ──▶ Proving ────────────────────▶ Choosing ─────────────────────────────────▶ Done
                 │  ▲                            │  where it is to unlock: at once, unlocked   ▲
                 └──┘ evidence, not enough yet   │ ───────────────────────────────────────────┘
                      · caller checks: Done      │
                      · what it is meant for     │
                 │                               │
                 ▼                               ▼
               Ended(expired · cancelled · refused(code) · changed · replaced)      terminal, never re-opened

`step` is the only way from one state to the next. What it does not list changes nothing (GAT-4). It is
pure: time comes in as an argument, and what must be done goes out as effects.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, assert_never

from keyback.core.effects import Audit, Effect, EndSessions, TellAdministrators, TellPerson
from keyback.core.events import Activity, Event, Step
from keyback.core.policy import Demand
from keyback.core.rules import assurance
from keyback.core.types import Code, Disclosure, Instant, Purpose


@dataclass(frozen=True, slots=True)
class Somebody:
    """A real person, fixed at the start. `refusal` is why this person cannot finish, told after gate one."""

    person: str
    refusal: Code | None


@dataclass(frozen=True, slots=True)
class Decoy:
    """Stands for an unknown, disabled or service account, or one without any usable method. `mark` is a keyed
    hash of the canonical user ID: stable across visits, restarts and nodes, and never the ID itself."""

    mark: str


Subject = Somebody | Decoy


@dataclass(frozen=True, slots=True)
class Evidence:
    """One passed gate: written by that method's verifier in the transaction that consumed the challenge, and
    by nothing else. Counting these rows is the only way to know that a gate is passed (GAT-3)."""

    gate: int
    method: str
    enrolment: str
    challenge: str
    roots: frozenset[str]
    at: Instant
    spent: bool = False


class Why(StrEnum):
    """Why a journey ended without a new password."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    CHANGED = "changed"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Proving:
    """Gates are missing."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """All gates are passed. To reset: a new password is awaited. To unlock: never stored, the lock goes at once."""


@dataclass(frozen=True, slots=True)
class Done:
    """The new password is in force, the account is unlocked, or the operator knows who calls."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Over, with nothing changed."""

    why: Why
    code: Code | None = None


State = Proving | Choosing | Done | Ended


@dataclass(frozen=True, slots=True)
class Journey:
    """`version` rises with every stored change; a form carries it, and an older one gets the present state."""

    id: str
    tenant: str
    purpose: Purpose
    subject: Subject
    demand: Demand
    disclosure: Disclosure
    policy_version: int
    generation: int
    started_at: Instant
    expires_at: Instant
    version: int
    state: State
    evidence: tuple[Evidence, ...] = ()
    source: str = ""
    language: str = ""
    account: str = ""
    """What failures and sends count under: keyed hash of the canonical user ID, existing or not (ENU-5, THR-2)."""
    known: bool = False
    """Whether a known client began it; says which of the two budgets it spends (decisions 9)."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The person says what the attempt is for; once, and before anything else."""

    purpose: Literal[Purpose.RESET, Purpose.UNLOCK]


@dataclass(frozen=True, slots=True)
class Proved:
    """A verifier accepted an answer."""

    evidence: Evidence
    method_audit_name: str


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """The own directory has the new password, in this very transaction."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What kept the account from signing in was cleared, in this very transaction; its password is as it was."""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person gave up, or began again."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Time is up, as the caller saw by the clock."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Account or policy are not what they were when the journey began (RAC-2)."""

    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """Newer attempts at the same account got as far (COD-7)."""


@dataclass(frozen=True, slots=True)
class TriesUsedUp:
    """The last try of a challenge was wrong. It ends a caller check only; other attempts go on with another way."""


Over = Cancelled | TimedOut | Changed | Replaced | TriesUsedUp
Happened = Meant | Proved | PasswordSet | Unlocked | Over

_REFUSAL_STEPS = {
    Code.DISABLED_FOR_ALL: Step.NOT_ENABLED,
    Code.NO_POLICY: Step.NO_POLICY,
    Code.OUT_OF_SCOPE: Step.NOT_IN_SCOPE,
    Code.NO_WRITEBACK: Step.ON_PREMISES,
    Code.TOO_FEW_METHODS: Step.TOO_FEW_METHODS,
    Code.FROZEN: Step.FROZEN,
}


def refusal_step(code: Code) -> Step:
    """How the audit log words a refusal."""
    return _REFUSAL_STEPS[code]


def audit_target(subject: Subject) -> str:
    """How the audit log names a subject: a person id, or the decoy's mark (AUD-5)."""
    return subject.person if isinstance(subject, Somebody) else f"decoy:{subject.mark}"


def progress(journey: Journey, reason: str, *, failed: bool = False, **details: str | int) -> Audit:
    """The audit effect for one step of a journey."""
    target = audit_target(journey.subject)
    result = "failure" if failed else "success"
    return Audit(Event(Activity.FLOW_PROGRESS, target, target, result, reason, journey.id, journey.source, details))


def step(journey: Journey, happened: Happened, now: Instant) -> tuple[Journey, tuple[Effect, ...]]:
    """The journey after something happened, and what must be done about it. Unlisted pairs change nothing."""
    match journey.state:
        case Proving():
            return _while_proving(journey, happened, now)
        case Choosing():
            return _while_choosing(journey, happened, now)
        case Done() | Ended():
            return journey, ()
    assert_never(journey.state)


def _move(journey: Journey, state: State) -> Journey:
    return replace(journey, state=state, version=journey.version + 1)


def _while_proving(journey: Journey, happened: Happened, now: Instant) -> tuple[Journey, tuple[Effect, ...]]:
    match happened:
        case Meant(purpose):
            return _meant(journey, purpose)
        case Proved(evidence, audit_name):
            return _proved(journey, evidence, audit_name, now)
        case PasswordSet() | Unlocked():
            return journey, ()
        case _:
            return _over(journey, happened, Step.CANCELLED)


def _over(journey: Journey, happened: Over, cancelled: Step) -> tuple[Journey, tuple[Effect, ...]]:
    match happened:
        case Cancelled():
            return _move(journey, Ended(Why.CANCELLED)), (progress(journey, cancelled),)
        case TimedOut():
            return _move(journey, Ended(Why.EXPIRED)), (progress(journey, Step.ABANDONED, failed=True),)
        case Changed(code):
            return _changed(journey, code)
        case Replaced():
            return _move(journey, Ended(Why.REPLACED)), (progress(journey, Step.REPLACED, failed=True),)
        case TriesUsedUp():
            if journey.purpose is not Purpose.CALL:
                return journey, ()
            return _move(journey, Ended(Why.REFUSED)), (progress(journey, Step.CALL_FAILED, failed=True),)
    assert_never(happened)


def _meant(journey: Journey, purpose: Purpose) -> tuple[Journey, tuple[Effect, ...]]:
    if journey.purpose is not Purpose.OPEN:
        return journey, ()
    reason = Step.MEANT_UNLOCK if purpose is Purpose.UNLOCK else Step.MEANT_RESET
    meant = _move(replace(journey, purpose=purpose), Proving())
    return meant, (progress(meant, reason), progress(meant, Step.OPTIONS_SHOWN))


def _proved(journey: Journey, evidence: Evidence, name: str, now: Instant) -> tuple[Journey, tuple[Effect, ...]]:
    if journey.purpose is Purpose.OPEN:
        return journey, ()
    if now >= journey.expires_at:
        return step(journey, TimedOut(), now)
    subject = journey.subject
    if isinstance(subject, Decoy):  # no verifier accepts for a decoy; if one ever did, it leads nowhere
        return _move(journey, Ended(Why.REFUSED)), (progress(journey, Step.STOPPED_CHANGED, failed=True),)
    done = progress(journey, Step.COMPLETED.format(method=name), method=evidence.method, gate=evidence.gate)
    journey = replace(journey, evidence=(*journey.evidence, evidence))
    if subject.refusal is not None:
        ended = _move(journey, Ended(Why.REFUSED, subject.refusal))
        return ended, (done, progress(journey, refusal_step(subject.refusal), failed=True, code=subject.refusal))
    enough = assurance.enough([(e.method, e.roots) for e in journey.evidence], journey.demand)
    if enough and journey.purpose is Purpose.CALL:  # shows who calls, and opens nothing
        return _done(journey), (done, progress(journey, Step.CALL_PASSED))
    return _move(journey, Choosing() if enough else Proving()), (done,)


def _while_choosing(journey: Journey, happened: Happened, now: Instant) -> tuple[Journey, tuple[Effect, ...]]:
    match happened:
        case PasswordSet():
            return _password_set(journey, now) if journey.purpose is Purpose.RESET else (journey, ())
        case Unlocked():
            return _unlocked(journey, now) if journey.purpose is Purpose.UNLOCK else (journey, ())
        case Meant() | Proved():
            return journey, ()
        case _:
            return _over(journey, happened, Step.CANCELLED_LATE)


def _changed(journey: Journey, code: Code | None) -> tuple[Journey, tuple[Effect, ...]]:
    reason = Step.STOPPED_CHANGED if code is None else refusal_step(code)
    return _move(journey, Ended(Why.CHANGED, code)), (progress(journey, reason, failed=True),)


def _password_set(journey: Journey, now: Instant) -> tuple[Journey, tuple[Effect, ...]]:
    if not isinstance(journey.subject, Somebody):  # a decoy cannot be here; deny (GAT-5)
        return _changed(journey, None)
    person = journey.subject.person
    reset = Event(
        Activity.RESET, person, person, "success", "Successfully completed reset.", journey.id, journey.source
    )
    effects: tuple[Effect, ...] = (
        progress(journey, Step.NEW_PASSWORD),
        EndSessions(person, "password", journey.id),
        TellPerson(person, "notice.password_reset", {"when_at": now, "source": journey.source}, journey.id),
        Audit(reset),
        progress(journey, Step.SUCCEEDED),
    )
    if journey.demand.administrator:
        effects = (*effects, TellAdministrators("notice.admin_reset", {"when_at": now}, about=person))
    return _done(journey), effects


def _unlocked(journey: Journey, now: Instant) -> tuple[Journey, tuple[Effect, ...]]:
    """Sessions and everything else that the password opened go on: it is the same one (GAT-9)."""
    if not isinstance(journey.subject, Somebody):
        return _changed(journey, None)
    person = journey.subject.person
    unlocked = Event(Activity.UNLOCKED, person, person, "success", "Success", journey.id, journey.source)
    effects: tuple[Effect, ...] = (
        TellPerson(person, "notice.unlocked", {"when_at": now, "source": journey.source}, journey.id),
        Audit(unlocked),
        progress(journey, Step.UNLOCKED),
    )
    if journey.demand.administrator:
        effects = (*effects, TellAdministrators("notice.admin_unlocked", {"when_at": now}, about=person))
    return _done(journey), effects


def _done(journey: Journey) -> Journey:
    return _move(replace(journey, evidence=tuple(replace(one, spent=True) for one in journey.evidence)), Done())
