"""What verifying needs of an audit log, whether it is in the database or in an exported file."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from keyback.core.audit_chain import Checkpoint, Linked, Mark
from keyback.core.events import Event
from keyback.core.types import Span


class Log(Protocol):
    """Lines, and what vouches for them."""

    def head(self) -> tuple[Mark, int]:
        """The end of the chain, and the highest number there is."""

    def base(self) -> Checkpoint | None:
        """After which line the log begins, if retention has removed lines."""

    def lines(self, after: int, upto: int) -> Iterator[Linked]: ...
    def checkpoints(self, after: int, upto: int) -> Iterator[Checkpoint]: ...
    def newest(self) -> Checkpoint | None:
        """The last checkpoint."""

    def hash_of(self, previous: bytes, line: Mapping[str, str | int]) -> bytes: ...
    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether its signature does."""


class Book(Log, Protocol):
    """The log in the database."""

    def sign(self, mark: Mark, every: Span) -> Checkpoint | None:
        """A checkpoint, unless there is one that is younger than `every`, or of this line."""

    def tell(self, event: Event) -> None:
        """One line."""
