"""The helpdesk's pages: finding people, what is seen at a glance, the check, the actions and the queues (decisions 21, 28)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from keyback.app.people.ports import Group
from keyback.core.policy import Helpdesk
from keyback.core.ports.desk import HelpRequest
from keyback.core.types import HOUR, MINUTE, ContactKind, DirectoryKind
from keyback.store.group_changes import SqlGroupChanges
from tests.admin.desk import Desk
from tests.call.calling import ADA, call, enter
from tests.incidents.reporting import paths, press
from tests.living import MAIL, MOBILE, OLD_PASSWORD, OPEN_POLICY, Living


def olga(living: Living, *, fresh: bool = True) -> Desk:
    """Somebody at the helpdesk, and Ada."""
    living.ada()
    return Desk(living, living.operator("helpdesk_administrator", "olga"), fresh=fresh)


def texts(value: Any) -> str:
    return json.dumps(value)


def facts(desk: Desk) -> dict[str, str]:
    """By the id of the label."""
    return {row[0]["id"]: texts(row[1]) for row in desk.parts("Facts")[0]["rows"]}


def presses(desk: Desk) -> list[str]:
    return [one["href"].rpartition("/")[2] for one in desk.parts("Press")]


def passed(desk: Desk) -> None:
    """A caller check, from both sides."""
    desk.post("/helpdesk/id-ada/case")
    call(desk.living.browser(), number(desk))
    desk.get("/helpdesk/id-ada")


def done(desk: Desk, path: str, **fields: str) -> str:
    """What the page says that this led to."""
    response = desk.http.post(path, json={"token": desk.page["token"], **fields})
    desk.status = response.status_code
    return str(response.headers.get("location", "")).partition("done=")[2]


def number(desk: Desk) -> str:
    return str(desk.parts("Once")[0]["value"]).replace(" ", "")


@pytest.mark.parametrize("typed", ["ad", "te", "ada te", "ADA", "ada@con", "Àda"])
def test_people_are_found_by_the_first_letters_of_any_word(living: Living, typed: str) -> None:
    """Demands 12: accents folded, name or user ID."""
    desk = olga(living)
    desk.get(f"/helpdesk?q={typed}")
    assert "/helpdesk/id-ada" in [one["href"] for one in desk.parts("Go")]
    desk.get("/helpdesk?q=nobody")
    assert desk.parts("Row") == []


def test_only_people_in_scope_are_found_and_shown(living: Living) -> None:
    """ADM-9"""
    living.ada()
    bob = living.person("bob")
    with living.store.writing() as unit:
        changes = SqlGroupChanges(unit)
        changes.add(Group("north", "North", role_assignable=False, members=0), "north")
        changes.add_member("north", bob, "person")
    local = living.operator("global_reader", "lola")
    with living.store.writing() as unit:
        SqlGroupChanges(unit).revoke(local, "global_reader")
        SqlGroupChanges(unit).grant(local, "helpdesk_administrator", scope="north")
    desk = Desk(living, local)
    desk.get("/helpdesk?q=test")
    assert [one["id"] for one in desk.parts("Row")] == [bob]
    desk.get("/helpdesk/id-ada")
    assert desk.status == 404
    desk.get(f"/helpdesk/{bob}")
    assert desk.status == 200


def test_a_glance_shows_contacts_in_part_only(living: Living) -> None:
    """ADM-4, demands 14: masked; where the password lives; what counts and why not."""
    desk = olga(living)
    living.contact("id-ada", ContactKind.EMAIL, "second@mailbox.example", how="")
    page = texts(desk.get("/helpdesk/id-ada"))
    for secret in (MAIL, MOBILE, "second@mailbox.example"):
        assert secret not in page
    shown = facts(desk)
    assert "glance.yes" in shown["glance.reset"]
    assert "Lives in Keyback" in shown["glance.password"]
    assert [one["cells"][2]["label"]["id"] for one in desk.parts("Row")].count("desk.counts") == 3
    assert "desk.why.unconfirmed" in page
    html = desk.html("/helpdesk/id-ada")
    assert MAIL not in html


def test_a_glance_says_why_somebody_cannot_reset(living: Living) -> None:
    """Demands 14: exactly why, with the code."""
    desk = olga(living)
    living.contact(living.person("one"), ContactKind.EMAIL, "one@mailbox.example")
    desk.get("/helpdesk/id-one")
    assert "SSPR_0014" in facts(desk)["glance.reset"]
    with living.store.writing() as unit:
        unit.people.freeze("id-ada", unit.now)
    desk.get("/helpdesk/id-ada")
    assert "KEYBACK_0001" in facts(desk)["glance.reset"]


def test_a_glance_says_what_is_closed_and_until_when(living: Living) -> None:
    """Decisions 9: both budgets of resets, and of signing in."""
    living.ada()
    for step in range(2):
        stranger = living.browser(f"198.51.100.{step}")
        stranger.start()
        stranger.choose("totp")
        for _ in range(5):
            stranger.post("/reset/answer", answer="000000")
        living.clock.move(HOUR + MINUTE)
    browser = living.browser("198.51.100.9")
    browser.get("/sign-in")
    for step in range(12):
        browser.post(user_id=ADA, password=f"guess {step}")
    again = browser.headers["retry-after"]
    desk = Desk(living, living.operator("helpdesk_administrator", "olga"))
    desk.get("/helpdesk/id-ada")
    shown = facts(desk)
    assert "glance.others" in shown["glance.paused"]
    assert "glance.others" in shown["glance.sign_in"]
    assert int(again) <= 5 * 60 * 60
    living.clock.move(int(again) * 1_000)
    desk.get("/helpdesk/id-ada")
    assert "glance.open" in facts(desk)["glance.sign_in"]


def test_a_glance_shows_the_last_ten_attempts_step_by_step(living: Living) -> None:
    """Demands 14, 28"""
    living.ada()
    for step in range(11):
        browser = living.browser(f"198.51.100.{step}")
        browser.start()
        browser.choose("totp")
        browser.post("/reset/answer", answer="000000")
        living.clock.move(HOUR + MINUTE)
    desk = Desk(living, living.operator("helpdesk_administrator", "olga"))
    desk.get("/helpdesk/id-ada")
    moments = desk.parts("Moment")
    assert len(moments) == 10
    assert moments[0]["title"] == "Blocked from self-service password reset: failures.account"
    assert "User failed the mobile app code verification option" in moments[1]["about"]
    assert moments[0]["at"] > moments[-1]["at"]
    assert moments[0]["go"] is None  # who works at the helpdesk may not read the log


def test_the_check_turns_by_itself(living: Living) -> None:
    """Decisions 21: the number in large digits; the page that waits sees another state, and leads to the person."""
    desk = olga(living)
    desk.post("/helpdesk/id-ada/case")
    assert desk.page["state"] == "case_open"
    [live] = desk.parts("Live")
    assert (live["href"], live["state"]) == ("/helpdesk/id-ada/case", "case_open")
    assert desk.get(live["href"])["state"] == "case_open"
    desk.get("/helpdesk/id-ada")
    call(living.browser(), number(desk))
    assert desk.get(live["href"])["state"] == "case_passed"
    response = desk.http.get(live["href"], headers={"accept": "text/html"})
    assert (response.status_code, response.headers["location"]) == (303, "/helpdesk/id-ada")
    desk.get("/helpdesk/id-ada")
    assert "case.passed" in [one["text"]["id"] for one in desk.parts("Message")]


@pytest.mark.parametrize(("outcome", "told"), [("failed", "case.failed"), ("expired", "case.expired")])
def test_a_check_that_was_not_passed_says_so(living: Living, outcome: str, told: str) -> None:
    """Decisions 21: Failed or Expired, and nothing can be done on it."""
    desk = olga(living)
    desk.post("/helpdesk/id-ada/case")
    if outcome == "failed":
        browser = living.browser()
        browser.get("/call")
        enter(browser, number(desk))
        browser.choose("totp")
        for _ in range(5):
            browser.post("/reset/answer", answer="000000")
    else:
        living.clock.move(5 * MINUTE)
    assert desk.get("/helpdesk/id-ada/case")["state"] == f"case_{outcome}"
    desk.get("/helpdesk/id-ada")
    assert told in [one["text"]["id"] for one in desk.parts("Message")]
    assert presses(desk) == ["case"]


def test_another_operator_sees_neither_number_nor_buttons(living: Living) -> None:
    """ADM-5: each checks for themselves."""
    desk = olga(living)
    other = Desk(living, living.operator("helpdesk_administrator", "otto"))
    desk.post("/helpdesk/id-ada/case")
    read_out = number(desk)
    page = texts(other.get("/helpdesk/id-ada"))
    assert read_out not in page
    assert f"{read_out[:3]} {read_out[3:]}" not in page
    call(living.browser(), read_out)
    other.get("/helpdesk/id-ada")
    assert "case.passed_other" in [one["text"]["id"] for one in other.parts("Message")]
    assert "temporary-password" not in presses(other)
    other.post("/helpdesk/id-ada/temporary-password", ground="case")
    assert (other.status, other.told()) == (422, ["helpdesk.no_case"])


def test_the_password_is_shown_once(living: Living) -> None:
    """ADM-4: on the page that answers, read out letter by letter, and never again."""
    desk = olga(living)
    passed(desk)
    desk.post("/helpdesk/id-ada/temporary-password", ground="case")
    [once] = desk.parts("Once")
    assert living.has_password("id-ada", once["value"])
    assert "capital A as in Anna" in once["spoken"]
    assert len(once["spoken"].split(", ")) == len(once["value"])
    assert desk.response.headers["cache-control"] == "no-store"
    assert once["value"] not in texts(desk.get("/helpdesk/id-ada")) + texts(living.story()) + texts(living.delivered())


@pytest.mark.parametrize("action", ["temporary-password", "access-pass", "without-check"])
def test_what_is_dangerous_asks_for_one_more_proof(living: Living, action: str) -> None:
    """ADM-3: on the spot, with what was chosen kept."""
    desk = olga(living, fresh=False)
    living.clock.move(MINUTE)
    fields = {"ground": "in_person", "action": "temporary_password", "document": "passport"}
    if action != "without-check":
        passed(desk)
        fields = {"ground": "case"}
    desk.post(f"/helpdesk/id-ada/{action}", **fields)
    assert (desk.status, desk.page["state"]) == (401, "prove")
    assert living.has_password("id-ada", OLD_PASSWORD)
    hidden = {one["name"]: one["value"] for one in desk.parts("Hidden")}
    assert fields.items() <= hidden.items()
    desk.post(f"/helpdesk/id-ada/{action}", **hidden, proof=living.code_of_app())
    assert desk.page["state"] == "shown_once"


def test_without_a_check_a_second_person_agrees(living: Living) -> None:
    """ADM-5: asked with a reason, seen with who, why and for whom, agreed to, done once."""
    desk = olga(living)
    other = Desk(living, living.operator("helpdesk_administrator", "otto"))
    desk.post("/helpdesk/id-ada/without-check", action="unlock", ground="approval", document="", why=" ")
    assert desk.status == 422
    assert [one["error"]["id"] for one in desk.parts("Line") if one["error"]] == ["incidents.reason"]
    assert next(one["value"] for one in desk.parts("Select")) == "unlock"
    assert (
        done(desk, "/helpdesk/id-ada/without-check", action="unlock", ground="approval", document="", why="ticket 7")
        == "act.asked.done"
    )
    assert presses(desk) == ["case"]
    desk.get("/helpdesk/approvals")
    assert desk.parts("Row") == []
    other.get("/helpdesk/approvals")
    [row] = other.parts("Row")
    assert {"ticket 7", "olga@contoso.example"} <= {cell for cell in row["cells"] if isinstance(cell, str)}
    assert done(other, row["presses"][0]["href"]) == "approvals.granted.done"
    desk.get("/helpdesk/id-ada")
    agreed = next(one for one in desk.parts("Press") if one["href"].endswith("/unlock"))
    assert done(desk, agreed["href"], **dict(agreed["values"])) == "act.unlock.done"
    desk.post(agreed["href"], **dict(agreed["values"]))
    assert desk.told() == ["helpdesk.no_approval"]


def test_in_person_a_document_is_enough_unless_policy_wants_more(living: Living) -> None:
    """Decisions 21"""
    desk = olga(living)
    seen = {"action": "end_sessions", "ground": "in_person", "document": "passport", "why": "stands here"}
    desk.post("/helpdesk/id-ada/without-check", **{**seen, "document": ""})
    assert [one["error"]["id"] for one in desk.parts("Line") if one["error"]] == ["helpdesk.document"]
    assert done(desk, "/helpdesk/id-ada/without-check", **seen) == "act.end_sessions.done"
    living.set_policy(replace(OPEN_POLICY, helpdesk=Helpdesk(in_person_needs_second=True)))
    assert done(desk, "/helpdesk/id-ada/without-check", **seen) == "act.asked.done"
    other = Desk(living, living.operator("helpdesk_administrator", "otto"))
    other.get("/helpdesk/approvals")
    assert "passport: stands here" in texts(other.page)


def test_who_may_not_help_gets_no_buttons_and_no_deed(living: Living) -> None:
    """ADM-1, ADM-9: a reader of reports is not let in; somebody more powerful is out of reach."""
    desk = olga(living)
    living.grant("id-ada", "global_administrator")
    desk.get("/helpdesk/id-ada")
    assert presses(desk) == []
    assert desk.told() == ["act.out_of_reach"]
    for path in ("case", "unlock", "temporary-password"):
        desk.post(f"/helpdesk/id-ada/{path}", **({"ground": "case"} if path != "case" else {}))
        assert desk.status in {403, 422}
    reader = Desk(living, living.operator("reports_reader", "rita"))
    for path in ("/helpdesk", "/helpdesk/id-ada", "/helpdesk/requests", "/helpdesk/incidents", "/helpdesk/approvals"):
        reader.get(path)
        assert reader.status == 403


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ("elsewhere", {"temporary-password"}),
        ("frozen", {"access-pass", "demand-registration"}),
        ("disabled", {"temporary-password", "access-pass", "unlock", "case"}),
        ("nothing", {"case"}),
    ],
)
def test_there_are_no_dead_buttons(living: Living, change: str, missing: set[str]) -> None:
    """What would only be refused is not offered."""
    desk = olga(living)
    directory = DirectoryKind.LDAP if change == "elsewhere" else DirectoryKind.CLOUD
    bob = living.person("bob", directory=directory, enabled=change != "disabled")
    if change == "frozen":
        with living.store.writing() as unit:
            unit.people.freeze(bob, unit.now)
    desk.get(f"/helpdesk/{bob}")
    offered = {one["value"].replace("_", "-") for part in desk.parts("Select") for one in part["options"]}
    assert not (offered | set(presses(desk))) & missing
    assert offered or change == "disabled"


def test_requests_for_help_are_taken_and_closed(living: Living) -> None:
    """Decisions 28: unverified, the oldest first; closed with a reason, once."""
    desk = olga(living)
    boss = living.operator("global_administrator", "boss")
    with living.store.writing() as unit:
        for person, kind in (("id-ada", "none_usable"), (boss, "contact")):
            unit.help_requests.open(HelpRequest(f"r-{person}", person, kind, "203.0.113.5", unit.now))
    desk.get("/helpdesk")
    assert [one["value"] for one in desk.parts("Tile")] == ["1", "0", "0"]
    desk.get("/helpdesk/requests")
    assert [one["id"] for one in desk.parts("Row")] == ["r-id-ada"]  # nobody out of reach
    assert "/helpdesk/id-ada" in [one["href"] for one in desk.parts("Go")]
    desk.get("/helpdesk/id-ada")
    assert "glance.request_none" in facts(desk)["glance.waiting"]
    desk.post("/helpdesk/requests/close", request="r-id-ada", why="")
    assert desk.status == 422
    desk.post("/helpdesk/requests/close", request=f"r-{boss}", why="not mine")
    assert desk.status == 403
    assert (
        done(desk, "/helpdesk/requests/close", request="r-id-ada", why="helped on the telephone")
        == "requests.closed.done"
    )
    desk.post("/helpdesk/requests/close", request="r-id-ada", why="again")
    assert desk.status == 409
    closed = [line for line in living.story() if line["activity"] == "Close help request"]
    assert [(line["actor"], line["target"]) for line in closed] == [("id-olga", "id-ada")]


def test_incidents_are_seen_and_closed(living: Living) -> None:
    """Decisions 16: the report, the dead password, and closing it with a reason, open or not."""
    desk = olga(living)
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    press(living, paths(living)[-1])
    desk.get("/helpdesk/incidents")
    [row] = desk.parts("Row")
    assert "incidents.password" in texts(row)
    path = f"/helpdesk/incidents/{row['id']}"
    desk.get(path)
    assert "incidents.dead" in texts(desk.page)
    desk.get(f"/helpdesk/incidents/{row['id'][:8]}")
    assert desk.status == 404
    desk.get("/helpdesk/id-ada")
    assert "glance.incident" in facts(desk)["glance.waiting"]
    desk.post(f"{path}/close", why="", then="open")
    assert desk.status == 422
    assert done(desk, f"{path}/close", why="spoke with Ada", then="frozen") == "incidents.closed.done"
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
    assert person is not None
    assert person.frozen_at is not None
    desk.post(f"{path}/close", why="all is well", then="open")
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
    assert person is not None
    assert person.frozen_at is None


def test_every_secret_is_read_out_in_the_operators_language(quick: Living) -> None:
    """German has names of its own."""
    desk = olga(quick)
    passed(desk)
    desk.http.headers["accept-language"] = "de"
    desk.post("/helpdesk/id-ada/access-pass", ground="case")
    [once] = desk.parts("Once")
    letters = [letter for letter in once["value"] if letter.isalpha()]
    names = {"A": "Anton", "B": "Berta", "C": "Cäsar", "D": "Dora", "M": "Martha", "Z": "Zacharias"}
    for letter in letters:
        assert names.get(letter, letter) in once["spoken"]
