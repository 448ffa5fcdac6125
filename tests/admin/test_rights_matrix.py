"""Every cell of Entra's table end to end: the operator's request is judged in the unit that does it, by what both hold at
that moment (ADM-1, decisions 21, entra-sspr 10.2)."""

from collections.abc import Callable, Iterator

import pytest

from keyback.app.people.passwords import TEMPORARY_LIFE, set_password
from keyback.app.people.pauses import clear_pause
from keyback.app.people.ports import Work
from keyback.app.people.status import set_enabled
from keyback.core.errors import Forbidden
from keyback.core.ports import Hasher
from keyback.core.rules.roles import ROLES
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.admin.acting import found, group, hold_role, lose_role, work_as
from tests.core.entra_matrix import CELLS, COLUMNS, ROWS
from tests.living import NEW_PASSWORD, Between, Living

TARGET = "target@contoso.example"
HELPS = {"helpdesk_administrator", "authentication_administrator", "user_administrator",
         "privileged_authentication_administrator", "global_administrator"}  # fmt: skip
"""Columns whose roles may also clear a pause; the Password Administrator resets passwords and nothing else."""


def reset(work: Work) -> None:
    set_password(work, TARGET, NEW_PASSWORD, life=TEMPORARY_LIFE)


def unpause(work: Work) -> None:
    clear_pause(work, TARGET, "asked by phone")


def become(living: Living, row: str) -> str:
    """The target, holding what this row says."""
    target = living.person("target")
    roles, assignable = ROWS[row]
    for role in roles:
        hold_role(living, target, role)
    if assignable:
        group(living, "operators", target, role_assignable=True)
    return target


def outcome(act: Callable[[Work], None], work: Work) -> bool:
    try:
        act(work)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(("column", "row", "allowed"), CELLS)
def test_every_cell_end_to_end(quick: Living, column: str, row: str, *, allowed: bool) -> None:
    """A temporary password, and a pause that is cleared: done or refused, and a refusal changes nothing."""
    work = work_as(quick, quick.operator(column, "op"))
    target = become(quick, row)
    before = found(quick, target)
    assert outcome(unpause, work) is (allowed and column in HELPS)
    assert outcome(reset, work) is allowed
    assert quick.has_password(target, NEW_PASSWORD) is allowed
    assert (found(quick, target).generation > before.generation) is allowed


@pytest.mark.parametrize("role", sorted(set(ROLES) - set(COLUMNS)))
def test_other_roles_reset_nobody(quick: Living, role: str) -> None:
    """Readers, Groups and Authentication Policy Administrator."""
    work = work_as(quick, quick.operator(role, "op"))
    become(quick, "no_role")
    assert not outcome(reset, work)
    assert not outcome(unpause, work)


def test_who_holds_no_role_acts_on_nobody(living: Living) -> None:
    """Nor does somebody who is not there at all."""
    become(living, "no_role")
    for actor in (living.person("mallory"), "nobody", "", "hosts:x"):
        assert not outcome(reset, work_as(living, actor))
    assert outcome(reset, work_as(living, "host:root"))


def test_nobody_resets_their_own_password_here(living: Living) -> None:
    target = become(living, "global_administrator")
    assert not outcome(reset, work_as(living, target))


class During:
    """A hasher that does something else first: between the request and the commit."""

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self.act: Callable[[], None] = lambda: None

    def hash(self, password: str) -> str:
        self.act()
        return self._hasher.hash(password)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        return self._hasher.verify(encoded, secret, stranger=stranger)

    def outdated(self, encoded: str) -> bool:
        return self._hasher.outdated(encoded)


@pytest.fixture
def between(engine: SqliteEngine | PostgresqlEngine) -> Iterator[tuple[Living, During]]:
    """A house in which something happens while a new password is hashed, which is after everything was looked at."""
    made: list[During] = []

    def wrapped(hasher: Hasher) -> Hasher:
        made.append(During(hasher))
        return made[0]

    living = Living(engine, between=Between(hasher=wrapped))
    yield living, made[0]
    living.close()


def test_a_role_granted_to_the_target_meanwhile_protects_it(between: tuple[Living, During]) -> None:
    """At commit (ADM-1)."""
    living, during = between
    work, target = work_as(living, living.operator("helpdesk_administrator", "op")), become(living, "no_role")
    during.act = lambda: hold_role(living, target, "user_administrator")
    assert not outcome(reset, work)
    assert not living.has_password(target, NEW_PASSWORD)


def test_a_group_with_roles_joined_meanwhile_protects_too(between: tuple[Living, During]) -> None:
    living, during = between
    work, target = work_as(living, living.operator("helpdesk_administrator", "op")), become(living, "no_role")

    def joins() -> None:
        group(living, "operators", group(living, "night", target), role_assignable=True)

    during.act = joins
    assert not outcome(reset, work)


@pytest.mark.parametrize("loss", ["role", "disabled"])
def test_an_operator_who_loses_the_role_meanwhile_does_nothing_more(between: tuple[Living, During], loss: str) -> None:
    """At commit; an operator who was disabled has no rights either."""
    living, during = between
    operator, target = living.operator("helpdesk_administrator", "op"), become(living, "no_role")

    def loses() -> None:
        if loss == "role":
            lose_role(living, operator, "helpdesk_administrator")
        else:
            set_enabled(work_as(living, "host:root"), "op@contoso.example", enabled=False)

    during.act = loses
    assert not outcome(reset, work_as(living, operator))
    assert not living.has_password(target, NEW_PASSWORD)


def test_several_roles_of_the_target_the_strictest_decides(living: Living) -> None:
    work = work_as(living, living.operator("helpdesk_administrator", "op"))
    target = become(living, "reports_reader")
    assert outcome(unpause, work)
    hold_role(living, target, "groups_administrator")
    assert not outcome(unpause, work)


def test_an_eligible_role_is_power_of_the_target_and_no_right_of_the_operator(living: Living) -> None:
    """ADM-1: by effective (nested, eligible) rights."""
    operator, target = living.operator("user_administrator", "op"), become(living, "no_role")
    assert outcome(unpause, work_as(living, operator))
    hold_role(living, target, "global_administrator", eligible=True)
    assert not outcome(unpause, work_as(living, operator))
    lose_role(living, target, "global_administrator")
    dormant = living.person("dormant")
    hold_role(living, dormant, "global_administrator", eligible=True)
    assert not outcome(unpause, work_as(living, dormant))


def test_a_role_held_through_nested_groups_counts_for_both(living: Living) -> None:
    operator, target = living.person("op"), become(living, "no_role")
    desk = group(living, "desk", group(living, "night", operator), role_assignable=True)
    assert not outcome(unpause, work_as(living, operator))
    hold_role(living, desk, "helpdesk_administrator")
    assert outcome(unpause, work_as(living, operator))
    hold_role(living, group(living, "bosses", group(living, "board", target)), "global_administrator")
    assert not outcome(unpause, work_as(living, operator))


def test_a_scoped_role_reaches_the_people_of_that_group_nested_ones_too(living: Living) -> None:
    """Issue 5.3: scoped to the tenant or to a set of groups."""
    operator, target = living.person("op"), become(living, "no_role")
    berlin, paris = group(living, "berlin"), group(living, "paris", target)
    hold_role(living, operator, "helpdesk_administrator", scope=berlin)
    assert not outcome(unpause, work_as(living, operator))
    group(living, "europe", berlin, paris)
    assert not outcome(unpause, work_as(living, operator))
    hold_role(living, operator, "helpdesk_administrator", scope="group-europe")
    assert outcome(unpause, work_as(living, operator))
