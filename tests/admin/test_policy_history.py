"""Every version of the policy, and putting one back."""

from dataclasses import replace

from keyback.app.policy.document import flat
from keyback.app.policy.writing import complete
from keyback.core.policy import Registration
from keyback.store.engine import Sql
from tests.admin.acting import group
from tests.admin.desk import Desk
from tests.admin.policy_forms import in_force, neighbours, numbers, review, said_changes, save
from tests.living import OPEN_POLICY, Living, with_self_service

HISTORY = "/policy/history"


def boss(living: Living) -> Desk:
    """A Global Administrator."""
    return Desk(living, living.operator("global_administrator", "grace"))


def put_back(desk: Desk, version: int) -> None:
    """The button on a version's page."""
    desk.get(f"{HISTORY}?version={version}")
    (press,) = desk.parts("Press")
    assert press["href"] == f"{HISTORY}/review"
    desk.post(press["href"], **dict(press["values"]))


def test_a_version_says_when_who_why_and_what(living: Living) -> None:
    """decisions 22"""
    desk = boss(living)
    review(desk, "/password-reset/registration", **{"registration.skips": "7"})
    save(desk, "holidays")
    desk.get(HISTORY)
    (table,) = desk.parts("Table")
    assert [row["id"] for row in table["rows"]] == ["2", "1"]
    _, _, who, why, what = table["rows"][0]["cells"]
    assert (who, why, what["text"]) == ("grace@contoso.example", "holidays", "1 setting")
    desk.get(f"{HISTORY}?version=2")
    assert said_changes(desk, "policy_history.changed") == [
        ("How often registration can be put off", "3 times", "7 times")
    ]
    assert desk.parts("Press") == []


def test_putting_back_shows_the_same_review_and_makes_a_new_version(living: Living) -> None:
    """decisions 22: undo is a new version, with its effect shown before."""
    neighbours(living)
    desk = boss(living)
    first = in_force(living)[1]
    review(desk, "/password-reset/properties", **{"self_service.enabled_for": "none"})
    save(desk)
    review(desk, "/password-reset/registration", **{"registration.skips": "7"})
    save(desk)
    put_back(desk, 1)
    assert desk.page["state"] == "review"
    assert numbers(desk)["gain"] == 1
    assert in_force(living)[0] == 3
    save(desk, "a mistake")
    assert in_force(living) == (4, first)
    line = living.story()[-1]
    assert line["activity"] == "Self-service password reset policy changes"


def test_putting_back_asks_for_what_must_be_accepted(quick: Living) -> None:
    """A weak version of the past is weak again."""
    quick.set_policy(with_self_service(methods_required=1))
    quick.set_policy(OPEN_POLICY)
    desk = boss(quick)
    put_back(desk, 2)
    save(desk, accept=False)
    assert desk.status == 422
    assert in_force(quick)[0] == 3
    save(desk)
    assert in_force(quick)[1]["self_service.methods_required"] == 1


def test_putting_back_while_somebody_saves_shows_that_first(living: Living) -> None:
    """The values put back are those of that version, whatever came between; but never unseen."""
    desk = boss(living)
    pia = Desk(living, living.operator("authentication_policy_administrator", "pia"))
    first = in_force(living)[1]
    review(desk, "/password-reset/registration", **{"registration.skips": "7"})
    save(desk)
    put_back(desk, 1)
    review(pia, "/password-reset/notifications", **{"notifications.notify_admins": "False"})
    save(pia)
    save(desk, "a mistake")
    assert desk.status == 409
    assert in_force(living)[0] == 3
    save(desk, "a mistake")
    assert in_force(living) == (4, first)


def test_a_version_whose_group_is_gone_cannot_be_put_back(quick: Living) -> None:
    made = group(quick, "pilot", quick.ada())
    quick.set_policy(with_self_service(excluded_groups=(made,)))
    quick.set_policy(OPEN_POLICY)
    with quick.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM membership WHERE tenant = :tenant"), {"tenant": "t1"})
        unit.link.run(Sql("DELETE FROM people_group WHERE tenant = :tenant"), {"tenant": "t1"})
    desk = boss(quick)
    put_back(desk, 2)
    assert desk.status == 422
    assert "policy_history.cannot" in desk.told()
    assert [one["text"]["id"] for one in desk.parts("Paragraph")] == ["policy_page.is.unknown_group"]
    assert in_force(quick)[0] == 3


def test_the_list_has_pages_and_an_unknown_version_has_none(quick: Living) -> None:
    for skips in range(40):
        quick.set_policy(replace(OPEN_POLICY, registration=Registration(skips=skips)))
    desk = boss(quick)
    desk.get(HISTORY)
    (table,) = desk.parts("Table")
    seen = [row["id"] for row in table["rows"]]
    desk.get(f"{HISTORY}?after={table['next']}")
    (table,) = desk.parts("Table")
    seen += [row["id"] for row in table["rows"]]
    assert seen == [str(number) for number in range(41, 0, -1)]
    assert table["next"] == ""
    for version in ("99", "0"):
        desk.get(f"{HISTORY}?version={version}")
        assert desk.status == 404
    for version in ("x", "-1"):
        desk.get(f"{HISTORY}?version={version}")
        assert desk.status == 422


def test_what_is_put_back_already_says_so(quick: Living) -> None:
    quick.set_policy(OPEN_POLICY)
    desk = boss(quick)
    put_back(desk, 1)
    assert desk.told() == ["policy_history.same"]
    assert flat(complete(OPEN_POLICY, quick.methods)) == in_force(quick)[1]
