"""The set of breached passwords as the policy sees it: whether it can be relied on, and the alarm when not (PWD-5)."""

import logging

from keyback.app.admin.rights import require
from keyback.app.house import House
from keyback.core.events import Activity, Event
from keyback.core.policy import Limits, Passwords, Policy
from keyback.core.ports import BreachedList, Gap
from keyback.core.rules import limits
from keyback.core.rules.roles import Permission
from keyback.core.types import DAY

log = logging.getLogger("keyback.breached")

EXAMINED_AT_ONCE = 64 << 20
"""Bytes that one round of `watch` compares with the checksum."""


def standing(house: House, policy: Passwords) -> tuple[BreachedList | None, Gap | None]:
    """The set if there is one, and why it cannot be relied on, if so."""
    found = house.breached.current()
    if isinstance(found, Gap):
        return None, found
    stale = house.clock.now() - found.imported_at > policy.breached_max_age_days * DAY
    return found, Gap.STALE if stale else None


def watch(house: House) -> None:
    """Examine a part of the set, and raise the alarm if it cannot be relied on: once a day on all nodes together."""
    house.breached.examine(EXAMINED_AT_ONCE)
    with house.store.reading() as unit:
        in_force = unit.policies.in_force()
    policy = (in_force.policy if in_force else Policy()).passwords
    _, gap = standing(house, policy)
    if gap is None:
        return
    with house.store.writing() as unit:
        alarm = limits.charge("breached.alarm", Limits(), gap, limits.Client())
        if unit.throttles.charge(alarm, unit.now) is not None:
            return
        details = {"meanwhile": str(policy.without_breached_list)}
        unit.audit(Event(Activity.BREACHED_LIST_UNRELIABLE, "", "", "failure", str(gap), details=details))
    log.warning("the list of breached passwords is %s; see keyback passwords lists", gap)


def imported(house: House, actor: str, new: BreachedList) -> None:
    """Note that a set was put in force."""
    details: dict[str, str | int] = {"kind": new.kind, "count": new.count, "source_at": new.source_at}
    with house.store.writing() as unit:
        require(unit, actor, Permission.CHANGE_POLICY)
        unit.audit(Event(Activity.BREACHED_LIST_IMPORTED, actor, "", "success", details=details))
