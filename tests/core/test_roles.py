"""GAT-7, decisions 3: administrator is whoever may change something, derived from what the roles may do."""

import pytest

from keyback.core.rules.roles import HARMLESS, ROLES, Permission, is_administrator, is_global, permissions_of

READERS = {"reports_reader", "global_reader"}


@pytest.mark.parametrize("name", sorted(ROLES))
def test_every_role_but_the_readers_makes_an_administrator(name: str) -> None:
    assert is_administrator([name]) is (name not in READERS)


def test_nobody_without_a_role_is_an_administrator() -> None:
    assert not is_administrator([])


def test_one_reading_role_does_not_hide_a_changing_one() -> None:
    assert is_administrator(["global_reader", "password_administrator"])


def test_a_role_that_nobody_knows_gets_the_stricter_rule() -> None:
    """GAT-5."""
    assert is_administrator(["custom_role"])
    assert permissions_of(["custom_role"]) == frozenset()


def test_only_one_role_is_global_and_it_may_do_everything() -> None:
    assert [name for name in ROLES if is_global([name])] == ["global_administrator"]
    assert permissions_of(["global_administrator"]) == frozenset(Permission)


def test_the_catalogue_is_keyed_by_name_and_no_two_titles_are_alike() -> None:
    assert all(role.name == name for name, role in ROLES.items())
    assert len({role.title for role in ROLES.values()}) == len(ROLES)


def test_what_changes_anything_is_not_harmless() -> None:
    """GAT-7: users, methods, policy, agents, audit."""
    changing = {permission for permission in Permission if not permission.endswith(".read")}
    assert changing - {Permission.EXPORT_AUDIT} == set(Permission) - HARMLESS  # a file of what may be read anyway


def test_helpdesk_may_reset_but_not_touch_methods() -> None:
    """Decisions 17: only an Authentication Administrator adds a method without a wait."""
    assert Permission.CHANGE_METHODS not in permissions_of(["helpdesk_administrator"])
    assert Permission.CHANGE_METHODS in permissions_of(["authentication_administrator"])
