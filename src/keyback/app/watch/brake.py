"""The brake: when far more resets complete than ever before, no new ones begin for an hour (decisions 9)."""

from dataclasses import dataclass, replace

from keyback.app.admin.rights import require
from keyback.app.house import House
from keyback.app.watch.state import Watch, alarm, watch
from keyback.core.errors import Refused, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Beat, Charge, Unit
from keyback.core.rules import limits
from keyback.core.rules.limits import Client
from keyback.core.rules.norms import BRAKE, RESETS_MEMORY, resets_allowed
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant

MESSAGES = {
    "brake.on": "Password resets pause until {again_at}, because unusually many were completed in a short time. Nothing "
    "was changed. Please try again then. If you cannot wait, your administrator can help you.",
    "brake.off": "The brake is not on. Nothing was changed.",
    "brake.why": "Say why the brake may be released; the reason stands in the audit log.",
}


def refuse_while_on(now: Watch) -> None:
    """Raises `TooMany`, alike for everybody. Before anything is charged or spent."""
    if now.braked:
        raise TooMany(say("brake.on", again_at=now.brake_until), now.brake_until)


def completed(unit: Unit, now: Watch, rules: Limits) -> None:
    """Count a completed reset, and put the brake on when it was one too many. This one is not undone."""
    unit.pulse.beat("resets")
    charge = _charge(now, rules)
    used = unit.throttles.take(charge, unit.now)
    if 0 < used < charge.budget or watch(unit).braked:  # read again: the row that was charged is ours alone by now
        return
    until = unit.now + BRAKE
    unit.pulse.set_figure("brake.until", until)
    alarm(unit, Activity.BRAKE_ON, "notice.brake", resets=charge.budget, until_at=until)


def _charge(now: Watch, rules: Limits) -> Charge:
    return replace(limits.charge("resets", rules, "", Client()), budget=now.brake_budget)


@dataclass(frozen=True, slots=True)
class Brake:
    """How the brake stands, and where its number comes from."""

    until: Instant
    """0: it is not on."""
    budget: int
    """Completed resets in five minutes that put it on."""
    resets: int
    """How many there were in the present five minutes."""
    people: int
    """Enabled accounts."""
    busiest: int
    """Most completed resets in five minutes of the last 28 days."""


def show(house: House) -> Brake:
    """How it stands now."""
    with house.store.reading() as unit:
        now = watch(unit)
        policy = unit.policies.in_force()
        rules = policy.policy.limits if policy is not None else Limits()
        people, resets = figures(unit)
        used = unit.throttles.used(_charge(now, rules), unit.now)
    return Brake(now.brake_until if now.braked else 0, now.brake_budget, used, people, resets.busiest)


def figures(unit: Unit) -> tuple[int, Beat]:
    """Enabled accounts, and the completed resets that are remembered."""
    people = sum(number for like, number in unit.readiness.classes((), unit.now) if like.enabled)
    return people, unit.pulse.within("resets", unit.now - RESETS_MEMORY, unit.now)


def work_out(unit: Unit) -> int:
    """The brake's number of the coming hour."""
    return resets_allowed(*figures(unit))


def release(house: House, actor: str, why: str) -> None:
    """Let resets begin again. Raises `Refused` when the brake is not on, or without a reason; `Forbidden`."""
    if not why.strip():
        raise Refused(say("brake.why"))
    with house.store.writing() as unit:
        require(unit, actor, Permission.CHANGE_POLICY)
        now = watch(unit)
        if not now.braked:
            raise Refused(say("brake.off"))
        policy = unit.policies.in_force()
        unit.throttles.forget(_charge(now, policy.policy.limits if policy is not None else Limits()))
        unit.pulse.set_figure("brake.until", 0)
        unit.audit(Event(Activity.BRAKE_RELEASED, actor, "", "success", why.strip()))
