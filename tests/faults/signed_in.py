"""Operations of people who are signed in, or on their way there, as `operations` has them for recovery."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from keyback.app.passes.issuing import Wish, issue
from keyback.core.ports import SessionKind
from keyback.core.types import MINUTE, ContactKind
from keyback.store.engine import Sql
from keyback.wiring.console import work_of
from tests.faults.acting import Act, Somebody, by_hand, said, somebody
from tests.faults.invariants import Said, number
from tests.living import NEW_PASSWORD, OLD_PASSWORD, Browser, Living
from tests.signing import seated, sign_in

_CONTACTS = Sql(
    "SELECT count(*) FROM contact WHERE person = :person AND confirmed_at IS NOT NULL AND replaced_by IS NULL"
)
_ENROLLED = Sql("SELECT count(*) FROM enrolment WHERE person = :person AND method = :method AND state = 'active'")
_SEATS = Sql("SELECT count(*) FROM session WHERE person = :person AND kind = :kind AND methods LIKE :methods")
_ASKED = Sql("SELECT count(*) FROM session_challenge WHERE person = :person AND superseded = 0 AND used_at IS NULL")
_LIVE_PASSES = Sql("SELECT count(*) FROM access_pass WHERE person = :person AND ended_at IS NULL")
_MUST_CHANGE = Sql("UPDATE credential SET must_change = 1 WHERE person = :person")
_CONFIRMED = Sql("SELECT count(*) FROM person WHERE id = :person AND confirmed_at = :now")
_LONG_AGO = Sql("UPDATE person SET registered_at = 1, confirmed_at = 1 WHERE id = :person")
_STRANGER = Sql("SELECT count(*) FROM contact WHERE person = :person AND kind = :kind")


@dataclass(frozen=True, slots=True)
class Inside:
    """Somebody in a browser with a session, about to send one form."""

    living: Living
    who: Somebody
    ready: Callable[["Inside"], tuple[Browser, str, dict[str, str]]]
    """A new browser up to the form: where it is posted (empty: the page's own place), and what is typed."""
    there: Callable[["Inside"], bool]
    """Whether it is done, exactly once."""
    new: str = ""

    def count(self, statement: Sql, **values: Any) -> int:
        return number(self.living, statement, person=self.who.id, **values)

    def act(self) -> Act:
        browser, path, fields = self.ready(self)

        def do() -> Said:
            browser.post(path, **fields)
            return said(browser)

        def again() -> None:
            if not self.there(self):
                fresh, where, typed = self.ready(self)
                fresh.post(where, **typed)
                assert fresh.status < 400, fresh.page
            assert self.there(self), browser.page

        return Act(do, again, self.who.id, self.new, notices=1, keeps=1)


def _inside(living: Living, inside: "Inside", kind: SessionKind = SessionKind.PORTAL) -> Browser:
    living.clock.move(2 * MINUTE)  # each number of the app serves once, and codes may be asked for again
    return seated(living, inside.who.id, kind, proved="totp" if kind is not SessionKind.FACTOR else "")


def second_factor(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        living.clock.move(MINUTE)
        browser = living.browser()
        sign_in(browser, inside.who.upn)
        return browser, "", {"answer": inside.who.code()}

    def there(inside: Inside) -> bool:
        return inside.count(_SEATS, kind="portal", methods="password+totp") >= 1

    return Inside(living, somebody(living, number_), ready, there).act()


def wrong_factor(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = living.browser()
        sign_in(browser, inside.who.upn)
        return browser, "", {"answer": "000000"}

    def there(inside: Inside) -> bool:
        return inside.count(_SEATS, kind="portal", methods="%") == 0

    return Inside(living, somebody(living, number_), ready, there).act()


def _to_register(method: str, inside: Inside, value: str) -> Browser:
    browser = _inside(inside.living, inside)
    browser.get("/register/ways")
    browser.post("/register/start", method=method)
    if value:
        browser.post(value=value)
    return browser


def ask_new_address(living: Living, number_: int) -> Act:
    value = f"new{number_}@elsewhere.example"

    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        return _to_register("email_code", inside, ""), "", {"value": value}

    def there(inside: Inside) -> bool:
        return inside.count(_ASKED) >= 1 and inside.count(_CONTACTS) == 2

    return Inside(living, somebody(living, number_), ready, there).act()


def register_address(living: Living, number_: int) -> Act:
    value = f"new{number_}@elsewhere.example"

    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = _to_register("email_code", inside, value)
        return browser, "", {"answer": living.newest_code(value)}

    def there(inside: Inside) -> bool:
        return inside.count(_CONTACTS) == 3

    return Inside(living, somebody(living, number_), ready, there).act()


def register_app(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = _to_register("totp", inside, "")
        return browser, "", {"answer": living.code_of_app(key_of(browser))}

    def there(inside: Inside) -> bool:
        return inside.count(_ENROLLED, method="totp") == 2

    return Inside(living, somebody(living, number_), ready, there).act()


def key_of(browser: Browser) -> bytes:
    """The secret that the page shows, for the app."""
    return base64.b32decode(str(browser.page["facts"][0]["value"]).replace(" ", ""))


def make_codes(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = _inside(living, inside)
        browser.get("/register/ways")
        return browser, "/register/codes", {}

    def there(inside: Inside) -> bool:
        return inside.count(_ENROLLED, method="recovery_code") == 10

    return Inside(living, somebody(living, number_), ready, there).act()


def change_address(living: Living, number_: int) -> Act:
    value = f"moved{number_}@elsewhere.example"

    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = _inside(living, inside)
        browser.get("/security-info")
        browser.post("/security-info/change", item=_contact(living, inside.who, ContactKind.EMAIL))
        browser.post(value=value)
        return browser, "", {"answer": living.newest_code(value)}

    def there(inside: Inside) -> bool:
        with living.store.reading() as unit:
            found = unit.people.contacts(inside.who.id)
        return [one.value for one in found if one.kind is ContactKind.EMAIL and one.ends_at is None] == [value]

    return Inside(living, somebody(living, number_), ready, there).act()


def _contact(living: Living, who: Somebody, kind: ContactKind) -> str:
    with living.store.reading() as unit:
        return next(one.id for one in unit.people.contacts(who.id) if one.kind is kind and one.ends_at is None)


def remove_number(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = _inside(living, inside)
        browser.get("/security-info")
        browser.post("/security-info/remove", item=_contact(living, inside.who, ContactKind.MOBILE))
        return browser, "", {}

    def there(inside: Inside) -> bool:
        return inside.count(_STRANGER, kind="mobile") == 0

    return Inside(living, somebody(living, number_), ready, there).act()


def change_password(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        browser = _inside(living, inside)
        browser.get("/password")
        return browser, "", {"current": OLD_PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD}

    def there(inside: Inside) -> bool:
        return living.has_password(inside.who.id, NEW_PASSWORD)

    return Inside(living, somebody(living, number_), ready, there, NEW_PASSWORD).act()


def must_change(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        with living.store.writing() as unit:
            unit.link.run(_MUST_CHANGE, {"person": inside.who.id})
        browser = _inside(living, inside, SessionKind.INTERRUPTED)
        browser.get("/sign-in/password")
        return browser, "", {"new": NEW_PASSWORD, "again": NEW_PASSWORD}

    def there(inside: Inside) -> bool:
        return living.has_password(inside.who.id, NEW_PASSWORD)

    return Inside(living, somebody(living, number_), ready, there, NEW_PASSWORD).act()


def still_mine(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        with living.store.writing() as unit:
            unit.link.run(_LONG_AGO, {"person": inside.who.id})
        browser = _inside(living, inside, SessionKind.INTERRUPTED)
        browser.get("/confirm")
        return browser, "", {}

    def there(inside: Inside) -> bool:
        return inside.count(_CONFIRMED, now=living.clock.now()) == 1

    return Inside(living, somebody(living, number_), ready, there).act()


def enter_by_pass(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        code = issue(work_of(living.running), inside.who.upn, Wish("first day", once=True)).code
        browser = living.browser()
        browser.get("/sign-in")
        return browser, "", {"user_id": inside.who.upn, "password": code}

    def there(inside: Inside) -> bool:
        return inside.count(_SEATS, kind="portal", methods="%pass%") == 1

    return Inside(living, somebody(living, number_), ready, there).act()


def issue_pass(living: Living, number_: int) -> Act:
    who = somebody(living, number_)

    def again() -> None:
        issue(work_of(living.running), who.upn, Wish("first day"))
        assert number(living, _LIVE_PASSES, person=who.id) == 1

    return Act(by_hand(lambda: issue(work_of(living.running), who.upn, Wish("first day"))), again, who.id)


def end_others(living: Living, number_: int) -> Act:
    def ready(inside: Inside) -> tuple[Browser, str, dict[str, str]]:
        _inside(living, inside)
        browser = _inside(living, inside)
        browser.get("/sessions")
        return browser, "/sessions/end-others", {}

    def there(inside: Inside) -> bool:
        return inside.count(_SEATS, kind="portal", methods="%") == 1

    return Inside(living, somebody(living, number_), ready, there).act()


SIGNED_IN: Mapping[str, Callable[[Living, int], Act]] = {
    "second factor": second_factor,
    "wrong second factor": wrong_factor,
    "ask for a new address": ask_new_address,
    "register an address": register_address,
    "register an authenticator": register_app,
    "make recovery codes": make_codes,
    "change an address": change_address,
    "remove a number": remove_number,
    "change the password": change_password,
    "password that must be changed": must_change,
    "still mine": still_mine,
    "access pass": enter_by_pass,
    "issue an access pass": issue_pass,
    "sign out everywhere else": end_others,
}
