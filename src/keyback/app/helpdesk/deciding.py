"""How the attempt at `/call` ends is what the operator sees: written in the unit that ends it."""

from collections.abc import Sequence

from keyback.core.effects import Audit, Effect
from keyback.core.events import Activity, Event
from keyback.core.journey import Changed, Ended, Journey, Why, audit_target, step
from keyback.core.ports import Unit
from keyback.core.ports.desk import CaseState

_FAILS = frozenset({Why.REFUSED, Why.CHANGED, Why.REPLACED})
"""Who gives up or runs out of time may try the same number again while it lives."""


def passed(
    unit: Unit, before: Journey, moved: Journey, effects: Sequence[Effect]
) -> tuple[Journey, tuple[Effect, ...]]:
    """The proofs are enough: the case says so, and they are spent. If it is not open for this attempt any more, the attempt
    ends with nothing."""
    last = moved.evidence[-1]
    if not unit.cases.decide(moved.id, CaseState.PASSED, last.method, unit.now):
        ended, more = step(before, Changed(), unit.now)
        return ended, (*effects[:-1], *more)
    for one in moved.evidence:
        unit.journeys.spend_evidence(moved.id, one.challenge, 0, unit.now)
    case = unit.cases.of_journey(moved.id)
    who = audit_target(moved.subject)
    details: dict[str, str | int] = {"case": case.id if case else "", "method": last.method}
    line = Event(Activity.CASE_PASSED, who, who, "success", "", moved.id, moved.source, details)
    return moved, (*effects, Audit(line))


def ended(unit: Unit, moved: Journey) -> None:
    """The same rows for an attempt that belongs to no case (ENU-2)."""
    if not isinstance(moved.state, Ended) or moved.state.why not in _FAILS:
        return
    unit.cases.decide(moved.id, CaseState.FAILED, "", unit.now)
    case = unit.cases.of_journey(moved.id)
    who = audit_target(moved.subject)
    details: dict[str, str | int] = {"case": case.id if case else ""}
    unit.audit(Event(Activity.CASE_FAILED, who, who, "failure", moved.state.why, moved.id, moved.source, details))
