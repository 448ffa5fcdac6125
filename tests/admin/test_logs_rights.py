"""Who sees what of the logs, what a file holds, and the lines that reading leaves (AUD-1, AUD-5, AUD-8, ADM-6)."""

import csv
import io
import json

import pytest

from keyback.app.logs import exporting
from keyback.app.logs.asking import Typed
from keyback.app.logs.reading import Asking, Reader
from keyback.core.events import Activity, Event
from keyback.core.types import MINUTE
from tests.admin.acting import hold_role, lose_role
from tests.admin.desk import Desk
from tests.admin.logging_in import cells, lived, reads, story_of
from tests.living import Living


def reader(living: Living, role: str, scope: str = "") -> Desk:
    """Somebody with this role, in one group only where a scope is named."""
    person = living.person("rita")
    living.authenticator(person)
    hold_role(living, person, role, scope=scope)
    return Desk(living, person)


def rows_of(desk: Desk) -> list[list[str]]:
    """The CSV that came."""
    assert desk.response.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(desk.response.content.decode("utf-8-sig"))))


def test_who_may_not_see_people_sees_ids(living: Living) -> None:
    """AUD-8: no user ID, no name, no text that operators typed about people, on any page and in any file."""
    lived(living)
    living.operator("global_administrator", "gwen")
    desk = reader(living, "reports_reader")
    number = next(line["seq"] for line in living.story() if line["activity"] == Activity.PERSON_ENABLED)
    pages = [
        "/audit-logs?view=all", "/sign-in-logs", f"/audit-logs/{number}", f"/audit-logs/story/{story_of(living, 'id-ada')}",
        "/audit-logs/export/csv?view=all", "/audit-logs/export/json?view=all", "/sign-in-logs/export/csv",
    ]  # fmt: skip
    for path in pages:
        text = desk.html(path)
        assert desk.http.get(path).status_code == 200
        assert "ada@" not in text.replace("rita@", "")
        assert "bo@" not in text
        assert "his number is 12" not in text
    desk.get("/audit-logs?view=all")
    assert ["id-gwen", "id-bo"] in [row[4:6] for row in cells(desk)]
    desk.get(f"/audit-logs/{number}")
    assert "audit_line.withheld" in desk.response.text
    desk.get("/audit-logs?view=all&person=id-bo")
    assert {row[5] for row in cells(desk)} == {"id-bo", "Themselves"}
    desk.get("/audit-logs?view=all&person=bo@contoso.example")
    assert (desk.status, desk.told()) == (403, ["logs.ids_only"])


@pytest.mark.parametrize("role", ["helpdesk_administrator", "user_administrator", "password_administrator"])
def test_who_may_not_read_the_log_opens_no_page_of_it(quick: Living, role: str) -> None:
    """ADM-1: with the line about who was refused (AUD-1)."""
    lived(quick)
    desk = reader(quick, role)
    for path in ("/audit-logs", "/sign-in-logs", "/audit-logs/1", "/audit-logs/story/x", "/audit-logs/export/csv"):
        desk.get(path)
        assert desk.status == 403
    assert [line["activity"] for line in quick.story()[-5:]] == [Activity.ACCESS_DENIED] * 5


def test_who_reads_may_not_take_along(quick: Living) -> None:
    """ADM-6: a file is another right than a page."""
    lived(quick)
    desk = reader(quick, "authentication_policy_administrator")
    desk.get("/audit-logs?view=all")
    assert desk.status == 200
    assert "logs.export_csv" not in desk.response.text
    desk.get("/audit-logs/export/csv?view=all")
    assert desk.status == 403
    assert Activity.AUDIT_EXPORTED not in {line["activity"] for line in quick.story()}


def test_a_scope_shows_what_is_said_about_its_people(living: Living) -> None:
    """AUD-8, ADM-9: one person of the group at a time; nothing about others, and not what that person did to others."""
    lived(living)
    with living.store.writing() as unit:
        unit.audit(Event(Activity.ADMIN_RESET, "id-ada", "id-bo", "success"))
    desk = reader(living, "global_reader", scope="group-Paris")
    desk.get("/audit-logs?view=all")
    assert (desk.status, desk.told(), cells(desk)) == (200, ["logs.choose_person"], [])
    desk.get("/audit-logs?view=all&person=ada@contoso.example")
    assert {row[5] for row in cells(desk)} == {"Themselves"}
    for path in ("/audit-logs?view=all&person=bo@contoso.example", "/audit-logs?view=all&person=id-bo"):
        desk.get(path)
        assert cells(desk) == []
    for path in ("/audit-logs?view=all&person=nobody@contoso.example", "/audit-logs/export/csv?view=all",
                 "/audit-logs/export/csv?view=all&person=nobody@contoso.example"):  # fmt: skip
        desk.get(path)
        assert desk.status == 403
    desk.get(f"/audit-logs/story/{story_of(living, 'id-ada')}")
    assert desk.status == 200
    about_bo = next(line["seq"] for line in living.story() if line["target"] == "id-bo")
    desk.get(f"/audit-logs/{about_bo}")
    assert desk.status == 403
    desk.get("/audit-logs/export/csv?view=all&person=ada@contoso.example")
    assert {row[8] for row in rows_of(desk)[1:]} == {"ada@contoso.example"}


def test_people_out_of_a_scope_have_no_names(living: Living) -> None:
    """AUD-8: the whole log may be read, but only some people may be seen; nobody learns who else exists."""
    lived(living)
    desk = reader(living, "reports_reader")
    hold_role(living, "id-rita", "helpdesk_administrator", scope="group-Paris")
    desk.get("/audit-logs?view=all")
    assert {"ada@contoso.example", "id-bo"} <= {row[4] for row in cells(desk)} | {row[5] for row in cells(desk)}
    assert "bo@contoso.example" not in desk.response.text
    answers = []
    for user_id in ("bo@contoso.example", "nil@contoso.example"):
        desk.get(f"/audit-logs?view=all&person={user_id}")
        answers.append((desk.status, desk.told(), cells(desk)))
    assert answers[0] == answers[1]


def test_a_role_that_is_gone_reads_nothing(quick: Living) -> None:
    """ADM-1: judged on what somebody holds now."""
    lived(quick)
    desk = reader(quick, "reports_reader")
    hold_role(quick, "id-rita", "helpdesk_administrator")
    desk.get("/audit-logs?view=all")
    lose_role(quick, "id-rita", "reports_reader")
    desk.get("/audit-logs?view=all")
    assert desk.status in {303, 403}


def test_reading_leaves_one_line_for_each_view_in_ten_minutes(living: Living) -> None:
    """AUD-8: who, which filters, about whom; not once for every page that is turned."""
    lived(living)
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    for path in ("/audit-logs", "/audit-logs", "/audit-logs?view=reset&after=5", "/audit-logs?view=all&result=failure"):
        desk.get(path)
    desk.get("/audit-logs?view=all&person=ada@contoso.example&address=203.0.113.9")
    assert [(line["actor"], line["target"], line["details"]) for line in reads(living)] == [
        ("id-gwen", "", '{"view":"reset"}'), ("id-gwen", "", '{"result":"failure","view":"all"}'),
        ("id-gwen", "id-ada", '{"address":"203.0.113.9","view":"all"}'),
    ]  # fmt: skip
    living.clock.move(11 * MINUTE)
    desk.get("/audit-logs")
    assert len(reads(living)) == 4


def test_reading_by_others_is_their_own(living: Living) -> None:
    """AUD-8: a line and a story are reading too, and one reader's line does not stand for another's."""
    lived(living)
    reference = story_of(living, "id-ada")
    for name in ("gwen", "gus"):
        desk = Desk(living, living.operator("global_administrator", name))
        desk.get("/audit-logs/3")
        desk.get(f"/audit-logs/story/{reference}")
        desk.get(f"/audit-logs/story/{reference}")
    assert [line["actor"] for line in reads(living)] == ["id-gwen"] * 2 + ["id-gus"] * 2
    assert reads(living)[1]["target"] == "id-ada"


def test_a_file_holds_the_filter_and_nothing_a_spreadsheet_would_run(living: Living) -> None:
    """ADM-6, AUD-1: CSV that is formula-safe, JSON that is whole, and the line about it."""
    living.person("ada")
    evil = "=HYPERLINK(1)"
    with living.store.writing() as unit:
        unit.audit(
            Event(Activity.CONTACT_ADMIN, "id-ada", "id-ada", "success", evil, source="192.0.2.1", details={"x": "@y"})
        )
        unit.audit(Event(Activity.RESET, "id-ada", "id-ada", "success", source="192.0.2.2"))
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    desk.get("/audit-logs/export/csv?view=reset&address=192.0.2.1")
    heading, row = rows_of(desk)
    assert tuple(heading) == exporting.COLUMNS
    assert row[2:6] == ["User contacted an administrator", f"'{evil}", "", "success"]
    assert row[1].endswith(("+01:00", "+02:00"))
    assert 'attachment; filename="audit-logs.csv"' in desk.response.headers["content-disposition"]
    found = json.loads(desk.http.get("/audit-logs/export/json?view=reset").content)
    assert [one["activity"] for one in found] == ["Reset password (self-service)", "User contacted an administrator"]
    assert (found[1]["reason"], found[1]["who"]) == (evil, "ada@contoso.example")
    noted = [line for line in living.story() if line["activity"] == Activity.AUDIT_EXPORTED]
    assert [json.loads(line["details"]) for line in noted] == [
        {"view": "reset", "address": "192.0.2.1", "format": "csv", "lines": 1}, {"view": "reset", "format": "json", "lines": 2},
    ]  # fmt: skip


def test_a_file_is_cut_where_it_says(quick: Living) -> None:
    """ADM-6: so many lines and no more, over several pages, none twice."""
    for number in range(40):
        with quick.store.writing() as unit:
            unit.audit(Event(Activity.RESET, "id-x", "id-x", "success", str(number)))
    asking = Asking(Typed("reset"), {"reset": (Activity.RESET,)}, "UTC", most=25)
    found = exporting.export(quick.house, Reader(quick.operator("global_administrator", "gwen")), asking, "csv")
    assert [row[3] for row in found.rows] == [str(number) for number in range(39, 14, -1)]
    assert found.rest_from == min(int(row[0]) for row in found.rows)


@pytest.mark.parametrize("typed", ["view=other", "person=zzz", "address=x", "since=x"])
def test_a_file_of_a_filter_that_is_none_is_refused(quick: Living, typed: str) -> None:
    """WEB-13."""
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    desk.get(f"/audit-logs/export/csv?{typed}")
    assert desk.status == 422
    assert Activity.AUDIT_EXPORTED not in {line["activity"] for line in quick.story()}
