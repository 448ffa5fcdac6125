"""Sign-in, the least of it: one answer for whoever is not let in, and sessions that die when they must."""

import pytest

from keyback.app.people.ports import NewPassword
from keyback.core.rules.limits import pause_after
from keyback.core.types import DAY, HOUR, MINUTE, SECOND, DirectoryKind
from keyback.store.engine import Sql
from keyback.store.people_changes import SqlPeopleChanges
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, Browser, Living
from tests.signing import with_app

ADA = "ada@contoso.example"
STEP = 30 * SECOND
_NO_CREDENTIAL = Sql("DELETE FROM credential WHERE person = :person")


def sign_in(living: Living, user_id: str = ADA, password: str = OLD_PASSWORD) -> Browser:
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id=user_id, password=password)
    with_app(browser)
    return browser


def location(browser: Browser, path: str) -> str:
    """Where a browser is sent that asks for this page."""
    return str(browser.http.get(path, headers={"accept": "text/html"}).headers.get("location", path))


def html(living: Living, user_id: str, password: str) -> tuple[int, bytes]:
    """What a browser is shown, less what differs in every page."""
    browser = living.browser()
    browser.get("/sign-in")
    token = browser.page["fields"][0]["value"]
    form = {"token": token, "user_id": user_id, "password": password}
    answer = browser.http.post("/sign-in", data=form, headers={"accept": "text/html"})
    return answer.status_code, answer.content.replace(token.encode(), b"").replace(user_id.encode(), b"")


def test_the_right_password_signs_in(living: Living) -> None:
    living.ada()
    browser = sign_in(living)
    assert (browser.status, browser.page["state"]) == (200, "signed_in")
    assert "Ada Test" in browser.page["lead"][0]["text"]
    assert living.story()[-1]["activity"] == "User signed in"


def test_unknown_disabled_and_wrong_are_answered_with_the_same_bytes(quick: Living) -> None:
    """ENU-1, ENU-2: nobody can tell a user ID that exists from one that does not."""
    quick.ada()
    quick.person("bob", enabled=False)
    wrong = html(quick, ADA, "not the password")
    assert wrong[0] == 422
    assert wrong == html(quick, "nobody@contoso.example", "not the password")
    assert wrong == html(quick, "bob@contoso.example", OLD_PASSWORD)
    assert wrong == html(quick, "a\u202eda", "x" * 4000)


def test_administrators_read_why_in_the_audit_log(quick: Living) -> None:
    """AUD-5: somebody who does not exist stands there by keyed hash, never by what was typed."""
    quick.ada()
    quick.person("bob", enabled=False)
    for user_id, password in ((ADA, "wrong"), ("typed-as-user-id", "wrong"), ("bob@contoso.example", OLD_PASSWORD)):
        sign_in(quick, user_id, password)
    lines = [line for line in quick.story() if line["activity"] == "User could not sign in"]
    assert [line["reason"] for line in lines] == ["50126", "50034", "50057"]
    assert lines[1]["actor"].startswith("decoy:")
    assert "typed-as-user-id" not in str(lines)


def test_the_password_is_not_shown_again(quick: Living) -> None:
    quick.ada()
    page = sign_in(quick, password="not the password").page
    assert {field["name"]: field["value"] for field in page["fields"] if field["kind"] != "hidden"} == {
        "user_id": ADA, "password": "",
    }  # fmt: skip


def test_a_reset_ends_the_session_at_once(living: Living) -> None:
    """SES-3: what carries the old generation is dead on its next request."""
    living.ada()
    signed_in = sign_in(living)
    other = living.browser()
    living.clock.move(STEP)
    other.both_gates()
    assert other.set_password()["state"] == "done"
    assert signed_in.get("/signed-in")["state"] == "sign_in"
    assert sign_in(living, password=OLD_PASSWORD).status == 422
    assert sign_in(living, password=NEW_PASSWORD).page["state"] == "signed_in"


def test_a_raised_generation_ends_the_session(quick: Living) -> None:
    """SES-3, decisions 20."""
    person = quick.ada()
    browser = sign_in(quick)
    with quick.store.writing() as unit:
        unit.people.raise_generation(person, unit.now)
    assert browser.get("/signed-in")["state"] == "sign_in"


def test_signing_out_ends_the_session_on_the_server_and_in_the_browser(quick: Living) -> None:
    """SES-7."""
    quick.ada()
    browser = sign_in(quick)
    cookie = browser.http.cookies["keyback-session"]
    assert browser.post()["state"] == "sign_in"
    assert browser.headers["clear-site-data"] == '"cache", "storage"'
    browser.http.cookies.set("keyback-session", cookie)
    assert browser.get("/signed-in")["state"] == "sign_in"
    assert quick.story()[-1]["activity"] == "User signed out"


def test_a_session_that_the_browser_brings_along_is_never_adopted(quick: Living) -> None:
    """SES-1: the name is always new, and the one that was there ends."""
    quick.ada()
    browser = sign_in(quick)
    first = browser.http.cookies["keyback-session"]
    visit = quick.browser()
    visit.get("/sign-in")
    visit.http.cookies.set("keyback-session", first)
    visit.post(user_id=ADA, password=OLD_PASSWORD)
    second = visit.http.cookies.get("keyback-session", domain="localhost.local")
    assert first != second
    stale = quick.browser()
    stale.http.cookies.set("keyback-session", first)
    assert stale.get("/signed-in")["state"] == "sign_in"


@pytest.mark.parametrize(("wait", "state"), [(15 * MINUTE - 1, "signed_in"), (15 * MINUTE, "sign_in")])
def test_an_idle_session_ends_after_15_minutes(quick: Living, wait: int, state: str) -> None:
    """SES-5."""
    quick.ada()
    browser = sign_in(quick)
    quick.clock.move(wait)
    assert browser.get("/signed-in")["state"] == state


def test_a_session_in_use_ends_after_8_hours(quick: Living) -> None:
    """SES-5: not a millisecond later, however it was used."""
    quick.ada()
    browser = sign_in(quick)
    for _ in range(47):
        quick.clock.move(10 * MINUTE)
        assert browser.get("/signed-in")["state"] == "signed_in"
    quick.clock.move(10 * MINUTE - 1)
    assert browser.get("/signed-in")["state"] == "signed_in"
    quick.clock.move(1)
    assert browser.get("/signed-in")["state"] == "sign_in"


def test_the_front_door_leads_to_where_one_stands(quick: Living) -> None:
    quick.ada()
    http = quick.browser().http
    assert http.get("/", headers={"accept": "text/html"}).headers["location"] == "/sign-in"
    inside = sign_in(quick).http.get("/", headers={"accept": "text/html"})
    assert inside.headers["location"] == "/signed-in"


def test_ten_wrong_passwords_shut_the_account_for_a_minute_then_two(quick: Living) -> None:
    """THR-1, THR-2: a right password is not even looked at while it is shut."""
    quick.ada()
    assert [sign_in(quick, password=f"wrong {n}").status for n in range(11)] == [422] * 10 + [429]
    shut = sign_in(quick)
    assert (shut.status, shut.told()) == (429, ["sign_in.wait"])
    quick.clock.move(MINUTE)
    assert sign_in(quick, password="wrong").status == 422
    quick.clock.move(MINUTE)
    assert sign_in(quick).status == 429
    quick.clock.move(MINUTE)
    assert sign_in(quick).page["state"] == "signed_in"
    assert sign_in(quick, password="wrong").status == 422


def test_an_account_that_does_not_exist_shuts_in_the_same_way(quick: Living) -> None:
    """ENU-5."""
    statuses = [sign_in(quick, "nobody@contoso.example", f"wrong {n}").status for n in range(11)]
    assert statuses == [422] * 10 + [429]


def test_a_reset_opens_an_account_that_is_shut(quick: Living) -> None:
    """decisions 15: counters clear. Locked out is what the portal is for."""
    quick.ada()
    for number in range(11):
        sign_in(quick, password=f"wrong {number}")
    browser = quick.browser()
    browser.both_gates()
    browser.set_password()
    assert sign_in(quick, password=NEW_PASSWORD).page["state"] == "signed_in"


def test_one_source_cannot_try_many_accounts(quick: Living) -> None:
    """THR-6: spraying one password over all user IDs."""
    statuses = [sign_in(quick, f"user{number}@contoso.example", "Autumn2026!").status for number in range(101)]
    assert statuses == [422] * 100 + [429]


def test_pauses_double_and_end_at_five_hours() -> None:
    """decisions 25."""
    assert [pause_after(n) // SECOND for n in (-1, 0, 1, 2)] == [60, 60, 120, 240]
    assert pause_after(60) == pause_after(1_000_000) == 5 * HOUR


def initial(living: Living, life: int) -> None:
    """Somebody with a password that an import gave, good for so long."""
    person = living.person("new")
    with living.store.writing() as unit:
        unit.link.run(_NO_CREDENTIAL, {"person": person})
        encoded = living.hasher.hash("an initial password")
        SqlPeopleChanges(unit).add_passwords([NewPassword(person, encoded, unit.now + life)])


def test_an_initial_password_leads_to_a_new_one_and_nowhere_else(quick: Living) -> None:
    """decisions 21, 25: it must be changed at the first sign-in."""
    initial(quick, DAY)
    browser = sign_in(quick, "new@contoso.example", "an initial password")
    assert location(browser, "/signed-in") == "/sign-in/password"
    line = quick.story()[-1]
    assert (line["activity"], line["reason"]) == ("Sign-in was interrupted", "50055")


def test_an_initial_password_that_is_too_old_signs_nobody_in(quick: Living) -> None:
    """decisions 21: it lives 14 days."""
    initial(quick, 0)
    browser = sign_in(quick, "new@contoso.example", "an initial password")
    assert (browser.status, browser.told()) == (422, ["sign_in.too_late"])
    assert "keyback-session" not in browser.http.cookies
    assert quick.story()[-1]["reason"] == "50055"
    assert sign_in(quick, "new@contoso.example", "another").told() == ["sign_in.wrong"]


def test_forgot_password_carries_the_user_id_and_not_the_password(quick: Living) -> None:
    quick.ada()
    page = quick.browser().http.get("/sign-in", headers={"accept": "text/html"}).text
    assert 'formaction="/reset/from-sign-in" formnovalidate' in page
    browser = quick.browser()
    browser.get("/sign-in")
    carried = browser.post("/reset/from-sign-in", user_id=ADA, password="half-remembered")
    assert (carried["state"], [f["value"] for f in carried["fields"] if f["name"] == "user_id"]) == ("start", [ADA])
    assert "half-remembered" not in str(carried)


def test_somebody_without_a_password_here_is_answered_like_anybody(quick: Living) -> None:
    """ENU-1: a person of another directory, which nobody has connected."""
    quick.person("eve", directory=DirectoryKind.ACTIVE_DIRECTORY)
    assert sign_in(quick, "eve@contoso.example").told() == ["sign_in.wrong"]
    assert MAIL not in str(quick.story())
