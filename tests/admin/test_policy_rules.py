"""What the decisions say of policy, held on its pages: what needs a yes, what cannot be chosen, and whom groups reach."""

from dataclasses import replace

import pytest

from keyback.app.policy import editing
from keyback.app.policy.standing import rebuild
from keyback.app.policy.touched import Touched, touched
from keyback.core.policy import MethodPolicy, Policy, Scope, SelfService
from keyback.core.types import ContactKind
from keyback.store.engine import Sql
from tests.admin.acting import group
from tests.admin.desk import Desk
from tests.admin.policy_forms import filled, in_force, numbers, review, save
from tests.living import OPEN_POLICY, Living, with_self_service

PROPERTIES = "/password-reset/properties"
NOTICES = "/password-reset/notifications"
REGISTRATION = "/password-reset/registration"
ADMINISTRATORS = "/password-reset/administrator-policy"
METHODS = "/authentication-methods/policies"
ONE = with_self_service(methods_required=1)
TWO_METHODS = {"email_code": MethodPolicy(), "sms_code": MethodPolicy()}

Typed = dict[str, str | list[str]]
RISKS: list[tuple[str, str, Typed, Policy]] = [
    ("one_gate", "/password-reset/authentication-methods", {"self_service.methods_required": "1"}, OPEN_POLICY),
    ("email_only", f"{METHODS}/sms_code", {"enabled": "False"}, replace(ONE, methods=TWO_METHODS)),
    ("sms_only", f"{METHODS}/email_code", {"enabled": "False"}, replace(ONE, methods=TWO_METHODS)),
    ("notices_off", NOTICES, {"notifications.notify_users": "False"}, OPEN_POLICY),
    ("notices_off", NOTICES, {"notifications.notify_admins": "False"}, OPEN_POLICY),
    ("registration_off", REGISTRATION, {"registration.required_at_sign_in": "False"}, OPEN_POLICY),
    ("unlimited_skips", REGISTRATION, {"registration.unlimited_skips": "True"}, OPEN_POLICY),
    ("password_only", REGISTRATION, {"registration.first_proof": "password_only"}, OPEN_POLICY),
    ("short_holds", REGISTRATION, {"registration.hold_hours": "1"}, OPEN_POLICY),
    ("administrators_sms", ADMINISTRATORS, {"administrators.sms": "True"}, OPEN_POLICY),
    ("guided_everywhere", PROPERTIES, {"self_service.disclosure": "guided"}, OPEN_POLICY),
    ("long_passes", f"{METHODS}/temporary-access-pass", {"passes.longest_minutes": "43200"}, OPEN_POLICY),
]


def boss(living: Living) -> Desk:
    """A Global Administrator."""
    return Desk(living, living.operator("global_administrator", "grace"))


def asked(desk: Desk) -> list[str]:
    """Warnings with a box to tick."""
    boxes = [one for form in desk.parts("Form") for one in form["controls"] if one["name"] == "accept"]
    return [option["value"] for one in boxes for option in one["options"]]


@pytest.mark.parametrize(("warning", "path", "typed", "before"), RISKS)
def test_a_risk_needs_a_yes_of_its_own(quick: Living, warning: str, path: str, typed: Typed, before: Policy) -> None:
    """decisions 3, 15, 22, 24, 27: it warns and needs acceptance; without it nothing is saved."""
    quick.set_policy(before)
    desk = boss(quick)
    review(desk, path, **typed)
    assert warning in asked(desk)
    version = in_force(quick)[0]
    save(desk, accept=False)
    assert (desk.status, in_force(quick)[0]) == (422, version)
    save(desk)
    assert in_force(quick)[0] == version + 1


def test_all_without_an_earlier_pilot_needs_a_yes_and_after_one_it_does_not(quick: Living) -> None:
    """decisions 22; best practice of the document: begin with a pilot group."""
    ada, grace = quick.ada(), quick.operator("global_administrator", "grace")
    made = group(quick, "pilot", ada)
    with quick.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM policy_document WHERE tenant = :tenant"), {"tenant": "t1"})
    quick._versions = 0
    quick.set_policy(replace(OPEN_POLICY, self_service=SelfService(enabled_for=Scope.NONE)))
    desk = Desk(quick, grace)
    review(desk, PROPERTIES, **{"self_service.enabled_for": "all"})
    assert asked(desk) == ["all_without_selected"]
    pilot: Typed = {"self_service.enabled_for": "selected", "self_service.groups": [made]}
    review(desk, PROPERTIES, **pilot)
    assert asked(desk) == []
    save(desk)
    review(desk, PROPERTIES, **{"self_service.enabled_for": "all"})
    assert asked(desk) == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/password-reset/authentication-methods", "security_questions"),
        (ADMINISTRATORS, "administrators.methods_required"),
        (NOTICES, "self_service.enabled_for"),
    ],
)
def test_what_a_page_does_not_offer_cannot_be_sent_to_it(quick: Living, path: str, field: str) -> None:
    """decisions 3, 4: administrators always need two methods; security questions cannot be switched on."""
    desk = boss(quick)
    desk.get(path)
    before = in_force(quick)
    desk.post(f"{path}/review", **(filled(desk) | {field: "1"}))
    assert desk.status == 400
    assert in_force(quick) == before


def test_what_is_fixed_for_administrators_is_told(quick: Living) -> None:
    """decisions 3, entra-sspr 2.4"""
    html = boss(quick).html(ADMINISTRATORS)
    assert "Always 2, by two different methods that do not hang on the same thing" in html
    assert "/password-reset/administrator-policy" in boss_again(quick).html(PROPERTIES)


def boss_again(living: Living) -> Desk:
    """The same one in another browser."""
    return Desk(living, "id-grace")


def test_selected_reaches_nested_groups_and_leaves_out_the_excluded(living: Living) -> None:
    """decisions 2: any number of groups, nested, with excluded groups; counted before it is saved, and so it is then."""
    people = {name: living.person(name) for name in ("ann", "ben", "cat")}
    for name, one in people.items():
        living.authenticator(one)
        living.contact(one, ContactKind.EMAIL, f"{name}@mailbox.example")
    inner = group(living, "inner", people["ann"], people["ben"])
    outer = group(living, "outer", inner)
    left = group(living, "left-out", people["ben"])
    living.set_policy(replace(OPEN_POLICY, self_service=SelfService(enabled_for=Scope.NONE)))
    desk = boss(living)
    rebuild(living.house)
    typed: Typed = {"self_service.groups": [outer], "self_service.excluded_groups": [left]}
    review(desk, PROPERTIES, **{"self_service.enabled_for": "selected"}, **typed)
    assert numbers(desk)["gain"] == 1
    carried = dict(next(one for one in desk.parts("Press") if "csv" in dict(one["values"]).values())["values"])
    answer = desk.http.post(f"{PROPERTIES}/people", json={"token": desk.page["token"], **carried})
    assert "ann@contoso.example" in answer.text
    assert "ben@contoso.example" not in answer.text
    assert "cat@contoso.example" not in answer.text
    save(desk)
    assert in_force(living)[1]["self_service.groups"] == [outer]


@pytest.mark.parametrize("page", [1, 2, 3, 4, 50])
def test_a_list_is_whole_whatever_the_pages_it_is_read_in(living: Living, page: int) -> None:
    """decisions 22: exactly those people, each once; at most so many as were asked for."""
    names = ["ann", "ben", "cat", "dan"]
    for name in names:
        one = living.person(name)
        living.authenticator(one)
        living.contact(one, ContactKind.EMAIL, f"{name}@mailbox.example")
    living.person("eve")
    rebuild(living.house)
    drafted = editing.draft(living.house, editing.Edits(1, {"self_service.enabled_for": "none"}))
    found = touched(living.house, drafted.plan, Touched.LOSE, 100, page)
    assert [one.upn for one in found] == [f"{name}@contoso.example" for name in names]
    assert len(touched(living.house, drafted.plan, Touched.LOSE, 3, page)) == 3
