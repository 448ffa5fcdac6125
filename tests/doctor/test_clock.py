"""Clocks that jump or are apart: what was used stays used, and what follows from the time alone stops (F17)."""

from dataclasses import replace

import pytest

from keyback.app.clock import Look, noticed
from keyback.core.events import Activity
from keyback.core.types import HOUR, SECOND
from tests.clocks import Drifting
from tests.living import MAIL, Living

YEAR = 365 * 24 * HOUR


def drifting(living: Living, behind: int) -> Drifting:
    """Let the house have such a clock."""
    clock = Drifting(behind)
    living.store._clock = clock
    return clock


@pytest.mark.parametrize(
    ("behind", "least"), [(0, 0), (40 * SECOND, 39 * SECOND), (-40 * SECOND, -41 * SECOND), (YEAR, YEAR - SECOND)]
)
def test_the_databases_time_counts_and_the_difference_is_known(shared: Living, behind: int, least: int) -> None:
    """Decisions 31, F17: the host a second, a minute or a year away."""
    clock = drifting(shared, behind)
    with shared.store.reading() as unit:
        assert abs(unit.now - behind - clock.now()) < 2 * SECOND
        assert -SECOND <= unit.apart - least <= 2 * SECOND


def test_codes_of_an_app_stop_while_nobody_knows_the_time_and_mail_goes_on(shared: Living) -> None:
    """OPS-4, TOT-5, F17: nothing is counted against the person."""
    clock = drifting(shared, 0)
    shared.ada()
    shared.clock.move(clock.now() - shared.clock.now())
    browser = shared.browser()
    browser.start()
    browser.choose("totp")
    clock.behind = 31 * SECOND
    for _ in range(7):
        browser.post(answer=shared.code_of_app())
        assert browser.status == 422
        assert browser.told() == ["clock.apart"]
    clock.behind = 29 * SECOND
    browser.get("/reset/journey")
    browser.post(answer=shared.code_of_app())
    assert [line["reason"] for line in shared.story() if "completed" in str(line["reason"])] != []
    clock.behind = 31 * SECOND
    browser.choose("email_code")
    browser.post(answer=shared.newest_code(MAIL))
    assert browser.page["title"] != ""
    assert len([line for line in shared.story() if "completed" in str(line["reason"])]) == 2


@pytest.mark.parametrize("jump", [HOUR, -HOUR, YEAR, -YEAR])
def test_what_was_used_stays_used_when_the_clock_jumps(quick: Living, jump: int) -> None:
    """F17, COD-4, TOT-1, I5: a code that was used opens nothing, whatever the clock says then."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    code = quick.newest_code(MAIL)
    app = quick.code_of_app()
    browser.post(answer=code)
    browser.choose("totp")
    browser.post(answer=app)
    before = len([line for line in quick.story() if "completed" in str(line["reason"])])
    quick.clock.move(jump)
    quick.clock.move(-jump)
    again = quick.browser()
    again.start()
    again.choose("totp")
    again.post(answer=app)
    assert again.status == 422
    assert len([line for line in quick.story() if "completed" in str(line["reason"])]) == before == 2


START = Look(1_000_000, 5_000, 0)


@pytest.mark.parametrize(("later", "told"), [
    (Look(1_060_000, 65_000, 0), []),
    (Look(1_063_000, 65_000, 4_000), []),
    (Look(1_000_000 + HOUR, 65_000, 0), [Activity.CLOCK_JUMPED]),
    (Look(1_060_000 - YEAR, 65_000, 0), [Activity.CLOCK_JUMPED]),
    (Look(1_060_000, 65_000, 31_000), [Activity.CLOCKS_APART]),
    (Look(1_000_000 + HOUR, 65_000, -HOUR), [Activity.CLOCK_JUMPED, Activity.CLOCKS_APART]),
])  # fmt: skip
def test_a_jump_and_clocks_apart_are_noticed(later: Look, told: list[Activity]) -> None:
    """F17: between two looks, by a clock that nobody sets."""
    events = list(noticed(START, later))
    assert [event.activity for event in events] == told
    assert [event.activity for event in noticed(later, replace(later, apart=0))] == told[-1:] * (
        later.apart > 30_000 or later.apart < -30_000
    )
