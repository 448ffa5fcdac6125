"""Whatever breaks, and wherever, the answer is the same for an ID that somebody has and for one that nobody has."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from keyback.core.errors import Busy, Unavailable
from keyback.core.ports import Channel, DeliveryFailed, Hasher, Letter, Receipt
from keyback.core.types import DirectoryKind
from keyback.store.engine import Engine, Link, Row, Sql, SqliteEngine, Values
from tests.counting import Counter
from tests.living import OPEN_POLICY, Between, Living
from tests.private.classes import Away
from tests.private.steps import Seen, Visitor, choose, start

KNOWN, UNKNOWN = "ada@contoso.example", "eve@contoso.example"


class Fuse:
    """Lets so many statements pass; then the store is away, until it is set again."""

    def __init__(self) -> None:
        self.left: float = float("inf")

    def engine(self, real: Engine) -> Engine:
        return _FusedEngine(real, self)

    def burn(self) -> None:
        if self.left <= 0:
            raise Unavailable("the store is away")
        self.left -= 1


class _FusedEngine:
    def __init__(self, real: Engine, fuse: Fuse) -> None:
        self.name = real.name
        self.has_own_clock = real.has_own_clock
        self._real = real
        self._fuse = fuse

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Link]:
        with self._real.transaction(write=write) as link:
            yield _FusedLink(link, self._fuse)

    def close(self) -> None:
        self._real.close()


class _FusedLink:
    def __init__(self, real: Link, fuse: Fuse) -> None:
        self._real = real
        self._fuse = fuse

    def run(self, statement: Sql, values: Values) -> int:
        self._fuse.burn()
        return self._real.run(statement, values)

    def put(self, statement: Sql, values: Values) -> None:
        self._fuse.burn()
        self._real.put(statement, values)

    def one(self, statement: Sql, values: Values) -> Row | None:
        self._fuse.burn()
        return self._real.one(statement, values)

    def all(self, statement: Sql, values: Values) -> Sequence[Row]:
        self._fuse.burn()
        return self._real.all(statement, values)

    def many(self, statement: Sql, rows: Sequence[Values]) -> None:
        self._fuse.burn()
        self._real.many(statement, rows)


class Full:
    """A hasher without a free place."""

    def __init__(self, real: Hasher) -> None:
        self._real = real

    def hash(self, secret: str) -> str:
        return self._real.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        del encoded, secret, stranger
        raise Busy("password hashing")

    def outdated(self, encoded: str) -> bool:
        return self._real.outdated(encoded)


class Dead:
    """A channel that delivers nothing: refused for ever, refused for now, or broken."""

    def __init__(self, real: Channel, error: Exception) -> None:
        self.name = real.name
        self._error = error

    def send(self, letter: Letter) -> Receipt:
        del letter
        raise self._error

    def close(self) -> None:
        """Nothing is open."""


def send_start(visitor: Visitor) -> None:
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved())


def send_method(visitor: Visitor) -> None:
    visitor.send("/reset/method", method="email_code")


def send_answer(visitor: Visitor) -> None:
    visitor.send("/reset/answer", answer="00000000")


def send_help(visitor: Visitor) -> None:
    visitor.send("/contact", user_id=visitor.typed, work=visitor.solved())


def send_password(visitor: Visitor) -> None:
    visitor.send("/sign-in", user_id=visitor.typed, password="no")


def ready(*steps: Callable[[Visitor], None]) -> Callable[[Visitor], None]:
    def prepare(visitor: Visitor) -> None:
        for step in steps:
            step(visitor)

    return prepare


STEPS: dict[str, tuple[Callable[[Visitor], None], Callable[[Visitor], None]]] = {
    "start": (lambda visitor: visitor.see("/reset"), send_start),
    "choose": (start, send_method),
    "answer": (ready(start, send_method), send_answer),
    "ask for help": (lambda visitor: visitor.see("/contact"), send_help),
    "sign in": (lambda visitor: visitor.see("/sign-in"), send_password),
}


def told(one: Seen) -> tuple[Any, ...]:
    return one.status, one.headers, one.cookies, one.body


def after(typed: str, step: str, statements: int) -> list[tuple[Any, ...]]:
    """What is to be seen when the store goes away after so many statements of this step, and when it is back."""
    fuse = Fuse()
    living = Living(SqliteEngine(None), OPEN_POLICY, Between(engine=fuse.engine))
    living.ada()
    visitor = Visitor(living, Counter(), typed)
    prepare, act = STEPS[step]
    prepare(visitor)
    seen = len(visitor.seen)
    fuse.left = statements
    act(visitor)
    fuse.left = float("inf")
    act(visitor)
    living.close()
    return [told(one) for one in visitor.seen[seen:]]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("statements", range(0, 24, 3))
def test_wherever_the_store_goes_away_nobody_can_tell(step: str, statements: int) -> None:
    """ENU-1, GAT-5: the same 503, or the same answer, and the same when it is back."""
    assert after(KNOWN, step, statements) == after(UNKNOWN, step, statements)


def test_the_store_does_go_away() -> None:
    """Or the test above would compare nothing."""
    assert after(KNOWN, "start", 3)[0][0] == 503
    assert after(UNKNOWN, "sign in", 0)[0][0] == 503


@pytest.mark.parametrize("method", ["recovery_code", "sign in"])
def test_a_full_house_is_full_for_everybody(method: str) -> None:
    """ENU-5, DOS-1: no place to hash in is told alike."""
    seen = []
    for typed in (KNOWN, UNKNOWN):
        living = Living(SqliteEngine(None), OPEN_POLICY, Between(hasher=Full))
        living.recovery_codes(living.ada())
        visitor = Visitor(living, Counter(), typed)
        if method == "sign in":
            visitor.see("/sign-in")
            send_password(visitor)
        else:
            start(visitor)
            choose(visitor, method)
            visitor.send("/reset/answer", answer="3K7QM2XNB9RTD4WHE")
        seen.append([told(one) for one in visitor.seen])
        living.close()
    assert seen[0] == seen[1]
    assert seen[0][-1][0] == 503


ERRORS = {
    "no such mailbox": DeliveryFailed("550 no such mailbox", for_ever=True),
    "not now": DeliveryFailed("421 later"),
    "in doubt": DeliveryFailed("no answer", doubt=True),
    "broken": RuntimeError("a hook fell over"),
}


def with_channels(typed: str, error: Exception | None) -> list[tuple[Any, ...]]:
    """A walk through both ways that send something, with the couriers at work."""
    living = Living(SqliteEngine(None), OPEN_POLICY, Between(channel=lambda real: Dead(real, error) if error else real))
    living.ada()
    visitor = Visitor(living, Counter(), typed)
    start(visitor)
    for method in ("email_code", "sms_code"):
        choose(visitor, method)
        for channel in ("email", "sms"):
            living.running.courier.run_once(channel)
        visitor.see("/reset/journey")
        visitor.send("/reset/answer", answer="00000000")
        visitor.wait(61_000)
        visitor.send("/reset/again")
    living.close()
    return [told(one) for one in visitor.seen]


@pytest.mark.parametrize("error", ERRORS)
def test_what_cannot_be_delivered_changes_no_answer(error: str, caplog: pytest.LogCaptureFixture) -> None:
    """ENU-3: bad address, gateway down, hook broken: the pages are those of a message that arrived, and of nobody's."""
    arrived = with_channels(KNOWN, None)
    assert with_channels(KNOWN, ERRORS[error]) == arrived
    assert with_channels(UNKNOWN, ERRORS[error]) == arrived
    assert KNOWN not in caplog.text


def test_a_directory_that_is_away_is_away_for_everybody(quick: Living) -> None:
    """ENU-1, ENU-3: with the right password of another directory one comes in; all others are told the same."""
    quick.ada()
    quick.person("abroad", directory=DirectoryKind.LDAP)
    house = replace(quick.house, directories={**quick.house.directories, DirectoryKind.LDAP: Away(DirectoryKind.LDAP)})
    quick.running = replace(quick.running, site=replace(quick.running.site, house=house))
    answers = []
    for user_id in ("ada@contoso.example", "abroad@contoso.example", "nobody@contoso.example"):
        browser = quick.browser()
        browser.get("/sign-in")
        browser.post(user_id=user_id, password="wrong")
        answers.append((browser.status, browser.told()))
    assert answers == [(422, ["sign_in.wrong_or_away"])] * 3
    assert [line["reason"] for line in quick.story()] == ["50126", "80001", "50034"]
    browser = quick.browser()
    browser.get("/sign-in")
    browser.post(user_id="ada@contoso.example", password="the old password of somebody")
    assert browser.page["state"] == "answer"
