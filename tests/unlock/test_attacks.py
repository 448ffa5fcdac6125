"""What unlocking must not be good for (GAT-4, GAT-9)."""

from collections.abc import Iterator

import pytest

from keyback.core.types import MINUTE, ContactKind, DirectoryKind
from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine
from tests.living import MAIL, NEW_PASSWORD, Living, with_self_service
from tests.unlock.unlocking import (
    UNLOCK,
    first_proof,
    follow,
    journeys,
    mean,
    proofs,
    second_proof,
    version_of,
)

CHALLENGES = Sql("SELECT COUNT(*) FROM challenge")
COMPROMISED = Sql("UPDATE credential SET compromised_at = :at WHERE person = :person")


@pytest.fixture
def house(engine: SqliteEngine | PostgresqlEngine) -> Iterator[Living]:
    living = Living(engine, UNLOCK)
    living.ada()
    yield living
    living.close()


def challenges(house: Living) -> int:
    with house.store.reading() as unit:
        row = unit.link.one(CHALLENGES, {})
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/reset/method", {"method": "email_code"}),
        ("/reset/again", {}),
        ("/reset/answer", {"answer": "00000000"}),
        ("/reset/password", {"new": NEW_PASSWORD, "again": NEW_PASSWORD, "user_id": ""}),
        ("/reset/trouble", {"trouble": "open"}),
        ("/reset/trouble", {"trouble": "helpdesk"}),
        ("/reset/trouble", {"trouble": ""}),
    ],
)
def test_nothing_happens_before_it_is_said_what_for(house: Living, path: str, fields: dict[str, str]) -> None:
    """GAT-4"""
    browser = house.browser()
    browser.start()
    browser.get("/reset/journey")
    version = version_of(browser)
    assert follow(browser, path, **fields)["state"] == "trouble"
    assert version_of(browser) == version
    assert journeys(house) == [("open", "proving", None, None)]
    assert challenges(house) == 0


def test_the_ways_are_not_shown_before_it_is_said_what_for(house: Living) -> None:
    """GAT-4"""
    browser = house.browser()
    browser.start()
    assert browser.get("/reset/ways")["state"] == "trouble"
    assert browser.get("/reset/trouble")["state"] == "trouble"


@pytest.mark.parametrize(("first", "then"), [("unlock", "reset"), ("reset", "unlock")])
def test_what_was_said_stays_whatever_is_posted(house: Living, first: str, then: str) -> None:
    """GAT-4: the same form again, a fresh one, and after a proof"""
    browser = house.browser()
    browser.start()
    browser.get("/reset/journey")
    old = version_of(browser)
    browser.post(trouble=first)
    for version in (old, str(int(old) + 1), str(int(old) + 2)):
        browser.get("/reset/journey")
        assert follow(browser, "/reset/trouble", trouble=then, version=version)["state"] == "choose_method"
    browser.choose("email_code")
    follow(browser, answer=house.newest_code(MAIL))
    assert follow(browser, "/reset/trouble", trouble=then, version=version_of(browser))["state"] == "choose_method"
    assert journeys(house) == [(first, "proving", None, None)]


def test_of_two_posts_at_once_one_is_heard(house: Living) -> None:
    """RAC-3"""
    browser = house.browser()
    browser.start()
    browser.get("/reset/journey")
    form = dict(browser.page)
    browser.post(trouble="unlock")
    browser.page = form
    assert follow(browser, "/reset/trouble", trouble="reset")["state"] == "choose_method"
    assert journeys(house) == [("unlock", "proving", None, None)]


def test_an_extra_field_is_refused(house: Living) -> None:
    """GAT-4: what the row of the route does not name"""
    browser = house.browser()
    browser.start()
    browser.get("/reset/journey")
    browser.post(trouble="unlock", purpose="reset")
    assert browser.status == 400
    browser.post("/reset", user_id="ada@contoso.example", work="", purpose="unlock")
    assert browser.status == 400
    assert journeys(house) == [("open", "proving", None, None)]


@pytest.mark.parametrize("query", ["?trouble=unlock", "?purpose=unlock&version=1"])
def test_an_address_says_nothing(house: Living, query: str) -> None:
    """GAT-4: GET changes nothing"""
    browser = house.browser()
    browser.start()
    for path in ("/reset/trouble", "/reset/journey", "/reset"):
        browser.get(f"{path}{query}")
    assert journeys(house) == [("open", "proving", None, None)]


def test_there_is_no_page_for_a_new_password_after_unlocking(house: Living) -> None:
    """GAT-9: neither before the last proof, nor after it, nor by its address"""
    before = house.password_of("id-ada")
    browser = house.browser()
    first_proof(browser)
    new = {"new": NEW_PASSWORD, "again": NEW_PASSWORD, "user_id": ""}
    assert follow(browser, "/reset/password", version=version_of(browser), **new)["state"] == "choose_method"
    form = dict(browser.page)
    assert second_proof(browser)["state"] == "done"
    for version in range(12):
        browser.page = form
        page = follow(browser, "/reset/password", version=str(version), **new)
        assert page["title"]["id"] == "done.unlocked_title"
        browser.page = form
        browser.post("/reset/judge", version=str(version), new=NEW_PASSWORD, user_id="")
        assert browser.page == {"rules": {}, "strength": "", "why": None}
    assert house.password_of("id-ada") == before


def test_proofs_for_unlocking_are_used_up(house: Living) -> None:
    """GAT-3: neither for another unlock nor for a reset"""
    browser = house.browser()
    first_proof(browser)
    code = house.code_of_app()
    assert second_proof(browser)["state"] == "done"
    assert proofs(house) == (2, 2)
    other = house.browser()
    house.clock.move(2 * MINUTE)
    assert mean(other, "reset")["state"] == "choose_method"
    other.choose("totp")
    assert follow(other, answer=code)["state"] == "answer"
    assert proofs(house) == (2, 2)


def test_who_was_frozen_is_refused_after_the_first_proof(house: Living) -> None:
    """decisions 16"""
    with house.store.writing() as unit:
        unit.people.freeze("id-ada", unit.now)
    page = first_proof(house.browser())
    assert (page["state"], page["code"]) == ("refused", "KEYBACK_0001")


def test_who_is_frozen_between_the_proofs_is_not_unlocked(house: Living) -> None:
    """GAT-1, decisions 16"""
    browser = house.browser()
    first_proof(browser)
    with house.store.writing() as unit:
        unit.people.freeze("id-ada", unit.now)
    page = second_proof(browser)
    assert (page["state"], page["code"]) == ("refused", "KEYBACK_0001")
    assert proofs(house)[1] == 0


def test_a_compromised_password_stays_compromised(house: Living) -> None:
    """GAT-9"""
    with house.store.writing() as unit:
        unit.link.run(COMPROMISED, {"at": unit.now, "person": "id-ada"})
    before = house.password_of("id-ada")
    assert before.compromised_at is not None
    browser = house.browser()
    first_proof(browser)
    second_proof(browser)
    assert house.password_of("id-ada") == before


@pytest.mark.parametrize("enabled", [True, False])
def test_a_disabled_account_is_like_one_that_nobody_has(house: Living, *, enabled: bool) -> None:
    """ENU-1; its code is wrong, whatever it is"""
    who = house.person("eve", enabled=enabled)
    house.authenticator(who, bytes(range(50, 70)))
    browser = house.browser()
    mean(browser, user_id="eve@contoso.example")
    browser.choose("totp")
    state = follow(browser, answer=house.code_of_app(bytes(range(50, 70))))["state"]
    assert state == ("refused" if enabled else "answer")


def test_who_is_disabled_between_the_proofs_is_not_unlocked(house: Living) -> None:
    """GAT-1, COD-6"""
    browser = house.browser()
    first_proof(browser)
    with house.store.writing() as unit:
        unit.link.run(Sql("UPDATE person SET enabled = 0 WHERE id = :person"), {"person": "id-ada"})
        unit.people.raise_generation("id-ada", unit.now)
    browser.choose("totp")
    assert browser.get("/reset/journey")["state"] == "ended"
    assert proofs(house)[1] == 0


def test_who_becomes_an_administrator_meanwhile_proves_as_one(house: Living) -> None:
    """GAT-1: roles as they are at the end"""
    house.set_policy(with_self_service(UNLOCK, methods_required=1))
    browser = house.browser()
    mean(browser)
    browser.choose("email_code")
    code = house.newest_code(MAIL)
    house.grant("id-ada", "helpdesk_administrator")
    assert follow(browser, answer=code)["state"] == "ended"
    assert proofs(house)[1] == 0


def test_unlocking_that_is_switched_off_meanwhile_unlocks_nobody(house: Living) -> None:
    """GAT-1: policy as it is at the end; and page B offers it no longer"""
    waiting, proven = house.browser(), house.browser()
    waiting.start()
    first_proof(proven)
    house.set_policy(with_self_service())
    assert second_proof(proven)["state"] == "ended"
    assert proofs(house) == (2, 0)
    waiting.get("/reset/journey")
    assert [choice["value"] for choice in waiting.page["choices"]] == ["reset"]
    assert follow(waiting, trouble="unlock")["state"] == "trouble"
    assert follow(waiting, trouble="reset")["state"] == "choose_method"


def test_a_proof_that_is_too_old_unlocks_nobody(house: Living) -> None:
    """GAT-6"""
    browser = house.browser()
    first_proof(browser)
    house.clock.move(10 * MINUTE)
    assert second_proof(browser)["state"] == "ended"
    assert journeys(house) == [("unlock", "ended", "expired", None)]


def test_where_the_directory_is_not_ours_it_is_refused_as_a_reset_is(house: Living) -> None:
    """SSPR_0010"""
    who = house.person("fay", directory=DirectoryKind.ACTIVE_DIRECTORY)
    house.authenticator(who, bytes(range(50, 70)))
    browser = house.browser()
    mean(browser, user_id="fay@contoso.example")
    browser.choose("totp")
    page = follow(browser, answer=house.code_of_app(bytes(range(50, 70))))
    assert (page["state"], page["code"]) == ("refused", "SSPR_0010")
    assert page["title"]["id"] == "refused.you_title_unlock"


def test_an_administrator_needs_a_strong_proof_to_unlock_too(house: Living) -> None:
    """decisions 3"""
    who = house.person("hal")
    house.grant(who, "helpdesk_administrator")
    house.contact(who, ContactKind.EMAIL, "hal@mailbox.example")
    browser = house.browser()
    mean(browser, user_id="hal@contoso.example")
    browser.choose("email_code")
    page = follow(browser, answer=house.newest_code("hal@mailbox.example"))
    assert (page["state"], page["code"]) == ("refused", "SSPR_0014")
