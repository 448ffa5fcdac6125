"""Is the audit log what was written? And a signature under its head every few minutes (AUD-3)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from typing import Final

from keyback.app.audit.ports import Book, Log
from keyback.core.audit_chain import BEGINNING, Checkpoint, Fault, Linked, Mark, Walk, Wrong
from keyback.core.errors import Broken
from keyback.core.events import Activity, Event
from keyback.core.types import MINUTE, Span

EVERY: Final[Span] = 5 * MINUTE
TOLD_AFTER: Final = 100_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the log is right."""

    fault: Fault | None
    start: int
    """The line after which it was looked at."""
    through: int
    """The last line that is right."""
    checkpoints: int
    """How many agree with it."""


def verify(log: Log, told: Callable[[int], None] = lambda _: None, elsewhere: Sequence[Checkpoint] = ()) -> Verdict:
    """Look at every line. `told` hears how far it is, now and then; `elsewhere` are checkpoints that were kept elsewhere."""
    while True:
        base = log.base()
        if base is not None and not log.holds(base):
            return Verdict(Fault(base.mark.seq, Wrong.UNSIGNED), 0, 0, 0)
        verdict = _verify(log, base.mark if base is not None else BEGINNING, told, elsewhere)
        if verdict.fault is None or log.base() == base:
            return verdict
        # retention removed lines meanwhile


def _verify(log: Log, begin: Mark, told: Callable[[int], None], elsewhere: Sequence[Checkpoint]) -> Verdict:
    newest = log.newest()  # before the head, which must not come before it
    head, last = log.head()
    own = log.checkpoints(begin.seq, newest.mark.seq) if newest is not None else iter(())
    kept = sorted((one for one in elsewhere if one.mark.seq > begin.seq), key=_seq)
    signed = _Signed(log, merge(own, kept, key=_seq))
    walk = Walk(begin, head, log.hash_of, signed)
    fault = walk.first_fault(_counted(log.lines(begin.seq, head.seq), told))
    if fault is None and last > head.seq:
        fault = Fault(head.seq + 1, Wrong.INSERTED)
    return Verdict(fault or signed.fault, begin.seq, walk.at.seq, signed.count)


def _seq(checkpoint: Checkpoint) -> int:
    return checkpoint.mark.seq


class _Signed:
    """Marks of checkpoints whose signature holds; the first other one is a fault of its own."""

    def __init__(self, log: Log, checkpoints: Iterable[Checkpoint]) -> None:
        self._log = log
        self._checkpoints = checkpoints
        self.count = 0
        self.fault: Fault | None = None

    def __iter__(self) -> Iterator[Mark]:
        for one in self._checkpoints:
            if self._log.holds(one):
                self.count += 1
                yield one.mark
            elif self.fault is None:
                self.fault = Fault(one.mark.seq, Wrong.UNSIGNED)


def _counted(lines: Iterable[Linked], told: Callable[[int], None]) -> Iterator[Linked]:
    for count, line in enumerate(lines, 1):
        if count % TOLD_AFTER == 0:
            told(count)
        yield line


def verify_newest(book: Book) -> Verdict:
    """Only what came after the newest checkpoint."""
    newest = book.newest()
    if newest is None or not book.holds(newest):
        return verify(book)
    return _verify(book, newest.mark, lambda _: None, ())


def checkpoint(book: Book, every: Span = EVERY) -> Checkpoint | None:
    """Sign the head, if it has moved and the lines since the last signature are right. Raises `Broken` if they are not."""
    verdict = verify_newest(book)
    if verdict.fault is not None:
        raise Broken(f"the audit log is wrong from line {verdict.fault.seq} on ({verdict.fault.kind})")
    head, _ = book.head()
    return book.sign(head, every) if head.seq else None


def sign_despite(book: Book, actor: str, why: str) -> Checkpoint | None:
    """Go on behind a wrong line: what follows is signed again, and a whole check still names that line."""
    book.tell(Event(Activity.AUDIT_BROKEN, actor, "", "success", why))
    head, _ = book.head()
    return book.sign(head, 0)


def alarm(book: Book, error: Broken) -> None:
    """A line about it, in the log that goes on behind what is wrong."""
    book.tell(Event(Activity.AUDIT_BROKEN, "", "", "failure", str(error)))
