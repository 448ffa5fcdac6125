"""Delivers what the outbox holds: one thread for each channel, so that a dead gateway slows nobody else (DOS-7).

Each message is leased in one short transaction, sent outside of any, and its outcome recorded together with the
next lease. Codes go before notices; an expired code is never sent (F14); where an attempt may have delivered,
there is at most one more, with the same id (F15).
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from keyback.app.outbox.ports import DeskStore, DeskUnit, Leased, Outcome, State
from keyback.app.outbox.verbs import masked
from keyback.app.outbox.wording import Voice, letter
from keyback.core.errors import Broken, Trouble
from keyback.core.ports import Channel, Clock, DeliveryFailed, Letter, Receipt
from keyback.core.types import MINUTE, SECOND, Instant, Span

LEASE: Final[Span] = MINUTE
FIRST_PAUSE: Final[Span] = 2 * SECOND
LONGEST_PAUSE_OF_CODE: Final[Span] = MINUTE
LONGEST_PAUSE_OF_NOTICE: Final[Span] = 15 * MINUTE
NOTICE: Final = 5
"""Urgency from which on a message is a notice and not a code."""
POLL_SECONDS: Final = 1.0
IDLE_POLLS: Final = 5
"""After so many polls without work the channel gives back its connections."""
KINDS: Final = ("email", "sms")
"""Channels that messages are written for, whether or not they are set up."""
MOST_AT_ONCE: Final = 1_000
MOST_DOUBTS: Final = 2
SETTLED_AT_ONCE: Final = 100
"""Messages that need no sending (expired ones after a long stop) are settled so many to a transaction."""


def pause(leased: Leased) -> Span:
    """How long to wait after this attempt: doubling, and up to a quarter less, so that retries spread out."""
    longest = LONGEST_PAUSE_OF_NOTICE if leased.urgency >= NOTICE else LONGEST_PAUSE_OF_CODE
    whole: Span = min(FIRST_PAUSE << min(leased.tries - 1, 20), longest)
    return whole - whole * (crc32(f"{leased.id}{leased.tries}".encode()) % 256) // 1024


def without_sending(leased: Leased, now: Instant) -> Outcome | None:
    """What is settled before anything is sent: expired, nowhere, or twice in doubt."""
    if leased.not_after <= now:
        return Outcome(State.EXPIRED, "It was too late to send it.")
    if not leased.outgoing.to:
        return Outcome(State.NOWHERE)
    if leased.doubts >= MOST_DOUBTS:
        return Outcome(State.FAILED, "Two attempts ended without an answer; it may have been delivered.")
    return None


def after_failure(leased: Leased, failed: DeliveryFailed, now: Instant) -> Outcome:
    """Again later, or never."""
    if failed.for_ever or (failed.doubt and leased.doubts >= MOST_DOUBTS - 1):
        return Outcome(State.FAILED, failed.why)
    again = now + pause(leased)
    if again >= leased.not_after:
        return Outcome(State.EXPIRED, failed.why)
    return Outcome(State.WAITING, failed.why, not_before=again, doubt=failed.doubt)


@dataclass(frozen=True, slots=True)
class Route:
    """The ways out: channels by name, and who speaks in a language (empty: the tenant's)."""

    channels: Sequence[Channel]
    voice: Callable[[str], Voice]


def _log(channel: str, error: Exception) -> None:
    what = str(error) if isinstance(error, Trouble) else type(error).__name__  # others may quote a message
    logging.getLogger("keyback.courier").error("courier for %s: %s", channel, what)


class _Absent:
    """Stands where no channel is set up, so that its messages say why they wait, and expire."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, letter: Letter) -> Receipt:
        """Never."""
        del letter
        raise DeliveryFailed(f"Nothing is set up that could send by {self.name}.")

    def close(self) -> None:
        """Nothing is open."""


class _Again:
    """There may be more; the transaction only became long enough."""


class Courier:
    """Runs until stopped. `run_once` is the whole of its work, for tests and for `keyback outbox`."""

    def __init__(
        self, store: DeskStore, route: Route, clock: Clock, alarm: Callable[[str, Exception], None] | None = None
    ) -> None:
        """`alarm` hears, by channel, what must not happen: a broken seal, a store that is away. Default: the log."""
        self._store = store
        self._route = route
        present = {channel.name: channel for channel in route.channels}
        self._channels: Mapping[str, Channel] = {name: _Absent(name) for name in KINDS} | present
        self._clock = clock
        self._alarm = alarm or _log
        self._work = {name: threading.Event() for name in self._channels}
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """One thread for each channel."""
        for name in self._channels:
            thread = threading.Thread(target=self._serve, args=(name,), name=f"courier-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def kick(self, channel: str) -> None:
        """There is something to send; called after the commit."""
        if channel in self._work:
            self._work[channel].set()

    def stop(self, seconds: float = 10) -> None:
        """Finish the messages in hand, begin no other."""
        self._stopping.set()
        for event in self._work.values():
            event.set()
        for thread in self._threads:
            thread.join(seconds)
        self._threads.clear()

    def run_once(self, channel: str) -> int:
        """Settle everything that is due on one channel; returns how many messages were in hand."""
        count = 0
        done: tuple[Leased, Outcome] | None = None
        leased: Leased | _Again | None = _Again()
        while leased is not None:
            more = count < MOST_AT_ONCE and not self._stopping.is_set()
            leased = self._turn(channel, done, more=more)
            done = None
            if isinstance(leased, Leased):
                count += 1
                done = (leased, self._attempt(leased))
        return count

    def _turn(self, channel: str, done: tuple[Leased, Outcome] | None, *, more: bool) -> "Leased | _Again | None":
        """Record the last message and take the next one, in one short transaction."""
        with self._store.writing() as unit:
            if done is not None:
                self._finish(unit, *done)
            for _ in range(SETTLED_AT_ONCE if more else 0):
                leased = unit.outbox.lease(channel, unit.now, LEASE)
                if leased is None:
                    return None
                settled = without_sending(leased, unit.now)
                if settled is None:
                    return leased
                self._finish(unit, leased, settled)
        return _Again() if more else None

    @staticmethod
    def _finish(unit: DeskUnit, leased: Leased, outcome: Outcome) -> None:
        unit.outbox.finish(leased, outcome, masked(leased.outgoing.to), unit.now)

    def _attempt(self, leased: Leased) -> Outcome:
        outgoing = leased.outgoing
        try:
            words = letter(outgoing, leased.id, leased.created_at, self._route.voice(outgoing.language))
            receipt = self._channels[outgoing.channel].send(words)
        except DeliveryFailed as failed:
            return after_failure(leased, failed, self._clock.now())
        except Broken as error:
            self._alarm(outgoing.channel, error)
            return Outcome(State.FAILED, "It cannot be put into words.")
        except Exception as error:  # noqa: BLE001 - one odd message must not end the courier
            self._alarm(outgoing.channel, error)
            unknown = DeliveryFailed(f"An error nobody expected: {type(error).__name__}.", doubt=True)
            return after_failure(leased, unknown, self._clock.now())
        return Outcome(State.SENT, receipt=receipt.reference)

    def _serve(self, name: str) -> None:
        idle = 0
        while not self._stopping.is_set():
            self._work[name].clear()
            try:
                idle = 0 if self.run_once(name) else idle + 1
            except Exception as error:  # noqa: BLE001 - the next poll may find the store again
                self._alarm(name, error)
            if idle == IDLE_POLLS:
                self._channels[name].close()
            self._work[name].wait(POLL_SECONDS)
        self._channels[name].close()
