"""Who may act on whom, cell by cell as Entra has it (entra-sspr 10.2), and what several roles and scopes do to it (ADM-1,
ADM-2)."""

import pytest

from keyback.core.rules.reach import Held, Holds, Rights, holdings, may_act_on, may_grant, widens_own
from keyback.core.rules.roles import GLOBAL, ROLES, Permission
from keyback.core.types import DirectoryKind, Person, PersonKind
from tests.core.entra_matrix import CELLS, COLUMNS, LEFT_OUT, ROWS


def person(*roles: str, groups: tuple[str, ...] = (), name: str = "target") -> Person:
    return Person(
        name, "t1", f"{name}@contoso.example", f"{name}@contoso.example", name, "", "", PersonKind.PERSON,
        DirectoryKind.CLOUD, True, 1, "", tuple(roles), frozenset(groups),
    )  # fmt: skip


def rights(*held: str, scope: str = "") -> Rights:
    return Rights("operator", tuple(Held(role, scope) for role in held))


def over(who: Rights, target: Person, *, assignable: bool = False) -> bool:
    return who.over(Permission.RESET_PASSWORDS, target, role_assignable=assignable)


@pytest.mark.parametrize(("column", "row", "allowed"), CELLS)
def test_every_cell(column: str, row: str, *, allowed: bool) -> None:
    """Entra-sspr 10.2."""
    roles, assignable = ROWS[row]
    assert over(rights(column), person(*roles), assignable=assignable) is allowed


def test_the_table_names_every_row_that_keyback_knows() -> None:
    """Rows without a role here are left out by name, and no row is forgotten."""
    assert set(ROWS) == {str(one) for one in Holds}
    assert len(LEFT_OUT) == len(set(LEFT_OUT))
    assert not set(LEFT_OUT) & {role.title for role in ROLES.values()}
    assert len(CELLS) == len(ROWS) * len(COLUMNS)


@pytest.mark.parametrize("role", sorted(set(ROLES) - set(COLUMNS)))
def test_a_role_without_a_column_resets_nobody(role: str) -> None:
    """Groups Administrator, the readers and whoever decides about policy act on no account's password."""
    assert not over(rights(role), person())


@pytest.mark.parametrize("column", COLUMNS)
def test_of_several_roles_the_strictest_row_decides(column: str) -> None:
    """Whoever may not act on one of them may not act on both."""
    for first in ROWS:
        for second in ROWS:
            (some, one), (more, two) = ROWS[first], ROWS[second]
            both = over(rights(column), person(*some, *more), assignable=one or two)
            rows = holdings((*some, *more), role_assignable=one or two)
            assert both is all(row in may_act_on(column) for row in rows)


def test_two_roles_of_the_operator_do_not_add_up_to_a_third() -> None:
    """One role alone must both allow the action and reach the target."""
    both = rights("helpdesk_administrator", "groups_administrator")
    assert not over(both, person("groups_administrator"))
    assert over(both, person("helpdesk_administrator"))


def test_nobody_acts_on_themselves() -> None:
    """ADM-1, ADM-2."""
    assert not over(rights(GLOBAL), person(name="operator"))


def test_a_scope_reaches_the_people_of_its_group_only() -> None:
    """Nested groups are among `Person.groups`."""
    scoped = rights("helpdesk_administrator", scope="berlin")
    assert over(scoped, person(groups=("berlin", "all")))
    assert not over(scoped, person(groups=("paris",)))
    assert not over(scoped, person("user_administrator", groups=("berlin",)))
    assert scoped.may(Permission.RESET_PASSWORDS)
    assert not scoped.everywhere(Permission.RESET_PASSWORDS)
    assert scoped.sees(person(groups=("berlin",)))
    assert not scoped.sees(person())
    assert scoped.scopes == {"berlin"}
    wide = Rights("operator", (Held("helpdesk_administrator", "berlin"), Held("password_administrator")))
    assert wide.scopes == frozenset()


def test_a_role_that_nobody_knows_protects_and_allows_nothing() -> None:
    """GAT-5."""
    assert not over(rights("king"), person())
    assert not over(rights("user_administrator"), person("king"))
    assert over(rights(GLOBAL), person("king"))


@pytest.mark.parametrize("role", sorted(ROLES))
def test_nobody_grants_what_they_do_not_hold(role: str) -> None:
    """ADM-2: only who may do everything may change roles, and there only."""
    assert may_grant(rights(GLOBAL), role, "")
    assert may_grant(rights(GLOBAL), role, "berlin")
    assert may_grant(rights(GLOBAL, scope="berlin"), role, "berlin")
    assert not may_grant(rights(GLOBAL, scope="berlin"), role, "")
    assert not may_grant(rights(GLOBAL, scope="berlin"), role, "paris")
    if role != GLOBAL:
        assert not may_grant(rights(role), role, "")


def test_who_joins_the_group_of_ones_own_scope_widens_ones_own_role() -> None:
    """ADM-2."""
    scoped = rights("helpdesk_administrator", scope="berlin")
    assert widens_own(scoped, {"berlin", "all"})
    assert not widens_own(scoped, {"paris"})
    assert not widens_own(rights(GLOBAL), {"berlin", ""})
