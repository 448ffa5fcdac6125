"""What can go wrong, as a tree.

    Trouble
    ├── Refused            the request cannot be done; nothing changed; `text` says why
    │   ├── NotFound       no such thing
    │   ├── Conflict       somebody changed it meanwhile, or it exists already
    │   ├── Forbidden      whoever asks has not the right
    │   ├── Invalid        the input is not acceptable; carries every mistake
    │   └── TooMany        a limit; `retry_at` says when to try again
    ├── Unavailable        a store, directory or channel cannot be reached; refuse (GAT-5)
    │   ├── Unsure         it went away while it was told to keep a change: done or not, nobody can say
    │   └── Busy           it will be possible in a moment
    │       └── Contended  another unit of work was in the way; the whole unit may be done again
    └── Broken             something that must not be: a bad seal, a broken chain; stop and alarm

Errors of libraries are translated at the edge that uses the library; none crosses a port.
"""

from collections.abc import Sequence

from keyback.core.messages import Text
from keyback.core.types import Instant


class Trouble(Exception):
    """Root of all errors that Keyback raises itself."""


class Refused(Trouble):
    """Nothing changed. `text` is for people."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text


class NotFound(Refused):
    """No such thing."""


class Conflict(Refused):
    """It exists already, or somebody changed it meanwhile."""


class Forbidden(Refused):
    """Whoever asks has not the right to it (ADM-1)."""


class Invalid(Refused):
    """The input is not acceptable. `mistakes` names every one of them, in the order of the input."""

    def __init__(self, text: Text, mistakes: Sequence[Text] = ()) -> None:
        super().__init__(text)
        self.mistakes = tuple(mistakes)


class TooMany(Refused):
    """A limit was reached; it opens again at `retry_at`."""

    def __init__(self, text: Text, retry_at: Instant) -> None:
        super().__init__(text)
        self.retry_at = retry_at


class Unavailable(Trouble):
    """Something Keyback depends on cannot be reached. The answer is always refusal."""


class Unsure(Unavailable):
    """Asked to keep a change, it went away without an answer: all of the change happened, or nothing (I2)."""


class Busy(Unavailable):
    """Too much work at this moment; trying again soon will do."""


class Contended(Busy):
    """Another unit of work was in the way and this one was undone; doing all of it again may succeed."""


class Broken(Trouble):
    """A seal, chain or constraint does not hold: stop this operation and tell the administrators."""
