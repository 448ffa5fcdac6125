"""Browsers that are signed in, or on their way there, without walking there: for tests of what comes after."""

import json
from dataclasses import replace
from typing import Any

from keyback.app.sign_in.seat import LIVES, session_key
from keyback.core.ports import Session, SessionKind
from keyback.core.rules.assurance import strength
from keyback.core.types import SECOND
from keyback.web.call import SESSION
from tests.living import HOME, OLD_PASSWORD, Browser, Living


def seated(
    living: Living, person: str, kind: SessionKind = SessionKind.PORTAL, *, proved: str = "", browser: Browser | None = None,
    **facts: Any,
) -> Browser:  # fmt: skip
    """A browser with a session of this kind, whose password was right a moment ago. `proved`: by which method it has
    proven itself beside that, a moment ago. Facts: other fields of the session."""
    browser = browser or living.browser()
    token = living.random.bytes(32).hex()
    with living.store.writing() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        now = unit.now
        session = Session(
            living.random.id(), person, somebody.generation, kind, "+".join(filter(None, ("password", proved))), now, now,
            now + LIVES[kind], HOME, "test", password_at=now, proved_at=now if proved else 0,
            proved_with=strength(proved) if proved else 0,
        )  # fmt: skip
        session = replace(session, **facts)
        unit.sessions.insert(session_key(living.house, token), session)
    browser.http.cookies.set(SESSION, token, domain="localhost.local", path="/")
    return browser


def sign_in(browser: Browser, user_id: str = "ada@contoso.example", password: str = OLD_PASSWORD) -> dict[str, Any]:
    """User ID and password; the page that follows."""
    browser.get("/sign-in")
    return browser.post(user_id=user_id, password=password)


def with_app(browser: Browser) -> dict[str, Any]:
    """After the password: the second proof, where the authenticator is asked for. Each of its numbers serves once, so
    time passes until the next."""
    if browser.page["state"] == "answer":
        browser.living.clock.move(30 * SECOND)
        browser.post(answer=browser.living.code_of_app())
    return browser.page


def session_of(browser: Browser) -> str:
    """What its cookie holds; empty: nothing."""
    return browser.http.cookies.get(SESSION) or ""


def plain(page: dict[str, Any]) -> str:
    """Everything that a page says, to look for what it must not say."""
    return json.dumps(page, ensure_ascii=False)
