"""Take the lines of a filter along as rows: bounded, judged, and a line in the log itself (ADM-6)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keyback.app.house import House
from keyback.app.logs.days import iso
from keyback.app.logs.naming import Name, Seen, seen
from keyback.app.logs.reading import Asking, Reader, allow, asked, limited, rights_for
from keyback.app.sign_in.log import MEANINGS
from keyback.core.errors import Refused
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.rules.roles import Permission

MESSAGES = {"logs.export_whom": "Choose one person first: what was typed fits nobody, or several people."}
AT_ONCE: Final = 2_000
MOST_PAGES: Final = 150
"""However few lines they hold: a file is made while somebody waits."""
COLUMNS: Final = (
    "number", "time", "activity", "reason", "meaning", "result", "who", "who_id", "about", "about_id", "address", "attempt",
    "details",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """Rows in the order of `COLUMNS`, newest first. `rest_from`: number of the line at which the file was cut; 0: whole."""

    rows: Sequence[tuple[str | int, ...]]
    rest_from: int


def export(house: House, reader: Reader, asking: Asking, form: str) -> Exported:
    """Everything that the filters show, as far as one file goes. Raises `Forbidden`, `Invalid`, `Refused`."""
    lines: list[Seen] = []
    page, target, kept = _next(house, reader, asking, 0, asking.most)
    lines += page[0]
    for _ in range(MOST_PAGES):
        if not page[1] or len(lines) >= asking.most:
            break
        page, target, kept = _next(house, reader, asking, page[1], asking.most - len(lines))
        lines += page[0]
    details: dict[str, str | int] = {**kept, "format": form, "lines": len(lines)}
    with house.store.writing() as unit:
        unit.audit(
            Event(Activity.AUDIT_EXPORTED, reader.actor, target, "success", source=reader.source, details=details)
        )
    return Exported([_row(one, asking.zone) for one in lines], page[1])


_Page = tuple[Sequence[Seen], int]
"""Lines, and where the next page begins."""


def _next(house: House, reader: Reader, asking: Asking, before: int, left: int) -> tuple[_Page, str, Mapping[str, str]]:
    """One page, whom it is about, and the filters; judged anew each time."""
    with house.store.reading() as unit:
        rights = rights_for(unit, reader)
        typed, whom, query = asked(house, unit, rights, asking)
        if typed.person and not whom.id:
            raise Refused(say("logs.export_whom"))
        allow(rights, Permission.EXPORT_AUDIT, whom.person)
        allow(rights, Permission.READ_AUDIT, whom.person)
        count = min(AT_ONCE, left)
        page = unit.log.page(replace(query, before=before, count=count, about_only=limited(rights)))
        return (seen(unit, rights, page.lines), page.before), whom.id, typed.kept


def _row(one: Seen, zone: str) -> tuple[str | int, ...]:
    return (
        one.seq, iso(one.at, zone), one.activity, one.reason, MEANINGS.get(one.reason, "") if one.reason else "", one.result,
        _words(one.who), one.who.id, _words(one.about), one.about.id, one.source, one.correlation, _details(one.details),
    )  # fmt: skip


def _words(name: Name) -> str:
    return name.words or (name.kind if name.id else "")


def _details(details: Mapping[str, str | int]) -> str:
    return json.dumps(dict(details), ensure_ascii=False, sort_keys=True) if details else ""
