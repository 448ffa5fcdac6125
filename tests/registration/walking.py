"""Walking through registration, page by page."""

import base64
from dataclasses import replace
from typing import Any

from keyback.core.policy import FirstProof, Mfa, Policy, Registration, SignIn
from keyback.core.types import ContactKind
from tests.living import OPEN_POLICY, Browser, Living

ADDRESS = "a@example.org"
OTHER = "b@example.org"
HINT = "known@directory.example"


def policy(*, mfa: Mfa = Mfa.WHEN_REGISTERED, basis: Policy = OPEN_POLICY, **rules: Any) -> Policy:
    """The open policy, with registration as given."""
    return replace(basis, sign_in=SignIn(mfa), registration=Registration(**rules))


TRUSTING = policy(first_proof=FirstProof.PASSWORD_ONLY)


def secret_of(page: dict[str, Any]) -> bytes:
    """What an app would read from the page."""
    return base64.b32decode(str(page["facts"][0]["value"]).replace(" ", ""))


def add_app(living: Living, browser: Browser) -> dict[str, Any]:
    """An authenticator app, from its page."""
    browser.get("/register/ways")
    page = browser.choose("totp")
    return browser.post(answer=living.code_of_app(secret_of(page)))


def ask_mail(browser: Browser, address: str = ADDRESS) -> dict[str, Any]:
    """The form for an address, filled in."""
    browser.get("/register/ways")
    browser.choose("email_code")
    return browser.post(value=address)


def add_mail(living: Living, browser: Browser, address: str = ADDRESS) -> dict[str, Any]:
    """An address, with its code."""
    ask_mail(browser, address)
    return browser.post(answer=living.newest_code(address))


def change_mail(browser: Browser, old: str, address: str = OTHER) -> dict[str, Any]:
    """Another address in the place of this contact; the page that asks for the code."""
    browser.get("/register/ways")
    browser.choose("email_code")
    return browser.post(value=address, replaces=old)


def contacts(living: Living, person: str) -> list[tuple[str, bool]]:
    """Address or number, and whether it is confirmed."""
    with living.store.reading() as unit:
        return [(one.value, one.confirmed_at is not None) for one in unit.people.contacts(person)]


def hint(living: Living, person: str, value: str = HINT, kind: ContactKind = ContactKind.EMAIL) -> str:
    """What the directory says, unconfirmed."""
    return living.contact(person, kind, value, how="")


def activities(living: Living) -> list[str]:
    """What the audit log says, in order."""
    return [str(line["activity"]) for line in living.story()]
