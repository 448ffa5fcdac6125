"""Reading one line of a people file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.errors import Invalid
from keyback.core.rules.people_file import Column, Imported, layout, read_row
from keyback.core.types import ContactKind, DirectoryKind

ENTRA = ["userPrincipalName", "displayName", "givenName", "surname", "id", "accountEnabled", "usageLocation",
         "telephoneNumber", "mobile", "alternateEmailAddress", "mail", "directorySynced"]  # fmt: skip
ADA = ["ada@example.org", "Ada Lovelace", "Ada", "Lovelace", "7", "True", "DE", "", "030 12345678",
       "Ada@Mailbox.Example", "ada@example.org", ""]  # fmt: skip


def read(headers: list[str], cells: list[str]) -> Imported:
    found = read_row(layout(headers, {}), 2, cells)
    assert isinstance(found, Imported), found
    return found


def reasons(headers: list[str], cells: list[str]) -> list[tuple[str, str]]:
    found = read_row(layout(headers, {}), 2, cells)
    assert isinstance(found, tuple), found
    return [(mistake.column, mistake.text.id) for mistake in found]


def with_cell(header: str, value: str) -> list[str]:
    return [value if name == header else cell for name, cell in zip(ENTRA, ADA, strict=True)]


def test_a_line_of_an_export_becomes_a_person() -> None:
    person = read(ENTRA, ADA)
    assert (person.upn, person.canonical, person.display_name) == ("ada@example.org", "ada@example.org", "Ada Lovelace")
    assert (person.enabled, person.directory, person.source_id) == (True, DirectoryKind.CLOUD, "7")
    assert person.contacts == (
        (ContactKind.MOBILE, "+493012345678"),
        (ContactKind.EMAIL, "ada@mailbox.example"),
        (ContactKind.PRIMARY, "ada@example.org"),
    )


def test_a_synchronised_person_lives_in_active_directory() -> None:
    assert read(ENTRA, with_cell("directorySynced", "True")).directory is DirectoryKind.ACTIVE_DIRECTORY


def test_block_sign_in_is_the_inverse_of_enabled() -> None:
    headers = ["User name [userPrincipalName] Required", "Block sign in (Yes/No) [accountEnabled] Required"]
    assert read(headers, ["ada@example.org", "Yes"]).enabled is False
    assert read(headers, ["ada@example.org", "No"]).enabled is True
    assert reasons(headers, ["ada@example.org", "Perhaps"]) == [(headers[1], "people_file.yes_no")]


def test_what_a_file_does_not_say_is_none() -> None:
    person = read(["upn"], ["ada@example.org"])
    assert (person.display_name, person.enabled, person.directory, person.department) == (None, None, None, None)
    assert person.contacts == ()


def test_every_mistake_of_a_line_is_named_by_column() -> None:
    line = with_cell("mobile", "call me")
    line[ENTRA.index("userPrincipalName")] = "nobody"
    line[ENTRA.index("alternateEmailAddress")] = "not an address"
    assert reasons(ENTRA, line) == [
        ("userPrincipalName", "people_file.user_id"),
        ("mobile", "people_file.number"),
        ("alternateEmailAddress", "people_file.mail"),
    ]


def test_a_number_that_is_merely_possible_is_taken_with_a_warning() -> None:
    person = read(ENTRA, with_cell("mobile", "+1 4255559154"))
    assert [warning.text.id for warning in person.warnings] == []
    odd = read(ENTRA, with_cell("mobile", "+1 1115559154"))
    assert (ContactKind.MOBILE, "+11115559154") in odd.contacts
    assert [(w.line, w.column, w.text.id) for w in odd.warnings] == [(2, "mobile", "people_file.doubtful_number")]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-Ada", "+Ada", "O'Brien", "Nguyễn, Văn"])
def test_names_that_look_like_formulas_are_names(name: str) -> None:
    assert read(ENTRA, with_cell("displayName", name)).display_name == name


@pytest.mark.parametrize("name", ["Ada\x07", "Ada\u202eecalevoL", "Ada\nLovelace", "A\ud800", "\ufeffAda"])
def test_control_and_direction_characters_are_refused(name: str) -> None:
    assert reasons(ENTRA, with_cell("displayName", name)) == [("displayName", "people_file.characters")]


def test_over_long_cells_are_refused() -> None:
    assert reasons(ENTRA, with_cell("displayName", "x" * 257)) == [("displayName", "people_file.long")]


def test_a_line_of_another_width_is_refused() -> None:
    assert reasons(ENTRA, ADA[:-1]) == [("", "people_file.width")]


def test_a_password_of_a_synchronised_person_is_ignored_with_a_warning() -> None:
    person = read([*ENTRA, "password"], [*with_cell("directorySynced", "True"), "First-Passw0rd!"])
    assert person.password is None
    assert [warning.text.id for warning in person.warnings] == ["people_file.foreign_password"]


def test_a_password_is_shown_nowhere() -> None:
    """COD-9"""
    assert "First-Passw0rd!" not in repr(read([*ENTRA, "password"], [*ADA, "First-Passw0rd!"]))


def test_a_mapping_wins_over_obvious_names() -> None:
    found = layout(["Login", "name", "Cell phone"], {"upn": "login", "mobile": "Cell Phone"})
    assert found.cells == {Column.USER_ID: 0, Column.DISPLAY_NAME: 1, Column.MOBILE: 2}


def test_every_mistake_of_a_mapping_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        layout(["Login", "Handy"], {"upn": "Nope", "colour": "Handy"})
    assert [text.id for text in refused.value.mistakes] == ["people_file.no_such_column", "people_file.unknown_target"]


def test_a_file_without_user_ids_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        layout(["name", "mobile"], {})
    assert [text.id for text in refused.value.mistakes] == ["people_file.no_user_id"]


def test_two_columns_for_one_thing_need_a_mapping() -> None:
    with pytest.raises(Invalid) as refused:
        layout(["upn", "mobile", "Mobile phone"], {})
    assert [text.id for text in refused.value.mistakes] == ["people_file.twice"]
    assert layout(["upn", "mobile", "Mobile phone"], {"mobile": "Mobile phone"}).cells[Column.MOBILE] == 2


def test_a_running_number_is_not_the_id_of_an_account() -> None:
    assert Column.SOURCE_ID not in layout(["id", "login"], {}).cells
    assert layout(["id", "userPrincipalName"], {}).cells[Column.SOURCE_ID] == 0


@given(st.lists(st.text(max_size=300), min_size=len(ENTRA), max_size=len(ENTRA)))
def test_any_line_is_a_person_or_mistakes(cells: list[str]) -> None:
    found = read_row(layout(ENTRA, {}), 7, cells)
    if isinstance(found, Imported):
        assert found.canonical.count("@") >= 1
        assert all(value.startswith("+") for kind, value in found.contacts if kind is ContactKind.MOBILE)
    else:
        assert found
        assert {mistake.line for mistake in found} == {7}
