"""Policy documents: whole, append-only, one after the other."""

import pytest

from keyback.core.errors import Broken
from keyback.core.policy import Document, MethodPolicy, Policy, Scope, SelfService, StricterGroup
from keyback.store.engine import Sql
from keyback.store.policies import SqlPolicies
from keyback.store.unit import SqlStore
from tests.people import NOW
from tests.store.filling import add_group

PILOT = Policy(
    self_service=SelfService(enabled_for=Scope.SELECTED, groups=("g-ü",), stricter=(StricterGroup("g-2", 2),)),
    methods={"totp": MethodPolicy(exclude=("g-2",)), "email_code": MethodPolicy(enabled=False)},
)


def document(version: int, policy: Policy = PILOT) -> Document:
    return Document(version, policy, "host:root", NOW, "why not")


def test_before_the_first_document_nothing_is_in_force(store: SqlStore) -> None:
    """GAT-5: no policy refuses."""
    with store.reading() as unit:
        assert unit.policies.in_force() is None
        assert unit.policies.document(1) is None
        assert unit.policies.history(10) == []


def test_a_document_comes_back_as_it_was(store: SqlStore) -> None:
    with store.writing() as unit:
        assert unit.policies.append(document(1))
    with store.reading() as unit:
        assert unit.policies.document(1) == document(1)
        assert unit.policies.in_force() == document(1).in_force


def test_the_newest_is_in_force_and_the_old_ones_stay(store: SqlStore) -> None:
    with store.writing() as unit:
        assert unit.policies.append(document(1))
        assert unit.policies.append(document(2, Policy()))
    with store.reading() as unit:
        in_force = unit.policies.in_force()
        assert in_force is not None
        assert (in_force.version, in_force.policy) == (2, Policy())
        assert [one.version for one in unit.policies.history(10)] == [2, 1]
        assert [one.version for one in unit.policies.history(1)] == [2]


@pytest.mark.parametrize("version", [1, 3, 0])
def test_a_version_follows_the_newest_or_is_not_written(store: SqlStore, version: int) -> None:
    """RAC-2: conditional on the version that was read."""
    with store.writing() as unit:
        unit.policies.append(document(1))
    with store.writing() as unit:
        assert not unit.policies.append(document(version, Policy()))
    with store.reading() as unit:
        assert unit.policies.in_force() == document(1).in_force


def test_tenants_have_their_own(store: SqlStore) -> None:
    with store.writing() as unit:
        unit.policies.append(document(1))
        assert SqlPolicies(unit.link, "t2").in_force() is None


def test_a_document_that_cannot_be_read_stops_everything(store: SqlStore) -> None:
    """GAT-5: malformed means deny, loudly."""
    insert = Sql(
        "INSERT INTO policy_document (tenant, version, value, actor, at, why) VALUES (:tenant, 1, '{', '', 0, '')"
    )
    with store.writing() as unit:
        unit.link.run(insert, {"tenant": unit.tenant})
    with store.reading() as unit, pytest.raises(Broken):
        unit.policies.in_force()


def test_groups_are_listed_by_id(store: SqlStore) -> None:
    with store.writing() as unit:
        add_group(unit, "g-1", "Pilot people")
    with store.reading() as unit:
        assert unit.policies.groups() == {"g-1": "Pilot people"}
