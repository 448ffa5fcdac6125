"""Files of comma-separated values, good and bad."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.app.people.table import LONGEST_LINE, Row, Table
from keyback.core.errors import Invalid


def rows(raw: bytes) -> list[tuple[int, list[str]] | tuple[int, str]]:
    table = Table(io.BytesIO(raw))
    found: list[tuple[int, list[str]] | tuple[int, str]] = [
        (row.line, list(row.cells)) if isinstance(row, Row) else (row.line, row.text.id) for row in table.rows()
    ]
    table.detach()
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_usual_way_to_write_a_table_is_read(encoding: str, end: str, separator: str) -> None:
    lines = ["upn,name", "ada@example.org,Ada Größe", "", 'bo@example.org,"Bo ""B"""']
    raw = end.join(line.replace(",", separator) for line in lines).encode(encoding)
    assert rows(raw) == [(2, ["ada@example.org", "Ada Größe"]), (4, ["bo@example.org", 'Bo "B"'])]


def test_the_version_line_of_the_template_is_passed_over() -> None:
    table = Table(io.BytesIO(b"version:v1.0\r\nupn,name\r\na@x.y,A\r\n"))
    assert table.header == ["upn", "name"]
    assert [row.line for row in table.rows()] == [3]


def test_a_cell_may_hold_commas_and_line_ends() -> None:
    assert rows(b'a,b\n1,"x,\ny"\n2,z\n') == [(2, ["1", "x,\ny"]), (4, ["2", "z"])]


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_line_only() -> None:
    raw = b'a,b\n1,"open\n' + b"".join(b"%d,x\n" % i for i in range(2, 30))
    found = rows(raw)
    assert found[0] == (2, "table.quotes")
    assert found[1:] == [(i + 1, [str(i), "x"]) for i in range(2, 30)]


def test_text_after_a_closing_quotation_mark_is_a_mistake() -> None:
    assert rows(b'a,b\n1,"x"y\n2,z\n') == [(2, "table.quotes"), (3, ["2", "z"])]


def test_bytes_of_another_encoding_are_named_by_line() -> None:
    assert rows("a,b\n1,ok\n2,Größe\n3,ok\n".encode("latin-1")) == [
        (2, ["1", "ok"]), (3, "table.characters"), (4, ["3", "ok"]),
    ]  # fmt: skip


def test_nul_and_over_long_lines_are_mistakes() -> None:
    raw = b"a,b\n1,x\0y\n2," + b"x" * (3 * LONGEST_LINE) + b"\n3,z\n"
    assert rows(raw) == [(2, "table.nul"), (3, "table.long_line"), (4, ["3", "z"])]


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"version:v1.0\n", "upn,name\n".encode("utf-16-le"),
                                 "upn\n".encode("utf-32"), b"\xff\xfe\xff", b'"upn,name\n'])  # fmt: skip
def test_a_file_without_a_readable_header_is_refused(raw: bytes) -> None:
    with pytest.raises(Invalid):
        Table(io.BytesIO(raw))


@given(st.binary(max_size=400))
def test_no_file_breaks_it(raw: bytes) -> None:
    try:
        table = Table(io.BytesIO(b"upn,name\n" + raw))
    except Invalid:
        return
    lines = [row.line for row in table.rows()]
    assert lines == sorted(lines)
    table.detach()


@given(
    st.lists(
        st.lists(st.sampled_from(['"', ",", "\n", "\r", "x", ";", "é", "\0"]), max_size=12).map("".join), max_size=8
    )
)
def test_odd_punctuation_never_hides_a_good_line(pieces: list[str]) -> None:
    """Every line is accounted for: the last one, which is good, is read, or swallowed by a mark that it closes."""
    text = "a,b\n" + "\n".join(pieces) + "\nlast,line\n"
    found = rows(text.encode())
    assert found
    assert found[-1][1] == ["last", "line"] or '"' in text
