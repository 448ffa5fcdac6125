"""Delivery: retries, expiry, doubt, dead gateways; with a clock that stands still until told to move."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from keyback.app.outbox.deliver import (
    FIRST_PAUSE,
    LEASE,
    LONGEST_PAUSE_OF_NOTICE,
    SETTLED_AT_ONCE,
    Courier,
    Route,
    pause,
)
from keyback.app.outbox.ports import Leased, Shown, State
from keyback.app.outbox.sentences import MESSAGES
from keyback.app.outbox.verbs import list_messages, show_message
from keyback.app.outbox.wording import Voice
from keyback.channels.to_screen import Inbox
from keyback.core.errors import NotFound
from keyback.core.ports import DeliveryFailed, Letter, Outgoing, Receipt
from keyback.core.types import DAY, HOUR, MINUTE, SECOND, Span
from keyback.store.engine import SqliteEngine
from keyback.store.migrations import runner
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.web.prompts import Catalog
from keyback.wiring.world import FixedClock, SystemRandom
from tests.people import ADA_MAIL, ADA_MOBILE, TENANT

CODE_LIFE = 10 * MINUTE
CODE, NOTICE = 0, 5
CATALOG = Catalog(MESSAGES)


@dataclass
class Gateway:
    """A channel that fails as it is told, then takes everything."""

    name: str
    failures: list[DeliveryFailed] = field(default_factory=list)
    dead: DeliveryFailed | None = None
    got: list[Letter] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    closed: int = 0

    def send(self, letter: Letter) -> Receipt:
        self.got.append(letter)
        self.meanwhile()
        if self.dead is not None:
            raise self.dead
        if self.failures:
            raise self.failures.pop(0)
        return Receipt(f"ref-{len(self.got)}")

    def close(self) -> None:
        self.closed += 1


class World:
    """One outbox, two gateways, one courier."""

    def __init__(self) -> None:
        self.clock = FixedClock()
        self.engine = SqliteEngine(None)
        runner.run(self.engine)
        self.store = SqlStore(
            self.engine, AesSealer(Keys({1: bytes(range(32))}), TENANT, SystemRandom()), self.clock, TENANT
        )
        self.email, self.sms = Gateway("email"), Gateway("sms")
        self.alarms: list[tuple[str, Exception]] = []
        self.courier = self.another()

    def another(self) -> Courier:
        route = Route((self.email, self.sms), lambda lang: Voice(CATALOG.words(lang or "en"), "Contoso", "kb.example"))
        return Courier(self.store, route, self.clock, lambda channel, error: self.alarms.append((channel, error)))

    def put(self, message: Outgoing, urgency: int = CODE, life: Span = CODE_LIFE) -> str:
        with self.store.writing() as unit:
            return unit.outbox.put(message, urgency, unit.now + life, unit.now)

    def code(self, to: str = ADA_MAIL, channel: str = "email") -> str:
        template = "mail.code" if channel == "email" else "sms.code"
        return self.put(Outgoing(channel, template, {"code": "12345678", "letters": "KT", "life_ms": CODE_LIFE}, to))

    def notice(self, life: Span = 3 * DAY) -> str:
        values: dict[str, str | int] = {"who": "Cy@example.org", "when_at": self.clock.now()}
        return self.put(Outgoing("email", "notice.admin_reset", values, ADA_MAIL), NOTICE, life)

    def state(self, message: str) -> Shown:
        return show_message(self.store, message)

    def pass_time(self, span: Span, step: Span = SECOND, channel: str = "email") -> None:
        for _ in range(span // step):
            self.clock.move(step)
            self.courier.run_once(channel)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.courier.stop()
    made.engine.close()


LATER = DeliveryFailed("The server is busy.")
NEVER = DeliveryFailed("No such mailbox.", for_ever=True)
DOUBT = DeliveryFailed("Silence.", doubt=True)


def test_a_message_is_sent_once_and_nothing_of_it_stays(world: World) -> None:
    message = world.code()
    assert world.courier.run_once("email") == 1
    assert world.courier.run_once("email") == 0
    shown = world.state(message)
    assert (shown.state, shown.receipt, shown.tries) == (State.SENT, "ref-1", 1)
    assert shown.to == "a***@mail.example"
    assert [letter.id for letter in world.email.got] == [message]
    assert "12345678" in world.email.got[0].text
    with world.store.reading() as unit:
        assert unit.outbox.one_shown(message) == shown  # what the row still holds is the masked recipient


def test_a_failed_attempt_is_repeated_with_growing_pauses_and_the_same_letter(world: World) -> None:
    """F14: greylisting, then success."""
    world.email.failures = [LATER, LATER, LATER]
    message = world.code()
    world.courier.run_once("email")
    assert world.state(message).why == LATER.why
    world.pass_time(20 * SECOND)
    assert world.state(message).state is State.SENT
    assert len(world.email.got) == 4
    assert len(set(world.email.got)) == 1


def test_pauses_double_up_to_a_limit_and_differ_between_messages() -> None:
    empty = Outgoing("email", "mail.code", {}, "")
    tries = [Leased("ab" * 16, empty, NOTICE, number, 0, 0, 0, 0) for number in range(1, 40)]
    pauses = [pause(leased) for leased in tries]
    assert FIRST_PAUSE * 3 / 4 <= pauses[0] <= FIRST_PAUSE
    assert all(later >= earlier for earlier, later in pairwise(pauses[:9]))
    assert LONGEST_PAUSE_OF_NOTICE * 3 / 4 <= min(pauses[10:]) < max(pauses[10:]) <= LONGEST_PAUSE_OF_NOTICE


def test_an_expired_code_is_never_sent(world: World) -> None:
    """F14."""
    world.email.dead = LATER
    message = world.code()
    world.pass_time(CODE_LIFE + MINUTE)
    attempts = len(world.email.got)
    assert world.state(message).state is State.EXPIRED
    world.email.dead = None
    world.pass_time(10 * SECOND)
    assert len(world.email.got) == attempts


def test_a_code_that_lay_too_long_is_not_even_tried(world: World) -> None:
    """F14: the server was down for the code's whole life."""
    message = world.code()
    world.clock.move(CODE_LIFE)
    assert world.courier.run_once("email") == 0
    assert world.state(message).state is State.EXPIRED
    assert world.email.got == []


def test_a_heap_of_expired_codes_does_not_hold_up_a_new_one(world: World) -> None:
    expired = [world.code() for _ in range(SETTLED_AT_ONCE + 5)]
    world.clock.move(CODE_LIFE)
    fresh = world.code()
    assert world.courier.run_once("email") == 1
    assert [letter.id for letter in world.email.got] == [fresh]
    assert {world.state(message).state for message in expired} == {State.EXPIRED}


def test_messages_for_a_channel_that_is_not_set_up_say_so_and_expire(world: World) -> None:
    """NOT-2: it is visible to administrators."""
    courier = Courier(world.store, Route((world.email,), lambda _: Voice(CATALOG.words("en"), "Contoso")), world.clock)
    message = world.code(ADA_MOBILE, "sms")
    courier.run_once("sms")
    assert world.state(message).why == "Nothing is set up that could send by sms."
    world.clock.move(CODE_LIFE)
    courier.run_once("sms")
    assert world.state(message).state is State.EXPIRED


def test_a_notice_keeps_trying_for_days(world: World) -> None:
    """F14, NOT-2."""
    world.email.dead = LATER
    message = world.notice()
    world.pass_time(71 * HOUR, step=5 * MINUTE)
    world.email.dead = None
    world.pass_time(20 * MINUTE, step=MINUTE)
    assert world.state(message).state is State.SENT


def test_a_final_refusal_is_final(world: World) -> None:
    world.email.failures = [NEVER]
    message = world.code()
    world.courier.run_once("email")
    world.pass_time(MINUTE)
    shown = world.state(message)
    assert (shown.state, shown.why, len(world.email.got)) == (State.FAILED, NEVER.why, 1)


def test_a_doubt_is_repeated_once_with_the_same_id_and_then_given_up(world: World) -> None:
    """F15."""
    world.sms.dead = DOUBT
    message = world.code(ADA_MOBILE, "sms")
    world.courier.run_once("sms")
    world.pass_time(CODE_LIFE, channel="sms")
    assert [letter.id for letter in world.sms.got] == [message, message]
    assert world.state(message).state is State.FAILED


def test_a_doubt_is_remembered_across_other_failures(world: World) -> None:
    """F15: doubt, busy, doubt is two doubts."""
    world.sms.failures = [DOUBT, LATER, DOUBT]
    message = world.code(ADA_MOBILE, "sms")
    world.courier.run_once("sms")
    world.pass_time(CODE_LIFE, channel="sms")
    assert len(world.sms.got) == 3
    assert world.state(message).state is State.FAILED


def test_a_courier_that_dies_in_the_middle_leaves_one_repetition(world: World) -> None:
    """F15: its lease runs out, another courier sends the same letter once more, and no third one does."""

    class Killed(BaseException):
        pass

    def die() -> None:
        raise Killed

    message = world.code()
    world.email.meanwhile = die
    for expected in (1, 2):
        with pytest.raises(Killed):
            world.another().run_once("email")
        assert len(world.email.got) == expected
        assert world.another().run_once("email") == 0  # leased still
        world.clock.move(LEASE)
    assert world.another().run_once("email") == 0
    assert world.state(message).state is State.FAILED
    assert {letter.id for letter in world.email.got} == {message}


def test_two_couriers_never_send_the_same_message(world: World) -> None:
    messages = {world.code() for _ in range(5)}
    other = world.another()

    def both() -> None:
        if len(world.email.got) == 1:
            other.run_once("email")

    world.email.meanwhile = both
    world.courier.run_once("email")
    assert sorted(letter.id for letter in world.email.got) == sorted(messages)


def test_a_courier_whose_lease_ran_out_cannot_overwrite_the_outcome(world: World) -> None:
    message = world.code()
    other = world.another()

    def overtaken() -> None:
        if len(world.email.got) == 1:
            world.clock.move(LEASE)
            other.run_once("email")

    world.email.meanwhile = overtaken
    world.courier.run_once("email")
    assert world.state(message).receipt == "ref-2"
    assert len(world.email.got) == 2


def test_codes_go_before_notices(world: World) -> None:
    notice, code = world.notice(), world.code()
    world.courier.run_once("email")
    assert [letter.id for letter in world.email.got] == [code, notice]


def test_a_decoys_message_goes_nowhere(world: World) -> None:
    """SND-5: it has a row like any other, and no send."""
    message = world.code(to="")
    world.courier.run_once("email")
    assert world.state(message).state is State.NOWHERE
    assert world.email.got == []


def test_a_dead_gateway_slows_nobody_else(world: World) -> None:
    """DOS-7: while the SMS gateway hangs, mail goes out."""
    stuck, sent = threading.Event(), threading.Event()

    def hang() -> None:
        stuck.wait(10)

    world.sms.meanwhile = hang
    world.email.meanwhile = sent.set
    world.courier.start()
    world.code(ADA_MOBILE, "sms")
    world.courier.kick("sms")
    mail = world.code()
    world.courier.kick("email")
    assert sent.wait(5)
    stuck.set()
    world.courier.stop()
    assert world.state(mail).state is State.SENT
    assert (world.email.closed, world.sms.closed) == (1, 1)


def test_stopping_finishes_the_message_in_hand_and_begins_no_other(world: World) -> None:
    first, second = world.code(), world.notice()
    world.email.meanwhile = lambda: world.courier._stopping.set()  # noqa: PLW0108
    world.courier.run_once("email")
    assert (world.state(first).state, world.state(second).state) == (State.SENT, State.WAITING)


def test_a_message_that_nobody_can_word_is_given_up_and_alarms(world: World) -> None:
    odd = world.put(Outgoing("email", "mail.unheard_of", {}, ADA_MAIL))
    code = world.code()
    world.courier.run_once("email")
    assert (world.state(odd).state, world.state(code).state) == (State.FAILED, State.SENT)
    assert [channel for channel, _ in world.alarms] == ["email"]


def test_an_error_nobody_expected_does_not_end_the_courier(world: World) -> None:
    def odd() -> None:
        if len(world.email.got) == 1:
            raise ZeroDivisionError

    world.email.meanwhile = odd
    first, second = world.code(), world.code()
    world.courier.run_once("email")
    states = {world.state(first).state, world.state(second).state}
    assert states == {State.WAITING, State.SENT}
    assert isinstance(world.alarms[0][1], ZeroDivisionError)


def test_administrators_see_how_messages_fare_but_not_what_they_say(world: World) -> None:
    """NOT-2, CRY-1: failures are visible; recipients are masked, waiting or not."""
    world.email.failures = [NEVER]
    failed = world.code()
    world.courier.run_once("email")
    waiting = world.code(ADA_MOBILE, "sms")
    assert [shown.id for shown in list_messages(world.store, State.FAILED)] == [failed]
    assert [shown.to for shown in list_messages(world.store, State.WAITING)] == ["+49 ••• ••09"]
    assert {shown.id for shown in list_messages(world.store)} == {failed, waiting}
    assert "12345678" not in repr(list_messages(world.store))
    with pytest.raises(NotFound):
        show_message(world.store, "unknown")


def test_the_demos_inbox_shows_what_was_sent(world: World) -> None:
    inbox = Inbox()
    route = Route((inbox.channel("email"), inbox.channel("sms")), lambda _: Voice(CATALOG.words("en"), "Contoso"))
    courier = Courier(world.store, route, world.clock)
    world.code()
    world.code(ADA_MOBILE, "sms")
    courier.run_once("email")
    courier.run_once("sms")
    assert [message["to"] for message in inbox.messages()] == [ADA_MAIL, ADA_MOBILE]
    assert "12345678" in str(inbox.messages(ADA_MOBILE)[0]["text"])
