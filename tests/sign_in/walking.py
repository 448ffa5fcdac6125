"""People who sign in, step by step."""

from dataclasses import replace
from typing import Any

from keyback.app.passes import format as written
from keyback.core.policy import Policy
from keyback.core.ports import AccessPass
from keyback.core.types import HOUR, SECOND
from tests.living import OPEN_POLICY, Browser, Living
from tests.signing import sign_in

ADA = "ada@contoso.example"
STEP = 30 * SECOND
CODE = "K7QM2XNB9RTD"


def quiet(**changes: Any) -> Policy:
    """Nobody is asked to register; other changes of that section as given."""
    rules = replace(OPEN_POLICY.registration, **{"required_at_sign_in": False, **changes})
    return replace(OPEN_POLICY, registration=rules)


def give_pass(living: Living, person: str, code: str = CODE, **facts: Any) -> AccessPass:
    """A pass with this on it, good for an hour from now, for one use."""
    with living.store.writing() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        identity = living.random.id()
        known = {
            "generation": somebody.generation, "starts_at": unit.now, "expires_at": unit.now + HOUR, "once": True,
            "checked": False, "tries_left": 5, "issued_by": "host:test", "issued_at": unit.now, "why": "new here", **facts,
        }  # fmt: skip
        one = AccessPass(identity, person, written.mark(living.house, identity, code), **known)
        unit.passes.issue(one, unit.now)
    return one


def enter(living: Living, password: str, user_id: str = ADA) -> Browser:
    """A new browser, after user ID and password."""
    browser = living.browser()
    sign_in(browser, user_id, password)
    return browser


def place(browser: Browser) -> str:
    """Where this browser belongs: what its front door leads to."""
    return str(browser.http.get("/", headers={"accept": "text/html"}).headers["location"])


def log(living: Living) -> list[tuple[str, str]]:
    """Activity and number of each line of the sign-in log, oldest first."""
    names = {"User signed in": "in", "User could not sign in": "failed", "Sign-in was interrupted": "interrupted"}
    return [(names[str(line["activity"])], str(line["reason"])) for line in living.story() if line["activity"] in names]
