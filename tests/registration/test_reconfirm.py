"""Is it all still right? Asked when it is time, answered once, proven where nothing was heard for a year."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.ports import SessionKind
from keyback.core.types import DAY, HOUR, MINUTE, Upkeep
from keyback.store.engine import SqliteEngine
from tests.living import MAIL, OPEN_POLICY, Browser, Living
from tests.signing import seated


def since(living: Living, person: str, days: int) -> None:
    """So long ago the person said for the last time that all is right."""
    with living.store.writing() as unit:
        then = unit.now - days * DAY
        unit.people.keep(person, Upkeep(registered_at=then, confirmed_at=then), unit.now)


def upkeep(living: Living, person: str) -> Upkeep:
    with living.store.reading() as unit:
        found = unit.people.by_id(person, unit.now)
    assert found is not None
    return found.upkeep


def interrupted(living: Living, person: str) -> Browser:
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="totp")
    browser.get("/confirm")
    return browser


def acts(browser: Browser) -> dict[str, dict[str, Any]]:
    """The buttons of each thing, by what it is called."""
    return {
        item["label"]: {act["rel"]: act for act in item["acts"]}
        for group in browser.page["groups"]
        for item in group["items"]
    }


def asked(living: Living, person: str) -> str:
    """Where a browser with all factors is sent."""
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="totp")
    return str(browser.get("/confirm")["state"])


def test_saying_that_all_is_right_is_enough_and_is_asked_once(living: Living) -> None:
    """Decisions 24: one button; the next time is a whole interval later."""
    ada = living.ada()
    since(living, ada, 180)
    browser = interrupted(living, ada)
    assert browser.page["state"] == "confirm"
    assert set(acts(browser)) == {"Authenticator app", "p***@mailbox.example", "+49 ••• ••09"}
    before = browser.http.cookies["keyback-session"]
    assert browser.post()["state"] == "signed_in"
    assert browser.http.cookies["keyback-session"] != before
    assert upkeep(living, ada).confirmed_at == living.clock.now()
    assert "User reviewed security info" in [line["activity"] for line in living.story()]
    assert asked(living, ada) != "confirm"


@pytest.mark.parametrize(
    ("days", "interval", "due"), [(179, 180, False), (180, 180, True), (800, 0, False), (30, 30, True)]
)
def test_it_is_asked_at_its_time(quick: Living, days: int, interval: int, due: bool) -> None:  # noqa: FBT001 - a row of a table
    """Decisions 24: after 1 to 730 days, at 0 never."""
    quick.set_policy(replace(OPEN_POLICY, registration=replace(OPEN_POLICY.registration, reconfirm_days=interval)))
    ada = quick.ada()
    since(quick, ada, days)
    assert (asked(quick, ada) == "confirm") is due


def test_not_while_security_info_is_closed(quick: Living) -> None:
    """Decisions 26: it waits until 24 hours after a recovery."""
    ada = quick.ada()
    since(quick, ada, 200)
    known = upkeep(quick, ada)
    with quick.store.writing() as unit:
        unit.people.keep(ada, replace(known, recovered_at=unit.now - 23 * HOUR), unit.now)
    assert asked(quick, ada) != "confirm"
    quick.clock.move(HOUR)
    assert asked(quick, ada) == "confirm"


def unused_for_a_year() -> tuple[Living, str, Browser]:
    living = Living(SqliteEngine(None))
    ada = living.ada()
    living.clock.move(366 * DAY)
    since(living, ada, 200)
    return living, ada, interrupted(living, ada)


def test_what_was_not_used_for_a_year_is_proven_by_a_code() -> None:
    """Decisions 24: saying so is not enough, for each of them."""
    living, ada, browser = unused_for_a_year()
    assert browser.page["submit"] is None
    assert {label for label, found in acts(browser).items() if "prove" in found} == {
        "p***@mailbox.example",
        "+49 ••• ••09",
    }
    browser.post("/confirm")
    assert browser.told() == ["reconfirm.prove_first"]
    assert upkeep(living, ada).confirmed_at != living.clock.now()
    for label, to in (("p***@mailbox.example", MAIL), ("+49 ••• ••09", "+4915112345609")):
        act = acts(browser)[label]["prove"]
        browser.post(act["href"], **{act["name"]: act["value"]})
        assert browser.page["state"] == "confirm_code"
        browser.post(answer=living.newest_code(to))
        assert browser.page["state"] == "confirm", browser.page
        assert "prove" not in acts(browser)[label]
    assert browser.post()["state"] == "signed_in"
    living.close()


def test_a_wrong_code_proves_nothing_and_tries_end() -> None:
    """THR-1: five wrong ones end the code; the list is where one goes on."""
    living, _, browser = unused_for_a_year()
    act = acts(browser)["p***@mailbox.example"]["prove"]
    browser.post(act["href"], **{act["name"]: act["value"]})
    told = []
    for _ in range(5):
        browser.post(answer="00000000")
        told += browser.told()
    assert told == ["proving.wrong"] * 4 + ["proving.wrong_last"]
    assert browser.page["state"] == "confirm"
    assert "prove" in acts(browser)["p***@mailbox.example"]
    living.close()


def test_a_code_is_for_this_question_and_this_session_only() -> None:
    """COD-5: it neither signs in elsewhere nor confirms in another browser."""
    living, ada, browser = unused_for_a_year()
    act = acts(browser)["p***@mailbox.example"]["prove"]
    browser.post(act["href"], **{act["name"]: act["value"]})
    challenge = next(one["value"] for one in browser.page["fields"] if one["name"] == "challenge")
    code = living.newest_code(MAIL)
    other = interrupted(living, ada)
    other.post("/confirm/answer", challenge=challenge, answer=code)
    assert "prove" in acts(other)["p***@mailbox.example"]
    for path in ("/register/answer", "/prove/answer", "/sign-in/answer"):
        browser.post(path, challenge=challenge, answer=code)
        browser.get("/confirm")
        assert browser.page["state"] == "confirm_code", path
    living.close()


def test_a_message_of_somebody_else_cannot_be_asked_for() -> None:
    """SND-1: what is not one's own is not there."""
    living, _, browser = unused_for_a_year()
    eve = living.person("eve")
    with living.store.writing() as unit:
        unit.people.hold(eve)
    assert browser.post("/confirm", contact="id-eve-email-1")["state"] == "confirm"
    assert living.delivered() == []
    living.close()


def test_only_who_is_interrupted_is_asked(quick: Living) -> None:
    """A signed-in browser, and one whose second factor is missing, belong elsewhere."""
    ada = quick.ada()
    since(quick, ada, 200)
    for kind in (SessionKind.FACTOR, SessionKind.PORTAL):
        browser = seated(quick, ada, kind)
        browser.get("/confirm")
        assert browser.page["state"] != "confirm"
        quick.clock.move(MINUTE)
    assert upkeep(quick, ada).confirmed_at == quick.clock.now() - 2 * MINUTE - 200 * DAY


def test_what_is_wrong_is_mended_from_the_list(living: Living) -> None:
    """Decisions 24: each thing, a set of codes too, can be changed or taken away there, and then the list goes on."""
    ada = living.ada()
    living.recovery_codes(ada)
    since(living, ada, 200)
    browser = interrupted(living, ada)
    assert list(acts(browser)) == [
        "Authenticator app",
        "p***@mailbox.example",
        "+49 ••• ••09",
        "10 recovery codes left",
    ]
    act = acts(browser)["10 recovery codes left"]["lost"]
    browser.post(act["href"], **{act["name"]: act["value"]})
    browser.post()
    browser.get("/confirm")
    assert list(acts(browser)) == ["Authenticator app", "p***@mailbox.example", "+49 ••• ••09"]
    act = acts(browser)["p***@mailbox.example"]["change"]
    browser.post(act["href"], **{act["name"]: act["value"]})
    assert browser.post(value="other@elsewhere.example")["state"] == "register_code", browser.page
    browser.post(answer=living.newest_code("other@elsewhere.example"))
    browser.get("/confirm")
    assert "o***@elsewhere.example" in acts(browser)
    assert browser.post()["state"] == "signed_in"
