"""Unlock without a new password: with the last proof, what keeps the account from signing in goes (decisions 14).

It is written in the unit that judged the proof, under the held person, with everything looked at again (GAT-1, GAT-9).
The brake does not count it: no password changes hands.
"""

from keyback.app import counters
from keyback.app.house import House
from keyback.app.reset.completing import forget_counters, hindrance
from keyback.app.reset.scene import load
from keyback.core.journey import Changed, TimedOut, Unlocked
from keyback.core.ports import Unit


def unlock(house: House, unit: Unit, token: str, source: str) -> Unlocked | Changed | TimedOut:
    """How the journey of this browser ends, all of whose proofs are stored. The person must be held."""
    scene = load(house, unit, token)
    if scene.person is None or scene.changed or not scene.policy.policy.self_service.allow_unlock:
        return Changed()
    hindered = hindrance(house, unit, scene, scene.person)
    if hindered is not None:
        return hindered
    forget_counters(house, unit, scene, source)
    counters.unlock(unit, scene.policy.policy.limits, scene.journey.account)
    unit.pulse.beat("unlocks")
    return Unlocked()
