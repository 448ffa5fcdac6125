"""Every page about policy: its labels, and that each control changes its own setting and nothing else."""

from collections.abc import Sequence
from typing import Any

import pytest

from keyback.core.policy import MethodPolicy, Policy
from keyback.core.rules.policy_ranges import RANGES
from keyback.store.engine import Sql
from keyback.web.admin import declare
from keyback.web.admin.pages import (
    administrator_policy,
    customization,
    method_policies,
    notifications,
    password_protection,
    properties,
    registration,
    reset_methods,
)
from keyback.web.admin.pages._policy_settings import Choice, Entries, Groups, Number, Setting, Several, Stricter
from keyback.wiring.plugins import methods
from tests.admin.acting import group, hold_role
from tests.admin.desk import Desk
from tests.admin.policy_forms import changed, filled, in_force, review, save
from tests.living import ALL_METHODS, OPEN_POLICY, Living

SINGLE = (
    properties, reset_methods, registration, notifications, customization, administrator_policy, password_protection,
)  # fmt: skip
METHODS = "/authentication-methods/policies"
ALL_PAGES = (*(one.PAGE.path for one in SINGLE), METHODS, *(f"{METHODS}/{name}" for name in ALL_METHODS),
             f"{METHODS}/{method_policies.PASS}", "/policy/history", "/policy/history?version=1")  # fmt: skip
CHOICES: dict[str, Any] = {
    "self_service.enabled_for": "none",
    "administrators.self_service": "not_global",
    "sign_in.mfa": "always",
    "customization.helpdesk_link": "https://help.contoso.example/reset",
}
LINES = {
    "numbers.allowed_countries": "AT",
    "self_service.guided_networks": "192.0.2.0/24",
    "self_service.own_mail_domains": "contoso.example",
    "passwords.banned_terms": "lamplight",
}


def settings() -> dict[str, Sequence[Setting]]:
    """Every page's path, and the settings on it."""
    found: dict[str, Sequence[Setting]] = {one.PAGE.path: one.SETTINGS for one in SINGLE}
    found |= {f"{METHODS}/{name}": method_policies.settings_of(method) for name, method in methods().items()}
    return found | {f"{METHODS}/{method_policies.PASS}": method_policies.PASS_SETTINGS}


def another(setting: Setting, value: Any, made: str) -> Any:
    """A value that may stand there and is not this one."""
    if setting.path in CHOICES:
        return CHOICES[setting.path]
    if isinstance(setting, Stricter):
        return [{"group": made, "methods": 2}]
    if isinstance(setting, Groups):
        return [made]
    if isinstance(setting, Several):
        return ["email", "sms"]
    if isinstance(setting, Entries):
        return [*value, LINES[setting.path]]
    if isinstance(setting, Number):
        return value + 1 if value < RANGES[setting.path][1] else value - 1
    assert isinstance(setting, Choice)
    return next(one for one, _, _ in setting.options if one != value)


@pytest.mark.parametrize("path", settings())
def test_every_control_changes_its_own_setting_and_nothing_else(quick: Living, path: str) -> None:
    """decisions 22, ADM-11: what was looked at is what is saved, and only that. One after the other, each by itself."""
    made = group(quick, "pilot", quick.ada())
    desk = Desk(quick, quick.operator("global_administrator", "grace"))
    for setting in settings()[path]:
        version, before = in_force(quick)
        new = another(setting, before[setting.path], made)
        typed = setting.typed(new)
        review(desk, path, **typed.fields, **{name: list(values) for name, values in typed.lists.items()})
        assert desk.page["state"] == "review", (setting.path, desk.page)
        assert in_force(quick) == (version, before)
        save(desk, "because")
        assert changed(quick, before) == {setting.path: new}
        assert in_force(quick)[0] == version + 1


def test_no_setting_is_on_two_pages() -> None:
    """Nothing is changed in two places; what is on no page is for the policy file only."""
    paths = [one.path for page in settings().values() for one in page]
    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_opens_for_those_who_may_read_and_changes_nothing(quick: Living, path: str) -> None:
    """entra-sspr 2: the same page as data and as HTML; Global Readers see it without a button."""
    before = in_force(quick)
    desk = Desk(quick, quick.operator("global_reader"))
    desk.get(path)
    assert desk.status == 200
    assert "<h1" in desk.html(path)
    forms = desk.parts("Form")
    assert all(one["readonly"] for one in forms)
    assert all(
        control["disabled"] for one in forms for control in one["controls"] if control["kind_of_part"] != "Hidden"
    )
    assert desk.parts("Press") == []
    assert '<button class="primary"' not in desk.html(path)
    assert in_force(quick) == before


@pytest.mark.parametrize("role", ["helpdesk_administrator", "user_administrator", "reports_reader"])
def test_who_may_not_read_policy_sees_no_page_of_it(quick: Living, role: str) -> None:
    """ADM-9"""
    desk = Desk(quick, quick.operator(role))
    for path in ALL_PAGES:
        desk.get(path)
        assert desk.status == 403, path


def test_a_policy_administrator_of_some_groups_only_may_look_but_not_save(living: Living) -> None:
    """ADM-2: policy is for everybody, so only those may change it whose role is for everybody."""
    made = group(living, "berlin", living.ada())
    scoped = living.person("scoped")
    living.authenticator(scoped)
    hold_role(living, scoped, "authentication_policy_administrator", scope=made)
    desk = Desk(living, scoped)
    desk.get("/password-reset/registration")
    assert desk.status == 200
    assert desk.parts("Form")[0]["readonly"]
    before = in_force(living)
    for at in ("review", "save", "people"):
        fields = {"why": ""} if at == "save" else {}
        desk.post(f"/password-reset/registration/{at}", base="1", **fields)
        assert desk.status == 403
    edits = '{"registration.skips":7}'
    desk.post("/password-reset/registration/save", base="1", edits=edits, why="")
    assert desk.status == 403
    desk.post("/policy/history/save", base="1", version="1", why="")
    assert desk.status == 403
    assert in_force(living) == before


LABELS: Sequence[tuple[str, str]] = (
    (properties.PAGE.path, "Self service password reset enabled"),
    (reset_methods.PAGE.path, "Number of methods required to reset"),
    (reset_methods.PAGE.path, "Security questions (not available yet)"),
    (registration.PAGE.path, "Require registration at sign-in"),
    (
        registration.PAGE.path,
        "Number of days before users are asked to re-confirm their authentication information",
    ),
    (notifications.PAGE.path, "Notify users on password resets?"),
    (notifications.PAGE.path, "Notify all admins when other admins reset their password?"),
    (customization.PAGE.path, "Customize helpdesk link"),
    (customization.PAGE.path, "Custom helpdesk email or URL"),
    (properties.PAGE.path, "Selected"),
    (properties.PAGE.path, "Administrators always need two methods"),
)


@pytest.mark.parametrize(("path", "label"), LABELS)
def test_the_words_of_the_document_stand_on_the_page(quick: Living, path: str, label: str) -> None:
    """entra-sspr 2.1, 2.2, 3.2, 4, 5: who follows the document finds its words."""
    desk = Desk(quick, quick.operator("authentication_policy_administrator"))
    assert label in desk.html(path)


def test_the_two_toggles_of_the_document_come_first_on_notifications() -> None:
    """entra-sspr 4"""
    assert [one.path for one in notifications.SETTINGS[:2]] == [
        "notifications.notify_users",
        "notifications.notify_admins",
    ]


def test_every_control_says_its_default(quick: Living) -> None:
    """Every setting says what it does and what it is where nobody chose."""
    desk = Desk(quick, quick.operator("global_administrator", "grace"))
    for path in ALL_PAGES:
        desk.get(path)
        for form in desk.parts("Form"):
            hints = [
                one["hint"]["text"]
                for one in form["controls"]
                if one["kind_of_part"] != "Hidden" and one.get("name") != "security_questions"
            ]
            assert all("Default:" in hint for hint in hints), path


def test_groups_are_shown_with_their_members_and_html_in_names_does_nothing(living: Living) -> None:
    """Group names are data: shown as they are, never run."""
    ada = living.ada()
    group(living, "<script>alert(1)</script>", ada, living.person("bo"))
    desk = Desk(living, living.operator("global_administrator", "grace"))
    html = desk.html(properties.PAGE.path)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; (2 members)" in html
    desk.get(properties.PAGE.path)
    fields = filled(desk) | {"self_service.excluded_groups": ["group-<script>alert(1)</script>"]}
    sent = {**fields, "token": desk.page["token"]}
    shown = desk.http.post(f"{properties.PAGE.path}/review", json=sent, headers={"accept": "text/html"}).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_before_there_is_a_policy_the_defaults_are_shown_and_can_be_saved(quick: Living) -> None:
    """The first version is made on a page like every other."""

    grace = quick.operator("global_administrator", "grace")
    with quick.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM policy_document WHERE tenant = :tenant"), {"tenant": "t1"})
    desk = Desk(quick, grace)
    desk.get(properties.PAGE.path)
    assert "policy_page.none" in desk.told()
    review(desk, f"{METHODS}/totp", enabled="True")
    save(desk)
    version, values = in_force(quick)
    assert version == 1
    assert values["methods.totp.enabled"] is True
    assert values["self_service.enabled_for"] == "none"


def test_a_method_that_is_not_there_has_no_page(quick: Living) -> None:
    desk = Desk(quick, quick.operator("global_administrator", "grace"))
    desk.get(f"{METHODS}/carrier-pigeon")
    assert desk.status == 404


def test_policies_has_a_row_for_each_method_of_the_shelf(quick: Living) -> None:
    """entra-sspr 2.5"""
    quick.set_policy(Policy(OPEN_POLICY.self_service, {"totp": MethodPolicy()}))
    desk = Desk(quick, quick.operator("global_reader"))
    desk.get(METHODS)
    (table,) = desk.parts("Table")
    assert [row["id"] for row in table["rows"]] == [*quick.methods, method_policies.PASS]
    state = {row["id"]: row["cells"][1]["label"]["text"] for row in table["rows"] if row["cells"][1]}
    assert state == {name: "On" if name == "totp" else "Off" for name in quick.methods}


def test_every_policy_page_is_a_place_that_is_found_by_its_settings() -> None:
    found = {place.path: {one.id for one in place.words} for place in declare.places()}
    for one in (*SINGLE, method_policies):
        path = method_policies.SECTION.href if one is method_policies else one.PAGE.path
        assert found[path], path
