"""An administrator of the people of one group who wants more than these (ADM-1, ADM-2, ADM-9)."""

import pytest

from keyback.app.people import enrolling, roles, status
from keyback.app.people.passwords import TEMPORARY_LIFE, set_password
from keyback.core.errors import Forbidden
from keyback.core.rules.roles import GLOBAL
from tests.admin.acting import group, hold_role, work_as
from tests.admin.desk import Desk
from tests.living import NEW_PASSWORD, Living

TARGET = "target@contoso.example"


@pytest.mark.parametrize(
    "role", ["authentication_administrator", "helpdesk_administrator", "user_administrator", GLOBAL]
)
def test_a_role_over_one_group_is_no_ladder_to_the_same_role_over_everybody(living: Living, role: str) -> None:
    """ADM-1: who holds a role over everybody holds more than who holds it over one group, and must not be taken over by
    them. Over the same group both hold the same."""
    target = living.person("target")
    living.authenticator(target)
    berlin = group(living, "Berlin", target)
    hold_role(living, living.operator("global_reader", "eve"), role, scope=berlin)
    work = work_as(living, "id-eve")
    hold_role(living, target, role)
    for act in (
        lambda: set_password(work, TARGET, NEW_PASSWORD, life=TEMPORARY_LIFE),
        lambda: enrolling.remove(work, TARGET, "totp"),
        lambda: status.set_enabled(work, TARGET, enabled=False),
        lambda: roles.revoke(work, TARGET, role, "Berlin"),
    ):
        with pytest.raises(Forbidden):
            act()


def test_over_the_same_group_both_hold_the_same(living: Living) -> None:
    target = living.person("target")
    berlin = group(living, "Berlin", target)
    hold_role(living, living.person("eve"), "helpdesk_administrator", scope=berlin)
    work = work_as(living, "id-eve")
    hold_role(living, target, "helpdesk_administrator", scope=berlin)
    set_password(work, TARGET, NEW_PASSWORD, life=TEMPORARY_LIFE)
    assert living.has_password(target, NEW_PASSWORD)
    group(living, "Paris")
    hold_role(living, target, "helpdesk_administrator", scope="group-Paris")
    with pytest.raises(Forbidden):
        set_password(work, TARGET, f"{NEW_PASSWORD} again", life=TEMPORARY_LIFE)


def test_no_page_names_what_is_beyond_the_scope(living: Living) -> None:
    """ADM-9: neither groups nor people, nor how many there are; and no button that only refuses."""
    gwen = living.operator(GLOBAL, "gwen")
    target = living.person("target")
    berlin = group(living, "Berlin", target)
    group(living, "Moonshot", target)
    group(living, "Layoffs")
    hold_role(living, target, "reports_reader", scope="group-Moonshot")
    hold_role(living, living.operator("reports_reader", "eve"), "user_administrator", scope=berlin)
    status.set_enabled(work_as(living, gwen), TARGET, enabled=False)
    desk = Desk(living, "id-eve")
    for tab in ("", "/groups", "/roles", "/methods", "/sessions", "/timeline", "/reset-check"):
        desk.get(f"/users/id-target{tab}")
        assert desk.status == 200, tab
        said = str(desk.page)
        for beyond in ("Moonshot", "Layoffs", "gwen@contoso.example"):
            assert f"'{beyond}'" not in said, (tab, beyond)
    desk.get("/users/id-target/groups")
    assert "Berlin" in str(desk.page)
    assert not desk.parts("Form")
    assert not desk.parts("Press")
    desk.get("/roles")
    assert {len(row["cells"]) for row in desk.parts("Row")} == {2}
