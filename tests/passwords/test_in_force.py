"""The rules of the moment of the commit count, and a new list counts at once: on the page, in one journey (PWD-6)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from keyback.app.people import adding, passwords
from keyback.app.people.adding import Newcomer
from keyback.app.setup.issue import rescue
from keyback.core.errors import Conflict
from keyback.core.policy import Passwords
from keyback.core.ports import Hasher
from keyback.methods.totp import code_at, step_at
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.web.render import MESSAGES
from tests.app.import_help import bring_in as bring_in_people
from tests.app.import_help import table, work_of
from tests.living import BASE, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Between, Living
from tests.passwords.stolen import STOLEN, bring_in, with_list
from tests.web.test_setup_link import key_on

STRICTER = replace(OPEN_POLICY, passwords=Passwords(banned_terms=(NEW_PASSWORD,)))
"""Since somebody wrote that password on a wall."""


@dataclass
class Meanwhile:
    """A hasher that takes so long that something else happens: between judging and writing."""

    deeds: list[Callable[[], None]] = field(default_factory=list)

    def between(self, real: Hasher) -> Hasher:
        return _Slow(real, self.deeds)


@dataclass(frozen=True)
class _Slow:
    real: Hasher
    deeds: list[Callable[[], None]]

    def hash(self, secret: str) -> str:
        while self.deeds:
            self.deeds.pop()()
        return self.real.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        return self.real.verify(encoded, secret, stranger=stranger)

    def outdated(self, encoded: str) -> bool:
        return self.real.outdated(encoded)


@pytest.fixture
def meanwhile() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
def house(engine: SqliteEngine | PostgresqlEngine, meanwhile: Meanwhile) -> Iterator[Living]:
    living = Living(engine, between=Between(hasher=meanwhile.between))
    living.ada()
    yield living
    living.close()


def test_a_reset_is_judged_again_by_rules_that_changed_and_costs_no_proof(house: Living, meanwhile: Meanwhile) -> None:
    """PWD-6"""
    browser = house.browser()
    browser.both_gates()
    meanwhile.deeds.append(lambda: house.set_policy(STRICTER))
    browser.set_password()
    assert (browser.status, browser.page["state"]) == (422, "new_password")
    assert browser.told() == ["new_password.rules_changed"]
    assert house.has_password("id-ada", OLD_PASSWORD)
    browser.set_password()
    assert browser.told() == ["password.guessable"]
    browser.set_password("eight green kettles sing")
    assert browser.page["state"] == "done"
    assert house.has_password("id-ada", "eight green kettles sing")


def test_a_change_of_another_rule_stops_nobody(house: Living, meanwhile: Meanwhile) -> None:
    """PWD-6"""
    browser = house.browser()
    browser.both_gates()
    other = replace(OPEN_POLICY, lives=replace(OPEN_POLICY.lives, email_code_minutes=9))
    meanwhile.deeds.append(lambda: house.set_policy(other))
    assert browser.set_password()["state"] == "done"


def test_a_one_time_link_is_judged_again_and_lives_on(house: Living, meanwhile: Meanwhile) -> None:
    """PWD-6"""
    browser = house.browser()
    browser.get(rescue(house.house, "ada@contoso.example", "host:root").link.removeprefix(BASE))

    def attempt(new: str) -> list[str]:
        browser.post(new=new, again=new, code=code_at(key_on(browser), step_at(house.clock.now())))
        return browser.told()

    meanwhile.deeds.append(lambda: house.set_policy(STRICTER))
    assert attempt(NEW_PASSWORD) == ["new_password.rules_changed"]
    assert house.has_password("id-ada", OLD_PASSWORD)
    assert attempt(NEW_PASSWORD) == ["password.guessable"]
    attempt("eight green kettles sing")
    assert house.has_password("id-ada", "eight green kettles sing")


def test_what_an_administrator_sets_is_judged_again(house: Living, meanwhile: Meanwhile) -> None:
    """PWD-6, PWD-8"""
    work = work_of(house)
    for deed in (
        lambda: passwords.set_password(work, "ada@contoso.example", NEW_PASSWORD, life=None),
        lambda: adding.add(work, Newcomer("bo@contoso.example"), NEW_PASSWORD),
        lambda: bring_in_people(house, table([("bo@contoso.example", NEW_PASSWORD)], ("upn", "password"))),
    ):
        house.set_policy(OPEN_POLICY)
        meanwhile.deeds.append(lambda: house.set_policy(STRICTER))
        with pytest.raises(Conflict) as refused:
            deed()
        assert refused.value.text.id == "new_password.rules_changed"
    assert house.has_password("id-ada", OLD_PASSWORD)
    with house.store.reading() as unit:
        assert unit.people.by_canonical("bo@contoso.example", unit.now) is None


def test_a_list_that_comes_while_somebody_types_counts_for_the_next_letter(tmp_path: Path) -> None:
    """PWD-4, PWD-6: without a restart, on the page that is open."""
    house = with_list(tmp_path / "breached.list")
    house.ada()
    browser = house.browser()
    browser.both_gates()
    fields = {name["name"]: name["value"] for name in browser.page["fields"] if name["name"] in {"token", "version"}}

    def judged(new: str, **headers: str) -> dict[str, Any]:
        said: dict[str, Any] = browser.http.post("/reset/judge", json={**fields, "new": new}, headers=headers).json()
        return said

    assert judged(STOLEN) == {"rules": {"common": True}, "strength": "strong", "why": None}
    bring_in(tmp_path / "breached.list", STOLEN, now=house.clock.now())
    said = judged(STOLEN)
    assert (said["rules"], said["strength"]) == ({"common": False}, "too_weak")
    assert said["why"]["id"] == "password.breached"
    german = judged(STOLEN, **{"accept-language": "de"})
    assert "gestohlener" in str(german["why"])
    assert judged("vp lmp dn") == {"rules": {"common": True}, "strength": "too_weak", "why": None}
    browser.set_password(STOLEN)
    assert browser.told() == ["password.breached"]
    assert browser.set_password()["state"] == "done"
    assert judged(STOLEN) == {"rules": {}, "strength": "", "why": None}
    assert {f"chrome.strength_{level}" for level in ("too_weak", "fair", "good", "strong")} < set(MESSAGES)
    house.close()
