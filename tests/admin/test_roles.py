"""The pages about roles, and what nobody may do with them (issue 5.3, ADM-2, decisions 3 and 20)."""

import pytest

from keyback.app.people import roles
from keyback.app.people.roles import Grant
from keyback.core.errors import Conflict, Forbidden, Invalid
from keyback.core.rules.roles import GLOBAL, ROLES
from tests.admin.acting import found, group, hold_role, lose_role, work_as
from tests.admin.desk import Desk
from tests.living import Living

HELPDESK = "helpdesk_administrator"


def boss(living: Living, *, fresh: bool = True) -> Desk:
    """A Global Administrator at the desk."""
    return Desk(living, living.operator(GLOBAL, "gwen"), fresh=fresh)


def held(living: Living, role: str) -> set[tuple[str, str]]:
    """Holder and scope of every grant of a role."""
    with living.store.reading() as unit:
        return {(holder, scope) for _, holder, scope, _ in unit.held_roles.assignments(role)}


def press(desk: Desk, label: str, number: int = 0) -> None:
    """Push a button by the id of its label."""
    chosen = [one for one in desk.parts("Press") if one["label"]["id"] == label][number]
    desk.post(chosen["href"], **dict(chosen["values"]))


def test_every_role_says_what_it_may_do_and_how_many_hold_it(living: Living) -> None:
    desk = boss(living)
    hold_role(living, living.person("ada"), HELPDESK)
    hold_role(living, "id-ada", HELPDESK, scope=group(living, "Berlin"))
    hold_role(living, group(living, "Desk", role_assignable=True), HELPDESK)
    desk.get("/roles")
    rows = {row["id"]: row["cells"] for row in desk.parts("Row")}
    assert set(rows) == set(ROLES)
    assert rows[HELPDESK][2:] == ["1", "1", "1"]
    assert rows[GLOBAL][2:] == ["1", "0", "0"]
    for role in ROLES:
        desk.get(f"/roles/{role}")
        assert desk.page["title"] == ROLES[role].title
    desk.get("/roles/king")
    assert desk.status == 404


def test_a_role_is_given_and_taken_away_and_the_holder_is_told(living: Living) -> None:
    """Decisions 20: everything that carries the old rights ends."""
    desk = boss(living)
    ada = living.ada()
    desk.get(f"/roles/{HELPDESK}/grant?q=ada")
    press(desk, "role.grant.press")
    assert held(living, HELPDESK) == {(ada, "")}
    assert (desk.page["state"], found(living, ada).generation) == ("role", 2)
    assert "ada@contoso.example" in desk.response.text
    press(desk, "role.revoke")
    assert held(living, HELPDESK) == set()
    assert found(living, ada).generation == 3
    mails = " ".join(str(one["text"]) for one in living.delivered())
    assert "Helpdesk Administrator was added" in mails
    assert "Helpdesk Administrator was taken away" in mails or "Helpdesk Administrator was removed" in mails
    lines = [line for line in living.story() if line["activity"] == "Change role assignment"]
    assert [(line["actor"], line["target"]) for line in lines] == [("id-gwen", ada)] * 2


def test_a_role_is_given_over_the_people_of_one_group(living: Living) -> None:
    desk = boss(living)
    ada, berlin = living.person("ada"), group(living, "Berlin")
    desk.get(f"/roles/{HELPDESK}/grant?q=ada&over=nowhere")
    assert desk.told() == ["people.no_group"]
    assert not desk.parts("Press")
    desk.get(f"/roles/{HELPDESK}/grant?q=ada&over=BERLIN")
    press(desk, "role.grant.press_over")
    assert held(living, HELPDESK) == {(ada, berlin)}
    desk.get(f"/roles/{HELPDESK}/grant?q=ada&over=Berlin")
    assert "Holds it already" in desk.response.text
    desk.get(f"/roles/{HELPDESK}")
    assert any(one["label"] == "Berlin" for one in desk.parts("Go"))
    press(desk, "role.revoke")
    assert held(living, HELPDESK) == set()


def test_a_role_is_given_to_a_group_that_can_hold_roles_and_to_no_other(living: Living) -> None:
    desk = boss(living)
    ada = living.person("ada")
    operators = group(living, "Operators", ada, role_assignable=True)
    plain = group(living, "Operation", ada)
    desk.get(f"/roles/{HELPDESK}/grant?q=opera")
    press(desk, "role.grant.press")
    assert held(living, HELPDESK) == {(operators, "")}
    assert found(living, ada).roles == (HELPDESK,)
    assert found(living, ada).generation == 2
    desk.post(f"/roles/{HELPDESK}/grant", of_group=plain, scope="")
    assert (desk.status, desk.told()) == (422, ["roles.no_roles"])
    desk.get(f"/roles/{HELPDESK}")
    through = [row for row in desk.parts("Row") if row["id"] == f"{operators}-{ada}"]
    assert through[0]["cells"][1] == "ada@contoso.example"
    assert not through[0]["presses"]


def test_giving_a_role_asks_for_one_more_proof(living: Living) -> None:
    """ADM-3."""
    desk = boss(living, fresh=False)
    ada = living.person("ada")
    desk.post(f"/roles/{HELPDESK}/grant", person=ada, scope="")
    assert (desk.status, desk.page["state"]) == (401, "prove")
    assert held(living, HELPDESK) == set()


def test_nobody_changes_their_own_roles(living: Living) -> None:
    """ADM-2: directly, or through a group that they are in."""
    desk = boss(living)
    work = work_as(living, "id-gwen")
    for act in (roles.grant, roles.revoke):
        for role in (GLOBAL, HELPDESK):
            with pytest.raises(Forbidden) as refused:
                act(work, "gwen@contoso.example", role)
            assert refused.value.text.id == "roles.own"
    mine = group(living, "Mine", "id-gwen", role_assignable=True)
    with pytest.raises(Forbidden):
        roles.change(work, Grant("Mine", HELPDESK, to_group=True), granted=True)
    hold_role(living, mine, HELPDESK)
    with pytest.raises(Forbidden):
        roles.change(work, Grant("Mine", HELPDESK, to_group=True), granted=False)
    desk.get(f"/roles/{GLOBAL}")
    assert not desk.parts("Press")
    desk.get(f"/roles/{HELPDESK}/grant?q=gwen")
    assert not [one for one in desk.parts("Press") if dict(one["values"]).get("person")]


@pytest.mark.parametrize("role", sorted(set(ROLES) - {GLOBAL}))
def test_only_a_global_administrator_gives_roles(quick: Living, role: str) -> None:
    """ADM-2: not even one's own."""
    work = work_as(quick, quick.operator(role, "op"))
    quick.person("ada")
    for wanted in ROLES:
        with pytest.raises(Forbidden):
            roles.grant(work, "ada@contoso.example", wanted)
    assert found(quick, "id-ada").roles == ()


def test_who_is_global_over_one_group_gives_roles_over_that_group_only(living: Living) -> None:
    """ADM-2: nobody grants what they do not hold."""
    berlin, paris = group(living, "Berlin", living.person("ada")), group(living, "Paris", living.person("bo"))
    hold_role(living, living.person("op"), GLOBAL, scope=berlin)
    work = work_as(living, "id-op")
    assert roles.grant(work, "ada@contoso.example", HELPDESK, "Berlin")
    for user_id, scope in (
        ("ada@contoso.example", ""),
        ("ada@contoso.example", "Paris"),
        ("bo@contoso.example", "Berlin"),
    ):
        with pytest.raises(Forbidden):
            roles.grant(work, user_id, HELPDESK, scope)
    assert held(living, HELPDESK) == {("id-ada", berlin)}
    assert paris not in found(living, "id-op").groups


def test_the_last_global_administrator_stays(living: Living) -> None:
    """Refused kindly, on the command line too; a disabled, an eligible or a scoped one is no other one."""
    work = work_as(living, "host:test")
    living.operator(GLOBAL, "gwen")
    hold_role(living, living.person("off", enabled=False), GLOBAL)
    hold_role(living, living.person("maybe"), GLOBAL, eligible=True)
    hold_role(living, living.person("here"), GLOBAL, scope=group(living, "Berlin"))
    with pytest.raises(Conflict) as refused:
        roles.revoke(work, "gwen@contoso.example", GLOBAL)
    assert refused.value.text.id == "roles.last"
    assert found(living, "id-gwen").generation == 1
    hold_role(living, group(living, "Board", living.person("zoe"), role_assignable=True), GLOBAL)
    assert roles.revoke(work, "gwen@contoso.example", GLOBAL)
    with pytest.raises(Conflict):
        roles.change(work, Grant("Board", GLOBAL, to_group=True), granted=False)
    with pytest.raises(Invalid):
        roles.change(work, Grant("Berlin", GLOBAL, to_group=True), granted=True)


def test_two_who_take_the_role_from_each_other_leave_one(living: Living) -> None:
    """The second one's rights are gone at the commit."""
    living.operator(GLOBAL, "gwen")
    living.operator(GLOBAL, "hugo")
    assert roles.revoke(work_as(living, "id-gwen"), "hugo@contoso.example", GLOBAL)
    with pytest.raises(Forbidden):
        roles.revoke(work_as(living, "id-hugo"), "gwen@contoso.example", GLOBAL)


def test_people_out_of_scope_are_not_named_as_holders(living: Living) -> None:
    """ADM-9."""
    berlin = group(living, "Berlin", living.person("ada"))
    hold_role(living, living.person("op"), HELPDESK, scope=berlin)
    for name in ("id-ada", living.person("bo")):
        hold_role(living, name, "reports_reader")
    hold_role(living, group(living, "Others", "id-bo", role_assignable=True), "reports_reader")
    desk = Desk(living, "id-op")
    desk.get("/roles/reports_reader")
    assert "ada@contoso.example" in desk.response.text
    assert "bo@contoso.example" not in desk.response.text
    assert "Others" not in desk.response.text
    assert not desk.parts("Press")
    lose_role(living, "id-ada", "reports_reader")
