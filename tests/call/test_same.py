"""Who calls sees the same, and causes the same work, whether number and user ID fit or not, until the first proof."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pytest

from keyback.app.helpdesk import checking
from keyback.core.ports.desk import Case
from keyback.core.rules.helpdesk import CASE_LIFE
from keyback.core.types import MINUTE, SECOND
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from tests.call.calling import work_of
from tests.living import Living
from tests.postgresql import Server
from tests.private.classes import organisation, user_id
from tests.private.steps import METHODS, Seen, Visitor

FITS = user_id("existing")
Engines = Callable[[], SqliteEngine | PostgresqlEngine]


def number_for(living: Living, name: str) -> str:
    return checking.open_case(work_of(living, "id-helper"), f"id-{user_id(name).partition('@')[0]}").number


def right(living: Living) -> str:
    living.clock.move(5 * MINUTE)
    return number_for(living, "existing")


def own(name: str) -> Callable[[Living], str]:
    """Of this class, whoever may check it."""

    def number(living: Living) -> str:
        living.clock.move(5 * MINUTE)
        person = f"id-{user_id(name).partition('@')[0]}"
        with living.store.writing() as unit:
            assert unit.cases.open(Case("a case", "654321", person, "id-helper", unit.now, unit.now + CASE_LIFE))
        return "654321"

    return number


def wrong(living: Living) -> str:
    number = right(living)
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def of_another(living: Living) -> str:
    right(living)
    return number_for(living, "out of scope")


def expired(living: Living) -> str:
    number = number_for(living, "existing")
    living.clock.move(5 * MINUTE)
    return number


def closed(living: Living) -> str:
    number = right(living)
    checking.close_case(work_of(living, "id-helper"), f"id-{FITS.partition('@')[0]}")
    return number


PAIRS: Mapping[str, tuple[str, Callable[[Living], str]]] = {
    "a wrong number": (FITS, wrong),
    "somebody else's number": (FITS, of_another),
    "an expired number": (FITS, expired),
    "a closed case": (FITS, closed),
    "an unknown user ID": ("nobody01@contoso.example", right),
    "a disabled account": (user_id("disabled"), right),
    "another's user ID": (user_id("in many groups"), right),
    "an administrator's user ID": (user_id("administrator"), right),
    **{
        f"{name}, whose number fits": (user_id(name), own(name))
        for name in (
            "administrator",
            "frozen",
            "without methods",
            "with one method",
            "out of scope",
            "disabled",
            "in many groups",
        )
    },
}
MEDIA = ("a program", "a browser", "a program, on PostgreSQL")


def walk(living: Living, counter: Any, typed: str, number: str, *, html: bool) -> list[Seen]:
    """Everything that can be done without a proof."""
    visitor = Visitor(living, counter, typed, html=html)

    def start() -> None:
        visitor.see("/call")
        visitor.send("/call", case=number, user_id=typed, work=visitor.solved())

    start()
    for method in METHODS:
        visitor.see("/reset/ways")
        visitor.send("/reset/method", method=method)
        visitor.send("/reset/answer", answer="00000000")
    visitor.send("/reset/again")
    visitor.wait(66 * SECOND)
    visitor.send("/reset/again")
    visitor.send("/reset/trouble", trouble="unlock")
    visitor.send("/reset/password", new="seven purple lamps dance", again="seven purple lamps dance", user_id="")
    visitor.send("/reset/cancel")
    start()
    visitor.send("/reset/method", method="email_code")
    for _ in range(6):
        visitor.send("/reset/answer", answer="00000000")
    visitor.see("/reset/journey")
    start()
    visitor.send("/reset/method", method="totp")
    visitor.wait(5 * MINUTE)
    visitor.send("/reset/answer", answer="000000")
    visitor.see("/reset/journey")
    return visitor.seen


@pytest.fixture(scope="module", params=MEDIA)
def walks(request: pytest.FixtureRequest) -> Callable[[str], tuple[list[Seen], list[Seen]]]:
    server: Server | None = request.getfixturevalue("postgresql") if "PostgreSQL" in request.param else None

    @cache
    def walked(name: str) -> list[Seen]:
        typed, number = PAIRS.get(name, (FITS, right))
        living, counter = organisation(PostgresqlEngine(server.new_database()) if server else SqliteEngine(None))
        seen = walk(living, counter, typed, number(living), html="browser" in request.param)
        living.close()
        return seen

    return lambda name: (walked(name), walked("fits"))


def step(one: Seen) -> str:
    """Without the number that was typed."""
    return re.sub(r"case=\d+", "case", one.step)


every_pair = pytest.mark.parametrize("name", PAIRS)


@every_pair
def test_a_stranger_cannot_tell_whether_number_and_user_id_fit(
    walks: Callable[[str], tuple[list[Seen], list[Seen]]], name: str
) -> None:
    """ENU-1, ENU-4, ENU-5, decisions 21: status, headers, cookies, and every byte but what is random."""
    shown = [
        [(step(one), one.status, one.headers, one.cookies, one.size, one.body) for one in seen] for seen in walks(name)
    ]
    assert shown[0] == shown[1]


@every_pair
def test_the_work_is_the_same(walks: Callable[[str], tuple[list[Seen], list[Seen]]], name: str) -> None:
    """ENU-2: the very same statements, hashes, messages and couriers."""
    work = [
        [(step(one), one.work.statements, one.work.hashes, one.work.messages, one.work.kicks) for one in seen]
        for seen in walks(name)
    ]
    assert work[0] == work[1]
