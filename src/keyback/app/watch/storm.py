"""A storm of failures: far more wrong answers than usual, across all accounts (THR-7). It pauses nobody: the proof of
work gets harder, strangers have half the budgets, and the administrators are told."""

from dataclasses import replace

from keyback.app.watch.state import Watch, alarm, watch
from keyback.core.events import Activity
from keyback.core.policy import Limits
from keyback.core.ports import Unit
from keyback.core.rules import limits
from keyback.core.rules.limits import Client
from keyback.core.rules.norms import BEAT, FAILURES_MEMORY, STORM, failures_allowed, too_many_wrong
from keyback.core.types import Instant

HARDER = 8
"""How many times as much work a start costs meanwhile."""


def failed(unit: Unit, now: Watch, rules: Limits) -> None:
    """Count a wrong answer. Last in its unit, so that the one row that all of them share is held shortly; nothing is
    refused by it, so nothing is lost by counting after comparing."""
    unit.pulse.beat("failures")
    charge = replace(limits.charge("storm", rules, "", Client()), budget=now.storm_budget)
    if unit.throttles.take(charge, unit.now) >= charge.budget:
        _blow(unit, charge.budget)


def answered(unit: Unit) -> None:
    """Count a right one."""
    unit.pulse.beat("right")


def look_at_ratio(unit: Unit) -> None:
    """Whether nearly all answers of the last ten minutes were wrong."""
    since = unit.now - 2 * BEAT
    failures, right = (unit.pulse.within(name, since, unit.now) for name in ("failures", "right"))
    if too_many_wrong(failures, right):
        _blow(unit, failures.total)


def work_out(unit: Unit) -> int:
    """The storm's number of the coming hour. The present five minutes are not usual yet."""
    return failures_allowed(unit.pulse.within("failures", unit.now - FAILURES_MEMORY, unit.now - BEAT))


def _blow(unit: Unit, failures: int) -> None:
    """Until ten minutes after the last breach; told once."""
    until: Instant = unit.now + STORM
    on = watch(unit).stormy
    unit.pulse.set_figure("storm.until", until)
    if not on:
        alarm(unit, Activity.FAILURE_STORM, "notice.storm", failures=failures)
