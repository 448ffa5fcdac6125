"""People in from a file that an administrator sends with the browser: kept sealed for an hour, looked at, then imported.
The same two passes as at the command line (`importing`)."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from keyback.app.admin.rights import require
from keyback.app.people.importing import Options, Report, import_people
from keyback.app.people.ports import Work
from keyback.app.people.table import Row, Table
from keyback.core.errors import Invalid, NotFound
from keyback.core.messages import say
from keyback.core.ports.listing import Upload
from keyback.core.rules.people_file import Column as Field
from keyback.core.rules.people_file import Mistake, layout
from keyback.core.rules.roles import Permission

MESSAGES: Mapping[str, str] = {
    "upload.empty": "The file is empty. Nothing was changed.",
    "upload.too_large": "The file has {size} MB. At most {most} MB can be imported here; for larger files use the command line: "
    "keyback people import FILE. Nothing was changed.",
    "upload.too_many": "The file has more than {most} people. That many are imported at the command line: "
    "keyback people import FILE. Nothing was changed.",
    "upload.too_many_passwords": "The file has more than {most} initial passwords, and each takes a moment to be kept safely. "
    "Import it at the command line: keyback people import FILE. Nothing was changed.",
    "upload.gone": "This file is not here any more: files wait for an hour. Send it again.",
}

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 10_000
MOST_PASSWORDS = 300
"""Each is hashed while the administrator waits."""
MOST_MISTAKES = 200
"""Shown; all are counted."""


@dataclass(slots=True)
class Looked:
    """What the file holds, and the first of what is wrong in it. Implements `importing.Listener`."""

    upload: str
    name: str
    report: Report = field(default_factory=Report)
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def mistake(self, mistake: Mistake) -> None:
        """The first of them."""
        if len(self.mistakes) < MOST_MISTAKES:
            self.mistakes.append(mistake)

    def warning(self, warning: Mistake) -> None:
        """The first of them."""
        if len(self.warnings) < MOST_MISTAKES:
            self.warnings.append(warning)

    def looked(self, people: int) -> None:
        """Nobody watches."""

    def wrote(self, people: int, *, wrote: bool) -> None:
        """Nobody watches."""


def take(work: Work, name: str, body: bytes) -> str:
    """The id under which it waits. Raises `Invalid` for what cannot be imported here, `Forbidden`."""
    if not body:
        raise Invalid(say("upload.empty"))
    if len(body) > MOST_BYTES:
        raise Invalid(say("upload.too_large", size=-(-len(body) // 1024**2), most=MOST_BYTES // 1024**2))
    _count(work, body)
    id_ = work.house.random.id()
    with work.house.store.writing() as unit:
        require(unit, work.actor, Permission.CHANGE_PEOPLE)
        unit.uploads.put(Upload(id_, work.actor, name, body, unit.now))
    return id_


def look(work: Work, upload: str, options: Options) -> Looked:
    """What would happen; nothing is changed. Raises `NotFound` (gone, or somebody else's), `Invalid`."""
    there = _of(work, upload)
    looked = Looked(upload, there.name)
    wanted = Options(options.mapping, skip_bad=True, trust=options.trust, dry_run=True)
    looked.report = import_people(work, lambda: _open(there), wanted, looked)
    return looked


def carry_out(work: Work, upload: str, options: Options) -> Looked:
    """Import it, and forget the file; nothing is written while lines are bad that were not to be left out. Raises `NotFound`, `Invalid`, `Forbidden`."""
    there = _of(work, upload)
    looked = Looked(upload, there.name)
    with work.house.store.writing() as unit:
        require(unit, work.actor, Permission.CHANGE_PEOPLE)
    looked.report = import_people(work, lambda: _open(there), options, looked)
    if looked.report.bad == 0 or options.skip_bad:
        with work.house.store.writing() as unit:
            unit.uploads.remove(upload)
    return looked


def _of(work: Work, upload: str) -> Upload:
    with work.house.store.reading() as unit:
        found = unit.uploads.of(upload, work.actor, unit.now)
    if found is None:
        raise NotFound(say("upload.gone"))
    return found


def _open(upload: Upload) -> BinaryIO:
    return io.BytesIO(upload.body)


def _count(work: Work, body: bytes) -> None:
    """Also finds out whether it is a table at all, with a header that says enough. Raises `Invalid`."""
    table = Table(io.BytesIO(body))
    plan = layout(table.header, {}, work.house.region)
    place, passwords = plan.cells.get(Field.PASSWORD), 0
    for number, row in enumerate(table.rows(), 1):
        if number > MOST_ROWS:
            raise Invalid(say("upload.too_many", most=MOST_ROWS))
        if place is not None and isinstance(row, Row) and place < len(row.cells):
            passwords += bool(row.cells[place])
        if passwords > MOST_PASSWORDS:
            raise Invalid(say("upload.too_many_passwords", most=MOST_PASSWORDS))
