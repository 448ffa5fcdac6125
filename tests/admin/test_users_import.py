"""People in from a file that is sent with the browser: checked first, and whatever is wrong with it said clearly."""

import json

import pytest

from keyback.app.people import deleting, uploading
from keyback.core.types import HOUR
from keyback.store.engine import Sql
from tests.admin.desk import Desk
from tests.app.import_help import work_of
from tests.living import Living

GOOD = b"upn,name,mobile\nbo@contoso.example,Bo Ek,+4915112345601\ncy@contoso.example,Cy,\n"


def importer(living: Living, role: str = "user_administrator", name: str = "uma", *, fresh: bool = True) -> Desk:
    return Desk(living, living.operator(role, name), fresh=fresh)


def counted(living: Living) -> int:
    with living.store.reading() as unit:
        row = unit.link.one(Sql("SELECT count(*) FROM person"), {})
    assert row is not None
    return int(row[0])


def facts(desk: Desk) -> dict[str, str]:
    """Numbers of the check by their labels' ids."""
    found = {}
    for part in desk.parts("Facts"):
        for label, value in part["rows"]:
            first = value[0] if isinstance(value, list) else value
            found[label["id"].removeprefix("user_import.")] = first["text"].rstrip(".")
    return found


def test_a_file_is_checked_and_then_imported(living: Living) -> None:
    """Issue 5 item 2: nothing changes before it is said so; what would change, and whom it makes able, is shown."""
    desk = importer(living)
    page = desk.upload("/users/import", "file", GOOD)
    assert page["state"] == "user_import_check"
    assert counted(living) == 1
    assert facts(desk) | {"able": "0"} == {"people": "2", "bad": "0", "able": "0", "added": "2", "changed": "0"}
    [form] = desk.parts("Form")
    desk.post(form["action"])
    assert desk.page["state"] == "user_import_done"
    assert counted(living) == 3
    desk.get(form["action"])
    assert desk.status == 404
    desk.upload("/users/import", "file", GOOD)
    assert "user_import.nothing" in json.dumps(desk.page)
    assert desk.parts("Form") == []


def test_importing_asks_for_one_more_proof(living: Living) -> None:
    """ADM-3: looking does not, doing does, and the options come along."""
    desk = importer(living, fresh=False)
    desk.upload("/users/import", "file", GOOD)
    [form] = desk.parts("Form")
    page = desk.post(form["action"], how=["trust"])
    assert (desk.status, page["state"]) == (401, "prove")
    assert ("how", "trust") in {(one["name"], one["value"]) for one in desk.parts("Hidden")}
    assert counted(living) == 1


def test_whom_a_file_makes_able_to_reset_is_said(living: Living) -> None:
    """decisions 18"""
    desk = importer(living)
    living.grant("id-uma", "authentication_administrator")
    both = b"upn,name,mobile,alternateemail\nbo@contoso.example,Bo,+4915112345601,bo@mail.example\n"
    desk.upload("/users/import", "file", both)
    assert facts(desk)["able"] == "1"
    assert "user_import.able_hint" in json.dumps(desk.page)
    [form] = desk.parts("Form")
    desk.post(form["action"], how=["trust"])
    with living.store.reading() as unit:
        bo = unit.people.by_canonical("bo@contoso.example", unit.now)
        assert bo is not None
        assert {one.confirmed_how for one in unit.people.contacts(bo.id)} == {"import"}


def test_bad_lines_are_named_and_left_out_only_if_asked(living: Living) -> None:
    """Line, column, reason."""
    desk = importer(living)
    desk.upload("/users/import", "file", GOOD + b"nonsense,Dee,\neve@contoso.example,Eve,12\n")
    rows = [[str(cell) if isinstance(cell, str) else cell["id"] for cell in row["cells"]] for row in desk.parts("Row")]
    assert rows == [["4", "upn", "people_file.user_id"], ["5", "mobile", "people_file.number"]]
    [form] = desk.parts("Form")
    desk.post(form["action"])
    assert desk.status == 422
    assert counted(living) == 1
    desk.post(form["action"], how=["skip_bad"])
    assert counted(living) == 3


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "upload.empty"),
        (b"\x00\x01\x02\x03 no table", "table.encoding"),
        (b"\xff\xfe\x00\x00", "table.encoding"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "table.characters"),
        (b"just some words\nand more of them\n", "people_file.header"),
        (b"PK\x03\x04 a spreadsheet", "people_file.header"),
        (b"upn\n" + b"a@contoso.example\n" * 10_001, "upload.too_many"),
        (b"upn\n" + b"x" * (10 * 1024 * 1024), "upload.too_large"),
    ],
)
def test_what_cannot_be_imported_is_said_clearly(quick: Living, body: bytes, why: str) -> None:
    """Issue 5, bad input: not CSV, wrong encodings, too large: nothing changes, and it is said at the field."""
    desk = importer(quick)
    page = desk.upload("/users/import", "file", body)
    assert (desk.status, page["state"]) == (422, "user_import")
    [upload] = desk.parts("Upload")
    assert upload["error"]["id"] == why
    assert counted(quick) == 1
    with quick.store.reading() as unit:
        assert unit.link.all(Sql("SELECT 1 FROM upload"), {}) == []


def test_too_many_initial_passwords_go_by_the_command_line(quick: Living) -> None:
    """Each costs a moment of the server; nobody waits that long for a page."""
    rows = b"".join(b"p%d@contoso.example,seven purple lamps dance\n" % n for n in range(uploading.MOST_PASSWORDS + 1))
    desk = importer(quick)
    desk.upload("/users/import", "file", b"upn,password\n" + rows)
    assert desk.parts("Upload")[0]["error"]["id"] == "upload.too_many_passwords"


def test_fifty_megabytes_are_refused_before_they_are_read(quick: Living) -> None:
    """Issue 5, bad input: with what to do instead."""
    desk = importer(quick)
    desk.get("/users/import")
    sent = {"token": desk.page["token"]}
    said = desk.http.post("/users/import", data=sent, files={"file": ("big.csv", bytes(50 * 1024 * 1024))})
    assert said.status_code == 413
    assert "keyback people import" in said.text
    assert counted(quick) == 1


def test_formulas_are_names_like_others_and_stay_harmless(living: Living) -> None:
    """Issue 5, bad input: taken as text, and text in every export."""
    desk = importer(living)
    desk.upload("/users/import", "file", b'upn,name\nbo@contoso.example,"=1+1"\n')
    desk.post(desk.parts("Form")[0]["action"])
    assert "'=1+1" in desk.http.get("/users/export?form=csv").text


def test_html_in_a_file_is_text(living: Living) -> None:
    """INJ: in the name of the file and of a person."""
    desk = importer(living)
    body = b"upn,name\nbo@contoso.example,<img src=x onerror=alert(1)>\n"
    desk.upload("/users/import", "file", body, file_name="<b>people.csv")
    action = desk.parts("Form")[0]["action"]
    shown = desk.html(action)
    assert "&lt;b&gt;people" in shown
    assert "<b>people" not in shown
    desk.post(action)
    shown = desk.html("/users")
    assert "&lt;img" in shown
    assert "<img src=x" not in shown


def test_a_file_is_its_senders_and_waits_an_hour(living: Living) -> None:
    """ADM-9: another operator does not find it; it is sealed in the store."""
    desk = importer(living)
    desk.upload("/users/import", "file", GOOD)
    path = desk.parts("Form")[0]["action"]
    other = importer(living, "user_administrator", "ulf")
    other.get(path)
    assert other.status == 404
    other.post(path)
    assert other.status == 404
    with living.store.reading() as unit:
        [row] = unit.link.all(Sql("SELECT body FROM upload"), {})
    assert b"contoso" not in bytes(row[0])
    living.clock.move(HOUR + 1)
    later = Desk(living, "id-uma")
    later.get(path)
    assert later.status == 404
    assert later.told() == ["upload.gone"]


@pytest.mark.parametrize("role", ["helpdesk_administrator", "global_reader", "authentication_administrator"])
def test_importing_is_for_who_may_change_people(quick: Living, role: str) -> None:
    """ADM-1"""
    desk = importer(quick, role, "rob")
    desk.get("/users/import")
    assert desk.status == 403
    desk.upload("/users/import", "file", GOOD)
    assert desk.status == 403


def test_deleted_and_more_powerful_people_are_left_alone(living: Living) -> None:
    """ADM-1: said, counted, and nothing of them changed."""
    living.ada()
    living.person("gil")
    living.grant("id-gil", "global_administrator")
    deleting.delete(work_of(living), "ada@contoso.example")
    desk = importer(living)
    file = b"upn,name\nada@contoso.example,Eve\ngil@contoso.example,Eve\nbo@contoso.example,Bo\n"
    desk.upload("/users/import", "file", file)
    assert {"conflicts": "1", "beyond": "1", "added": "1"}.items() <= facts(desk).items()
    desk.post(desk.parts("Form")[0]["action"])
    with living.store.reading() as unit:
        for one in ("id-ada", "id-gil"):
            person = unit.people.by_id(one, unit.now)
            assert person is not None
            assert person.display_name != "Eve"
