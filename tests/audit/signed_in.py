"""What people who are signed in, or on their way there, can do: one way for each address, and its line."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from keyback.core.ports import SessionKind
from keyback.core.types import DAY, MINUTE, ContactKind, Upkeep
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, RESEND, Browser
from tests.registration.walking import HINT, add_app, ask_mail, hint
from tests.signing import seated

PORTAL, STOPPED = SessionKind.PORTAL, SessionKind.INTERRUPTED
ADA, BOB = "id-ada", "id-bob"
Way = Callable[[Browser], object]


def inside(browser: Browser, path: str, kind: SessionKind = PORTAL, person: str = ADA, proved: str = "totp") -> None:
    """On this page, with a fresh session."""
    seated(browser.living, person, kind, proved=proved, browser=browser)
    browser.get(path)


def do(browser: Browser, rel: str) -> None:
    """Press the first such button of the list, and say yes where it is asked once more."""
    found = (item for group in browser.page["groups"] for item in group["items"])
    act = next(act for item in found for act in item["acts"] if act["rel"] == rel)
    browser.post(act["href"], **{act["name"]: act["value"]})
    if "sure" in {field["name"] for field in browser.page["fields"]}:
        browser.post()


def to_info(rel: str) -> Way:
    def way(browser: Browser) -> None:
        inside(browser, "/security-info")
        do(browser, rel)

    return way


def must_choose(browser: Browser) -> None:
    """An administrator set the password of this person."""
    with browser.living.store.writing() as unit:
        known = unit.people.credential(ADA, 0)
        assert known is not None
        unit.people.set_credential(ADA, replace(known, must_change=True), unit.now)
    inside(browser, "/sign-in/password", STOPPED)
    browser.set_password()


def change_password(browser: Browser, current: str = OLD_PASSWORD) -> None:
    inside(browser, "/password")
    browser.post(current=current, new=NEW_PASSWORD, again=NEW_PASSWORD)


def changed_wrongly(browser: Browser) -> None:
    change_password(browser, "not the password")


def cold(browser: Browser, person: str = ADA) -> None:
    """Signed in, and asked for the password before a change."""
    inside(browser, "/signed-in", person=person)
    browser.living.clock.move(11 * MINUTE)
    browser.get("/prove")


def password_again(browser: Browser) -> None:
    cold(browser)
    browser.post(password=OLD_PASSWORD)


def password_again_wrongly(browser: Browser) -> None:
    cold(browser)
    browser.post(password="not the password")


def code_again(browser: Browser) -> None:
    password_again(browser)
    browser.post(answer=browser.living.code_of_app())


def code_again_wrongly(browser: Browser) -> None:
    password_again(browser)
    browser.post(answer="000000")


def code_again_too_often(browser: Browser) -> None:
    """Nobody looks at the sixth."""
    password_again(browser)
    challenge = next(field["value"] for field in browser.page["fields"] if field["name"] == "challenge")
    for _ in range(6):
        browser.post("/prove/answer", challenge=challenge, answer="000000")


def mail_again(browser: Browser) -> None:
    """Somebody with a mailbox only, to which the code goes."""
    person = browser.living.person("bob")
    browser.living.contact(person, ContactKind.EMAIL, "bob@mailbox.example")
    cold(browser, BOB)
    browser.post(password=OLD_PASSWORD)
    browser.choose("email_code")


def mail_once_more(browser: Browser) -> None:
    mail_again(browser)
    browser.living.clock.move(RESEND)
    browser.get("/prove")
    browser.post("/prove/again")


def device(browser: Browser) -> None:
    inside(browser, "/register/ways")
    browser.choose("totp")


def app_added(browser: Browser) -> None:
    inside(browser, "/register/ways")
    add_app(browser.living, browser)


def app_added_wrongly(browser: Browser) -> None:
    device(browser)
    browser.post(answer="000000")


def mail_asked(browser: Browser) -> None:
    inside(browser, "/register/ways")
    ask_mail(browser)


def mail_asked_again(browser: Browser) -> None:
    mail_asked(browser)
    browser.living.clock.move(RESEND)
    browser.get("/register")
    browser.post("/register/again")


def too_many_asked(browser: Browser) -> None:
    """The second while the wait for it is not over."""
    inside(browser, "/register/ways")
    ask_mail(browser)
    ask_mail(browser, "another@example.org")


def codes_made(browser: Browser) -> None:
    inside(browser, "/register/ways")
    browser.choose("recovery_code")


def newcomer(browser: Browser) -> str:
    """Somebody who has registered nothing, and a contact that the directory knows."""
    person = browser.living.person("bob")
    known = hint(browser.living, person)
    inside(browser, "/register", STOPPED, BOB, proved="")
    return known


def skipped(browser: Browser) -> None:
    newcomer(browser)
    browser.post("/register/skip")


def first_asked(browser: Browser) -> None:
    browser.post(contact=newcomer(browser))


def first_proven(browser: Browser) -> None:
    first_asked(browser)
    browser.post(answer=browser.living.newest_code(HINT))


def first_wrongly(browser: Browser) -> None:
    first_asked(browser)
    browser.post(answer="00000000")


def reviewed(browser: Browser, days: int = 200) -> None:
    """So long ago it was said for the last time that all is right."""
    browser.living.clock.move(days * DAY)
    with browser.living.store.writing() as unit:
        then = unit.now - 200 * DAY
        unit.people.keep(ADA, Upkeep(registered_at=then, confirmed_at=then), unit.now)
    inside(browser, "/confirm", STOPPED)


def confirmed(browser: Browser) -> None:
    reviewed(browser)
    browser.post()


def confirming(browser: Browser) -> None:
    reviewed(browser, 400)
    do(browser, "prove")


def confirmed_by_code(browser: Browser) -> None:
    confirming(browser)
    browser.post(answer=browser.living.newest_code(MAIL))


def confirmed_wrongly(browser: Browser) -> None:
    confirming(browser)
    browser.post(answer="00000000")


class Noting(Browser):
    """Knows how long the audit log was before its last post."""

    before = 0

    def post(self, path: str = "", **fields: str) -> dict[str, Any]:
        self.before = len(self.living.story())
        return super().post(path, **fields)


def to_sessions(rel: str) -> Way:
    def way(browser: Browser) -> None:
        inside(browser, "/sessions")
        seated(browser.living, ADA)
        browser.get("/sessions")
        found = [act for group in browser.page["groups"] for act in group["acts"]]
        found += [
            act
            for group in browser.page["groups"]
            for item in group["items"]
            if not item["mark"]
            for act in item["acts"]
        ]
        act = next(act for act in found if act["rel"] == rel)
        browser.post(act["href"], **({act["name"]: act["value"]} if act["name"] else {}))

    return way


def named(browser: Browser) -> None:
    inside(browser, "/sessions")
    act = browser.page["groups"][0]["items"][0]["acts"][0]
    browser.get(act["href"])
    browser.post(label="kitchen tablet")


ENDED = "Update StsRefreshTokenValidFrom Timestamp"
WAYS: Mapping[str, tuple[Way, str]] = MappingProxyType({
    "/sign-in/password": (must_choose, "Change password (self-service)"),
    "/password": (change_password, "Change password (self-service)"),
    "/prove/password": (password_again, "User proved identity again"),
    "/prove/method": (mail_again, "User started to prove identity again"),
    "/prove/again": (mail_once_more, "User started to prove identity again"),
    "/prove/answer": (code_again, "User proved identity again"),
    "/register/start": (device, "User started security info registration"),
    "/register/contact": (mail_asked, "User started security info registration"),
    "/register/answer": (app_added, "User registered security info"),
    "/register/again": (mail_asked_again, "User started security info registration"),
    "/register/skip": (skipped, "User canceled security info registration"),
    "/register/codes": (codes_made, "User registered security info"),
    "/register/first": (first_asked, "User started security info registration"),
    "/register/first/answer": (first_proven, "User registered security info"),
    "/confirm": (confirmed, "User reviewed security info"),
    "/confirm/answer": (confirmed_by_code, "User reviewed security info"),
    "/security-info/remove": (to_info("remove"), "User deleted security info"),
    "/security-info/prefer": (to_info("prefer"), "User changed default security info"),
    "/security-info/lost": (to_info("lost"), "User reported security info as lost"),
    "/sessions/name": (named, "Name session"),
    "/sessions/end": (to_sessions("end"), ENDED),
    "/sessions/end-others": (to_sessions("end_others"), ENDED),
    "/sessions/end-all": (to_sessions("end_all"), ENDED),
})  # fmt: skip

REFUSED: tuple[tuple[Way, str], ...] = (
    (changed_wrongly, "User could not sign in"),
    (password_again_wrongly, "User could not sign in"),
    (code_again_wrongly, "User proved identity again"),
    (code_again_too_often, "User proved identity again"),
    (app_added_wrongly, "User registered security info"),
    (too_many_asked, "User started security info registration"),
    (first_wrongly, "User registered security info"),
    (confirmed_wrongly, "User reviewed security info"),
)
