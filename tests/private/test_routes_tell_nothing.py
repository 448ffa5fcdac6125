"""No address that answers without signing in tells what is registered, or how much there is."""

from typing import Any

import pytest

from keyback.core.ports import SessionKind
from keyback.core.types import DAY, ContactKind, Upkeep
from keyback.store.engine import SqliteEngine
from keyback.web import reports
from keyback.web.server import ROUTES
from tests.counting import Counter
from tests.living import Living
from tests.private.steps import Visitor, choose, start
from tests.signing import seated

POSTS = {route.path: frozenset(route.fields) for route in ROUTES if route.method == "POST"}
TYPED = {
    "/reset": {"work"},
    "/reset/from-sign-in": {"password"},
    "/call": {"case", "work"},
    "/contact": {"work"},
    "/contact/none": {"work"},
    "/sign-in": {"password"},
}
"""Where a user ID is typed, and what is typed beside it."""
INSIDE = (
    "/reset/", "/sign-out", "/sign-in/", "/prove/", "/register/", "/confirm", "/security-info/", "/password", "/sessions/",
    "/setup/{token:str}", "/not-me/{token:str}",
)  # fmt: skip
"""Where a journey, a session or a one-time link says who it is."""
OWN = {"/register/first": {"contact"}, "/confirm": {"contact"}, "/register/contact": {"value"}}
"""Where somebody who is signed in names a contact: one of their own, by its id; or an address or number that they want to
add, whoever else may have it. Both are looked for among their own alone."""
ADDRESSES = {"email", "mail", "phone", "number", "mobile", "contact", "address", "destination", "value"}
FOREIGN = {reports.PATH}
"""What browsers report of blocked content."""


def test_every_route_that_takes_something_is_known_here() -> None:
    """ENU-9: a new one must say here by what it knows a person; no field of strangers holds an address or a number."""
    unknown = {path for path in POSTS if path not in TYPED | dict.fromkeys(FOREIGN) and not path.startswith(INSIDE)}
    assert unknown == set()
    assert {path for path, fields in POSTS.items() if "user_id" in fields and not path.startswith(INSIDE)} <= set(TYPED)
    assert {path: fields & ADDRESSES for path, fields in POSTS.items() if fields & ADDRESSES} == OWN


THEIRS = "bob@mailbox.example"


def named_by_ada(path: str, field: str, *, theirs: bool) -> tuple[Any, ...]:
    """What Ada is answered who names a contact of Bob's, or one that nobody has. She has registered nothing herself where
    the first proof is asked for."""
    living = Living(SqliteEngine(None))
    ada = living.person("ada") if path == "/register/first" else living.ada()
    bob = living.person("bob")
    known = living.contact(bob, ContactKind.EMAIL, THEIRS if theirs or field == "contact" else "else@mailbox.example")
    living.contact(ada, ContactKind.EMAIL, "hint@directory.example", how="")
    living.clock.move(400 * DAY)
    with living.store.writing() as unit:
        unit.people.keep(ada, Upkeep(registered_at=1, confirmed_at=1), unit.now)
    kind = SessionKind.PORTAL if field == "value" else SessionKind.INTERRUPTED
    browser = seated(living, ada, kind, proved="" if path == "/register/first" else "totp")
    browser.get("/register/ways" if field == "value" else "/confirm" if path == "/confirm" else path)
    assert browser.page["state"] in {"register_first", "confirm", "register_ways"}, browser.page
    if field == "value":
        browser.choose("email_code")
        browser.post(value=THEIRS)
    else:
        browser.post(path, **{field: known if theirs else "id-of-nothing"})
    shown = [item["text"] for item in browser.page["lead"] + browser.page["messages"]]
    told = [message["to"] for message in living.delivered()]
    living.close()
    return browser.status, browser.page["state"], browser.told(), shown, told


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in OWN.items() for field in fields])
def test_a_contact_of_somebody_else_is_as_one_that_nobody_has(path: str, field: str) -> None:
    """ENU-8, ENU-9, REG-7, GAT-11: the same answer, and the same messages."""
    assert named_by_ada(path, field, theirs=True) == named_by_ada(path, field, theirs=False)


@pytest.mark.parametrize(
    "pair", [("ada.private@mailbox.example", "eve.private@mailbox.example"), ("+4915112345609", "+4915112345608")]
)
def test_nobody_is_told_whether_an_address_or_a_number_is_registered(pair: tuple[str, str]) -> None:
    """ENU-9: typed as a user ID, a registered one is as unknown as any other, at every door."""
    seen = []
    for typed in pair:
        living = Living(SqliteEngine(None))
        ada = living.person("ada")
        living.contact(ada, ContactKind.EMAIL, "ada.private@mailbox.example")
        living.contact(ada, ContactKind.MOBILE, "+4915112345609")
        visitor = Visitor(living, Counter(), typed)
        start(visitor)
        choose(visitor, "email_code")
        visitor.send("/reset/answer", answer="00000000")
        for path in ("/contact", "/sign-in"):
            visitor.see(path)
            extra = {"password": "no"} if path == "/sign-in" else {"work": visitor.solved()}
            visitor.send(path, user_id=typed, **extra)
        seen.append([(one.status, one.headers, one.cookies, one.body, one.work) for one in visitor.seen])
        assert [message["to"] for message in living.delivered()] == []
        living.close()
    assert seen[0] == seen[1]


def everything(living: Living) -> list[tuple[Any, ...]]:
    """What every address shows to who is not signed in."""
    visitor = Visitor(living, Counter(), "ada@contoso.example")
    seen = []
    for path in sorted({route.path for route in ROUTES if route.method == "GET"}):
        response = visitor.fetch(path.replace("{token:str}", "0" * 64))
        seen.append((path, response.status_code, visitor.blanked(response.text)))
    return seen


def test_nothing_that_is_counted_shows() -> None:
    """ENU-11: an empty organisation and one with people, messages that wait, attempts and pauses answer alike."""
    empty, full = Living(SqliteEngine(None)), Living(SqliteEngine(None))
    for number in range(20):
        full.person(f"p{number}")
    full.ada()
    browser = full.browser()
    browser.start()
    browser.choose("email_code")
    for _ in range(6):
        browser.post(answer="00000000")
    assert everything(empty) == everything(full)
    empty.close()
    full.close()
