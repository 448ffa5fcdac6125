"""Limits, pauses, the brake and a storm count alike for everybody, whatever limits there are (ENU-5)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keyback.core.rules.limits import LIMITS
from keyback.core.types import DAY, HOUR, MINUTE
from keyback.store.engine import Sql, SqliteEngine
from tests.counting import Counter
from tests.living import Living
from tests.private.classes import CLASSES, organisation, unknown, user_id
from tests.private.steps import (
    ACTS,
    METHODS,
    Visitor,
    ask_for_help,
    choose,
    every_method,
    guess_mailed_codes,
    guess_the_password,
    start,
)

_ROWS = Sql("SELECT limit_name, used, window_start, paused_until, ends_at FROM throttle ORDER BY 1, 2, 3, 4, 5")
PLAIN = [name for name, one in CLASSES.items() if not one.before and name != "unknown"]
NOT_OF_STRANGERS = {
    "setup.wrong",
    "answers.twice",
    "resets",
    "incidents.opened",
    "breached.alarm",
    "reports",
    "sign_in.free",
    "factor.hour",
    "factor.day",
    "register.hour",
    "register.impossible",
    "passwords.tried",
    "passes.issued",
    "notices.keys",
    "test.sends",
    "cases.operator",
    "cases.person",
    "in_person.operator",
    "approvals.operator",
}
"""What one-time links, right answers, completed resets and browsers' reports use up, or what is never charged itself; and
what only those use up who are signed in, or whose password was right a moment ago, or administrators."""


def counters(typed: str) -> list[tuple[Any, ...]]:
    """What all acts leave behind in the limiter, its keys aside."""
    living, counter = organisation(SqliteEngine(None))
    visitor = Visitor(living, counter, typed)
    rows: list[tuple[Any, ...]] = []
    for act in ACTS:
        visitor.arrive(act.__name__)
        act(visitor)
        with living.store.engine.transaction(write=True) as link:
            rows += [(act.__name__, *row) for row in link.all(_ROWS, {})]
            link.run(Sql("DELETE FROM throttle"), {})
        visitor.wait(2 * DAY)
    living.close()
    return rows


@pytest.fixture(scope="module")
def of_nobody() -> list[tuple[Any, ...]]:
    return counters(unknown("unknown"))


@pytest.mark.parametrize("name", PLAIN[:4])
def test_the_same_is_counted(name: str, of_nobody: list[tuple[Any, ...]]) -> None:
    """ENU-5: as many counters of each limit, equally full, with the same windows and pauses."""
    assert counters(user_id(name)) == of_nobody


def test_the_acts_reach_what_strangers_can_use_up(of_nobody: list[tuple[Any, ...]]) -> None:
    """ENU-5: a limit that is added to the table is compared too, or named here."""
    reached = {row[1] for row in of_nobody}
    assert reached <= set(LIMITS)
    of_ipv6 = {"starts.wide", "failures.wide"}
    assert set(LIMITS) - reached - NOT_OF_STRANGERS == of_ipv6


@pytest.mark.parametrize("typed", ["ada@contoso.example", "eve@contoso.example"])
def test_what_is_left_of_a_day_is_told_alike(quick: Living, typed: str) -> None:
    """ENU-5, decisions 9: known or not, ten failures in a day pause the account's recovery for a day, and no more."""
    quick.recovery_codes(quick.ada())
    visitor = Visitor(quick, Counter(), typed)
    told = []
    for method in METHODS[:2] * 2:
        start(visitor)
        choose(visitor, method)
        for _ in range(5):
            visitor.send("/reset/answer", answer="000000")
            told.append(visitor.seen[-1].status)
        visitor.wait(HOUR + MINUTE)
    assert told == [422] * 10 + [429] * 10
    visitor.wait(DAY)
    start(visitor)
    choose(visitor, "totp")
    visitor.send("/reset/answer", answer="000000")
    assert visitor.seen[-1].status == 422


def form_sent(visitor: Visitor) -> None:
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved())
    visitor.see("/reset")


WEATHER: dict[str, tuple[Callable[[Visitor], None], ...]] = {
    "brake.until": (form_sent, ask_for_help, guess_the_password),
    "storm.until": (every_method, guess_mailed_codes, ask_for_help, guess_the_password),
}


def in_weather(typed: str, figure: str) -> list[Any]:
    """What is seen and done while the brake is on, or a storm blows; the first page was loaded before."""
    living, counter = organisation(SqliteEngine(None))
    visitor = Visitor(living, counter, typed)
    visitor.see("/reset")
    with living.store.writing() as unit:
        unit.pulse.set_figure(figure, unit.now + DAY)
    counter.take()
    for act in WEATHER[figure]:
        act(visitor)
    living.close()
    return [replace(one, work=replace(one.work, opens=[])) for one in visitor.seen]


@pytest.mark.parametrize("figure", WEATHER)
@pytest.mark.parametrize("name", ["existing", "disabled", "without methods", "out of scope"])
def test_neither_brake_nor_storm_tells(figure: str, name: str) -> None:
    """ENU-5, decisions 9: the same answers and the same work while resets pause, and while a storm halves the budgets."""
    seen = in_weather(user_id(name), figure)
    assert seen == in_weather(unknown("unknown"), figure)
    assert ("resets pause until" in seen[1].body) is (figure == "brake.until")
