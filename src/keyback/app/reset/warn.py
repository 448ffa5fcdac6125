"""Repeated wrong answers are told to the person (THR-14)."""

from collections.abc import Mapping

from keyback.app.notices.burst import burst
from keyback.app.perform import NOTICE_LIFE, NOTICE_URGENCY, notice_addresses
from keyback.app.reset.scene import Scene
from keyback.core.ports import Outgoing, Unit
from keyback.core.types import NOBODY

ENOUGH = 5
"""Wrong answers in a day."""
ROWS = 3
"""Messages for everybody, so that nobody's number of addresses shows in the work; those too many go nowhere (ENU-2)."""


def warn(unit: Unit, scene: Scene) -> None:
    """At most once an hour, whoever goes on: to the first addresses at which notices arrive."""
    account, person = scene.journey.account, scene.person or NOBODY
    budget = scene.charge("failures.account", account)
    count = unit.throttles.used(budget, unit.now)
    if count >= budget.budget and burst(unit, scene, count):
        return
    if count < ENOUGH or unit.throttles.charge(scene.charge("notices.failures", account), unit.now) is not None:
        return
    values: Mapping[str, str | int] = {
        "user_id": person.upn, "count": count, "when_at": unit.now, "source": scene.journey.source,
    }  # fmt: skip
    for address in (notice_addresses(unit, person) + [""] * ROWS)[:ROWS]:
        message = Outgoing("email", "notice.failed_attempts", values, address, person.language)
        unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)
