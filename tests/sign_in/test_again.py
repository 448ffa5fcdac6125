"""Proving again who one is, before a change."""

import pytest

from keyback.app.sign_in.fresh import NotFresh, fresh, require_fresh
from keyback.app.sign_in.seat import Seat, Visit, seat, with_info
from keyback.core.ports import SessionKind
from keyback.core.rules.freshness import FRESH
from keyback.core.types import MINUTE, ContactKind
from tests.living import HOME, MAIL, MOBILE, OLD_PASSWORD, RESEND, Browser, Living
from tests.signing import plain, seated, session_of


def seat_of(living: Living, browser: Browser) -> Seat:
    """Who sits there now, with what they registered."""
    with living.store.reading() as unit:
        visit = Visit(session_of(browser), "", HOME, "test")
        return with_info(unit, seat(living.house, unit, visit, *SessionKind))


def is_fresh(living: Living, browser: Browser) -> bool:
    """Whether this browser may change security info."""
    return fresh(living.house, seat_of(living, browser))


def cold(living: Living, person: str) -> Browser:
    """A live session whose password and proof are older than ten minutes."""
    now = living.clock.now()
    old = now - 11 * MINUTE
    return seated(living, person, proved="totp", began_at=old, password_at=old, proved_at=old)


def test_a_session_of_a_moment_ago_is_fresh_for_ten_minutes_and_not_a_millisecond_longer(living: Living) -> None:
    """REG-1: a proof that is older is stale, be it by one millisecond."""
    browser = seated(living, living.ada(), proved="totp")
    living.clock.move(FRESH)
    assert is_fresh(living, browser)
    living.clock.move(1)
    assert not is_fresh(living, browser)
    with pytest.raises(NotFresh):
        require_fresh(living.house, seat_of(living, browser))


@pytest.mark.parametrize("proved", ["", "email_code", "sms_code"])
def test_a_weaker_proof_than_the_strongest_is_not_enough(quick: Living, proved: str) -> None:
    """REG-1: with the strongest method that the account has."""
    assert not is_fresh(quick, seated(quick, quick.ada(), proved=proved))


def test_a_proof_alone_is_not_enough_without_the_password(quick: Living) -> None:
    """REG-1: full re-authentication."""
    browser = seated(quick, quick.ada(), proved="totp", password_at=quick.clock.now() - FRESH - 1)
    assert not is_fresh(quick, browser)


def test_recovery_codes_count_as_the_strongest_where_there_is_nothing_better(quick: Living) -> None:
    """REG-1: who has a phone and recovery codes proves it with a recovery code."""
    person = quick.person("eve")
    quick.recovery_codes(person)
    assert not is_fresh(quick, seated(quick, person, proved="sms_code"))
    assert is_fresh(quick, seated(quick, person, proved="recovery_code"))


def test_an_access_pass_session_is_fresh_for_its_life(quick: Living) -> None:
    """REG-1 (amended): the pass stands for both."""
    browser = seated(quick, quick.ada(), password_at=0, access_pass="pass")
    quick.clock.move(14 * MINUTE)
    assert is_fresh(quick, browser)


def test_password_and_authenticator_make_it_fresh_under_new_names(living: Living) -> None:
    """REG-1, SES-1: each proof renames the session, and the old names are dead."""
    browser = cold(living, living.ada())
    names = [session_of(browser)]
    browser.get("/prove")
    assert browser.page["state"] == "prove_password"
    browser.post(password=OLD_PASSWORD)
    names.append(session_of(browser))
    assert browser.page["state"] == "answer"
    browser.http.post("/prove/answer", json={
        "token": browser.page["fields"][0]["value"], "challenge": browser.page["fields"][1]["value"],
        "answer": living.code_of_app(),
    }, headers={"accept": "text/html"})  # fmt: skip
    names.append(session_of(browser))
    assert is_fresh(living, browser)
    assert len(set(names)) == 3
    stolen = living.browser()
    stolen.http.cookies.set("keyback-session", names[0])
    assert stolen.get("/prove")["state"] == "sign_in"
    told = [line for line in living.story() if line["activity"] == "User proved identity again"]
    assert [line["reason"] for line in told] == ["password", "totp"]


def test_only_what_is_strong_enough_is_offered_or_accepted(living: Living) -> None:
    """REG-1: a form that asks for a weaker way gets no message and no question."""
    browser = cold(living, living.ada())
    browser.get("/prove")
    browser.post(password=OLD_PASSWORD)
    browser.get("/prove/ways")
    assert [choice["value"] for choice in browser.page["choices"]] == ["totp"]
    for weaker in ("email_code", "sms_code", "recovery_code", "nonsense"):
        browser.post("/prove/method", method=weaker)
        assert browser.status == 422
        assert browser.told() == ["again.weak"]
    assert living.delivered() == []


def test_another_persons_contact_is_not_a_way(living: Living) -> None:
    """REG-1, GAT-11: ids of others prove nothing and send nothing."""
    other = living.person("bob")
    theirs = living.contact(other, ContactKind.MOBILE, "+4915112345610")
    mine = living.person("cleo")
    living.contact(mine, ContactKind.MOBILE, MOBILE)
    browser = cold(living, mine)
    browser.get("/prove")
    browser.post(password=OLD_PASSWORD)
    browser.post("/prove/method", method=f"sms_code:{theirs}")
    assert browser.told() == ["again.weak"]
    assert living.delivered() == []


def test_a_message_is_sent_only_when_asked_for(living: Living) -> None:
    """REG-1, SND-1: opening the page sends nothing; the code goes to the confirmed number."""
    person = living.person("cleo")
    living.contact(person, ContactKind.MOBILE, MOBILE)
    living.contact(person, ContactKind.EMAIL, MAIL)
    browser = cold(living, person)
    browser.get("/prove")
    browser.post(password=OLD_PASSWORD)
    assert browser.page["state"] == "choose_method"
    assert living.delivered() == []
    browser.choose("sms_code")
    assert browser.page["state"] == "answer"
    assert [message["to"] for message in living.delivered()] == [MOBILE]
    living.clock.move(RESEND)
    browser.post("/prove/again")
    assert len(living.delivered()) == 2
    browser.http.post("/prove/answer", json={
        "token": browser.page["fields"][0]["value"], "challenge": browser.page["fields"][1]["value"],
        "answer": living.newest_code(MOBILE),
    }, headers={"accept": "text/html"})  # fmt: skip
    assert is_fresh(living, browser)


def test_wrong_passwords_are_counted_with_those_of_sign_in_and_before_they_are_compared(living: Living) -> None:
    """REG-1, THR-1: a stolen session guesses no more than a stranger; then even the right one has to wait."""
    browser = cold(living, living.ada())
    browser.get("/prove")
    for number in range(10):
        browser.post(password=f"wrong one {number}")
        assert browser.told() == ["typed.wrong"]
    browser.post(password=OLD_PASSWORD)
    assert browser.status == 429
    assert not is_fresh(living, browser)
    assert OLD_PASSWORD not in plain(browser.page)


def test_a_wrong_code_proves_nothing_and_costs_a_try(living: Living) -> None:
    """REG-1, THR-5: a stolen session does not guess the code."""
    browser = cold(living, living.ada())
    browser.get("/prove")
    browser.post(password=OLD_PASSWORD)
    for _ in range(5):
        browser.post(answer="000000")
    assert browser.told()[0].startswith("proving.wrong")
    assert not is_fresh(living, browser)


def test_a_post_of_another_site_proves_nothing(quick: Living) -> None:
    """WEB-2: form token and origin guard every post of these pages."""
    browser = cold(quick, quick.ada())
    browser.get("/prove")
    for path in ("password", "method", "again", "answer"):
        said = browser.http.post(f"/prove/{path}", json={"token": "x" * 32})
        assert said.status_code in {400, 403}
        said = browser.http.post(f"/prove/{path}", json={}, headers={"origin": "https://evil.example"})
        assert said.status_code == 403


def test_whoever_lost_the_only_way_is_told_whom_to_ask(quick: Living) -> None:
    """REG-1: never a dead end."""
    browser = cold(quick, quick.ada())
    browser.get("/prove")
    browser.post(password=OLD_PASSWORD)
    browser.get("/prove/ways")
    assert "asking.lost" in [text["id"] for text in browser.page["lead"]]
    assert "/contact" in [link["href"] for link in browser.page["links"]]


def test_whoever_has_registered_nothing_changes_the_password_with_the_password(living: Living) -> None:
    """REG-1 (amended), SES-6: security info stays shut until the first proof; password and sessions need the password."""
    person = living.person("pat")
    now = living.clock.now()
    browser = seated(living, person, password_at=now - 11 * MINUTE)
    other = seated(living, person)
    assert browser.get("/password")["state"] == "prove_password"
    browser.post(password=OLD_PASSWORD)
    assert browser.page["state"] == "prove_first"
    assert {"/register/first", "/password", "/sessions", "/contact"} <= {link["href"] for link in browser.page["links"]}
    assert not is_fresh(living, browser)
    assert browser.get("/password")["state"] == "new_password"
    browser.get("/sessions")
    browser.post("/sessions/end-others")
    assert other.get("/sessions")["state"] == "sign_in"


@pytest.mark.parametrize("proved", ["", "email_code", "totp"])
@pytest.mark.parametrize("name", ["change", "remove", "prefer", "lost"])
def test_a_stolen_session_changes_no_security_info(quick: Living, name: str, proved: str) -> None:
    """REG-1: with no proof, a weaker one, or one that is 10 minutes and a millisecond old."""
    person = quick.ada()
    with quick.store.reading() as unit:
        before = unit.people.contacts(person), unit.people.enrolments(person)
    browser = seated(quick, person, proved=proved)
    browser.get("/security-info")
    if proved == "totp":
        quick.clock.move(FRESH + 1)
    for item in [one.id for part in before for one in part]:
        browser.get("/sessions")
        browser.post(f"/security-info/{name}", item=item)
        assert browser.page["state"] in {"prove_password", "choose_method", "answer"}
    with quick.store.reading() as unit:
        assert (unit.people.contacts(person), unit.people.enrolments(person)) == before


@pytest.mark.parametrize(
    ("visited", "arrives"),
    [(["/password"], "new_password"), (["/security-info", "/prove"], "security_info"),
     (["/password", "/security-info", "/prove"], "security_info")],
)  # fmt: skip
def test_one_comes_back_to_the_page_that_was_asked_for(living: Living, visited: list[str], arrives: str) -> None:
    """The last one: it is remembered in the session, and nothing that a request carries decides it."""
    browser = seated(living, living.ada())
    for page in visited:
        browser.get(page)
    browser.choose("totp")
    assert browser.post(answer=living.code_of_app())["state"] == arrives
