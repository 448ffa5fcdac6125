"""A people file as a stream of people and mistakes, with everything that is judged within the file: duplicates,
initial passwords, shared contacts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO

from keyback.app.people.seen import Seen
from keyback.app.people.table import Table
from keyback.core.messages import Text, say
from keyback.core.rules.people_file import Imported, Layout, Mistake, layout, read_row

MESSAGES: Mapping[str, str] = {"import.twice": "The user ID {user_id} stands in an earlier line already."}

Source = Callable[[], AbstractContextManager[BinaryIO]]
"""Opens the file from its beginning; called once for each pass."""
Judge = Callable[[Imported, str], tuple[Text, ...]]
"""What is wrong with an initial password (PWD-8)."""


@dataclass(slots=True)
class Reading:
    """One pass over the file."""

    source: Source
    mapping: Mapping[str, str]
    judge: Judge
    region: str = ""
    shared: int = 0
    """Addresses and numbers met again for another person."""
    _ids: Seen = field(default_factory=Seen)
    _values: Seen = field(default_factory=Seen)

    def people(self) -> Iterator[Imported | tuple[Mistake, ...]]:
        """Each line as its person, or as its mistakes. Raises `Invalid` when the header cannot be read."""
        with self.source() as stream:
            table = Table(stream)
            try:
                plan = layout(table.header, self.mapping, self.region)
                for row in table.rows():
                    yield (
                        (row,) if isinstance(row, Mistake) else self._judged(plan, read_row(plan, row.line, row.cells))
                    )
            finally:
                table.detach()

    def _judged(self, plan: Layout, person: Imported | tuple[Mistake, ...]) -> Imported | tuple[Mistake, ...]:
        if isinstance(person, tuple):
            return person
        if not self._ids.add(person.canonical):
            return (Mistake(person.line, "", say("import.twice", user_id=person.upn)),)
        if person.password is not None:
            wrong = self.judge(person, person.password)
            if wrong:
                return tuple(Mistake(person.line, plan.password_header, text) for text in wrong)
        self.shared += sum(not self._values.add(f"{kind} {value}") for kind, value in person.contacts)
        return person
