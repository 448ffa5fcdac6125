"""Audit logs and sign-in logs as pages: saved views, filters, lines, stories (issue 5; entra-sspr 8.1, 8.2, 8.3)."""

from urllib.parse import quote

import pytest

from keyback.app.logs.days import begins, ends, iso, stamp
from keyback.app.logs.views import ADMINISTRATION, ALERTS, AUDIT_VIEWS, RESET, SIGN_INS
from keyback.app.sign_in.log import MEANINGS
from keyback.core.errors import Invalid
from keyback.core.events import Activity, Event
from keyback.core.ports.listing import LogQuery
from keyback.core.types import DAY, HOUR, MINUTE
from keyback.web.admin.pages import sign_in_logs
from tests.admin.desk import Desk
from tests.admin.logging_in import cells, lived, numbers, reads, story_of
from tests.living import Living


@pytest.fixture
def desk(living: Living) -> Desk:
    """A global administrator before a log with something in it."""
    lived(living)
    return Desk(living, living.operator("global_administrator", "gwen"))


def test_it_opens_with_the_password_reset_events(desk: Desk) -> None:
    """entra-sspr 8.1: the service "Self-service Password Management" and nothing else, newest first, step by step."""
    desk.get("/audit-logs")
    assert [tab["label"]["text"] for tab in desk.parts("Tab") if tab["here"]] == ["Password reset events"]
    found = cells(desk)
    assert {row[1] for row in found} <= {str(one) for one in RESET}
    assert numbers(desk) == sorted(numbers(desk), reverse=True)
    ada = next(row for row in found if row[2] == "User successfully reset password")
    assert ada[0].endswith(("CET", "CEST"))
    assert ada[3:] == ["Success", "ada@contoso.example", "Themselves", "203.0.113.9"]


def test_every_name_is_said_in_words(desk: Desk) -> None:
    """AUD-5: the command line, unknown user IDs and people, each so that it is understood; ids of nobody are not shown."""
    desk.get("/audit-logs?view=all")
    found = cells(desk)
    assert ["root at the command line", "bo@contoso.example"] in [row[4:6] for row in found]
    assert ["A user ID that nobody has", "Themselves"] in [row[4:6] for row in found]
    assert ["gwen@contoso.example", "bo@contoso.example"] in [row[4:6] for row in found]
    assert "decoy:" not in desk.response.text
    [row] = [
        one for one in desk.parts("Row") if one["cells"][1] == "Enable account" and one["cells"][4]["label"] != "x"
    ][:1]
    assert row["cells"][5]["href"] == "/users/id-bo"


@pytest.mark.parametrize("view", AUDIT_VIEWS)
def test_a_saved_view_shows_its_activities(desk: Desk, view: str) -> None:
    """entra-sspr 8.1, 8.2: registration, administrators, sign-ins, alerts, all."""
    desk.get(f"/audit-logs?view={view}")
    shown = {row[1] for row in cells(desk)}
    assert desk.status == 200
    assert shown <= {str(one) for one in AUDIT_VIEWS[view] or Activity}
    assert shown or view in {"registration", "alerts"}


def test_saved_views_leave_nothing_out() -> None:
    """What is no act of the people themselves is an act of administration; alerts are what core calls so."""
    assert set(ADMINISTRATION).isdisjoint({*SIGN_INS, Activity.FLOW_PROGRESS, Activity.RESET})
    assert {Activity.POLICY_CHANGED, Activity.AUDIT_READ, Activity.ROLE_CHANGED, Activity.KEY_ADDED} <= set(
        ADMINISTRATION
    )
    assert {Activity.FAILURE_STORM, Activity.SUSPICIOUS_REPORTED, Activity.BREAK_GLASS_USED} <= set(ALERTS)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("activity=Disable account", {"Disable account"}), ("result=failure", {"User could not sign in"}),
        ("person=id-bo&result=failure", {"User could not sign in"}), ("address=203.0.113.9&activity=Reset password (self-service)",
        {"Reset password (self-service)"}), ("number=50034", {"User could not sign in"}), ("address=2001:db8::9", set()),
        ("person=bo@contoso.example&activity=Disable account", {"Disable account"}),
    ],
)  # fmt: skip
def test_a_filter_shows_what_fits(desk: Desk, typed: str, expected: set[str]) -> None:
    """Activity, result, person, address, number."""
    desk.get(f"/audit-logs?view=all&{quote(typed, safe='=&')}")
    assert {row[1] for row in cells(desk)} == expected


def test_a_person_is_found_by_words_and_chosen(desk: Desk, living: Living) -> None:
    """One who fits is taken; of several one is chosen; a user ID that nobody has is known by its keyed hash alone."""
    living.person("adam")
    desk.get("/audit-logs?view=all&person=ada")
    assert [row[1] for row in cells(desk)] == ["ada@contoso.example", "adam@contoso.example"]
    desk.get(desk.parts("Row")[0]["cells"][0]["href"])
    assert {row[4] for row in cells(desk)} == {"ada@contoso.example"}
    assert [one["value"] for one in desk.parts("Filter") if one["name"] == "person"] == ["ada@contoso.example"]
    desk.get("/audit-logs?view=all&person=Bo+Te")
    assert {row[5] for row in cells(desk)} == {"bo@contoso.example", "Themselves"}
    desk.get("/audit-logs?view=all&person=nobody@contoso.example")
    assert {row[1] for row in cells(desk)} == {"User could not sign in", str(Activity.FLOW_PROGRESS)}
    assert desk.told() == ["logs.decoy_lines"]
    assert all("nobody@" not in str(line) for line in living.story())
    desk.get("/audit-logs?view=all&person=zzz")
    assert desk.told() == ["logs.nobody"]


def test_a_reference_leads_to_its_story(desk: Desk, living: Living) -> None:
    """What a caller reads out from the page they saw."""
    reference = story_of(living, "id-ada")
    desk.get(f"/audit-logs?person={reference.upper()}")
    assert desk.went_to == f"/audit-logs/story/{reference}"


@pytest.mark.parametrize(
    "typed",
    [
        "view=other", "activity=Nothing of the kind", "result=maybe", "number=1", "since=yesterday", "until=2026-02-30",
        "address=hello", "address=10.0.0.0/8", "after=x", "after=-1", "after=9999999999999999", "since=0001-01-01",
        "until=9999-12-31", "since=2026-12-02&until=2026-12-01", "activity=' OR 1=1 --", "after=1;DROP TABLE audit",
        "since=2026-11-24' OR '1'='1", "address=' OR ''='", "result=failure' --", "view=all' --",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/audit-logs", "/sign-in-logs"])
def test_a_filter_that_is_none_is_refused_and_kept(quick: Living, path: str, typed: str) -> None:
    """WEB-13: every value is typed or from a closed list; what was typed stays, escaped, and is not in the log."""
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    desk.get(f"{path}?{quote(typed, safe='=&')}")
    assert desk.status == 422
    assert len(desk.told()) == 1
    assert cells(desk) == []
    assert reads(quick) == []


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "' OR 1=1 --", '"><img src=x>', "%00", "ⅷ@contoso.example"]
)
def test_what_is_typed_about_a_person_is_data(desk: Desk, living: Living, typed: str) -> None:
    """WEB-13, AUD-5: it finds nobody, breaks nothing, and does not come to stand in the log."""
    desk.get(f"/audit-logs?view=all&person={quote(typed)}")
    assert desk.status == 200
    assert cells(desk) == []
    html = desk.html(f"/audit-logs?view=all&person={quote(typed)}")
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert all(typed not in str(line) for line in living.story())


def test_what_stands_in_a_line_is_escaped(quick: Living) -> None:
    """INJ-6: browsers call themselves as they like."""
    with quick.store.writing() as unit:
        details = {"client": "<script>x</script>", "why": "<b>"}
        unit.audit(Event(Activity.SIGN_IN_FAILED, "id-x", "id-x", "failure", "50126", "c<i>", "192.0.2.1", details))
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    for path in ("/sign-in-logs", "/audit-logs/1"):
        html = desk.html(path)
        assert "&lt;script&gt;x" in html
        assert "<script>x" not in html


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Berlin", "2026-03-29", 23), ("Europe/Berlin", "2026-10-25", 25), ("Europe/Berlin", "2026-11-24", 24),
     ("America/Sao_Paulo", "2018-11-04", 23), ("Asia/Beirut", "2024-03-31", 23), ("America/Havana", "2026-11-01", 25)],
)  # fmt: skip
def test_a_day_is_as_long_as_it_is_in_the_zone(zone: str, day: str, hours: int) -> None:
    """Where clocks change, at midnight too."""
    assert ends(day, zone) - begins(day, zone) == hours * HOUR
    assert stamp(begins(day, zone), zone).startswith(day)
    assert stamp(ends(day, zone) - 1_000, zone).startswith(day)


def test_an_hour_that_comes_twice_is_two() -> None:
    """Both for people and for programs."""
    first = begins("2026-10-25", "Europe/Berlin") + 2 * HOUR + 30 * MINUTE
    assert stamp(first, "Europe/Berlin") == "2026-10-25 02:30:00 CEST"
    assert stamp(first + HOUR, "Europe/Berlin") == "2026-10-25 02:30:00 CET"
    assert iso(first + 7, "Europe/Berlin") == "2026-10-25T02:30:00.007+02:00"
    with pytest.raises(Invalid):
        begins("2026-W12", "Europe/Berlin") if begins("2026-11-24", "UTC") < 0 else ends("8999-12-31x", "UTC")


def test_days_are_those_of_the_organisations_zone(quick: Living) -> None:
    """The first moment of a day in Berlin is in it, the last of the day before is not."""
    day = begins("2026-12-01", "Europe/Berlin")
    assert day % DAY == 23 * HOUR
    for offset in (-1, 0, DAY - 1, DAY):
        with quick.store.writing() as unit:
            unit.now = day + offset
            unit.audit(Event(Activity.RESET, "id-x", "id-x", "success", str(offset)))
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    desk.get("/audit-logs?since=2026-12-01&until=2026-12-01")
    assert [row[2] for row in cells(desk)] == [str(DAY - 1), "0"]


def test_pages_follow_one_another_with_their_filters(quick: Living) -> None:
    """Next page, first page, and looking further back where little fits."""
    for number in range(120):
        with quick.store.writing() as unit:
            unit.audit(Event(Activity.RESET, "id-x", "id-x", "success", str(number), source="192.0.2.9"))
    desk = Desk(quick, quick.operator("global_administrator", "gwen"))
    desk.get("/audit-logs?result=success")
    first, [table] = numbers(desk), desk.parts("Table")
    assert (len(first), ["result", "success"] in table["query"]) == (50, True)
    desk.get(f"/audit-logs?result=success&after={table['next']}")
    assert numbers(desk)[0] == first[-1] - 1
    assert desk.parts("Table")[0]["first"] == "/audit-logs?view=reset&result=success"
    with quick.store.writing() as unit:
        for number in range(LogQuery().looks_at_in_order):
            unit.audit(Event(Activity.RESET, "id-x", "id-x", "success", str(number), source="192.0.2.9"))
    desk.get("/audit-logs?view=all&address=192.0.2.7")
    [further] = [one for one in desk.parts("Go") if one["label"]["id"] == "logs.further"]
    assert "after=" in further["href"]
    assert "address=192.0.2.7" in further["href"]
    assert "logs.looked_to" in desk.response.text


def test_one_line_says_everything(desk: Desk, living: Living) -> None:
    """Details, names, and the way to the whole attempt."""
    [line] = [one for one in living.story() if one["activity"] == "Enable account" and one["actor"] == "id-gwen"]
    desk.get(f"/audit-logs/{line['seq']}")
    assert "Bo called, his number is 12" in desk.response.text
    step = next(one for one in living.story() if one["reason"] == "User submitted their user ID")
    desk.get(f"/audit-logs/{step['seq']}")
    assert f"/audit-logs/story/{step['correlation']}" in [one["href"] for one in desk.parts("Go")]
    for none in ("0", "99999", "x", "1e3", "٣", "1" * 16):
        desk.get(f"/audit-logs/{quote(none)}")
        assert desk.status == 404


def test_a_story_is_told_in_order_with_the_time_between(desk: Desk, living: Living) -> None:
    """AUD-1, entra-sspr 8.1: all steps of one attempt, by which method, and how it ended."""
    reference = story_of(living, "id-ada")
    desk.get(f"/audit-logs/story/{reference}")
    titles = [one["title"] for one in desk.parts("Moment")]
    assert titles[0] == "User submitted their user ID"
    assert titles[-1] == "User successfully reset password"
    assert "The password was reset" in desk.response.text
    assert "Method: email" in desk.response.text
    assert "seconds after the step before" in desk.response.text
    desk.get("/audit-logs/story/nothing")
    assert desk.status == 404


def test_sign_ins_have_entras_numbers_and_meanings(desk: Desk) -> None:
    """entra-sspr 8.3: who, which number, what it means; failures alone; suspicious ones."""
    desk.get("/sign-in-logs")
    found = {(row[1], row[3]) for row in cells(desk)}
    assert {
        ("ada@contoso.example", "50126: wrong password"),
        ("A user ID that nobody has", "50034: nobody has this user ID"),
    } <= found
    desk.get("/sign-in-logs?number=50034")
    assert [row[1] for row in cells(desk)] == ["A user ID that nobody has"]
    desk.get("/sign-in-logs?person=ada@contoso.example&view=suspicious")
    assert {row[2] for row in cells(desk)} == {"Failure"}


@pytest.mark.parametrize("number", MEANINGS)
def test_every_number_is_said_as_it_is_meant(number: str) -> None:
    """The page and the log say the same."""
    said = sign_in_logs.MESSAGES[sign_in_logs.meaning(number).id]
    assert MEANINGS[number] in said.lower() or MEANINGS[number] in said
    assert said.startswith(number) or not number.isdigit()
