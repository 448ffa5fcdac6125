"""A helpdesk operator who tries to do without the caller check (decisions 21, ADM-5)."""

import pytest

from tests.admin.desk import Desk
from tests.living import Living


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
