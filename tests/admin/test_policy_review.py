"""What a change will do, before it is saved: mistakes, warnings, whom it touches, and the lists of them."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from keyback.app.policy import editing, show
from keyback.app.policy.apply import Order
from keyback.app.policy.diff import diff
from keyback.app.policy.document import plain
from keyback.app.policy.standing import rebuild
from keyback.app.policy.touched import Touched, number
from keyback.core.errors import Forbidden
from keyback.core.policy import Customization, MethodPolicy, Scope
from tests.admin.acting import group
from tests.admin.desk import Desk
from tests.admin.policy_forms import changed, filled, in_force, neighbours, numbers, review, said_changes, save, send
from tests.living import OPEN_POLICY, Living, with_self_service

PROPERTIES = "/password-reset/properties"
METHODS = "/password-reset/authentication-methods"
REGISTRATION = "/password-reset/registration"
NOTICES = "/password-reset/notifications"
CUSTOMIZATION = "/password-reset/customization"
PROTECTION = "/authentication-methods/password-protection"


def boss(living: Living) -> Desk:
    """A Global Administrator."""
    return Desk(living, living.operator("global_administrator", "grace"))


def errors(desk: Desk) -> dict[str, str]:
    """What is wrong at which control."""
    controls = [one for form in desk.parts("Form") for one in form["controls"]]
    return {one["name"]: one["error"]["id"] for one in controls if one.get("error")}


# --- mistakes -------------------------------------------------------------------------------------------------------

MISTAKES: list[tuple[str, dict[str, str | list[str]], str, str]] = [
    (REGISTRATION, {"registration.reconfirm_days": "731"}, "registration.reconfirm_days", "policy_page.is.range"),
    (REGISTRATION, {"registration.reconfirm_days": "-1"}, "registration.reconfirm_days", "policy_page.is.range"),
    (REGISTRATION, {"registration.reconfirm_days": "often"}, "registration.reconfirm_days", "setting.number"),
    (REGISTRATION, {"registration.reconfirm_days": ""}, "registration.reconfirm_days", "setting.number"),
    (REGISTRATION, {"registration.first_proof": "nothing"}, "registration.first_proof", "setting.choose"),
    (PROPERTIES, {"self_service.enabled_for": "selected"}, "self_service.groups", "policy_page.is.no_groups"),
    (PROPERTIES, {"self_service.groups": ["gone"]}, "self_service.groups", "policy_page.is.unknown_group"),
    (PROPERTIES, {"self_service.guided_networks": "here"}, "self_service.guided_networks", "policy_page.is.network"),
    (METHODS, {"self_service.methods_required": "3"}, "self_service.methods_required", "setting.choose"),
    (CUSTOMIZATION, {"customization.helpdesk_link_on": "True"}, "customization.helpdesk_link", "setting.blank"),
    (
        CUSTOMIZATION,
        {"customization.helpdesk_link_on": "True", "customization.helpdesk_link": "javascript:alert(1)"},
        "customization.helpdesk_link",
        "policy_page.is.helpdesk_link",
    ),
    (NOTICES, {"notifications.freezes": []}, "notifications.freezes", "policy_page.is.never_silent"),
    (PROTECTION, {"passwords.minimum_length": "8"}, "passwords.minimum_length", "policy_page.is.password_length"),
    (PROTECTION, {"passwords.banned_terms": "abc"}, "passwords.banned_terms", "policy_page.is.term"),
]


@pytest.mark.parametrize(("path", "typed", "at", "wrong"), MISTAKES)
def test_a_mistake_saves_nothing_and_keeps_what_was_typed(
    quick: Living, path: str, typed: dict[str, str | list[str]], at: str, wrong: str
) -> None:
    """ADM-11: what is unsafe or impossible does not validate; the form comes back with it, and says what is wrong."""
    desk = boss(quick)
    before = in_force(quick)
    desk.get(path)
    whole = filled(desk) | typed
    send(desk, path, typed)
    assert desk.status == 422
    assert errors(desk) == {at: wrong}
    assert filled(desk) == whole
    assert in_force(quick) == before


def test_two_methods_with_too_few_that_count_as_two_do_not_validate(quick: Living) -> None:
    """decisions 22: two gates with fewer than two usable methods."""
    quick.set_policy(replace(OPEN_POLICY, methods={"totp": MethodPolicy(), "email_code": MethodPolicy()}))
    desk = boss(quick)
    before = in_force(quick)
    review(desk, "/authentication-methods/policies/email_code", enabled="False")
    assert desk.status == 422
    assert "policy_page.is.too_few_methods" in desk.told()
    assert in_force(quick) == before


def test_nothing_different_says_so(quick: Living) -> None:
    desk = boss(quick)
    review(desk, REGISTRATION)
    assert desk.told() == ["policy_page.same"]
    assert desk.page["state"] == "registration"


def test_a_thousand_long_terms_fit_and_one_more_does_not(quick: Living) -> None:
    """decisions 11: up to 1,000 terms of the organisation, of any letters."""
    terms = [f"{number:04}" + "ü" * 60 for number in range(1_000)]
    desk = boss(quick)
    desk.get(PROTECTION)
    typed = {name: str(value) for name, value in filled(desk).items()} | {"passwords.banned_terms": "\r\n".join(terms)}
    shown = desk.http.post(f"{PROTECTION}/review", data={**typed, "token": desk.page["token"]})
    desk.page, desk.status = shown.json(), shown.status_code
    assert desk.page["state"] == "review", desk.page
    save(desk)
    assert in_force(quick)[1]["passwords.banned_terms"] == terms
    review(desk, PROTECTION, **{"passwords.banned_terms": "\n".join([*terms, "lamplight"])})
    assert errors(desk) == {"passwords.banned_terms": "policy_page.is.terms"}


# --- warnings ---------------------------------------------------------------------------------------------------


def test_every_warning_must_be_accepted(living: Living) -> None:
    """decisions 22: one method, and notices off, need a yes of their own."""
    desk = boss(living)
    before = in_force(living)
    review(desk, METHODS, **{"self_service.methods_required": "1"})
    save(desk, "I am in a hurry", accept=False)
    assert desk.status == 422
    assert "review.must_accept" in desk.told()
    form = desk.parts("Form")[0]
    assert {one["name"]: one.get("value") for one in form["controls"]}["why"] == "I am in a hurry"
    assert in_force(living) == before
    save(desk)
    assert changed(living, before[1]) == {"self_service.methods_required": 1}


def test_what_was_accepted_once_is_shown_and_not_asked_again_where_its_part_stays_as_it_is(quick: Living) -> None:
    """A warning that holds already is seen; changing its part of the policy asks for it anew."""
    quick.set_policy(with_self_service(methods_required=1))
    desk = boss(quick)
    review(desk, REGISTRATION, **{"registration.skips": "5"})
    held = [one for one in desk.parts("Panel") if one["title"]["id"] == "review.held"]
    assert [one["text"]["id"] for one in held[0]["parts"]] == ["policy.warn.one_gate"]
    save(desk, accept=False)
    assert in_force(quick)[1]["registration.skips"] == 5
    review(desk, PROPERTIES, **{"self_service.allow_unlock": "True"})
    save(desk, accept=False)
    assert desk.status == 422


def test_saving_asks_for_one_more_proof_and_keeps_what_was_chosen(living: Living) -> None:
    """ADM-3: a policy is far-reaching; the proof of an hour ago is too old."""
    grace = living.operator("global_administrator", "grace")
    desk = Desk(living, grace, fresh=False)
    review(desk, REGISTRATION, **{"registration.skips": "5"})
    save(desk, "busy season")
    assert desk.status == 401
    assert desk.page["state"] == "prove"
    assert in_force(living)[0] == 1
    (form,) = desk.parts("Form")
    sent = {one["name"]: one["value"] for one in form["controls"] if one["kind_of_part"] == "Hidden"}
    desk.post(form["action"], **sent, proof=living.code_of_app())
    assert in_force(living)[1]["registration.skips"] == 5
    with living.store.reading() as unit:
        document = unit.policies.history(1)[0]
    assert (document.actor, document.why) == (grace, "busy season")


def test_the_audit_log_has_old_and_new_and_where_it_came_from(living: Living) -> None:
    """AUD-1, ADM-11"""
    desk = boss(living)
    review(desk, REGISTRATION, **{"registration.skips": "5"})
    save(desk, "busy season")
    line = living.story()[-1]
    assert line["activity"] == "Self-service password reset policy changes"
    assert line["actor"] == "id-grace"
    assert "3 -> 5" in json.dumps(line)
    assert line["source"] == "203.0.113.7"


def test_a_mangled_form_changes_nothing(quick: Living) -> None:
    """WEB-5: the review carries only settings of its own page, of their own types."""
    desk = boss(quick)
    before = in_force(quick)
    for edits in ("", "[]", "{", '{"passwords.history":3}', '{"registration.skips":"x"}', '{"registration.skips":[1]}',
                  '{"self_service":{}}', '{"registration":{"skips":1}}', "[" * 5_000):  # fmt: skip
        for at in ("", "/save", "/people"):
            more = {"/save": {"why": ""}, "/people": {"which": "gain", "kind": "csv"}}.get(at, {})
            desk.post(f"{REGISTRATION}{at}", base="1", edits=edits, **more)
            assert desk.status == 422, (at, edits)
    for base in ("", "-1", "x", "9999999999", "77"):
        desk.post(f"{REGISTRATION}/save", base=base, edits='{"registration.skips":4}', why="")
        assert desk.status in {404, 422}, base
    assert in_force(quick) == before


# --- whom it touches --------------------------------------------------------------------------------------------

CHANGES: list[tuple[str, dict[str, str | list[str]], Callable[[dict[str, Any]], object]]] = [
    (PROPERTIES, {"self_service.enabled_for": "none"}, lambda p: p["self_service"].update(enabled_for="none")),
    (
        PROPERTIES,
        {"self_service.enabled_for": "selected", "self_service.groups": ["group-pilot"]},
        lambda p: p["self_service"].update(enabled_for="selected", groups=["pilot"]),
    ),
    (METHODS, {"self_service.methods_required": "1"}, lambda p: p["self_service"].update(methods_required=1)),
    (
        "/password-reset/administrator-policy",
        {"sign_in.mfa": "always", "administrators.self_service": "none"},
        lambda p: (p["sign_in"].update(mfa="always"), p["administrators"].update(self_service="none")),
    ),
    (
        "/authentication-methods/policies/email_code",
        {"enabled": "False"},
        lambda p: p["methods"]["email_code"].update(enabled=False),
    ),
]


@pytest.mark.parametrize(("path", "typed", "edit"), CHANGES, ids=[str(one[1]) for one in CHANGES])
def test_the_numbers_are_those_of_policy_diff_and_the_lists_are_those_people(
    living: Living, path: str, typed: dict[str, str | list[str]], edit: Callable[[dict[str, Any]], object]
) -> None:
    """decisions 22, ADM-11: what the page says is what the command line says, and each list has exactly so many."""
    desk = boss(living)
    neighbours(living)
    group(living, "pilot", "id-bo")
    document = plain(show.show(living.house).policy)
    edit(document)
    expected = diff(living.house, json.dumps(document).encode())
    assert expected.effect is not None
    review(desk, path, **typed)
    shown = numbers(desk)
    there = {which.value: number(expected.effect, which) for which in Touched}
    assert {name: there[name] for name in shown} == shown
    assert all(count == 0 for name, count in there.items() if name not in shown)
    form = desk.parts("Form")[0]
    carried = {one["name"]: one["value"] for one in form["controls"] if one["kind_of_part"] == "Hidden"}
    for name, count in shown.items():
        assert len(people(desk, path, carried, name)) == count


def people(desk: Desk, path: str, carried: dict[str, str], which: str) -> list[str]:
    """User IDs in the file."""
    answer = desk.http.post(
        f"{path}/people", json={"token": desk.page["token"], **carried, "which": which, "kind": "csv"}
    )
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{which}.csv"'
    return [row["user_id"] for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))]


def test_the_lists_name_those_people_and_the_administrators_stand_on_the_page(living: Living) -> None:
    """decisions 22: "214 of 1,930 people could no longer reset; 3 administrators"."""
    neighbours(living)
    desk = boss(living)
    living.recovery_codes("id-grace")
    rebuild(living.house)
    review(desk, PROPERTIES, **{"self_service.enabled_for": "none"})
    lost = next(one["text"] for one in desk.parts("Paragraph") if one["text"]["id"] == "review.lost")
    assert lost["text"] == "2 of 2 people who can reset now could no longer reset; 1 administrator among them."
    (table,) = [one for one in desk.parts("Table") if one["label"]["id"] == "review.administrators"]
    assert [row["id"] for row in table["rows"]] == ["id-grace"]
    carried = {"base": "1", "edits": '{"self_service.enabled_for":"none"}'}
    assert people(desk, PROPERTIES, carried, "lose") == ["ada@contoso.example", "grace@contoso.example"]
    sent = {"token": desk.page["token"], **carried, "which": "lose", "kind": "json"}
    found = desk.http.post(f"{PROPERTIES}/people", json=sent).json()
    assert [one["user_id"] for one in found] == ["ada@contoso.example", "grace@contoso.example"]
    assert living.story()[-1]["activity"] == "Export users"
    assert in_force(living)[0] == 1


def test_who_may_not_export_people_sees_numbers_only(living: Living) -> None:
    """ADM-6: lists of people are a permission of their own."""
    neighbours(living)
    desk = Desk(living, living.operator("authentication_policy_administrator"))
    review(desk, PROPERTIES, **{"self_service.enabled_for": "none"})
    assert numbers(desk)["lose"] == 1
    assert [row["presses"] for table in desk.parts("Table") for row in table["rows"] if row["presses"]] == []
    edits = '{"self_service.enabled_for":"none"}'
    desk.post(f"{PROPERTIES}/people", base="1", edits=edits, which="lose", kind="csv")
    assert desk.status == 403
    review(desk, PROPERTIES, **{"self_service.enabled_for": "none"})
    save(desk)
    assert in_force(living)[1]["self_service.enabled_for"] == "none"


def test_the_verb_itself_refuses_who_may_not_change_policy(living: Living) -> None:
    """ADM-1, ADM-2: judged again at commit, whatever the page let through."""

    hal = living.operator("helpdesk_administrator", "hal")
    draft = editing.draft(living.house, editing.Edits(1, {"registration.skips": 9}))
    with pytest.raises(Forbidden):
        editing.save(living.house, draft, Order(hal))
    assert in_force(living)[0] == 1


def test_changes_are_said_in_words(quick: Living) -> None:
    """Labels and values as the pages have them, not as the file has them."""
    quick.set_policy(replace(with_self_service(enabled_for=Scope.ALL), customization=Customization("")))
    desk = boss(quick)
    review(desk, PROPERTIES, **{"self_service.enabled_for": "none"})
    assert said_changes(desk) == [("Self service password reset enabled", "All", "None")]
    review(desk, REGISTRATION, **{"registration.hold_hours": "1", "registration.required_at_sign_in": "False"})
    assert said_changes(desk) == [
        ("Require registration at sign-in", "Yes", "No"),
        ("Wait until something new counts for a reset", "24 hours", "1 hour"),
    ]
    review(desk, NOTICES, **{"notifications.keys": ["email", "sms"], "notifications.failure_bursts": []})
    assert said_changes(desk) == [
        ("When attempts at an account fail again and again", "E-mail", "(empty)"),
        ("When keys or certificates are near their end", "E-mail", "E-mail and text message"),
    ]


def test_going_on_editing_keeps_what_was_chosen(quick: Living) -> None:
    desk = boss(quick)
    review(desk, REGISTRATION, **{"registration.skips": "7"})
    again = next(one for one in desk.parts("Press") if one["href"] == REGISTRATION)
    desk.post(REGISTRATION, **dict(again["values"]))
    assert filled(desk)["registration.skips"] == "7"
    assert in_force(quick)[0] == 1
