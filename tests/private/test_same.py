"""Who has proven nothing sees the same, and causes the same work, whatever account is behind the user ID.

What strangers do stands in `steps.py`, the classes of accounts in `classes.py`. Each class is compared, answer by
answer, with a user ID that nobody has and to which the same was done.
"""

from collections.abc import Callable
from typing import Any

import pytest

from keyback.core.types import Disclosure
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.living import with_self_service
from tests.postgresql import Server
from tests.private.classes import CLASSES, POLICY, organisation, unknown, user_id
from tests.private.steps import ACTS, SHORT, Seen, Visitor, walk

Engines = Callable[[], SqliteEngine | PostgresqlEngine]
MEDIA = (
    "a program", "a browser, in short", "a program, in short, on PostgreSQL",
    pytest.param("a browser", marks=pytest.mark.soak), pytest.param("a program, on PostgreSQL", marks=pytest.mark.soak),
)  # fmt: skip


class Walks:
    """What each class of account gets to see, walked when first asked for."""

    def __init__(self, engine: Engines, medium: str) -> None:
        self._engine = engine
        self._html = "browser" in medium
        self._short = "in short" in medium
        self._walked: dict[tuple[str, str], list[Seen]] = {}

    def pair(self, name: str) -> tuple[list[Seen], list[Seen]]:
        """Of this class, and of nobody."""
        before = CLASSES[name].before
        return self._of(user_id(name), before), self._of(unknown("unknown"), before)

    def _of(self, typed: str, before: str) -> list[Seen]:
        if (typed, before) not in self._walked:
            living, counter = organisation(self._engine())
            visitor = Visitor(living, counter, typed, html=self._html)
            self._walked[typed, before] = walk(visitor, before, SHORT if self._short or before else ACTS)
            living.close()
        return self._walked[typed, before]


@pytest.fixture(scope="module", params=MEDIA)
def walks(request: pytest.FixtureRequest) -> Walks:
    """As a program and as a browser sees it, and on the other engine, where the answers are made by the same code."""
    server: Server | None = request.getfixturevalue("postgresql") if "PostgreSQL" in request.param else None

    def engine() -> SqliteEngine | PostgresqlEngine:
        return PostgresqlEngine(server.new_database()) if server else SqliteEngine(None)

    return Walks(engine, request.param)


def same(walks: Walks, name: str, look: Callable[[Seen], Any]) -> None:
    """One column of both walks."""
    somebody, nobody = ([(one.step, look(one)) for one in walked] for walked in walks.pair(name))
    assert somebody == nobody


every_class = pytest.mark.parametrize("name", CLASSES)


@every_class
def test_the_status_is_the_same(walks: Walks, name: str) -> None:
    """ENU-1, ENU-5: limits, pauses and robots' work included."""
    same(walks, name, lambda one: one.status)


@every_class
def test_the_headers_are_the_same(walks: Walks, name: str) -> None:
    """ENU-1: names, values and order; Retry-After and the length of the body among them."""
    same(walks, name, lambda one: one.headers)


@every_class
def test_the_cookies_are_the_same(walks: Walks, name: str) -> None:
    """ENU-1: random ones have equal length."""
    same(walks, name, lambda one: one.cookies)


@every_class
def test_the_body_is_the_same(walks: Walks, name: str) -> None:
    """ENU-1, ENU-4, ENU-5, SND-5: byte for byte, what is random aside."""
    same(walks, name, lambda one: (one.size, one.body))


@every_class
def test_as_many_passwords_are_hashed(walks: Walks, name: str) -> None:
    """ENU-2: a dummy one where there is none."""
    same(walks, name, lambda one: one.work.hashes)


@every_class
def test_the_store_is_asked_the_same(walks: Walks, name: str) -> None:
    """ENU-2: the very same statements in the same order, and the same transactions."""
    same(walks, name, lambda one: one.work.statements)


@every_class
def test_as_many_messages_go_out(walks: Walks, name: str) -> None:
    """ENU-2, SND-5: as many rows in the outbox, and the same couriers woken; those of nobody go nowhere."""
    same(walks, name, lambda one: (one.work.messages, one.work.kicks))


@every_class
def test_the_directories_are_asked_the_same(walks: Walks, name: str) -> None:
    """ENU-2, ENU-3: each is asked about nobody where the person is not its own, and may be away."""
    same(walks, name, lambda one: one.work.asked)


@every_class
def test_nothing_personal_is_shown(walks: Walks, name: str) -> None:
    """ENU-6: no name, address, number, directory, identifier or reason, in any answer."""
    somebody, _ = walks.pair(name)
    local = user_id(name).partition("@")[0]
    personal = (
        f"id-{local}",
        local.title(),
        "private",
        "mailbox.example",
        "+49",
        "***",
        "•",
        "SSPR_",
        "directory",
        "ldap",
    )
    assert [(one.step, word) for one in somebody for word in personal if word in one.body] == []


def test_the_walk_meets_every_kind_of_answer() -> None:
    """ENU-5: or it would compare nothing."""
    somebody, nobody = Walks(lambda: SqliteEngine(None), "a program").pair("existing")
    assert {one.status for one in somebody} >= {200, 404, 422, 429}
    told = "".join(one.body for one in nobody)
    sentences = (
        "Too many codes were sent", "too many wrong answers", "too many attempts from your network", "We could not verify you",
        "no tries left for it", "too many wrong passwords", "administrators have been told",
    )  # fmt: skip
    assert [sentence for sentence in sentences if sentence not in told] == []


def test_a_difference_would_be_seen() -> None:
    """ENU-1, ENU-2: a tenant that guides tells classes apart, in the body and in the work."""
    guided = with_self_service(POLICY, disclosure=Disclosure.GUIDED)
    seen = []
    for typed in (user_id("existing"), unknown("unknown")):
        living, counter = organisation(SqliteEngine(None), guided)
        visitor = Visitor(living, counter, typed)
        visitor.see("/reset")
        visitor.send("/reset", user_id=typed, work=visitor.solved())
        seen.append(visitor.seen[-1])
        living.close()
    known, nobody = seen
    assert known.body != nobody.body
    assert known.work.statements != nobody.work.statements
