"""GAT-1, decisions 2: the strictest rule that applies wins, and says which one it was."""

import pytest

from keyback.core.policy import Demand, Policy, SelfService, StricterGroup, resolve, stricter_of

FINANCE = StricterGroup("g-finance", 2)


def policy(gates: int) -> Policy:
    return Policy(self_service=SelfService(methods_required=gates, stricter=(FINANCE,)))


@pytest.mark.parametrize(
    ("gates", "groups", "administrator", "wanted"),
    [
        (1, frozenset(), False, Demand(1, administrator=False, decided_by="tenant")),
        (1, frozenset({"g-other"}), False, Demand(1, administrator=False, decided_by="tenant")),
        (1, frozenset({"g-finance"}), False, Demand(2, administrator=False, decided_by="group:g-finance")),
        (2, frozenset({"g-finance"}), False, Demand(2, administrator=False, decided_by="tenant")),
        (1, frozenset(), True, Demand(2, administrator=True, decided_by="administrators")),
        (2, frozenset({"g-finance"}), True, Demand(2, administrator=True, decided_by="administrators")),
    ],
)
def test_the_strictest_rule_decides(
    gates: int,
    groups: frozenset[str],
    administrator: bool,  # noqa: FBT001 - a column of the table
    wanted: Demand,
) -> None:
    assert resolve(policy(gates), groups, administrator=administrator) == wanted


def test_an_empty_document_demands_two_and_lets_nobody_in() -> None:
    assert resolve(Policy(), frozenset(), administrator=False).gates == 2
    assert Policy().self_service.enabled_for == "none"


def test_at_commit_the_stricter_of_then_and_now_counts() -> None:
    one = Demand(1, administrator=False, decided_by="tenant")
    two = Demand(2, administrator=False, decided_by="group:g-finance")
    administrators = Demand(2, administrator=True, decided_by="administrators")
    assert stricter_of(one, two) is two
    assert stricter_of(two, one) is two
    assert stricter_of(two, administrators) is administrators
    assert stricter_of(administrators, two) is administrators
