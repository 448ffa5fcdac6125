"""The pages about groups, and what may not be done to one (issue 5.2, ADM-1, ADM-2, ADM-9)."""

import pytest

from keyback.app.people import groups
from keyback.app.people.ports import MOST_COUNTED
from keyback.core.errors import Conflict, Forbidden, Invalid
from keyback.core.rules.roles import GLOBAL
from keyback.store.engine import Sql
from tests.admin.acting import found, group, hold_role, work_as
from tests.admin.desk import Desk
from tests.living import OPEN_POLICY, Living, with_self_service

_EVERYBODY = Sql(
    """INSERT INTO membership (tenant, group_id, member, member_kind, relation, eligible)
    SELECT tenant, :group, id, 'person', 'member', 0 FROM person"""
)
_NOBODY = Sql(
    """INSERT INTO membership (tenant, group_id, member, member_kind, relation, eligible)
    VALUES ('t1', :group, :member, 'person', 'member', 0)"""
)


def boss(living: Living) -> Desk:
    """A Global Administrator at the desk."""
    return Desk(living, living.operator(GLOBAL, "gwen"))


def texts(desk: Desk) -> list[str]:
    """First cells of all rows on the page, as they read."""
    firsts = [row["cells"][0] for row in desk.parts("Row")]
    labels = [cell["label"] if isinstance(cell, dict) and "label" in cell else cell for cell in firsts]
    return [one["text"] if isinstance(one, dict) else one for one in labels]


def names(living: Living, name: str) -> list[tuple[str, str]]:
    return list(groups.members(work_as(living, "host:test"), name))


def test_a_group_is_made_filled_renamed_and_deleted(living: Living) -> None:
    """The whole life of one, each step in the audit log."""
    desk = boss(living)
    ada = living.person("ada")
    desk.get("/groups")
    assert texts(desk) == []
    desk.post("/groups/new", name="  Pilot   group ", roles="no")
    assert desk.page["state"] == "group"
    assert desk.page["title"] == "Pilot group"
    path = desk.response.url.path
    desk.get(f"{path}/add?q=ada")
    assert texts(desk) == ["Ada Test"]
    press = desk.parts("Press")[0]
    desk.post(press["href"], **dict(press["values"]))
    assert names(living, "pilot group") == [("person", "ada@contoso.example")]
    assert "Member already" in desk.response.text
    desk.get(path)
    assert texts(desk) == ["Ada Test"]
    desk.post(f"{path}/name", name="Berlin")
    assert desk.page["title"] == "Berlin"
    remove = desk.parts("Press")[0]
    assert remove["href"] == f"{path}/members"
    desk.post(remove["href"], **dict(remove["values"]))
    assert names(living, "Berlin") == []
    desk.get(f"{path}/delete")
    desk.post(f"{path}/delete")
    assert desk.page["state"] == "groups"
    assert texts(desk) == []
    told = [line["activity"] for line in living.story()]
    assert [one for one in told if "roup" in one] == [
        "Add group", "Change group membership", "Update group", "Change group membership", "Delete group",
    ]  # fmt: skip
    assert found(living, ada).groups == frozenset()


def test_what_was_typed_is_kept_when_a_name_is_taken(living: Living) -> None:
    desk = boss(living)
    group(living, "Pilot")
    desk.post("/groups/new", name="PILOT", roles="yes")
    assert desk.status == 422
    line = desk.parts("Line")[0]
    assert (line["value"], line["error"]["id"]) == ("PILOT", "people.group_exists")
    assert desk.parts("Pick")[0]["value"] == "yes"
    group(living, "Other")
    desk.post("/groups/group-Other/name", name="pilot")
    assert desk.status == 422
    assert desk.parts("Line")[0]["value"] == "pilot"
    with pytest.raises(Conflict):
        groups.rename(work_as(living, "host:test"), "Other", "Pilot")
    assert not groups.rename(work_as(living, "host:test"), "Other", "Other")
    assert groups.rename(work_as(living, "host:test"), "other", "OTHER")


def test_a_group_in_use_says_where_and_stays(living: Living) -> None:
    """Policy, role, scope, and another group; each links to the place where it is changed."""
    desk = boss(living)
    used = group(living, "used", role_assignable=True)
    group(living, "around", used)
    hold_role(living, used, "global_reader")
    hold_role(living, living.person("ada"), "helpdesk_administrator", scope=used)
    living.set_policy(with_self_service(OPEN_POLICY, excluded_groups=(used,)))
    desk.get(f"/groups/{used}/delete")
    links = [one["href"] for one in desk.parts("Go")]
    for place in ("/password-reset/properties", "/roles/global_reader", "/roles/helpdesk_administrator",
                  "/groups/group-around"):  # fmt: skip
        assert place in links
    assert not desk.parts("Form")
    desk.post(f"/groups/{used}/delete")
    assert desk.status == 409
    with pytest.raises(Invalid) as refused:
        groups.delete(work_as(living, "host:test"), "used")
    assert [one.id for one in refused.value.mistakes] == [
        "group_use.policy", "group_use.role", "group_use.scope", "group_use.within",
    ]  # fmt: skip
    assert names(living, "around") == [("group", "used")]


def test_groups_are_nested_by_name_and_never_in_themselves(living: Living) -> None:
    desk = boss(living)
    outer, inner = group(living, "outer"), group(living, "inner")
    desk.get(f"/groups/{outer}/add?q=inn")
    press = desk.parts("Press")[0]
    desk.post(press["href"], **dict(press["values"]))
    assert names(living, "outer") == [("group", "inner")]
    desk.post(f"/groups/{inner}/members", of_group=outer, change="add", q="out")
    assert desk.status == 422
    assert desk.told() == ["people.cycle"]
    desk.get(f"/groups/{outer}")
    assert texts(desk)[0] == "inner"


def test_roles_do_not_come_by_the_detour_of_a_group(living: Living) -> None:
    """ADM-2: who may change groups may not change those that give roles, nor one that is within such a group."""
    user_admin, ada = living.operator("user_administrator", "uma"), living.person("ada")
    inner = group(living, "inner")
    outer = group(living, "outer", inner, role_assignable=True)
    work = work_as(living, user_admin)
    for name in ("outer", "inner"):
        with pytest.raises(Forbidden):
            groups.change_member(work, name, "ada@contoso.example", adds=True)
        with pytest.raises(Forbidden):
            groups.rename(work, name, "mine")
        with pytest.raises(Forbidden):
            groups.delete(work, name)
    with pytest.raises(Forbidden):
        groups.add_group(work, "new", role_assignable=True)
    bosses = work_as(living, living.operator(GLOBAL, "gwen"))
    hold_role(living, outer, GLOBAL)
    assert groups.change_member(bosses, "inner", "ada@contoso.example", adds=True)
    assert found(living, ada).roles == (GLOBAL,)
    for adds in (True, False):
        with pytest.raises(Forbidden) as refused:
            groups.change_member(bosses, "inner", "gwen@contoso.example", adds=adds)
        assert refused.value.text.id == "group_rights.own"


def test_members_of_a_group_with_roles_are_changed_with_one_more_proof(living: Living) -> None:
    """ADM-3: the plain route does not do it."""
    gwen = living.operator(GLOBAL, "gwen")
    living.person("ada")
    operators = group(living, "operators", role_assignable=True)
    desk = Desk(living, gwen, fresh=False)
    sent = {"person": "id-ada", "change": "add", "q": "ada"}
    desk.post(f"/groups/{operators}/members", **sent)
    assert names(living, "operators") == []
    desk.post(f"/groups/{operators}/role-members", **sent)
    assert (desk.status, desk.page["state"]) == (401, "prove")
    assert names(living, "operators") == []
    desk.get(f"/groups/{operators}/add?q=ada")
    assert desk.parts("Press")[0]["href"] == f"/groups/{operators}/role-members"


def test_membership_of_somebody_more_powerful_is_not_changed(living: Living) -> None:
    """ADM-1: nested ones too."""
    work = work_as(living, living.operator("groups_administrator", "gil"))
    living.operator("helpdesk_administrator", "hal")
    living.person("ada")
    group(living, "plain")
    group(living, "night", group(living, "desk", "id-hal", "id-ada"))
    assert groups.change_member(work, "plain", "ada@contoso.example", adds=True)
    for member in ("hal@contoso.example", "night", "desk"):
        with pytest.raises(Forbidden):
            groups.change_member(work, "plain", member, adds=True)
    with pytest.raises(Forbidden):
        groups.change_member(work, "desk", "hal@contoso.example", adds=False)
    assert groups.change_member(work, "plain", "gil@contoso.example", adds=True)


def test_nobody_brings_people_into_the_reach_of_their_own_role(living: Living) -> None:
    """ADM-2: taking somebody out narrows it, which is allowed."""
    operator = living.operator("groups_administrator", "gil")
    living.person("ada")
    inner = group(living, "inner")
    outer = group(living, "outer", inner)
    hold_role(living, operator, "helpdesk_administrator", scope=outer)
    work = work_as(living, operator)
    for name in ("outer", "inner"):
        with pytest.raises(Forbidden) as refused:
            groups.change_member(work, name, "ada@contoso.example", adds=True)
        assert refused.value.text.id == "group_rights.scope"
    assert groups.change_member(work, "outer", "inner", adds=False)


def test_whoever_gets_a_role_by_a_group_is_told_and_signed_out(living: Living) -> None:
    """Decisions 20."""
    ada = living.ada()
    hold_role(living, group(living, "desk", role_assignable=True), "helpdesk_administrator")
    assert groups.change_member(work_as(living, "host:test"), "desk", "ada@contoso.example", adds=True)
    assert found(living, ada).generation == 2
    assert any("Helpdesk Administrator was added" in str(one["text"]) for one in living.delivered())


def test_a_scoped_operator_sees_the_groups_of_the_scope_only(living: Living) -> None:
    """ADM-9: what is not theirs is not there."""
    operator = living.person("op")
    berlin = group(living, "Berlin", group(living, "Berlin night"), operator)
    paris = group(living, "Paris")
    hold_role(living, operator, "helpdesk_administrator", scope=berlin)
    desk = Desk(living, operator)
    desk.get("/groups")
    assert texts(desk) == ["Berlin", "Berlin night"]
    desk.get("/groups?q=night&down=1")
    assert texts(desk) == ["Berlin night"]
    desk.get(f"/groups/{paris}")
    assert desk.status == 404
    desk.get("/groups/group-Berlin")
    assert desk.status == 200
    assert not desk.parts("Press")


def test_lists_have_pages_and_are_searched_and_exported(living: Living) -> None:
    desk = boss(living)
    for number in range(55):
        group(living, f"Team {number:03}")
    group(living, "=1+1")
    page = desk.get("/groups?q=team")
    assert len(desk.parts("Row")) == 50
    after = desk.parts("Table")[0]["next"]
    desk.get(f"/groups?q=team&after={after}")
    assert texts(desk) == [f"Team {number:03}" for number in range(50, 55)]
    desk.get("/groups?q=TEAM&down=1")
    assert texts(desk)[0] == "Team 054"
    desk.get("/groups?q=%25")
    assert (texts(desk), page["state"]) == ([], "groups")
    lines = desk.http.get("/groups/export?form=csv").text.splitlines()
    assert any("'=1+1" in line for line in lines)
    assert len(desk.http.get("/groups/export?form=json").json()) == 56


def test_members_are_listed_in_pages_and_many_are_not_counted_to_the_end(living: Living) -> None:
    """More than 10,000 is said, not counted."""
    desk = boss(living)
    crowd = group(living, "crowd")
    few = group(living, "few")
    for number in range(52):
        living.person(f"p{number:02}")
    with living.store.writing() as unit:
        for made in (crowd, few):
            unit.link.run(_EVERYBODY, {"group": made})
        for number in range(MOST_COUNTED):
            unit.link.run(_NOBODY, {"group": crowd, "member": f"x{number}"})
    for made in (crowd, few):
        desk.get(f"/groups/{made}")
        assert len(desk.parts("Row")) == 50
        desk.get(f"/groups/{made}?after={desk.parts('Table')[0]['next']}")
        assert len(desk.parts("Row")) == 3
        desk.get(f"/groups/{made}?q=P5")
        assert len(desk.parts("Press")) == 2
        assert texts(desk) == ["P50 Test", "P51 Test"]
    desk.get("/groups")
    counts = {row["cells"][0]["label"]: row["cells"][1] for row in desk.parts("Row")}
    assert counts["few"] == "53"
    assert counts["crowd"]["id"] == "group.members_more"


def test_a_search_finds_members_of_groups_within_too(living: Living) -> None:
    """By any word of a name, as everywhere; who is in it through another group is taken out there."""
    desk = boss(living)
    outer = group(living, "outer", group(living, "inner", living.person("ada")), living.person("adam"))
    living.person("adele")
    desk.get(f"/groups/{outer}?q=ad")
    people = [row for row in desk.parts("Row") if row["id"].startswith("id-")]
    assert [(row["id"], len(row["presses"])) for row in people] == [("id-ada", 0), ("id-adam", 1)]
