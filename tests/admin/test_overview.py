"""The Overview: figures, the last days, what needs attention, and who could not reset today."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.app.overview import cannot, counting
from keyback.app.overview.counting import Measure
from keyback.app.policy.standing import rebuild
from keyback.app.watch import brake
from keyback.core.events import Activity, Event
from keyback.core.policy import Administrators, FirstProof, Registration, Scope, SelfService
from keyback.core.ports import HelpRequest, NewContact
from keyback.core.types import DAY, HOUR, MINUTE, ContactKind, DirectoryKind
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.wiring.janitor import Janitor
from tests.admin.desk import Desk
from tests.living import MOBILE, OPEN_POLICY, Living, with_self_service

Group = Any


def rows(desk: Desk) -> dict[str, dict[str, Any]]:
    """Lines of the table on the page, by their ids."""
    return {row["id"]: row for table in desk.parts("Table") for row in table["rows"]}


def tiles(desk: Desk) -> dict[str, dict[str, Any]]:
    return {tile["label"]["id"]: tile for part in desk.parts("Tiles") for tile in part["tiles"]}


def links(value: Any) -> list[str]:
    """Every address anywhere inside."""
    if isinstance(value, dict):
        return [*([value["href"]] if "href" in value else []), *(one for v in value.values() for one in links(v))]
    return [one for inner in value for one in links(inner)] if isinstance(value, list) else []


def group(living: Living, name: str, *members: str) -> str:
    with living.store.writing() as unit:
        changes = SqlGroupChanges(unit)
        changes.add(_group(name), name)
        for member in members:
            changes.add_member(name, member, "person")
    return name


def _group(name: str) -> Group:
    from keyback.app.people.ports import Group as NewGroup

    return NewGroup(name, name, role_assignable=False, members=0)


@pytest.fixture
def peopled(living: Living) -> Living:
    """Ada can reset; Bob has one method, Cyd none, Dan's waits, Eve's password lives elsewhere, Fay is disabled."""
    living.ada()
    living.contact(living.person("bob"), ContactKind.EMAIL, "bob@mail.example")
    living.person("cyd")
    dan = living.person("dan")
    with living.store.writing() as unit:
        for kind, value, contact in ((ContactKind.EMAIL, "d@mail.example", "d1"), (ContactKind.MOBILE, MOBILE, "d2")):
            unit.info.add_contacts([NewContact(contact, dan, kind, value, "code", unit.now + HOUR)])
    eve = living.person("eve", directory=DirectoryKind.LDAP)
    living.contact(eve, ContactKind.EMAIL, "eve@mail.example")
    living.authenticator(eve)
    living.person("fay", enabled=False)
    rebuild(living.house)
    return living


def operator(living: Living, role: str = "global_administrator", name: str = "gwen") -> Desk:
    desk = Desk(living, living.operator(role, name))
    rebuild(living.house)
    return desk


def test_figures_say_who_can_reset_today(peopled: Living) -> None:
    """Of those in scope, administrators too."""
    desk = operator(peopled)
    page = desk.get("/")
    assert page["state"] == "overview"
    shown = tiles(desk)
    assert (shown["overview.able"]["value"], shown["overview.able"]["about"]["text"]) == ("1", "of 6 in scope")
    found = rows(desk)
    assert found["unable"]["cells"][1] == "5"
    assert found["administrators_unable"]["cells"][1] == "1"
    assert "/overview/cannot-reset" in links(found["unable"])


def test_the_list_says_why_for_each(peopled: Living) -> None:
    """Everybody in scope who could not reset, with the reason; deleted and disabled people are not in it."""
    desk = operator(peopled)
    desk.get("/overview/cannot-reset")
    why = {row["cells"][1].partition("@")[0]: row["cells"][3]["id"] for row in rows(desk).values()}
    assert why == {
        "bob": "cannot.too_few", "cyd": "cannot.nothing", "dan": "cannot.waiting", "eve": "cannot.elsewhere",
        "gwen": "cannot.too_few",
    }  # fmt: skip
    desk.get("/overview/cannot-reset?why=waiting")
    assert list(rows(desk)) == ["id-dan"]
    desk.get("/overview/cannot-reset?who=administrators")
    assert list(rows(desk)) == ["id-gwen"]
    desk.get("/overview/cannot-reset?why=stranded&who=administrators")
    assert not rows(desk)


def test_the_list_comes_in_pages(peopled: Living) -> None:
    """Everybody once, whatever a page looks at; what is no cursor begins at the beginning."""
    everybody = {"id-bob", "id-cyd", "id-dan", "id-eve"}
    for count, farthest in ((1, 100), (3, 100), (50, 1), (2, 3), (50, 100)):
        bounds = cannot.Bounds(stretch=2, farthest=farthest)
        found: list[str] = []
        after: tuple[int, int, str] | None = cannot.Asked().after
        while after is not None:
            with peopled.store.reading() as unit:
                page = cannot.page(peopled.house, unit, cannot.Asked(after=after, count=count), bounds)
            assert len(page.people) <= count
            found += [one.id for one in page.people]
            after = page.next
        assert sorted(found) == sorted(everybody), (count, farthest)
    desk = operator(peopled)
    for typed in ("x", "1~2", "9~9~9~9", "-1~0~a", "%27", "1" * 40 + "~1~a"):
        desk.get(f"/overview/cannot-reset?after={typed}")
        assert desk.status == 200


@pytest.mark.parametrize("few", [4_000, 0])
def test_selected_groups_and_administrators_beside_them(peopled: Living, few: int) -> None:
    """decisions 3: administrators are outside of the user scope, and in the list all the same."""
    group(peopled, "pilot", "id-bob", "id-ada", "id-fay")
    group(peopled, "out", "id-bob")
    desk = operator(peopled)
    for excluded, expected in (((), ["id-bob", "id-gwen"]), (("out",), ["id-gwen"])):
        peopled.set_policy(replace(OPEN_POLICY, self_service=SelfService(Scope.SELECTED, ("pilot",), excluded)))
        with peopled.store.reading() as unit:
            page = cannot.page(peopled.house, unit, cannot.Asked(), cannot.Bounds(few=few))
        assert sorted(one.id for one in page.people) == expected
    desk.get("/")
    assert tiles(desk)["overview.able"]["about"]["text"] == "of 2 in scope"


def test_a_scope_hides_everybody_else(peopled: Living) -> None:
    """ADM-9: only people of one's groups are in the list."""
    group(peopled, "north", "id-cyd", "id-ada")
    helper = peopled.person("hal")
    with peopled.store.writing() as unit:
        unit.link.run(
            Sql(
                """INSERT INTO role_assignment (tenant, role, holder, scope, eligible, granted_at)
                VALUES (:tenant, 'user_administrator', :holder, 'north', 0, 0)"""
            ),
            {"tenant": unit.tenant, "holder": helper},
        )
    rebuild(peopled.house)
    desk = Desk(peopled, helper)
    desk.get("/overview/cannot-reset")
    assert list(rows(desk)) == ["id-cyd"]
    body = desk.http.get("/overview/cannot-reset/export?form=csv").text
    assert "cyd@contoso.example" in body
    assert "bob@" not in body


def test_the_list_is_exported_and_that_is_noted(peopled: Living) -> None:
    """ADM-6: who may, and what was given out."""
    desk = operator(peopled)
    body = desk.http.get("/overview/cannot-reset/export?form=json&why=nothing").json()
    assert [(one["user_id"], one["why"]) for one in body] == [("cyd@contoso.example", "nothing")]
    assert peopled.story()[-1]["activity"] == Activity.PEOPLE_EXPORTED
    reader = Desk(peopled, peopled.operator("global_reader", "rea"))
    reader.get("/overview/cannot-reset/export?form=json")
    assert reader.status == 403


def test_without_a_policy_it_says_what_to_do_first(quick: Living) -> None:
    """Empty states say what to do first."""
    desk = operator(quick)
    with quick.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM policy_document"), {})
    desk.get("/")
    assert "no_policy" in rows(desk)
    assert "/password-reset/properties" in links(desk.page["parts"])
    assert "overview.able" not in tiles(desk)


def test_each_role_sees_its_part(peopled: Living) -> None:
    """ADM-1: figures for who reads reports; the queue for who helps; nothing that leads to a refusal."""
    helpdesk = operator(peopled, "helpdesk_administrator", "hal")
    helpdesk.get("/")
    assert set(tiles(helpdesk)) == {"overview.incidents", "overview.requests"}
    assert not helpdesk.parts("Table")
    for role, name in (
        ("reports_reader", "rea"),
        ("global_reader", "glo"),
        ("authentication_policy_administrator", "pol"),
    ):
        desk = operator(peopled, role, name)
        desk.get("/")
        assert "overview.able" in tiles(desk)
        for href in {one for one in links(desk.page["parts"]) if one.startswith("/") and one != "/overview/count"}:
            desk.get(href)
            assert desk.status == 200, (role, href)
    groups = operator(peopled, "groups_administrator", "gro")
    groups.get("/")
    assert not tiles(groups)
    groups.post("/overview/count")
    assert groups.status == 403


def test_resets_failures_and_unlocks_of_the_last_days(quick: Living) -> None:
    """Each in the day of the organisation's zone."""
    desk = operator(quick)
    with quick.store.writing() as unit:
        for name, times in {"resets": 3, "failures": 2, "unlocks": 1}.items():
            for _ in range(times):
                unit.pulse.beat(name)
    quick.clock.move(DAY)
    with quick.store.writing() as unit:
        unit.pulse.beat("resets")
    desk = Desk(quick, "id-gwen")
    desk.get("/")
    assert tiles(desk)["overview.resets"]["value"] == "4"
    assert tiles(desk)["overview.resets"]["about"]["text"] == "2 wrong answers, 1 unlock"
    [chart] = desk.parts("Chart")
    assert len(chart["labels"]) == 14
    assert [one["values"][-2:] for one in chart["series"]] == [[3, 1], [2, 0]]


def test_what_is_wrong_is_said_with_where_to_go(quick: Living) -> None:
    """Brake, storm, paused numbers, lost messages, a broken log, what waits."""
    desk = operator(quick)
    bob = quick.person("bob")
    with quick.store.writing() as unit:
        unit.pulse.set_figure("brake.until", unit.now + HOUR)
        unit.pulse.set_figure("storm.until", unit.now + MINUTE)
        unit.audit(Event(Activity.AUDIT_BROKEN, "", "", "failure"))
        unit.help_requests.open(HelpRequest("r1", bob, "contact", "203.0.113.9", unit.now))
    desk.get("/")
    found = rows(desk)
    assert {"brake", "storm", "audit", "requests", "breached"} <= set(found)
    assert "/overview/brake" in links(found["brake"])
    assert tiles(desk)["overview.requests"]["value"] == "1"


def test_the_brake_is_released_with_a_reason(quick: Living) -> None:
    """By who decides about policy, after a proof, and only while it is on."""
    desk = operator(quick)
    desk.get("/overview/brake")
    assert not desk.parts("Form")
    with quick.store.writing() as unit:
        unit.pulse.set_figure("brake.until", unit.now + HOUR)
    desk.get("/overview/brake")
    assert len(desk.parts("Form")) == 1
    desk.post("/overview/brake/release", why="")
    assert desk.status == 422
    desk.post("/overview/brake/release", why="all of Berlin")
    assert not brake.show(quick.house).until
    assert quick.story()[-1]["activity"] == Activity.BRAKE_RELEASED
    reader = operator(quick, "reports_reader", "rea")
    reader.post("/overview/brake/release", why="x")
    assert reader.status == 403


def test_settings_that_weaken_are_named_with_whom_they_touch(peopled: Living) -> None:
    """decisions 22: warnings that were accepted stay in sight."""
    policy = with_self_service(methods_required=1, trust_imported_contacts=True)
    policy = replace(
        policy, registration=Registration(first_proof=FirstProof.PASSWORD_ONLY),
        notifications=replace(policy.notifications, notify_users=False), administrators=Administrators(sms=True),
    )  # fmt: skip
    peopled.set_policy(policy)
    desk = operator(peopled)
    desk.get("/")
    people = {id_: row["cells"][1] for id_, row in rows(desk).items()}
    assert people["one_gate"] == "5"
    assert people["password_only"] == "1"  # Cyd
    assert people["trust_imported_contacts"] == "3"  # Ada, Bob, Eve
    assert people["notices_off"] == "6"
    assert people["administrators_sms"] == "0"


CROWD = Sql(
    """INSERT INTO person (tenant, id, upn, canonical, display_name, given_name, surname, kind, directory, source_id, enabled,
      generation, plan, language, department, created_at, changed_at)
    WITH RECURSIVE crowd(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM crowd WHERE number <= :count)
    SELECT 't1', 'crowd-' || number, 'crowd-' || number, 'crowd-' || number, '', '', '', 'service', 'cloud', '', 1, 1, '', '',
      '', 0, 0 FROM crowd"""
)


def test_of_many_it_tells_figures_and_when_they_were_counted(quick: Living) -> None:
    """A page never waits for a count of everybody; one can ask for it."""
    quick.ada()
    quick.contact(quick.person("bob"), ContactKind.EMAIL, "bob@mail.example")
    desk = operator(quick)
    with quick.store.writing() as unit:
        unit.link.run(CROWD, {"count": counting.AT_ONCE})
    page = desk.get("/")
    assert "overview.uncounted" in str(page)
    desk.post("/overview/count")
    assert "overview.as_of" in str(desk.page)
    assert tiles(desk)["overview.able"]["value"] == "1"
    quick.set_policy(with_self_service(methods_required=1))
    assert "overview.older" in str(desk.get("/"))
    assert tiles(desk)["overview.able"]["value"] == "1"
    Janitor(quick.running).sweep()
    assert "overview.as_of" in str(desk.get("/"))
    assert tiles(desk)["overview.able"]["value"] == "2"
    assert not counting.refresh(quick.house)
    quick.clock.move(counting.EVERY)
    assert counting.refresh(quick.house)


def test_figures_are_those_that_readiness_counts(peopled: Living) -> None:
    """The same rules as `keyback people readiness`."""
    from keyback.app.policy import registering
    from keyback.core.rules.readiness import Must

    other = registering.count(peopled.house)
    with peopled.store.reading() as unit:
        policy = unit.policies.in_force()
        assert policy is not None
        mine = counting.count(peopled.house, unit, policy)
    assert (mine[Measure.PEOPLE], mine[Measure.ABLE]) == (other.people, other.able)
    assert mine[Measure.STRANDED] == other.must[Must.STRANDED]
    assert mine[Measure.MUST_REGISTER] == other.must[Must.REGISTER]


def test_html_in_names_is_text(quick: Living) -> None:
    """Names are data of the organisation, escaped everywhere."""
    desk = operator(quick)
    person = quick.person("mallory")
    with quick.store.writing() as unit:
        unit.link.run(
            Sql("UPDATE person SET display_name = '<script>alert(1)</script>' WHERE id = :id"), {"id": person}
        )
    rebuild(quick.house)
    html = desk.html("/overview/cannot-reset")
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
