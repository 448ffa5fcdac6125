"""Somebody with an administrator's session and without their authenticator (ADM-3)."""

import pytest

from keyback.core.ports import Incident
from tests.admin.desk import Desk
from tests.living import Living


@pytest.fixture
def thief(living: Living) -> Desk:
    """The last proof was given six minutes ago."""
    living.ada()
    return Desk(living, living.operator("user_administrator", "uma"), fresh=False)


def test_nobody_is_locked_out_or_let_in_with_the_cookie_alone(living: Living, thief: Desk) -> None:
    """Disabling an account does to its owner what deleting it does."""
    for enabled in ("no", "yes"):
        thief.post("/users/id-ada/enabled", enabled=enabled)
        assert (thief.status, thief.page["state"]) == (401, "prove")
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
    assert person is not None
    assert person.enabled
    hidden = {one["name"]: one["value"] for one in thief.parts("Hidden")}
    assert hidden["enabled"] == "yes"


def test_recovery_that_a_report_closed_is_not_opened_with_the_cookie_alone(living: Living, thief: Desk) -> None:
    """Decisions 16: it is what keeps a thief of a mailbox out."""
    with living.store.writing() as unit:
        unit.incidents.insert(Incident("f" * 32, "id-ada", "notice.password_changed", False, "", "", unit.now))
        assert unit.people.freeze("id-ada", unit.now)
    thief.post(f"/helpdesk/incidents/{'f' * 32}/close", why="It was me", then="open")
    assert (thief.status, thief.page["state"]) == (401, "prove")
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
        assert person is not None
        assert person.frozen_at is not None
        assert unit.incidents.open_of("id-ada") == "f" * 32
