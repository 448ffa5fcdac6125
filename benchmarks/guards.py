"""What the guards cost: each step of a journey with limits, screening, audit and sealing on, and with each of them off.

In one process, through the ports, with hashing made cheap so that it does not drown the rest; houses take turns.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, median
from keyback.app.house import House
from keyback.core.ports import Sealer
from keyback.core.rules.banned import Terms
from keyback.core.rules.password import Lists
from keyback.core.types import DAY
from keyback.store.engine import SqliteEngine
from keyback.store.unit import SqlStore, SqlUnit
from tests.living import MAIL, Between, Living

NONCE = 12
ROUNDS, WARM = 150, 5
STEPS = ("start", "choose e-mail", "answer", "choose app", "answer app", "new password")


class _NoThrottles:
    """Allows everything and remembers nothing."""

    def __getattr__(self, name: str) -> Callable[..., int | None]:
        return lambda *_: {"take": 1, "used": 0, "paused_until": 0}.get(name)


def _nothing(_: SqlUnit) -> None:
    pass


def _store(before: Callable[[SqlUnit], None], after: Callable[[SqlUnit], None]) -> type[SqlStore]:
    """A store whose units are changed before anybody uses them, and again before they commit."""

    class Changed(SqlStore):
        @contextmanager
        def reading(self) -> Iterator[SqlUnit]:
            with super().reading() as unit:
                before(unit)
                yield unit

        @contextmanager
        def writing(self) -> Iterator[SqlUnit]:
            with super().writing() as unit:
                before(unit)
                yield unit
                after(unit)

    return Changed


def _unlimited(unit: SqlUnit) -> None:
    unit.throttles = _NoThrottles()  # type: ignore[assignment]


def _untold(unit: SqlUnit) -> None:
    unit._events.clear()  # noqa: SLF001 - what would be written


class _Plain:
    """Seals nothing; keyed hashes stay, because rows are found by them."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sealer, name)

    def seal(self, plain: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:  # noqa: ARG002 - the port's
        return os.urandom(NONCE) + plain  # as unlike each other as sealed ones

    def open(self, sealed: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:  # noqa: ARG002 - the port's
        return sealed[NONCE:]


def _plain(sealer: Sealer) -> Sealer:
    return _Plain(sealer)


def _unscreened(house: House) -> House:
    return replace(house, lists=Lists(frozenset(), Terms.of(())))


HOUSES: Mapping[str, Between] = {
    "everything on": Between(),
    "limits off": Between(store=_store(_unlimited, _nothing)),
    "screening off": Between(house=_unscreened),
    "audit off": Between(store=_store(_nothing, _untold)),
    "sealing off": Between(sealer=_plain),
}


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        houses = {}
        for number, (name, between) in enumerate(HOUSES.items()):
            living = Living(SqliteEngine(Path(folder) / f"{number}.db"), between=between)
            stack.callback(living.close)
            living.ada()
            houses[name] = living
        spent: dict[str, list[list[float]]] = {name: [] for name in houses}
        for turn in range(WARM + ROUNDS):
            for name, living in houses.items():
                took = _journey(living, turn)
                if turn >= WARM:
                    spent[name].append(took)
    return [_figure(spent)]


def _journey(living: Living, turn: int) -> list[float]:
    """Processor milliseconds of each step, this process's own client included."""
    living.clock.move(2 * DAY)
    browser = living.browser()
    browser.get("/reset")
    took = []

    def step(act: Callable[[], Any]) -> None:
        began = time.process_time()
        act()
        took.append((time.process_time() - began) * 1000)

    step(browser.start)
    step(lambda: browser.choose("email_code"))
    code = living.newest_code(MAIL)
    step(lambda: browser.post(answer=code))
    step(lambda: browser.choose("totp"))
    step(lambda: browser.post(answer=living.code_of_app()))
    step(lambda: browser.set_password(f"seven purple lamps dance {turn}"))
    assert browser.page["state"] == "done", browser.page
    living.delivered()  # the notice, so that the next code is the newest message
    return took


def _figure(spent: Mapping[str, Sequence[Sequence[float]]]) -> Figure:
    by_step = {name: [median(column) for column in zip(*rows, strict=True)] for name, rows in spent.items()}
    whole = by_step["everything on"]
    details = {}
    for name, steps in by_step.items():
        for step, all_on, this in zip(STEPS, whole, steps, strict=True):
            details[f"{step}: {name.removesuffix(' off')}"] = this if name == "everything on" else all_on - this
    bare = sum(whole) - sum(sum(whole) - sum(steps) for name, steps in by_step.items() if name != "everything on")
    return Figure(
        "the guards together, over all six steps", sum(whole) - bare, "ms", "the same journey without them", bare,
        "known", passes=True, details=details,
    )  # fmt: skip
