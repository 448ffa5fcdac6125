"""What administrators may see of the outbox: how each message fared, to whom in part, and never what it said."""

from collections.abc import Sequence
from dataclasses import replace

from keyback.app.outbox.ports import DeskStore, Shown, State
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.rules import masking

MESSAGES = {"outbox.unknown": "There is no message {message} in the outbox."}
MOST_SHOWN = 1_000


def masked(to: str) -> str:
    """An address or number in part; what is masked already stays as it is."""
    if "***" in to or "•" in to or not to:
        return to
    return masking.mail(to) if "@" in to else masking.number(to)


def list_messages(store: DeskStore, state: State | None = None, most: int = 50) -> Sequence[Shown]:
    """The newest messages."""
    with store.reading() as unit:
        return [_masked(shown) for shown in unit.outbox.shown(state, min(most, MOST_SHOWN))]


def show_message(store: DeskStore, message: str) -> Shown:
    """One message. Raises `NotFound`."""
    with store.reading() as unit:
        shown = unit.outbox.one_shown(message)
    if shown is None:
        raise NotFound(say("outbox.unknown", message=message))
    return _masked(shown)


def _masked(shown: Shown) -> Shown:
    return replace(shown, to=masked(shown.to))
