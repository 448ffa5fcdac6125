"""The clock jumps ahead or back, by an hour or a year, and perhaps comes back: no limit opens early, none stays shut
for ever (F17, I6)."""

import pytest

from keyback.core.ports import Charge
from keyback.core.types import DAY, HOUR, MINUTE
from tests.living import Living

YEAR = 365 * DAY
PAUSED, PLAIN = Charge("test", "paused", 3, HOUR, pause=DAY), Charge("test", "plain", 3, HOUR)


def allowed(living: Living, charge: Charge) -> bool:
    with living.store.writing() as unit:
        return unit.throttles.charge(charge, unit.now) is None


@pytest.mark.parametrize("charge", [PAUSED, PLAIN], ids=["with-a-pause", "without"])
@pytest.mark.parametrize("jump", [HOUR, YEAR])
def test_a_budget_that_was_spent_in_a_wrong_future_opens_again(living: Living, charge: Charge, jump: int) -> None:
    """F17: shut now, and open after the time that it would have been shut, however wrong the clock once was."""
    living.clock.move(jump)
    assert [allowed(living, charge) for _ in range(4)] == [True, True, True, False]
    living.clock.move(-jump)
    assert not allowed(living, charge)
    living.clock.move(max(charge.window, charge.pause) - MINUTE)
    assert not allowed(living, charge)
    living.clock.move(2 * MINUTE)
    assert allowed(living, charge)


@pytest.mark.parametrize("charge", [PAUSED, PLAIN], ids=["with-a-pause", "without"])
@pytest.mark.parametrize("jump", [HOUR, YEAR])
def test_a_clock_that_is_set_back_opens_nothing(living: Living, charge: Charge, jump: int) -> None:
    """F17, I6: neither at once nor when the clock is right again."""
    assert [allowed(living, charge) for _ in range(4)] == [True, True, True, False]
    living.clock.move(-jump)
    assert not allowed(living, charge)
    living.clock.move(MINUTE)
    assert not allowed(living, charge)
