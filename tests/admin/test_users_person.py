"""A person's page: what operators see, and what they do there (ADM-1, ADM-4, ADM-9, PRV-1)."""

import json

import pytest

from keyback.app.people import contacts, groups, roles, status
from keyback.app.policy.standing import rebuild
from keyback.core.policy import Scope
from keyback.core.types import ContactKind, Person
from tests.admin.desk import Desk
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, Living, with_self_service
from tests.signing import seated

ADA = "ada@contoso.example"
TABS = ("", "/groups", "/roles", "/methods", "/sessions", "/timeline", "/reset-check")
OFFICE = "+493012345678"


def person_of(living: Living, id_: str = "id-ada") -> Person:
    with living.store.reading() as unit:
        person = unit.people.by_id(id_, unit.now)
    assert person is not None
    return person


def kept(living: Living, id_: str = "id-ada") -> set[str]:
    with living.store.reading() as unit:
        return {one.value for one in unit.people.contacts(id_)}


def desk_of(living: Living, role: str = "global_administrator", name: str = "gwen") -> Desk:
    return Desk(living, living.operator(role, name))


def presses(desk: Desk) -> set[str]:
    """Where the forms and buttons of a page lead."""
    forms = {form["action"] for form in desk.parts("Form")}
    return forms | {press["href"] for press in desk.parts("Press")}


@pytest.mark.parametrize("role", ["global_administrator", "helpdesk_administrator", "global_reader"])
def test_operators_see_masked_contacts_only(living: Living, role: str) -> None:
    """ADM-4, PRV-1: on every tab, as a page and as data, the timeline of adding it included."""
    living.ada()
    contacts.add_contact(work_of(living), ADA, ContactKind.OFFICE, OFFICE, vouched_by="rang there")
    browser = living.browser()
    browser.both_gates()
    desk = desk_of(living, role)
    for tab in TABS:
        page = desk.get(f"/users/id-ada{tab}")
        assert desk.status == 200
        both = json.dumps(page) + desk.html(f"/users/id-ada{tab}")
        for value in (MAIL, MOBILE, OFFICE, MAIL.partition("@")[0], MOBILE[3:], OFFICE[3:]):
            assert value not in both
    desk.get("/users/id-ada/methods")
    assert "p***@mailbox.example" in json.dumps(desk.page)


def test_readers_and_lesser_operators_get_no_buttons(living: Living) -> None:
    """Buttons stand only where the rights reach; what is posted anyway is refused (ADM-1)."""
    living.ada()
    living.grant("id-ada", "authentication_administrator")
    for role, name in (("global_reader", "rob"), ("user_administrator", "uma")):
        desk = desk_of(living, role, name)
        for tab in TABS:
            desk.get(f"/users/id-ada{tab}")
            assert desk.status == 200
            assert presses(desk) == set()
        for path in ("/delete", "/methods/remove?kind=totp&item=x", "/erase"):
            desk.get(f"/users/id-ada{path}")
            assert desk.status == 403
        for path, sent in (
            ("/enabled", {"enabled": "no"}),
            ("/delete", {}),
            ("/methods/require", {"reason": "x"}),
            ("/sessions", {"session": "all", "reason": "x"}),
        ):
            desk.post(f"/users/id-ada{path}", **sent)
            assert desk.status == 403
    assert person_of(living).enabled


def test_a_role_granted_between_page_and_post_decides(living: Living) -> None:
    """ADM-1: judged again at commit."""
    living.ada()
    desk = desk_of(living, "user_administrator", "uma")
    desk.get("/users/id-ada/delete")
    assert desk.status == 200
    roles.grant(work_of(living), ADA, "global_administrator")
    for path, sent in (("/delete", {}), ("/enabled", {"enabled": "no"})):
        desk.post(f"/users/id-ada{path}", **sent)
        assert desk.status == 403
    assert (person_of(living).enabled, person_of(living).deleted_at) == (True, None)


def test_a_user_is_created_with_a_password_shown_once(living: Living) -> None:
    """Issue 5 item 2: generated, 14 days, must be changed; never shown again."""
    desk = desk_of(living, "user_administrator", "uma")
    desk.get("/users/new")
    page = desk.post("/users/new", user_id="bo@contoso.example", given_name="Bo", surname="Ek", password="generate")
    [once] = desk.parts("Once")
    assert page["state"] == "user_created"
    with living.store.reading() as unit:
        bo = unit.people.by_canonical("bo@contoso.example", unit.now)
    assert bo is not None
    assert bo.display_name == "Bo Ek"
    assert living.has_password(bo.id, once["value"])
    assert living.password_of(bo.id).must_change
    desk.get(f"/users/{bo.id}")
    assert once["value"] not in json.dumps(desk.page)
    assert all(once["value"] not in json.dumps(line) for line in living.story())


def test_what_cannot_be_created_is_said_at_its_field_and_kept(living: Living) -> None:
    """Kind errors; nothing typed is lost."""
    living.ada()
    desk = desk_of(living)
    for user_id, why in ((ADA, "people.exists"), ("nonsense", "people_file.user_id"), (MAIL, "people.is_contact")):
        desk.post("/users/new", user_id=user_id, display_name="Bo Ek", department="IT", password="none")
        assert desk.status == 422
        lines = {one["name"]: one for one in desk.parts("Line")}
        assert lines["user_id"]["error"]["id"] == why
        assert (lines["user_id"]["value"], lines["department"]["value"]) == (user_id, "IT")


def test_who_saves_second_sees_both(living: Living) -> None:
    """Issue 5, bad input: the difference, and the form once more."""
    living.ada()
    desk = desk_of(living)
    desk.get("/users/id-ada")
    seen = next(one["value"] for one in desk.parts("Hidden") if one["name"] == "seen")
    typed = {"user_id": ADA, "given_name": "Ada", "seen": seen, "department": "", "language": ""}
    desk.post("/users/id-ada", **typed, display_name="Ada Byron", surname="Byron")
    assert desk.status == 200
    desk.post("/users/id-ada", **typed, display_name="Ada King", surname="King")
    assert desk.status == 422
    assert desk.told() == ["people.changed_meanwhile"]
    assert {(one["old"], one["new"]) for one in desk.parts("Change")} == {("Ada Byron", "Ada King"), ("Byron", "King")}
    fresh = next(one["value"] for one in desk.parts("Hidden") if one["name"] == "seen")
    desk.post("/users/id-ada", **{**typed, "seen": fresh}, display_name="Ada King", surname="King")
    assert person_of(living).display_name == "Ada King"


def test_an_account_is_disabled_enabled_deleted_and_restored(living: Living) -> None:
    """The whole way by its buttons."""
    living.ada()
    desk = desk_of(living, "user_administrator", "uma")
    desk.post("/users/id-ada/enabled", enabled="no")
    assert not person_of(living).enabled
    desk.post("/users/id-ada/enabled", enabled="yes")
    desk.post("/users/id-ada/delete")
    assert desk.page["state"] == "users_deleted"
    assert person_of(living).deleted_at is not None
    page = desk.get("/users/id-ada")
    assert [tab["href"] for tab in page["tabs"]] == ["/users/id-ada", "/users/id-ada/timeline"]
    assert presses(desk) == {"/users/id-ada/restore"}
    desk.post("/users/id-ada/restore")
    assert person_of(living).enabled


def test_only_a_global_administrator_is_offered_to_erase(living: Living) -> None:
    """Issue 5 item 2: by hand, after one more proof, by nobody else."""
    living.ada()
    desk = desk_of(living)
    desk.post("/users/id-ada/delete")
    assert "/users/id-ada/erase" in {go["href"] for go in (desk.get("/users/id-ada"), desk.parts("Go"))[1]}
    other = desk_of(living, "user_administrator", "uma")
    other.get("/users/id-ada/erase")
    assert other.status == 403
    other.post("/users/id-ada/erase")
    assert other.status == 403
    desk.post("/users/id-ada/erase")
    assert desk.page["state"] == "users_deleted"
    desk.get("/users/id-ada")
    assert desk.status == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/delete", {}),
        ("/erase", {}),
        ("/methods", {"kind": "mobile", "value": OFFICE}),
        ("/methods/remove", {"kind": "totp", "item": "x"}),
        ("/methods/require", {"reason": "x"}),
    ],
)
def test_what_is_dangerous_asks_for_one_more_proof(living: Living, path: str, fields: dict[str, str]) -> None:
    """ADM-3: and nothing happens before it is given."""
    living.ada()
    before = len(living.story())
    desk = Desk(living, living.operator("global_administrator", "gwen"), fresh=False)
    page = desk.post(f"/users/id-ada{path}", **fields)
    assert (desk.status, page["state"]) == (401, "prove")
    assert {line["activity"] for line in living.story()[before:]} <= {"User started to prove identity again"}


def test_a_contact_is_added_at_once_or_as_a_hint(living: Living) -> None:
    """decisions 17 and 18: vouched for it counts, else its owner confirms it; both are told."""
    living.ada()
    desk = desk_of(living, "authentication_administrator", "ann")
    desk.post("/users/id-ada/methods", kind="office", value="+49 30 12345678", vouched_by="Called the office")
    desk.post("/users/id-ada/methods", kind="email", value="second@mail.example")
    with living.store.reading() as unit:
        found = {one.value: one for one in unit.people.contacts("id-ada")}
    assert found[OFFICE].confirmed_how == "admin"
    assert found[OFFICE].usable_from <= living.clock.now()
    assert found["second@mail.example"].confirmed_at is None
    desk.get("/users/id-ada/methods")
    said = json.dumps(desk.page)
    assert "Called the office" in said
    assert "thing.why.unconfirmed" in said
    assert any(one["to"] == MAIL for one in living.delivered())


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"kind": "mobile", "value": "12"}, "value", "people.not_a_number"),
        ({"kind": "email", "value": "no address"}, "value", "people.not_an_address"),
        ({"kind": "mobile", "value": MOBILE}, "value", "people.contact_there"),
        ({"kind": "primary", "value": "a@b.example"}, "kind", "user_methods.no_kind"),
        ({"kind": "mobile", "value": "+4915112345601", "vouched_by": "x" * 201}, "vouched_by", "incidents.reason"),
    ],
)
def test_a_contact_that_cannot_be_is_said_at_its_field(
    quick: Living, fields: dict[str, str], field: str, why: str
) -> None:
    """What was typed stays, to who typed it."""
    quick.ada()
    desk = desk_of(quick)
    desk.post("/users/id-ada/methods", **fields)
    assert desk.status == 422
    wrong = {
        one["name"]: one["error"]["id"] for kind in ("Line", "Select") for one in desk.parts(kind) if one.get("error")
    }
    assert wrong == {field: why}
    assert fields["value"] in {one["value"] for one in desk.parts("Line")}


def test_another_persons_things_cannot_be_named(living: Living) -> None:
    """ADM-9: ids of contacts, devices and sessions count only together with their owner's."""
    living.ada()
    bo = living.person("bo")
    contact = living.contact(bo, ContactKind.EMAIL, "bo@mail.example")
    living.authenticator(bo)
    seated(living, bo)
    with living.store.reading() as unit:
        device, session = unit.people.enrolments(bo)[0].id, unit.sessions.all_of(bo, unit.now)[0].id
    desk = desk_of(living)
    for path, sent in (
        ("/methods/remove", {"kind": "email", "item": contact}),
        ("/methods/remove", {"kind": "totp", "item": device}),
        ("/sessions", {"session": session, "reason": "x"}),
        ("/sessions", {"session": "", "reason": "x"}),
    ):
        desk.post(f"/users/id-ada{path}", **sent)
        assert desk.status == 404
    with living.store.reading() as unit:
        assert len(unit.people.contacts(bo)) == 1
        assert len(unit.people.enrolments(bo)) == 1
        assert len(unit.sessions.all_of(bo, unit.now)) == 1


def test_things_are_removed_one_by_one(living: Living) -> None:
    """Contact, device and a whole set of codes, by the links of the page."""
    living.ada()
    living.recovery_codes("id-ada")
    desk = desk_of(living, "authentication_administrator", "ann")
    desk.get("/users/id-ada/methods")
    links = [go["href"] for go in desk.parts("Go") if "/methods/remove?" in go["href"]]
    assert len(links) == 4
    for link in links:
        desk.get(link)
        [press] = desk.parts("Press")
        desk.post(press["href"], **dict(press["values"]))
        assert desk.status == 200
    assert kept(living) == set()
    with living.store.reading() as unit:
        assert list(unit.people.enrolments("id-ada")) == []


def test_registering_anew_is_required_with_a_reason(living: Living) -> None:
    """decisions 21"""
    living.ada()
    desk = desk_of(living, "authentication_administrator", "ann")
    desk.post("/users/id-ada/methods/require", reason=" ")
    assert desk.status == 422
    assert person_of(living).upkeep.again_at is None
    desk.post("/users/id-ada/methods/require", reason="Phone stolen")
    assert desk.status == 200
    assert person_of(living).upkeep.again_at is not None


def test_sessions_end_one_or_all(living: Living) -> None:
    """With a reason, which stands in the log; the person is told."""
    living.ada()
    for _ in range(3):
        seated(living, "id-ada")
    desk = desk_of(living, "user_administrator", "uma")
    desk.get("/users/id-ada/sessions")
    [table] = desk.parts("Table")
    assert len(table["rows"]) == 3
    desk.post("/users/id-ada/sessions", session=table["rows"][0]["id"], reason="")
    assert desk.status == 422
    desk.post("/users/id-ada/sessions", session=table["rows"][0]["id"], reason="Lost laptop")
    assert len(desk.parts("Table")[0]["rows"]) == 2
    desk.post("/users/id-ada/sessions", session="all", reason="Lost laptop")
    assert desk.parts("Table")[0]["rows"] == []


def test_groups_are_joined_and_left(living: Living) -> None:
    """Directly; those through other groups are shown as such, without a button."""
    living.ada()
    work = work_of(living)
    outer, inner = groups.add_group(work, "Outer"), groups.add_group(work, "Inner")
    groups.change_member(work, "Outer", "Inner", adds=True)
    desk = desk_of(living, "groups_administrator", "gus")
    desk.post("/users/id-ada/groups", group=inner)
    assert person_of(living).groups == {inner, outer}
    rows = {row["id"]: row for row in desk.parts("Row")}
    assert (len(rows[inner]["presses"]), len(rows[outer]["presses"])) == (1, 0)
    desk.post("/users/id-ada/groups/remove", group=inner)
    assert person_of(living).groups == frozenset()
    desk.post("/users/id-ada/groups", group="nothing")
    assert desk.status == 404


def test_roles_are_shown_with_their_scope_and_where_they_come_from(living: Living) -> None:
    """Issue 5 item 2"""
    living.ada()
    work = work_of(living)
    group = groups.add_group(work, "Helpers", role_assignable=True)
    berlin = groups.add_group(work, "Berlin")
    groups.change_member(work, "Helpers", ADA, adds=True)
    living.grant(group, "global_reader")
    roles.grant(work, ADA, "helpdesk_administrator", "Berlin")
    desk = desk_of(living)
    desk.get("/users/id-ada/roles")
    links = {go["href"] for go in desk.parts("Go")}
    assert {f"/groups/{group}", f"/groups/{berlin}", "/roles/global_reader"} <= links


def test_the_timeline_tells_attempts_and_links_their_story(living: Living) -> None:
    """Newest first; the story only for who may read the log."""
    living.ada()
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    desk = desk_of(living)
    desk.get("/users/id-ada/timeline")
    moments = desk.parts("Moment")
    assert [one["at"] for one in moments] == sorted((one["at"] for one in moments), reverse=True)
    assert "Reset password (self-service)" in [one["title"] for one in moments]
    assert any(one["go"] and one["go"]["href"].startswith("/audit-logs/story/") for one in moments)
    helper = desk_of(living, "helpdesk_administrator", "hal")
    helper.get("/users/id-ada/timeline")
    assert helper.parts("Moment")
    assert all(one["go"] is None for one in helper.parts("Moment"))


def test_why_somebody_cannot_reset_is_said_exactly(living: Living) -> None:
    """Issue 5 item 2: the reason, and where it is fixed."""
    living.ada()
    desk = desk_of(living)

    def answer() -> tuple[list[str], set[str]]:
        desk.get("/users/id-ada/reset-check")
        said = [one["text"]["id"] for kind in ("Message", "Paragraph") for one in desk.parts(kind)]
        return said, {go["href"] for go in desk.parts("Go")}

    assert answer()[0] == ["reset_check.yes"]
    status.set_enabled(work_of(living), ADA, enabled=False)
    said, links = answer()
    assert said == ["reset_check.no", "reset_check.disabled"]
    status.set_enabled(work_of(living), ADA, enabled=True)
    living.set_policy(with_self_service(enabled_for=Scope.NONE))
    said, links = answer()
    assert said == ["reset_check.no", "reset_check.SSPR_0009"]
    assert "/password-reset/properties" in links
    living.set_policy(with_self_service(enabled_for=Scope.SELECTED, groups=frozenset({"g"})))
    assert answer()[0] == ["reset_check.no", "reset_check.SSPR_0013"]
    living.set_policy(with_self_service())
    with living.store.writing() as unit:
        for one in unit.people.contacts("id-ada"):
            unit.info.remove_contact(one.id)
    rebuild(living.house)
    said, links = answer()
    assert said == ["reset_check.no", "reset_check.SSPR_0014"]
    assert "/users/id-ada/methods" in links
