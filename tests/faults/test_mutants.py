"""The same checks that hold for Keyback fail for three planted mistakes; a check that cannot fail is none."""

from collections.abc import Callable

import pytest

from keyback.core.types import MINUTE
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.store.unit import SqlStore
from tests.faults import invariants, races
from tests.faults.acting import Walk, somebody
from tests.faults.mutants import CheckThenCharge, NoEvidenceCheck, SelectThenUpdate
from tests.living import NEW_PASSWORD, Between, Living

MOST_ROUNDS = 10
"""A race that is not lost in so many rounds would not be noticed by `make check` either."""


def old_proofs_set_no_password(living: Living, round_: int) -> None:
    """GAT-6, I12: proofs live 10 minutes and the attempt 15; in between nothing is set."""
    who = somebody(living, round_)
    walk = Walk(living, who).both()
    before = invariants.remember(living, who.id)
    living.clock.move(11 * MINUTE)
    walk.browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)
    said = invariants.Said.DONE if walk.browser.page["state"] == "done" else invariants.Said.FAILED
    assert said is invariants.Said.FAILED
    invariants.check(invariants.Case(living, who.id, before, said))


CAUGHT: list[tuple[type[SqlStore], Callable[[Living, int], None]]] = [
    (NoEvidenceCheck, old_proofs_set_no_password),
    (CheckThenCharge, races.a_budget_lets_through_exactly_as_many),
    (CheckThenCharge, races.starts_of_one_network_are_limited),
    (SelectThenUpdate, races.one_recovery_code_is_spent_once),
]
IDS = [f"{mutant.__name__}-{check.__name__}" for mutant, check in CAUGHT]


def sees_it(living: Living, check: Callable[[Living, int], None]) -> bool:
    """Whether the check fails in some round."""
    for round_ in range(1, MOST_ROUNDS + 1):
        try:
            check(living, round_)
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize(("mutant", "check"), CAUGHT, ids=IDS)
def test_a_planted_mistake_is_caught(
    engine: SqliteEngine | PostgresqlEngine, mutant: type[SqlStore], check: Callable[[Living, int], None]
) -> None:
    """RAC-1, RAC-2, GAT-6, THR-5, COD-4: no look at the proofs at commit, check then charge, select then use."""
    living = Living(engine, between=Between(store=mutant))
    assert sees_it(living, check)
    living.close()


def test_without_a_mistake_nothing_is_caught(living: Living) -> None:
    """GAT-6: the check that is in no other file holds."""
    old_proofs_set_no_password(living, 1)
