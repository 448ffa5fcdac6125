"""Two administrators at once: nobody overwrites what somebody else saved unseen, on both engines."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from keyback.app.policy import editing
from keyback.app.policy.apply import Order
from keyback.app.policy.editing import Edits
from tests.admin.desk import Desk
from tests.admin.policy_forms import Fields, filled, in_force, review, said_changes, save, send
from tests.living import Living

REGISTRATION = "/password-reset/registration"
NOTICES = "/password-reset/notifications"


def both(living: Living) -> tuple[Desk, Desk]:
    """Grace and Pia."""
    grace = living.operator("global_administrator", "grace")
    pia = living.operator("authentication_policy_administrator", "pia")
    return Desk(living, grace), Desk(living, pia)


def hidden(desk: Desk) -> Fields:
    """What the review carries along."""
    form = next(one for one in desk.parts("Form") if one["action"].endswith("/save"))
    return {one["name"]: one["value"] for one in form["controls"] if one["kind_of_part"] == "Hidden"}


@pytest.mark.parametrize("first", ["grace", "pia"])
def test_the_second_one_is_shown_both_differences_at_the_review(living: Living, first: str) -> None:
    """Issue 5, bad input: two administrators saving at once; the second is shown the difference. In either order."""
    grace, pia = both(living)
    fast, slow = (grace, pia) if first == "grace" else (pia, grace)
    slow.get(REGISTRATION)
    typed = filled(slow)
    review(fast, REGISTRATION, **{"registration.skips": "7"})
    save(fast, "more time")
    assert in_force(living)[0] == 2
    send(slow, REGISTRATION, {"registration.reconfirm_days": "90"})
    assert typed["registration.skips"] == "3"
    assert slow.status == 200
    assert "review.moved_why" in slow.told()
    assert said_changes(slow, "review.others") == [("How often registration can be put off", "3 times", "7 times")]
    mine = "Number of days before users are asked to re-confirm their authentication information"
    assert said_changes(slow, "review.mine") == [(mine, "180 days", "90 days")]
    assert in_force(living)[0] == 2
    save(slow)
    version, values = in_force(living)
    assert (version, values["registration.skips"], values["registration.reconfirm_days"]) == (3, 7, 90)


@pytest.mark.parametrize("first", ["grace", "pia"])
def test_the_second_one_is_shown_both_differences_at_save(living: Living, first: str) -> None:
    """The same where the first one saves while the second one looks at the review: nothing of the second is saved."""
    grace, pia = both(living)
    fast, slow = (grace, pia) if first == "grace" else (pia, grace)
    review(slow, REGISTRATION, **{"registration.reconfirm_days": "90"})
    review(fast, REGISTRATION, **{"registration.skips": "7"})
    save(fast)
    save(slow, "quarterly")
    assert slow.status == 409
    assert "review.moved" in slow.told()
    assert in_force(living)[0] == 2
    assert in_force(living)[1]["registration.reconfirm_days"] == 180
    assert json.loads(str(hidden(slow)["edits"])) == {"registration.reconfirm_days": 90}
    form = next(one for one in slow.parts("Form") if one["action"].endswith("/save"))
    assert next(one["value"] for one in form["controls"] if one["name"] == "why") == "quarterly"
    save(slow, "quarterly")
    version, values = in_force(living)
    assert (version, values["registration.skips"], values["registration.reconfirm_days"]) == (3, 7, 90)


def test_the_same_setting_changed_by_both_shows_what_the_other_one_chose(living: Living) -> None:
    """Theirs stands as the old value; only a second look makes ours the new one."""
    grace, pia = both(living)
    review(grace, REGISTRATION, **{"registration.skips": "9"})
    review(pia, REGISTRATION, **{"registration.skips": "7"})
    save(pia)
    save(grace)
    assert grace.status == 409
    label = "How often registration can be put off"
    assert said_changes(grace, "review.others") == [(label, "3 times", "7 times")]
    assert said_changes(grace, "review.mine") == [(label, "7 times", "9 times")]
    assert in_force(living)[1]["registration.skips"] == 7


def test_what_changed_on_another_page_is_told_by_its_labels(living: Living) -> None:
    """The difference is of the whole policy."""
    grace, pia = both(living)
    review(grace, REGISTRATION, **{"registration.skips": "9"})
    review(pia, NOTICES, **{"notifications.notify_users": "False"})
    save(pia)
    save(grace)
    assert grace.status == 409
    assert said_changes(grace, "review.others") == [("Notify users on password resets?", "Yes", "No")]
    save(grace)
    values = in_force(living)[1]
    assert (values["registration.skips"], values["notifications.notify_users"]) == (9, False)


def test_a_form_sent_late_never_puts_back_what_it_did_not_touch(living: Living) -> None:
    """Only what was changed on the form is changed: fields that stand there from before do not undo the other's."""
    grace, pia = both(living)
    grace.get(REGISTRATION)
    for skips in ("7", "8", "9"):
        review(pia, REGISTRATION, **{"registration.skips": skips})
        save(pia)
    send(grace, REGISTRATION, {"registration.hold_hours": "48"})
    save(grace)
    version, values = in_force(living)
    assert (version, values["registration.skips"], values["registration.hold_hours"]) == (5, 9, 48)


def test_save_pressed_twice_saves_once(living: Living) -> None:
    """RAC-4: the second one finds that it is in force already."""
    grace, _ = both(living)
    review(grace, REGISTRATION, **{"registration.skips": "9"})
    sent = hidden(grace)
    save(grace)
    grace.post(f"{REGISTRATION}/save", **sent, why="")
    assert grace.status == 200
    assert grace.went_to == ""
    assert grace.page["state"] == "registration"
    assert in_force(living)[0] == 2


def test_the_list_of_a_review_that_is_out_of_date_is_not_given(living: Living) -> None:
    """The numbers it belonged to are no longer true."""
    grace, pia = both(living)
    review(grace, "/password-reset/properties", **{"self_service.enabled_for": "none"})
    carried = hidden(grace)
    review(pia, REGISTRATION, **{"registration.skips": "7"})
    save(pia)
    grace.post("/password-reset/properties/people", **carried, which="lose", kind="csv")
    assert grace.status == 422


def test_of_two_who_save_in_the_same_moment_one_wins(living: Living) -> None:
    """RAC-4: the new version is one conditional write."""
    grace, pia = both(living)
    assert grace.living is pia.living
    drafts = [editing.draft(living.house, Edits(1, {"registration.skips": number})) for number in (7, 9)]

    def saves(given: tuple[Any, str]) -> bool:
        return editing.save(living.house, given[0], Order(given[1]))

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(saves, zip(drafts, ("id-grace", "id-pia"), strict=True)))
    assert sorted(done) == [False, True]
    version, values = in_force(living)
    assert version == 2
    assert values["registration.skips"] == (7 if done[0] else 9)
