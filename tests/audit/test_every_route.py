"""Every address that does something leaves a line, whether it worked or not; damaged rows are refused (AUD-1, F27)."""

from collections.abc import Callable

import pytest

from keyback.core.errors import Broken
from keyback.core.types import MINUTE
from keyback.store.engine import Sql
from keyback.web.server import ROUTES
from tests.audit import signed_in
from tests.incidents.reporting import paths, press
from tests.living import NEW_PASSWORD, OLD_PASSWORD, Browser, Living, solve
from tests.signing import with_app
from tests.unlock.unlocking import UNLOCK, mean
from tests.web.test_setup_link import fill_in, link_for, opened

SILENT = {
    "/reset/from-sign-in": "shows the first page, with what was typed",
    "/reset/judge": "tells what a password lacks while it is typed",
    "/sign-in/judge": "likewise, to who must choose another",
    "/password/judge": "likewise, to who wants another",
    "/security-info/change": "shows the form for another address or number; /register/contact takes it",
    "/csp-report": "a browser says what the content policy stopped; it goes to the server's log",
}


def means(browser: Browser) -> None:
    browser.living.set_policy(UNLOCK)
    mean(browser)


def again(browser: Browser) -> None:
    browser.start()
    browser.choose("email_code")
    browser.living.clock.move(2 * MINUTE)
    browser.get("/reset/journey")
    browser.post("/reset/again")


def cancel(browser: Browser) -> None:
    browser.start()
    browser.post("/reset/cancel")


def contact(browser: Browser) -> None:
    browser.get("/contact")
    browser.post(user_id="ada@contoso.example", work=solve(browser.page["work"]))


def none_of_these(browser: Browser) -> None:
    browser.get("/contact/none")
    browser.post(user_id="ada@contoso.example", work=solve(browser.page["work"]))


def call_helpdesk(browser: Browser) -> None:
    browser.get("/call")
    browser.post(case="123456", user_id="ada@contoso.example", work=solve(browser.page["work"]))


def sign_in(browser: Browser, password: str = OLD_PASSWORD) -> None:
    browser.get("/sign-in")
    browser.post(user_id="ada@contoso.example", password=password)


def second_proof(browser: Browser) -> None:
    sign_in(browser)
    with_app(browser)


def wrong_proof(browser: Browser) -> None:
    sign_in(browser)
    browser.post(answer="000000")


def by_message(browser: Browser) -> None:
    sign_in(browser)
    browser.get("/sign-in/ways")
    browser.choose("sms_code")


def by_another(browser: Browser) -> None:
    by_message(browser)
    browser.living.clock.move(2 * MINUTE)
    browser.get("/sign-in/factor")
    browser.post("/sign-in/again")


def sign_out(browser: Browser) -> None:
    second_proof(browser)
    browser.post("/sign-out")


def set_password(browser: Browser) -> None:
    browser.both_gates()
    browser.set_password()


def not_me(browser: Browser) -> None:
    set_password(browser)
    press(browser.living, paths(browser.living)[-1])


def choose(browser: Browser) -> None:
    browser.start()
    browser.choose("email_code")


def wrong(browser: Browser) -> None:
    choose(browser)
    browser.post(answer="00000000")


WAYS: dict[str, tuple[Callable[[Browser], object], str]] = {
    "/reset": (lambda browser: browser.start(), "User submitted their user ID"),
    "/reset/trouble": (means, "User chose to unlock the account"),
    "/reset/method": (choose, "User started the email verification option"),
    "/reset/again": (again, "User started the email verification option"),
    "/reset/answer": (lambda browser: browser.first_gate(), "User completed the email verification option"),
    "/reset/password": (set_password, "User successfully reset password"),
    "/reset/cancel": (cancel, "User cancelled before passing the required authentication methods"),
    "/contact": (contact, "User contacted an administrator"),
    "/contact/none": (none_of_these, "User asked for help"),
    "/call": (call_helpdesk, "User entered a case number"),
    "/sign-in": (sign_in, "Sign-in was interrupted"),
    "/sign-in/answer": (second_proof, "User signed in"),
    "/sign-in/method": (by_message, "50074"),
    "/sign-in/again": (by_another, "50074"),
    "/sign-out": (sign_out, "User signed out"),
    "/setup/{token:str}": (lambda browser: fill_in(opened(browser.living, link_for(browser.living))), "Use one-time link"),
    "/not-me/{token:str}": (not_me, "Suspicious activity reported"),
}  # fmt: skip


def posts() -> set[str]:
    return {route.path for route in ROUTES if route.method == "POST"}


def test_every_address_that_does_something_is_looked_at() -> None:
    """AUD-1: a new one needs its line, or its reason."""
    assert posts() == WAYS.keys() | signed_in.WAYS.keys() | SILENT.keys()


@pytest.mark.parametrize("path", WAYS)
def test_every_address_leaves_its_line(quick: Living, path: str) -> None:
    """AUD-1."""
    quick.ada()
    way, expected = WAYS[path]
    way(quick.browser())
    said = [text for line in quick.story() for text in (line["activity"], line["reason"])]
    assert expected in said


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (wrong, "User failed the email verification option"),
        (lambda browser: sign_in(browser, "not the password"), "User could not sign in"),
        (wrong_proof, "500121"),
        (lambda browser: browser.start("nobody@contoso.example"), "User submitted their user ID"),
    ],
)
def test_what_was_refused_leaves_a_line_too(quick: Living, way: Callable[[Browser], object], expected: str) -> None:
    """AUD-1, AUD-5: and a user ID that nobody has stands there as a keyed hash."""
    quick.ada()
    way(quick.browser())
    assert expected in [text for line in quick.story() for text in (line["activity"], line["reason"])]
    assert "nobody@contoso.example" not in str(quick.story())


def lines_of(living: Living, way: Callable[[Browser], object]) -> list[tuple[str, str]]:
    """Activity and result of each line that the last post of this way left."""
    living.ada()
    browser = signed_in.Noting(living, {})
    way(browser)
    return [(line["activity"], line["result"]) for line in living.story()[browser.before :]]


@pytest.mark.parametrize("path", signed_in.WAYS)
def test_every_address_of_signed_in_people_leaves_its_line(quick: Living, path: str) -> None:
    """AUD-1."""
    way, expected = signed_in.WAYS[path]
    assert (expected, "success") in lines_of(quick, way)


@pytest.mark.parametrize(("way", "expected"), signed_in.REFUSED, ids=lambda one: getattr(one, "__name__", ""))
def test_what_signed_in_people_were_refused_leaves_a_line_too(
    quick: Living, way: Callable[[Browser], object], expected: str
) -> None:
    """AUD-1: wrong codes, and those at which nobody looked any more."""
    assert (expected, "failure") in lines_of(quick, way)


DAMAGED = [
    ("contact", "value"), ("credential", "encoded"), ("enrolment", "secret"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "column"), DAMAGED)
def test_a_damaged_row_stops_what_needs_it_and_nothing_is_accepted(
    living: Living, table: str, column: str, caplog: pytest.LogCaptureFixture
) -> None:
    """F27, CRY-2: the operation stops, the log says so, and the old password stays."""
    ada = living.ada()
    browser = living.browser()
    browser.first_gate()
    browser.choose("totp")
    key = "person" if table == "credential" else "id"
    with living.store.writing() as unit:
        for id_, sealed in unit.link.all(Sql(f"SELECT {key}, {column} FROM {table}"), {}):
            flipped = bytes(sealed)[:-1] + bytes([bytes(sealed)[-1] ^ 1])
            unit.link.run(Sql(f"UPDATE {table} SET {column} = :to WHERE {key} = :id"), {"to": flipped, "id": id_})
    browser.http.__dict__["_transport"].raise_server_exceptions = False
    browser.post(answer=living.code_of_app())
    if browser.page["state"] == "new_password":
        browser.set_password()
    assert browser.status == 500
    assert "broken" in caplog.text
    with living.store.reading() as unit:
        row = unit.link.one(Sql("SELECT version FROM credential WHERE person = :ada"), {"ada": ada})
        assert row == (1,)
        with pytest.raises(Broken):
            (unit.people.contacts(ada), unit.people.enrolments(ada), unit.people.credential(ada, 1))
    assert NEW_PASSWORD not in caplog.text
