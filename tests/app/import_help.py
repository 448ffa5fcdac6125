"""Imports in tests: files from text, a listener that remembers."""

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, BinaryIO

from keyback.app.people.importing import Options, Report, import_people
from keyback.app.people.ports import Work
from keyback.app.people.reading import Source
from keyback.core.rules.people_file import Mistake
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from tests.living import TENANT, Living

DATA = Path(__file__).resolve().parents[1] / "data"
HEADER = ("userPrincipalName", "displayName", "accountEnabled", "mobile", "alternateEmailAddress", "directorySynced")
TABLES = {
    name: Sql(f"SELECT * FROM {name} WHERE tenant = :tenant ORDER BY 1, 2, 3")
    for name in ("person", "contact", "credential", "readiness", "outbox", "audit")
}


def work_of(living: Living) -> Work:
    return Work(living.house, SqlPeopleChanges, SqlGroupChanges, "host:test")  # type: ignore[arg-type]


class Heard:
    """Remembers what an import said; may stop it after so many people written."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []
        self.transactions = 0
        self._stop_after = stop_after

    def mistake(self, mistake: Mistake) -> None:
        self.mistakes.append(mistake)

    def warning(self, warning: Mistake) -> None:
        self.warnings.append(warning)

    def looked(self, people: int) -> None:
        pass

    def wrote(self, people: int, *, wrote: bool) -> None:
        self.transactions += wrote
        if self._stop_after is not None and people >= self._stop_after:
            raise KeyboardInterrupt

    def said(self) -> list[tuple[int, str, str]]:
        return [(one.line, one.column, one.text.id) for one in self.mistakes]


def table(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER) -> Source:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    raw = text.getvalue().encode()

    def source() -> AbstractContextManager[BinaryIO]:
        return closing(io.BytesIO(raw))

    return source


def file(name: str) -> Source:
    def source() -> BinaryIO:
        return (DATA / name).open("rb")

    return source


def bring_in(living: Living, source: Source, heard: Heard | None = None, **options: Any) -> Report:
    return import_people(work_of(living), source, Options(**options), heard or Heard())


def rows(living: Living, name: str) -> list[tuple[Any, ...]]:
    with living.store.reading() as unit:
        return list(unit.link.all(TABLES[name], {"tenant": TENANT.id}))


def everything(living: Living) -> dict[str, list[tuple[Any, ...]]]:
    return {name: rows(living, name) for name in TABLES}
