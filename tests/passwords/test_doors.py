"""Every door by which a new password comes in judges it alike, on this host, before any hashing (PWD-2, PWD-4, PWD-8)."""

import ast
import base64
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from keyback.app.house import House
from keyback.app.people import adding, passwords
from keyback.app.people.adding import Newcomer
from keyback.app.setup.issue import rescue
from keyback.core.errors import Invalid
from keyback.core.policy import Passwords, WithoutBreachedList
from keyback.methods.totp import code_at, step_at
from keyback.store.engine import SqliteEngine
from keyback.wiring.breached import BreachedFile
from tests.app.import_help import Heard, bring_in, table, work_of
from tests.conventions.source import PACKAGE, called, sources
from tests.counting import Counter
from tests.living import BASE, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Between, Browser, Living
from tests.passwords.stolen import STOLEN
from tests.passwords.stolen import bring_in as bring_in_list

ADA, BO = "ada@contoso.example", "bo@contoso.example"
BAD: Mapping[str, str] = {
    "vp lmp dn": "password.too_short",
    "x" * 257: "password.too_long",
    "x" * 1_000: "password.too_long",
    "x" * 9_000_000: "password.too_long",
    "Password1234567890": "password.common",
    STOLEN: "password.breached",
    "Contoso!!1234567": "password.personal",
    "keyback!!1234567": "password.personal",
    "localhost1234567": "password.personal",
    "analyticalengine9": "password.guessable",
}
"""By what each is told. They are bad for anybody here."""


@dataclass(frozen=True, slots=True)
class Door:
    """Opened first, then tried."""

    open: Callable[[Living], Callable[[str], list[str]]]
    longest: int = 1_000
    """Characters that come as far as being judged."""


def _page(living: Living) -> Browser:
    browser = living.browser()
    browser.both_gates()
    return browser


def portal(living: Living) -> Callable[[str], list[str]]:
    browser = _page(living)

    def attempt(new: str) -> list[str]:
        browser.set_password(new)
        return browser.told()

    return attempt


def while_typing(living: Living) -> Callable[[str], list[str]]:
    """Its page itself tells of lengths."""
    browser = _page(living)
    fields = {field["name"]: field["value"] for field in browser.page["fields"]}

    def attempt(new: str) -> list[str]:
        sent = {"token": fields["token"], "version": fields["version"], "new": new}
        said = browser.http.post("/reset/judge", json=sent).json()
        if said["strength"] != "too_weak":
            return []
        return [said["why"]["id"] if said["why"] else "password.too_short"]

    return attempt


def one_time_link(living: Living) -> Callable[[str], list[str]]:
    browser = living.browser()
    browser.get(rescue(living.house, ADA, "host:root").link.removeprefix(BASE))

    def attempt(new: str) -> list[str]:
        key = base64.b32decode(browser.page["facts"][0]["value"].replace(" ", ""))
        browser.post(new=new, again=new, code=code_at(key, step_at(living.clock.now())))
        return [message["id"] for message in browser.page["messages"] if message["tone"] == "bad"]

    return attempt


def people_file(living: Living) -> Callable[[str], list[str]]:
    def attempt(new: str) -> list[str]:
        heard = Heard()
        bring_in(living, table([(BO, new)], ("upn", "password")), heard)
        return [mistake.text.id for mistake in heard.mistakes]

    return attempt


def _told(deed: Callable[[], object]) -> list[str]:
    try:
        deed()
    except Invalid as error:
        return [text.id for text in error.mistakes]
    return []


def added_by_hand(living: Living) -> Callable[[str], list[str]]:
    return lambda new: _told(lambda: adding.add(work_of(living), Newcomer(BO), new))


def set_by_hand(living: Living) -> Callable[[str], list[str]]:
    return lambda new: _told(lambda: passwords.set_password(work_of(living), ADA, new, life=None))


DOORS = {
    "portal": Door(portal), "while typing": Door(while_typing), "one-time link": Door(one_time_link),
    "people file": Door(people_file, longest=1_000), "added by hand": Door(added_by_hand, longest=10_000_000),
    "set by hand": Door(set_by_hand, longest=10_000_000),
}  # fmt: skip
ALL = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


class Outside:
    """Hears of every name that this process looks up and every address it talks to, while it listens."""

    heard: list[str] | None = None


def _hook(event: str, _arguments: object) -> None:
    if Outside.heard is not None and event in {
        "socket.connect",
        "socket.getaddrinfo",
        "socket.sendto",
        "socket.sendmsg",
    }:
        Outside.heard.append(event)


sys.addaudithook(_hook)


@contextmanager
def nothing_leaves() -> Iterator[None]:
    heard: list[str] = []
    Outside.heard = heard
    try:
        yield
    finally:
        Outside.heard = None
    assert heard == []


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "breached.list"


@pytest.fixture
def house(counter: Counter, target: Path) -> Iterator[Living]:
    """Ada, at a place that has imported a list and has a term of its own."""

    def with_list(made: House) -> House:
        return replace(made, breached=BreachedFile(target))

    bring_in_list(target, STOLEN)
    rules = Passwords(banned_terms=("analyticalengine",), breached_max_age_days=3_650)
    policy = replace(OPEN_POLICY, passwords=rules)
    living = Living(SqliteEngine(None), policy, Between(hasher=counter.hasher, house=with_list))
    bring_in_list(target, STOLEN, now=living.clock.now())
    living.ada()
    yield living
    living.close()


@ALL
def test_the_same_passwords_are_refused_at_every_door_and_none_is_hashed(
    house: Living, counter: Counter, door: Door
) -> None:
    """PWD-2, PWD-4, PWD-8: and nothing is asked of anybody outside."""
    attempt = door.open(house)
    for bad, told in BAD.items():
        if len(bad) > door.longest:
            continue
        counter.take()
        with nothing_leaves():
            assert attempt(bad) == [told], bad[:40]
        assert counter.take().hashes == []
    assert house.has_password("id-ada", OLD_PASSWORD)


@ALL
def test_a_good_one_passes_every_door(house: Living, door: Door) -> None:
    """PWD-3: no composition, any words, any characters."""
    assert door.open(house)("sieben Äpfel 🍎 tanzen") == []


@ALL
def test_without_a_list_that_can_be_relied_on_a_tenant_may_refuse_at_every_door(
    house: Living, target: Path, door: Door
) -> None:
    """PWD-5: kindly, and it is not the person's fault."""
    strict = replace(OPEN_POLICY, passwords=Passwords(without_breached_list=WithoutBreachedList.REFUSE))
    house.set_policy(strict)
    attempt = door.open(house)
    target.rename(target.with_name("away"))
    assert attempt(NEW_PASSWORD) == ["password.no_list"]
    target.write_bytes(b"half")
    assert attempt(NEW_PASSWORD) == ["password.no_list"]
    bring_in_list(target, STOLEN, now=house.clock.now() - 366 * 86_400_000)
    assert attempt(NEW_PASSWORD) == ["password.no_list"]
    assert house.has_password("id-ada", OLD_PASSWORD)
    bring_in_list(target, STOLEN, now=house.clock.now() - 364 * 86_400_000)
    assert attempt(NEW_PASSWORD) == []


@ALL
def test_without_a_list_the_shipped_ones_work_on_and_an_old_one_still_finds(
    house: Living, target: Path, door: Door
) -> None:
    """PWD-5: the default, and never a step without screening."""
    attempt = door.open(house)
    bring_in_list(target, STOLEN, now=0)
    assert attempt(STOLEN) == ["password.breached"]
    target.unlink()
    assert attempt("Password1234567890") == ["password.common"]
    assert attempt(NEW_PASSWORD) == []


@pytest.mark.parametrize("name", ["portal", "one-time link", "set by hand"])
@pytest.mark.parametrize("history", [0, 1])
def test_what_was_used_last_cannot_come_back(house: Living, name: str, history: int) -> None:
    """decisions 11: on every change and on every reset; with a history of 0 it can."""
    house.set_policy(replace(OPEN_POLICY, passwords=Passwords(history=history)))
    assert DOORS[name].open(house)(OLD_PASSWORD) == ["new_password.used_before"] * history


def test_only_one_file_judges() -> None:
    """PWD-8: every door asks it."""
    askers: dict[str, set[str]] = {"judge": set(), "mistakes": set()}
    for source in sources(PACKAGE / "app"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and called(node) in askers and "password" in ast.unparse(node.func):
                askers[called(node)].add(source.path.stem)
    assert askers == {
        "judge": {"new_password"}, "mistakes": {"choose", "new_password", "use", "passwords", "adding", "importing"},
    }  # fmt: skip
