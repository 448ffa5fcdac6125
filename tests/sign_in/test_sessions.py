"""Where one is signed in: seen, named, ended."""

import pytest

from keyback.app.sign_in.clients import named
from keyback.app.sign_in.sessions import Ending, Gone, end_for
from keyback.core.ports import Session
from keyback.core.types import MINUTE
from tests.living import MAIL, Browser, Living
from tests.signing import plain, seated, session_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"  # fmt: skip
ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
)


def sessions_of(living: Living, person: str) -> list[Session]:
    """All that are alive."""
    with living.store.reading() as unit:
        return list(unit.sessions.all_of(person, unit.now))


def id_of(living: Living, person: str, browser: Browser) -> str:
    """The id of this browser's session."""
    from keyback.app.sign_in.seat import session_key

    with living.store.reading() as unit:
        found = unit.sessions.of(session_key(living.house, session_of(browser)), unit.now)
    assert found is not None
    assert found.person == person
    return found.id


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (FIREFOX, ("Firefox", "Linux")), (EDGE, ("Edge", "Windows")), (PHONE, ("Safari", "iPhone")),
        (ANDROID, ("Chrome", "Android")), ("curl/8.0", ("", "")), ("", ("", "")),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_plain_words(client: str, words: tuple[str, str]) -> None:
    """SES-6: an owner knows the own phone from somebody's computer."""
    assert named(client) == words


def test_the_list_shows_every_browser_and_no_cookie(living: Living) -> None:
    """SES-6, COD-9: what is shown is worth nothing as a cookie."""
    person = living.ada()
    other = seated(living, person, client=FIREFOX, address="198.51.100.9")
    browser = seated(living, person, proved="totp", client=PHONE)
    page = browser.get("/sessions")
    assert page["state"] == "sessions"
    told = plain(page)
    for text in ("198.51.100.9", "Firefox on Linux", "Safari on iPhone"):
        assert text in told
    for one in (browser, other):
        assert session_of(one) not in told


def test_a_session_id_opens_nothing(quick: Living) -> None:
    """SES-1: an id taken from the list is no cookie."""
    person = quick.ada()
    browser = seated(quick, person, proved="totp")
    thief = quick.browser()
    thief.http.cookies.set("keyback-session", id_of(quick, person, browser))
    assert thief.get("/sessions")["state"] == "sign_in"


def test_one_is_ended_and_the_others_stay(living: Living) -> None:
    """SES-6: at once, and only that one."""
    person = living.ada()
    lost, kept = seated(living, person), seated(living, person)
    browser = seated(living, person, proved="totp")
    browser.get("/sessions")
    browser.post("/sessions/end", session=id_of(living, person, lost))
    assert lost.get("/sessions")["state"] == "sign_in"
    assert kept.get("/sessions")["state"] == "sessions"
    assert browser.get("/sessions")["state"] == "sessions"


@pytest.mark.parametrize("path", ["/sessions/end", "/sessions/end-others", "/sessions/end-all"])
def test_ending_others_needs_a_fresh_proof(living: Living, path: str) -> None:
    """SES-6, REG-1: a stolen live session does not throw the owner out, ten minutes and a millisecond later."""
    person = living.ada()
    owner = seated(living, person)
    thief = seated(living, person, proved="totp")
    thief.get("/sessions")
    target = {"session": id_of(living, person, owner)} if path == "/sessions/end" else {}
    living.clock.move(10 * MINUTE + 1)
    thief.post(path, **target)
    assert thief.page["state"] == "prove_password"
    assert len(sessions_of(living, person)) == 2


def test_everywhere_else_and_everywhere(living: Living) -> None:
    """SES-6: with and without this browser."""
    person = living.ada()
    for _ in range(3):
        seated(living, person)
    browser = seated(living, person, proved="totp")
    browser.get("/sessions")
    browser.post("/sessions/end-others")
    assert [one.id for one in sessions_of(living, person)] == [id_of(living, person, browser)]
    browser.post("/sessions/end-all")
    assert sessions_of(living, person) == []
    assert browser.page["state"] == "sign_in"


def test_signing_out_here_needs_no_proof(quick: Living) -> None:
    """SES-7: leaving is always open, and the browser forgets."""
    person = quick.ada()
    browser = seated(quick, person, password_at=0)
    browser.get("/sessions")
    browser.post("/sessions/end", session=id_of(quick, person, browser))
    assert sessions_of(quick, person) == []
    assert session_of(browser) == ""


def test_sessions_of_others_can_be_neither_ended_nor_named(living: Living) -> None:
    """GAT-11, SES-6: an id of somebody else means nothing here."""
    victim, person = living.ada(), living.person("mallory")
    theirs = seated(living, victim, proved="totp")
    living.authenticator(person, b"x" * 20)
    browser = seated(living, person, proved="totp")
    browser.get("/sessions")
    target = id_of(living, victim, theirs)
    for path, fields in (("/sessions/end", {}), ("/sessions/name", {"label": "mine"})):
        browser.get("/sessions")
        browser.post(path, session=target, **fields)
        assert browser.status == 404
    assert [one.label for one in sessions_of(living, victim)] == [""]
    assert browser.get(f"/sessions/name/{target}")["state"] == "not_found" or browser.status in {200, 302, 303, 404}


def test_a_name_is_kept_and_needs_no_proof(quick: Living) -> None:
    """SES-6: naming takes nothing away."""
    person = quick.ada()
    browser = seated(quick, person, password_at=0)
    browser.get(f"/sessions/name/{id_of(quick, person, browser)}")
    browser.post(label="  kitchen \t tablet ")
    assert [one.label for one in sessions_of(quick, person)] == ["kitchen tablet"]
    browser.get(f"/sessions/name/{id_of(quick, person, browser)}")
    browser.post(label="x" * 41)
    assert browser.status == 422
    assert browser.told() == ["sessions.long"]


def test_posts_of_another_site_end_nothing(quick: Living) -> None:
    """WEB-2: form token and origin guard every post of these pages."""
    person = quick.ada()
    browser = seated(quick, person, proved="totp")
    browser.get("/sessions")
    for name in ("name", "end", "end-others", "end-all"):
        assert browser.http.post(f"/sessions/{name}", json={"token": "x" * 32}).status_code in {400, 403}
        said = browser.http.post(f"/sessions/{name}", json={}, headers={"origin": "https://evil.example"})
        assert said.status_code == 403
    assert len(sessions_of(quick, person)) == 1


def test_an_administrator_ends_one_or_all_and_the_person_is_told(living: Living) -> None:
    """SES-6, NOT-1, AUD-2: with the reason in the audit log."""
    person = living.ada()
    first, _ = seated(living, person), seated(living, person)
    one = id_of(living, person, first)
    assert end_for(living.house, Ending("host:root", person, one, "stolen laptop")) == 1
    with pytest.raises(Gone):
        end_for(living.house, Ending("host:root", person, one, "again"))
    assert end_for(living.house, Ending("host:root", person, "", "all of it")) == 1
    assert sessions_of(living, person) == []
    lines = [line for line in living.story() if line["reason"] in {"stolen laptop", "all of it"}]
    assert [line["actor"] for line in lines] == ["host:root", "host:root"]
    assert [message["to"] for message in living.delivered()] == [MAIL, MAIL]
