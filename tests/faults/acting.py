"""Who does the operations, and how: somebody new each time, a browser that can send the same form again."""

from collections.abc import Callable
from dataclasses import dataclass

from keyback.core.errors import Trouble, Unsure
from keyback.core.types import DAY, HOUR, ContactKind
from tests.admin.desk import Desk
from tests.faults.invariants import Said
from tests.living import Browser, Living


@dataclass(frozen=True, slots=True)
class Act:
    """One operation, ready to be done."""

    do: Callable[[], Said]
    again: Callable[[], None]
    """What its user does after a failure; it must succeed."""
    person: str = ""
    new: str = ""
    notices: int = 1
    keeps: int = 0
    """How many sessions may be left after a new password: the one in which it was set."""
    holds: Callable[[Said], None] = lambda _: None
    """What must hold besides the invariants, whatever was said."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """With mailbox, mobile, authenticator and recovery codes."""

    living: Living
    name: str

    @property
    def id(self) -> str:
        return f"id-{self.name}"

    @property
    def upn(self) -> str:
        return f"{self.name}@contoso.example"

    @property
    def mail(self) -> str:
        return f"{self.name}@mailbox.example"

    @property
    def secret(self) -> bytes:
        return self.name.encode().ljust(20, b"-")

    def code(self) -> str:
        """What the authenticator shows."""
        return self.living.code_of_app(self.secret)


def somebody(living: Living, number: int) -> Somebody:
    """New, on another day than everybody before: limits are not what is looked at here."""
    living.clock.move(DAY + HOUR)
    made = Somebody(living, f"p{number}")
    living.person(made.name)
    living.contact(made.id, ContactKind.EMAIL, made.mail)
    living.contact(made.id, ContactKind.MOBILE, f"+4915112{number:06}")
    living.authenticator(made.id, made.secret)
    return made


class Walk:
    """A browser that can send the same form again."""

    def __init__(self, living: Living, who: Somebody) -> None:
        self.living, self.who = living, who
        self.browser: Browser = living.browser()

    def start(self, trouble: str = "reset") -> "Walk":
        """At the list of ways; past the page that asks what for, where there is one."""
        self.browser.start(self.who.upn)
        if self.browser.page["state"] == "trouble":
            self.browser.post(trouble=trouble)
        assert self.browser.page["state"] == "choose_method", self.browser.page
        return self

    def choose(self, method: str) -> "Walk":
        self.browser.choose(method)
        assert self.browser.page["state"] == "answer", self.browser.page
        return self

    def both(self) -> "Walk":
        """At the page that asks for the password."""
        self.start().choose("email_code").browser.post(answer=self.living.newest_code(self.who.mail))
        self.choose("totp").browser.post(answer=self.who.code())
        assert self.browser.page["state"] == "new_password", self.browser.page
        return self

    def form(self, wanted: str, path: str = "", **fields: str) -> tuple[Callable[[], Said], Callable[[], None]]:
        """Sending the present form; and going on until a page of the wanted state."""
        browser, kept = self.browser, dict(self.browser.page)

        def do() -> Said:
            browser.post(path, **fields)
            return said(browser)

        def again() -> None:
            browser.page = kept
            browser.post(path, **fields)
            for _ in range(3):
                if browser.page["state"] == wanted:
                    return
                browser.get("/reset/journey")
                if browser.page["state"] == wanted:
                    return
                browser.post(path, **fields)
            raise AssertionError(browser.page)

        return do, again


def said(browser: Browser | Desk) -> Said:
    """What the page says."""
    if browser.status != 503:
        assert browser.status < 500, browser.page
        return Said.DONE
    assert int(browser.headers["retry-after"]) > 0
    return Said.UNSURE if browser.told() in (["error.unsure"], ["error.unshown"]) else Said.FAILED


def by_hand(work: Callable[[], object]) -> Callable[[], Said]:
    """A verb, as a command or a thread of the house calls it."""

    def do() -> Said:
        try:
            work()
        except Unsure:
            return Said.UNSURE
        except Trouble:
            return Said.FAILED
        return Said.DONE

    return do
