"""Attempts that nobody came back to are ended too, so that their story in the audit log has its last line."""

from keyback.app.house import House
from keyback.app.perform import perform
from keyback.core.journey import TimedOut, step
from keyback.core.policy import Notifications

AT_ONCE = 100


def expire(house: House) -> int:
    """End some journeys whose time is up, in one unit; returns how many there were."""
    with house.store.writing() as unit:
        over = unit.journeys.run_out(unit.now, AT_ONCE)
        for journey in over:
            ended, effects = step(journey, TimedOut(), unit.now)
            if unit.journeys.update(ended, journey.version):
                perform(unit, effects, Notifications())
    return len(over)
