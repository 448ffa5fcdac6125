"""Lines of the logs that lead somewhere: a change of the policy and back, a sign-in from a new browser."""

from keyback.core.events import Activity, Event
from tests.admin.desk import Desk
from tests.admin.logging_in import cells
from tests.living import OLD_PASSWORD, OPEN_POLICY, Living, with_self_service
from tests.sign_in.walking import enter
from tests.signing import with_app


def changed(living: Living) -> int:
    """The policy asks for one proof more; number of the line."""
    gates = OPEN_POLICY.self_service.methods_required
    living.set_policy(with_self_service(methods_required=3 - gates))
    with living.store.writing() as unit:
        version = unit.policies.in_force()
        assert version is not None
        details: dict[str, str | int] = {
            "version": version.version,
            "self_service.methods_required": f"{gates} -> {3 - gates}",
        }
        unit.audit(Event(Activity.POLICY_CHANGED, "id-gwen", "", "success", "a try", details=details))
    return int(living.story()[-1]["seq"])


def test_a_change_of_policy_has_old_and_new_values_and_a_way_back(living: Living) -> None:
    """decisions 22, 33; issue 5: the audit log shows both and can put a change back, by the page that reviews it first."""
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    number = changed(living)
    desk.get(f"/audit-logs/{number}")
    [change] = desk.parts("Change")
    assert [change["old"]["text"], change["new"]["text"]] == ["2", "1"]
    ways = {one["label"]["id"]: one["href"] for one in desk.page["actions"]}
    assert ways["audit_line.put_back"] == "/policy/history?version=1"
    assert ways["audit_line.version"] == "/policy/history?version=2"
    desk.get(ways["audit_line.put_back"])
    assert desk.status == 200


def test_who_may_only_look_puts_nothing_back(living: Living) -> None:
    """ADM-1: no dead buttons; without the right to read policies, the values that the line itself holds."""
    number = changed(living)
    desk = Desk(living, living.operator("global_reader", "ron"))
    desk.get(f"/audit-logs/{number}")
    assert [one["label"]["id"] for one in desk.page["actions"]] == ["audit_line.version"]
    desk = Desk(living, living.operator("reports_reader", "rita"))
    desk.get(f"/audit-logs/{number}")
    assert desk.page["actions"] == []
    assert "2 -> 1" in desk.response.text


def test_a_sign_in_from_a_new_browser_is_a_line(living: Living) -> None:
    """AUD-1, issue 5: suspicions begin there; a browser that is known leaves none."""
    living.ada()
    with_app(enter(living, OLD_PASSWORD))
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    desk.get("/sign-in-logs?view=suspicious")
    assert [(row[1], row[2]) for row in cells(desk)] == [("ada@contoso.example", "New browser")]
    desk.get("/sign-in-logs")
    assert [row[2] for row in cells(desk)] == ["Success", "New browser", "Interrupted"]
    [story] = {one["cells"][0]["href"] for one in desk.parts("Row")}
    desk.get(story)
    assert "Signed in" in [one["label"]["text"] for one in desk.parts("Mark")]
