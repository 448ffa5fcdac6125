"""Random sequences of requests, sensible and not: no step is skipped, nothing breaks, and the password changes only
where two proofs were given (GAT-3, GAT-4, I12)."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyback.core.types import MINUTE
from keyback.store.engine import SqliteEngine
from tests.living import NEW_PASSWORD, OLD_PASSWORD, Browser, Living

Step = Callable[[Living, Browser], None]


def form(path: str, **fields: str) -> Step:
    """Post to this path, whatever the page is."""

    def step(_: Living, browser: Browser) -> None:
        browser.post(path, **fields)

    return step


def right_code(living: Living, browser: Browser) -> None:
    """The newest code of any kind, right for this step or not."""
    codes = [living.code_of_app()]
    for message in living.delivered()[-2:]:
        codes += [word for word in str(message["text"]).split() if word.isdigit()]
    for code in codes:
        browser.post("/reset/answer", answer=code)


def later(living: Living, browser: Browser) -> None:
    """Some minutes pass."""
    living.clock.move(4 * MINUTE)
    browser.get("/reset/journey")


def start(_: Living, browser: Browser) -> None:
    """From the first page."""
    browser.start()


def old_form(_: Living, browser: Browser) -> None:
    """The version of a form shown long ago."""
    for field in browser.page["fields"]:
        if field["name"] == "version":
            field["value"] = "1"


STEPS: dict[str, Step] = {
    "start": start,
    "right code": right_code,
    "later": later,
    "old form": old_form,
    "email": form("/reset/method", method="email_code"),
    "sms": form("/reset/method", method="sms_code"),
    "app": form("/reset/method", method="totp"),
    "paper": form("/reset/method", method="recovery_code"),
    "no method": form("/reset/method", method="push"),
    "again": form("/reset/again"),
    "wrong": form("/reset/answer", answer="00000000"),
    "empty": form("/reset/answer"),
    "password": form("/reset/password", new=NEW_PASSWORD, again=NEW_PASSWORD),
    "bad password": form("/reset/password", new="short", again="short"),
    "cancel": form("/reset/cancel"),
}


def walk(names: list[str]) -> None:
    """Take the steps, and look at every invariant after each."""
    living = Living(SqliteEngine(None))
    try:
        ada = living.ada()
        browser = living.browser()
        browser.start()
        for name in names:
            STEPS[name](living, browser)
            assert browser.status < 500, (name, browser.page)
            check(living, ada)
            if not browser.page["fields"]:
                browser.get("/reset")
    finally:
        living.close()


def check(living: Living, ada: str) -> None:
    """A new password stands only on two spent proofs of different methods, and the story says so."""
    lines = [line["reason"] for line in living.story()]
    done = lines.count("Successfully completed reset.")
    proofs = [reason for reason in lines if reason.startswith("User completed the ")]
    assert done * 2 <= len(proofs)
    assert living.has_password(ada, NEW_PASSWORD if done else OLD_PASSWORD)
    assert [line["seq"] for line in living.story()] == list(range(1, len(lines) + 1))


SEQUENCES = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=25)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, suppress_health_check=SLOW)
@given(SEQUENCES)
def test_random_requests_never_skip_a_gate(names: list[str]) -> None:
    """A few, at every check."""
    walk(names)


@pytest.mark.soak
@settings(max_examples=2_000, suppress_health_check=SLOW)
@given(SEQUENCES)
def test_very_many_random_requests_never_skip_a_gate(names: list[str]) -> None:
    """The long version."""
    walk(names)


def test_the_straight_way_is_among_them() -> None:
    """The steps above can reach a new password, so that the invariants are put to the test."""
    living = Living(SqliteEngine(None))
    ada = living.ada()
    browser = living.browser()
    for name in ("start", "email", "right code", "app", "right code", "password"):
        STEPS[name](living, browser)
    assert living.has_password(ada, NEW_PASSWORD)
    living.close()
