"""Ways to reach people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one recipient, before it is put into words."""

    channel: str
    """`email` or `sms`."""
    template: str
    """Message template id, such as `mail.code` or `notice.password_reset`."""
    values: Mapping[str, str | int]
    to: str
    """Address or number; empty for a decoy, which goes nowhere."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in words, ready to go to one recipient."""

    id: str
    """Idempotency key: the same letter sent twice is one message (F15)."""
    to: str
    subject: str
    text: str
    html: str
    """Empty where the channel carries plain text only."""
    language: str
    sender_name: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider has taken it; `reference` is its own name for the message."""

    reference: str


class DeliveryFailed(Exception):
    """Not delivered. `for_ever`: trying again cannot help. `why` is for administrators and holds no secret."""

    def __init__(self, why: str, *, for_ever: bool = False, doubt: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_ever = for_ever
        self.doubt = doubt
        """It may have been sent: repeat at most once, with the same idempotency key (F15)."""


class Channel(Protocol):
    """A way to reach people. One file on the shelf `channels/`."""

    name: str
    """`email` or `sms`."""

    def send(self, letter: Letter) -> Receipt:
        """Blocks until the provider took it. Raises `DeliveryFailed`; opens and closes its own connections."""

    def close(self) -> None:
        """Give back connections."""
