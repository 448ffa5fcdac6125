"""Every operation is interrupted at every statement, commit, hash and message, once per engine; then the invariants
hold, and the operation succeeds when it is done again (F01, F02, F03, F13, F19, F22, I1 to I12)."""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from random import Random

import pytest

from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine
from keyback.wiring.world import SystemRandom
from tests.faults import invariants
from tests.faults.at_the_desk import AT_THE_DESK
from tests.faults.kit import BEGIN, COMMIT, COMMITTED, Deed, Points, away, between, contended
from tests.faults.operations import OPERATIONS
from tests.living import Living
from tests.postgresql import Server

MOST_POINTS = 300
NEAR = frozenset({BEGIN, COMMIT, COMMITTED})
"""Points at which a transaction begins or ends."""
SCHEDULES = 1_000
_OLD_COUNTERS = Sql("DELETE FROM throttle WHERE ends_at <= :now AND paused_until <= :now")


class Stage:
    """One filled house for all operations on one engine."""

    def __init__(self, engine: SqliteEngine | PostgresqlEngine) -> None:
        self.points = Points()
        self.living = Living(engine, between=between(self.points.reach))
        self.passed: list[str] = []
        self._number = 0

    def visit(self, operation: str, at: int, deed: Deed) -> bool:
        """Interrupt it at this point; False when it has no such point."""
        self._number += 1
        with self.living.store.writing() as unit:
            unit.link.run(_OLD_COUNTERS, {"now": unit.now})
        act = OPERATIONS[operation](self.living, self._number)
        before = invariants.remember(self.living, act.person)
        self.points.arm(at, deed)
        said = act.do()
        met, self.passed = self.points.done, self.points.names
        self.points.count()
        invariants.check(invariants.Case(self.living, act.person, before, said, act.new, act.notices, act.keeps))
        act.holds(said)
        if said is not invariants.Said.DONE:
            act.again()
            said = invariants.Said.DONE
            invariants.check(invariants.Case(self.living, act.person, before, said, act.new, act.notices, act.keeps))
        return met

    def written(self, operation: str) -> Sequence[int]:
        """Numbers of the points within transactions that write, counted without a fault."""
        self.visit(operation, 10 * MOST_POINTS, away)
        first, found = 1, list[int]()
        for number, name in enumerate(self.passed, 1):
            first = number if name == BEGIN else first
            found += range(first, number + 1) if name == COMMITTED else ()
        return found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    engine: SqliteEngine | PostgresqlEngine
    if request.param == "sqlite":
        engine = SqliteEngine(tmp_path_factory.mktemp("points") / "keyback.db")
    else:
        server: Server = request.getfixturevalue("postgresql")
        engine = PostgresqlEngine(server.new_database())
    made = Stage(engine)
    yield made
    made.living.close()


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one not in AT_THE_DESK])
def test_every_point(stage: Stage, operation: str, caplog: pytest.LogCaptureFixture) -> None:
    """I1 to I12 after each; I11: again, and it works. Each point on one of the engines, what is around a commit on both; in
    soak, all on both."""
    caplog.set_level(logging.DEBUG)
    here = int(stage.living.store.engine.name == "sqlite")
    for _ in range(2):  # what is done once only, at the very first, is none of its points
        stage.visit(operation, 10 * MOST_POINTS, away)
    names, visited = list(stage.passed), 0
    assert len(names) < MOST_POINTS
    for at, name in enumerate(names, 1):
        if at % 2 == here or name in NEAR:
            visited += stage.visit(operation, at, (away, contended)[(at // 2) % 2])
    assert visited > 2
    invariants.i9_no_secret_in_the_clear(stage.living, invariants.Secrets(), caplog.text.encode())


@pytest.mark.parametrize("operation", AT_THE_DESK)
def test_every_point_where_the_desk_writes(stage: Stage, operation: str, caplog: pytest.LogCaptureFixture) -> None:
    """I1 to I12, I11: each statement on one of the engines, and everything around each commit on both. After the others, which
    do more the more operators there are."""
    caplog.set_level(logging.DEBUG)
    here = int(stage.living.store.engine.name == "sqlite")
    points = stage.written(operation)
    names = dict(enumerate(stage.passed, 1))
    for at in points:
        if at % 2 == here or names[at] in NEAR:
            assert stage.visit(operation, at, (away, contended)[(at // 2) % 2])
    assert len(points) > 2
    invariants.i9_no_secret_in_the_clear(stage.living, invariants.Secrets(), caplog.text.encode())


@pytest.mark.soak
@pytest.mark.parametrize("deed", [away, contended])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_point_in_every_way(stage: Stage, operation: str, deed: Deed) -> None:
    """I1 to I12: each point of each operation, with either fault."""
    visited = 0
    while stage.visit(operation, visited + 1, deed):
        visited += 1
    assert visited > 2


@pytest.mark.soak
def test_random_schedules(stage: Stage) -> None:
    """I1 to I12: operations and faults in any order; the printed seed is all that it takes to see one again."""
    seed = int(os.environ.get("FAULT_SEED", SystemRandom().digits(9)))
    sys.stdout.write(f"FAULT_SEED={seed}\n")
    chance = Random(seed)
    names = list(OPERATIONS)
    for _ in range(SCHEDULES):
        stage.visit(chance.choice(names), chance.randint(1, MOST_POINTS // 4), chance.choice((away, contended)))
