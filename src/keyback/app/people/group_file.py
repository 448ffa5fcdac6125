"""Memberships in from a table with the columns `group` and `member`; looked at whole before any is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from keyback.app.people.finding import canonical_name, find, find_group
from keyback.app.people.groups import add_group, put_member
from keyback.app.people.ports import Work
from keyback.app.people.reading import Source
from keyback.app.people.table import Row, Table
from keyback.core.errors import Invalid, Refused
from keyback.core.messages import Text, say
from keyback.core.ports import Unit
from keyback.core.rules.people_file import Mistake

MESSAGES: Mapping[str, str] = {
    "group_file.header": "The header must name the columns group and member.",
    "group_file.width": "{found} cells, but the header has {expected}.",
}

BATCH = 50


@dataclass(slots=True)
class GroupReport:
    """What the file holds, and what became of it."""

    memberships: int = 0
    added: int = 0
    groups_added: int = 0
    mistakes: tuple[Mistake, ...] = ()


def import_memberships(work: Work, source: Source, *, create: bool = False) -> GroupReport:
    """All mistakes, or everything written, in small transactions; running it again adds only what lacks.

    `create`: groups that are not there are made. Raises `Invalid` when the header cannot be read.
    """
    report = GroupReport()
    missing: dict[str, str] = {}
    wrong: list[Mistake] = []
    with work.house.store.reading() as unit:
        for row in _rows(source):
            if isinstance(row, Mistake):
                wrong.append(row)
                continue
            report.memberships += 1
            wrong += _mistakes(work, unit, row, missing if create else None)
    report.mistakes = tuple(wrong)
    if not wrong:
        for name in missing.values():
            add_group(work, name)
        report.groups_added = len(missing)
        _write(work, source, report)
    return report


def _write(work: Work, source: Source, report: GroupReport) -> None:
    rows = (row for row in _rows(source) if isinstance(row, Row))
    while batch := [row for _, row in zip(range(BATCH), rows, strict=False)]:
        with work.house.store.writing() as unit:
            for row in batch:
                group = find_group(work, unit, row.cells[0])
                report.added += put_member(work, unit, group, row.cells[1], adds=True)


def _rows(source: Source) -> Iterator[Row | Mistake]:
    """Group and member of each line."""
    with source() as stream:
        table = Table(stream)
        try:
            header = [cell.strip().casefold() for cell in table.header]
            if not {"group", "member"} <= set(header):
                raise Invalid(say("group_file.header"))
            group, member = header.index("group"), header.index("member")
            for row in table.rows():
                if isinstance(row, Row) and len(row.cells) != len(header):
                    text = say("group_file.width", found=len(row.cells), expected=len(header))
                    yield Mistake(row.line, "", text)
                else:
                    yield Row(row.line, (row.cells[group], row.cells[member])) if isinstance(row, Row) else row
        finally:
            table.detach()


def _mistakes(work: Work, unit: Unit, row: Row, missing: dict[str, str] | None) -> list[Mistake]:
    """`missing` collects the groups to make, by canonical name; None: a missing group is a mistake."""
    found = []
    for column, name in zip(("group", "member"), row.cells, strict=True):
        text = _wrong(work, unit, name, missing, person=column == "member" and "@" in name)
        if text is not None:
            found.append(Mistake(row.line, column, text))
    return found


def _wrong(work: Work, unit: Unit, name: str, missing: dict[str, str] | None, *, person: bool) -> Text | None:
    try:
        if person:
            find(unit, name)
        elif missing is None:
            find_group(work, unit, name)
        elif work.groups(unit).by_name(canonical_name(name)) is None:
            missing.setdefault(canonical_name(name), name)
    except Refused as error:
        return error.text
    return None
