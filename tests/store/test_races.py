"""64 at once, on both engines, and exactly as many win as may (RAC-1, RAC-2, COD-4, THR-5, THR-8, TOT-1, I3, I5)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.faults.races import RACES
from tests.living import Living
from tests.postgresql import Server

ROUNDS, MORE_ROUNDS = range(1, 11), range(11, 61)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """One house for all races on one engine; each of the 64 has a connection."""
    engine: SqliteEngine | PostgresqlEngine
    if request.param == "sqlite":
        engine = SqliteEngine(tmp_path_factory.mktemp("races") / "keyback.db")
    else:
        server: Server = request.getfixturevalue("postgresql")
        engine = PostgresqlEngine(server.new_database(), size=70)
    made = Living(engine)
    yield made
    made.close()


@pytest.mark.parametrize("race", RACES)
def test_exactly_as_many_win_as_may(house: Living, race: str) -> None:
    """RAC-1, RAC-2, COD-4, THR-5, TOT-1, ADM-1, ADM-2, ADM-7, decisions 21, I3, I5, F19: ten rounds of each."""
    for round_ in ROUNDS:
        RACES[race](house, list(RACES).index(race) * 1_000 + round_)


def test_the_audit_chain_has_no_gap(living: Living) -> None:
    """I7: sequence without a gap, whatever happens at once."""
    living.ada()

    def start(number: int) -> None:
        living.browser().start(f"somebody{number}@contoso.example")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(16)))
    numbers = [line["seq"] for line in living.story()]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.soak
@pytest.mark.parametrize("race", RACES)
def test_every_race_again_and_again(house: Living, race: str) -> None:
    """RAC-1: 50 rounds more of each."""
    for round_ in MORE_ROUNDS:
        RACES[race](house, list(RACES).index(race) * 1_000 + round_)
