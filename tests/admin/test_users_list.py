"""The list of users: what is on it for whom, and as a file (ADM-6, ADM-9, PRV-1)."""

import csv
import io
import json

import pytest

from keyback.app.people import deleting, groups, roles, status
from keyback.core.types import ContactKind
from tests.admin.desk import Desk
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, Living

ADA = "ada@contoso.example"


def listed(desk: Desk, path: str) -> list[str]:
    """Ids of the rows."""
    desk.get(path)
    assert desk.status == 200
    [table] = desk.parts("Table")
    return [row["id"] for row in table["rows"]]


def scoped(living: Living, role: str, name: str = "hal") -> str:
    """An operator for the people of the group Berlin only, of whom Bo is one."""
    work = work_of(living)
    living.person("bo")
    groups.add_group(work, "Berlin")
    groups.change_member(work, "Berlin", "bo@contoso.example", adds=True)
    person = living.person(name)
    living.authenticator(person)
    roles.grant(work, f"{name}@contoso.example", role, "Berlin")
    return person


def test_people_are_found_filtered_and_sorted(living: Living) -> None:
    """Issue 5 item 2: by the first letters of any word, by how the account stands, in both orders."""
    living.ada()
    living.person("bo", enabled=False)
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    assert listed(desk, "/users") == ["id-ada", "id-bo", "id-gwen"]
    assert listed(desk, "/users?sort=name&down=1") == ["id-gwen", "id-bo", "id-ada"]
    assert listed(desk, "/users?q=gw") == ["id-gwen"]
    assert listed(desk, "/users?q=te+AD") == ["id-ada"]
    assert listed(desk, "/users?show=disabled") == ["id-bo"]
    assert listed(desk, "/users?show=enabled") == ["id-ada", "id-gwen"]
    deleting.delete(work_of(living), ADA)
    assert listed(desk, "/users") == ["id-bo", "id-gwen"]
    assert listed(desk, "/users/deleted") == ["id-ada"]


def test_pages_hold_everybody_once(living: Living) -> None:
    """Keyset pages: the next begins after the last, whatever the order."""
    for number in range(60):
        living.person(f"p{number:02}")
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    for order in ("sort=user_id", "sort=name&down=1"):
        found = listed(desk, f"/users?{order}")
        [table] = desk.parts("Table")
        found += listed(desk, f"/users?{order}&after={table['next']}")
        assert len(found) == len(set(found)) == 61
        assert desk.parts("Table")[0]["next"] == ""


def test_what_an_address_asks_for_beyond_the_list_is_not_asked(living: Living) -> None:
    """WEB-13: an unknown order, filter or cursor shows the first page; deleted people are on their own page only."""
    living.ada()
    desk = Desk(living, living.operator("global_administrator", "gwen"))
    assert listed(desk, "/users?sort=password&show=deleted&after=x") == ["id-ada", "id-gwen"]
    desk.http.get("/users?nonsense=1")
    assert desk.http.get("/users?nonsense=1").status_code == 400


def test_scoped_operators_see_their_people_only(living: Living) -> None:
    """ADM-9: on the list, in search, in the file, and by address."""
    living.ada()
    desk = Desk(living, scoped(living, "user_administrator"))
    assert listed(desk, "/users") == ["id-bo"]
    assert listed(desk, "/users?q=ada") == []
    assert "id-ada" not in desk.http.get("/users/export?form=csv").text
    for tab in ("", "/groups", "/roles", "/methods", "/sessions", "/timeline", "/reset-check", "/delete"):
        there, nowhere = desk.get(f"/users/id-ada{tab}"), desk.get(f"/users/id-nobody{tab}")
        assert desk.status == 404
        assert there["messages"] == nowhere["messages"]
        desk.get(f"/users/id-bo{tab}")
        assert desk.status == 200


@pytest.mark.parametrize("path", ["/enabled", "/delete", "", "/restore"])
def test_scoped_operators_act_on_their_people_only(living: Living, path: str) -> None:
    """ADM-9: another's id in a form is an unknown one."""
    living.ada()
    desk = Desk(living, scoped(living, "user_administrator"))
    sent = {"": {"user_id": "eve@contoso.example", "display_name": "Eve"}, "/enabled": {"enabled": "no"}}.get(path, {})
    desk.post(f"/users/id-ada{path}", **sent)
    assert desk.status == 404
    with living.store.reading() as unit:
        ada = unit.people.by_id("id-ada", unit.now)
    assert ada is not None
    assert (ada.enabled, ada.deleted_at, ada.upn) == (True, None, ADA)


def test_a_file_holds_no_way_to_reach_anybody_and_no_formula(living: Living) -> None:
    """ADM-6, PRV-1: ids, names and states; a name that a spreadsheet would calculate is text. It is written down."""
    living.ada()
    formula = '=HYPERLINK("http://evil")'
    desk = Desk(living, living.operator("user_administrator", "uma"))
    desk.post("/users/new", user_id="x@contoso.example", display_name=formula, password="none")
    said = desk.http.get("/users/export?form=csv")
    assert said.headers["content-disposition"] == 'attachment; filename="users.csv"'
    rows = list(csv.reader(io.StringIO(said.text.lstrip("\ufeff"))))
    assert rows[0] == ["id", "user_id", "name", "department", "directory", "kind", "state", "created_at"]
    assert [row[2] for row in rows if row[1] == "x@contoso.example"] == ["'" + formula]
    found = json.loads(desk.http.get("/users/export?form=json&q=ada").text)
    assert [one["user_id"] for one in found] == [ADA]
    assert MAIL not in said.text
    assert MOBILE not in said.text
    lines = [line for line in living.story() if line["activity"] == "Export users"]
    assert [json.loads(line["details"])["rows"] for line in lines] == [3, 1]


@pytest.mark.parametrize("role", ["helpdesk_administrator", "global_reader", "authentication_administrator"])
def test_exporting_is_a_right_of_its_own(living: Living, role: str) -> None:
    """ADM-6"""
    desk = Desk(living, living.operator(role))
    desk.get("/users")
    assert desk.parts("Table")[0]["exports"] == []
    desk.get("/users/export?form=csv")
    assert desk.status == 403


def test_how_an_account_stands_is_one_word(living: Living) -> None:
    """On the list."""
    living.ada()
    living.contact("id-ada", ContactKind.OFFICE, "+493012345678")
    status.set_enabled(work_of(living), ADA, enabled=False)
    desk = Desk(living, living.operator("global_reader", "rob"))
    desk.get("/users?q=ada")
    [row] = desk.parts("Row")
    assert row["cells"][-1]["label"]["id"] == "user.disabled"
