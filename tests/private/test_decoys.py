"""An ID that nobody has walks the whole way, and is the same for ever: at every visit, after a restart, on every node."""

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest

from keyback.app.outbox.ports import State
from keyback.app.reset.scene import account_of
from keyback.core.types import DAY, MINUTE
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.wiring.house import Place, World, build
from tests.counting import Counter
from tests.living import BASE, TENANT, Browser, Living
from tests.private.steps import Seen, Visitor, every_method, guess_app_codes

NOBODY = "nobody@contoso.example"


class Node:
    """Another server of the same organisation: the same keys, its own connections to the same database."""

    def __init__(self, living: Living, engine: SqliteEngine | PostgresqlEngine) -> None:
        self.clock = living.clock
        sealer = AesSealer(Keys({1: bytes(range(32))}), TENANT.id, living.random)
        store = SqlStore(engine, sealer, living.clock, TENANT.id)
        world = World(living.clock, living.random, living.hasher)
        channels = [living.inbox.channel(name) for name in ("email", "sms")]
        self.running = build(store, TENANT, world, Place(BASE, work_number=50), channels)

    def browser(self) -> Browser:
        return Browser(cast("Living", self), {})


@pytest.fixture
def node(living: Living, engine: SqliteEngine | PostgresqlEngine) -> Iterator[Node]:
    """A second one, on each engine."""
    again = engine_again(engine)
    made = Node(living, again)
    yield made
    made.running.close()


def engine_again(engine: SqliteEngine | PostgresqlEngine) -> SqliteEngine | PostgresqlEngine:
    return PostgresqlEngine(engine.url) if isinstance(engine, PostgresqlEngine) else SqliteEngine(engine._path)


def visit(place: Living | Node, typed: str) -> list[tuple[Any, ...]]:
    """All that is to be seen in two walks through every method."""
    visitor = Visitor(cast("Living", place), Counter(), typed)
    for act in (every_method, guess_app_codes):
        visitor.arrive(act.__name__)
        act(visitor)
        visitor.wait(2 * DAY)
    return [told(one) for one in visitor.seen]


def told(one: Seen) -> tuple[Any, ...]:
    """Waits for another code are a little longer in some minutes than in others."""
    return one.step, one.status, one.headers, one.cookies, re.sub(r'"after":[+0-9]+', "", one.body)


def test_a_decoy_is_the_same_at_every_visit_and_on_every_node(living: Living, node: Node) -> None:
    """ENU-4: the same methods, letters, tries and lives after days, after a restart, and at another server."""
    first = visit(living, NOBODY)
    assert visit(living, NOBODY) == first
    assert visit(node, NOBODY) == first


def test_a_decoy_counts_as_one_on_every_node(living: Living, node: Node) -> None:
    """ENU-4, ENU-5: its mark is a keyed hash of the user ID, so what was used up here is used up there."""
    assert account_of(living.house, NOBODY) == account_of(node.running.house, NOBODY)
    assert account_of(living.house, NOBODY) != account_of(living.house, "somebody@contoso.example")


@pytest.mark.parametrize("typed", ["ada@contoso.example", NOBODY])
def test_a_pause_holds_on_every_node(living: Living, node: Node, typed: str) -> None:
    """ENU-5: a pause that one server began is told by the other, with the same end, known or not."""
    living.ada()
    here, there = living.browser(), node.browser()
    for browser in (here, there):
        browser.start(typed)
        browser.choose("totp")
    for _ in range(5):
        here.post(answer="000000")
    pages = [browser.post(answer="000000") for browser in (there, here)]
    assert [browser.status for browser in (there, here)] == [429, 429]
    assert pages[0]["messages"] == pages[1]["messages"]
    assert there.told() == ["answer.paused"]


def test_an_unknown_id_walks_to_the_end(living: Living) -> None:
    """ENU-4, decisions 1: ways, codes, tries, their ends, and "we could not verify you"; nothing is ever sent."""
    browser = living.browser()
    assert browser.start(NOBODY)["state"] == "choose_method"
    browser.choose("email_code")
    for tries in (4, 3, 2, 1):
        page = browser.post(answer="00000000")
        assert (browser.status, browser.told(), str(tries) in page["messages"][0]["text"]) == (
            422,
            ["answer.wrong"],
            True,
        )
    assert browser.post(answer="00000000")["submit"] is None
    assert browser.told() == ["answer.wrong_last"]
    browser.get("/reset/ways")
    browser.choose("totp")
    assert browser.post(answer="000000")["state"] == "answer"
    living.clock.move(15 * MINUTE)
    page = browser.get("/reset/journey")
    assert (page["title"]["id"], [link["rel"] for link in page["links"]]) == (
        "ended.unverified_title",
        ["help", "restart"],
    )
    assert living.delivered() == []
    with living.store.reading() as unit:
        kept = unit.outbox.shown(None, 10)
    assert {shown.to for shown in kept} == {""}
    assert State.NOWHERE in {shown.state for shown in kept}


def test_the_end_is_the_same_for_who_exists_and_proves_nothing(living: Living) -> None:
    """Decisions 1: "we could not verify you; contact your administrator"."""
    living.ada()
    ends = []
    for typed in ("ada@contoso.example", NOBODY):
        browser = living.browser()
        browser.start(typed)
        living.clock.move(15 * MINUTE)
        page = browser.get("/reset/journey")
        ends.append((page["title"]["id"], page["lead"], page["links"]))
    assert ends[0] == ends[1]
    assert ends[0][0] == "ended.unverified_title"


def test_what_happens_to_an_account_is_not_told_to_who_proved_nothing(living: Living) -> None:
    """Decisions 1, COD-6: a reset, a disabled account and a new role kill the code, and nobody can tell."""
    living.ada()
    strangers = {typed: living.browser() for typed in ("ada@contoso.example", NOBODY)}
    for typed, stranger in strangers.items():
        stranger.start(typed)
        stranger.choose("email_code")
    code = living.newest_code("private@mailbox.example")
    with living.store.writing() as unit:
        unit.people.raise_generation("id-ada", unit.now)
        unit.journeys.end_others("id-ada", "")
    pages = [stranger.post(answer=code) for stranger in strangers.values()]
    assert [page["state"] for page in pages] == ["answer", "answer"]
    assert [stranger.told() for stranger in strangers.values()] == [["answer.wrong"]] * 2
    pages = [stranger.get("/reset/ways") for stranger in strangers.values()]
    assert pages[0]["choices"] == pages[1]["choices"]


def test_unknown_ids_are_kept_as_keyed_hashes_only(living: Living) -> None:
    """AUD-5: people type passwords into that field."""
    living.browser().start("my-secret-word@contoso.example")
    assert "my-secret-word" not in str(living.story())
    assert living.story()[0]["target"].startswith("decoy:")


SPELLINGS = (
    "{}@contoso.example",
    "{}@CONTOSO.example",
    " {}@contoso.example ",
    "{}@contoso。example",
    "{}@ｃontoso.example",
)


@pytest.mark.parametrize("name", ["ada", "bob"])
def test_every_spelling_of_an_id_has_one_count(quick: Living, name: str) -> None:
    """ENU-5, THR-2: spelt five ways, five wrong answers are five, whether somebody has it (Ada) or not (Bob)."""
    quick.ada()
    for number, spelling in enumerate(SPELLINGS):
        browser = quick.browser()
        browser.start(spelling.format(name.upper() if number % 2 else name))
        browser.choose("totp")
        browser.post(answer="000000")
        assert browser.told() == ["answer.wrong"]
    browser = quick.browser()
    browser.start(f"{name}@contoso.example")
    browser.choose("totp")
    browser.post(answer="000000")
    assert (browser.status, browser.told()) == (429, ["answer.paused"])
