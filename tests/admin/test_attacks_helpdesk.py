"""A helpdesk operator who tries to do without the caller check (decisions 21, ADM-5)."""

import pytest

from keyback.core.types import HOUR
from tests.admin.desk import Desk
from tests.living import HOME, OLD_PASSWORD, Living


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/users/id-ada/sessions", {"session": "all", "reason": "x"}),
        ("/users/id-ada/methods/require", {"reason": "x"}),
    ],
)
@pytest.mark.parametrize("role", ["helpdesk_administrator", "password_administrator"])
def test_the_persons_page_is_no_way_around_the_caller_check(
    living: Living, role: str, path: str, fields: dict[str, str]
) -> None:
    """What the helpdesk does on a check, its operators cannot do without one on another page."""
    living.ada()
    Desk(living, "id-ada")
    desk = Desk(living, living.operator(role, "hal"))
    before = [line["activity"] for line in living.story()]
    desk.post(path, **fields)
    assert desk.status == 403
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
        assert person is not None
        assert person.upkeep.again_at is None
        assert len(unit.sessions.all_of("id-ada", unit.now)) == 1
    assert [line["activity"] for line in living.story()] == [*before, "Deny access to the admin centre"]
    desk.get(path.rpartition("/require")[0] or path)
    assert path not in [form["action"] for form in desk.parts("Form")]


def test_nobody_takes_over_everybody_by_saying_that_they_saw_a_passport(quick: Living) -> None:
    """ADM-6: it is the one ground that nobody else confirms, so it is counted; others still serve."""
    desk = Desk(quick, quick.operator("helpdesk_administrator", "hal"))
    sent = {"action": "temporary_password", "ground": "in_person", "document": "passport", "why": "x"}
    for number in range(31):
        quick.person(f"victim-{number}")
        desk.post(f"/helpdesk/id-victim-{number}/without-check", **sent)
        assert desk.status == (200 if number < 30 else 429)
    assert desk.told() == ["helpdesk.too_many_in_person"]
    assert quick.has_password("id-victim-30", OLD_PASSWORD)
    desk.post("/helpdesk/id-victim-30/without-check", **{**sent, "ground": "approval"})
    assert desk.status == 200
    quick.clock.move(HOUR)
    Desk(quick, "id-hal").post("/helpdesk/id-victim-30/without-check", **sent)
    assert not quick.has_password("id-victim-30", OLD_PASSWORD)


def test_who_may_not_send_a_large_file_is_written_down_with_the_address(living: Living) -> None:
    """AUD-1, DOS-2: refused before the body is read, and still a line that says from where."""
    desk = Desk(living, living.operator("reports_reader", "reader"))
    desk.get("/")
    desk.upload("/users/import", "file", b"x" * 100_000)
    assert desk.status == 403
    [line] = [one for one in living.story() if one["activity"] == "Deny access to the admin centre"]
    assert (line["actor"], line["source"]) == ("id-reader", HOME)
