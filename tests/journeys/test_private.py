"""Until the first gate passes, every identifier sees the same (decisions 1, ENU-1 to ENU-6)."""

import re
from typing import Any

import pytest

from keyback.core.types import MINUTE, ContactKind, DirectoryKind, Disclosure, PersonKind
from keyback.store.engine import SqliteEngine
from tests.living import MAIL, Browser, Living, solve, with_self_service

CLASSES = (
    "existing",
    "unknown",
    "disabled",
    "out_of_scope",
    "no_methods",
    "one_method",
    "service",
    "on_premises",
    "admin",
)
CHANGING = re.compile(r"[0-9a-f]{24,}|\b[B-DF-HJ-NP-TV-XZ]{2}\b")
LATER = 1_790_000_600_000


def make(living: Living, kind: str) -> None:
    """A person `ada` of this class."""
    if kind == "unknown":
        return
    facts: dict[str, Any] = {"enabled": kind != "disabled"}
    facts["kind"] = PersonKind.SERVICE if kind == "service" else PersonKind.PERSON
    facts["directory"] = DirectoryKind.LDAP if kind == "on_premises" else DirectoryKind.CLOUD
    ada = living.person("ada", **facts)
    if kind != "no_methods":
        living.contact(ada, ContactKind.EMAIL, MAIL)
    if kind not in {"no_methods", "one_method"}:
        living.authenticator(ada)
    if kind == "admin":
        living.grant(ada, "global_administrator")


def transcript(living: Living) -> list[tuple[int, str, str]]:
    """Everything that a stranger without any proof gets to see, with random parts blanked."""
    living.clock.move(LATER - living.clock.now())
    browser = living.browser()
    seen = []

    def note(page: dict[str, Any]) -> None:
        headers = "\n".join(f"{k}: {v}" for k, v in sorted(browser.headers.items()) if k != "date")
        seen.append((browser.status, CHANGING.sub("-", str(page)), CHANGING.sub("-", headers)))

    note(browser.get("/reset"))
    note(browser.post(user_id="ada@contoso.example", work=solve(browser.page["work"])))
    for method in ("email_code", "sms_code", "totp", "recovery_code"):
        note(browser.get("/reset/ways"))
        note(browser.choose(method))
        note(browser.get("/reset/journey"))
        note(browser.post(answer="00000000"))
        note(browser.get("/reset/journey"))
    note(browser.post("/reset/again"))
    return seen


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind != "unknown"])
def test_a_stranger_sees_the_same_for_every_class_of_account(kind: str) -> None:
    """ENU-1, ENU-4, ENU-6, SND-5: same status, headers and bodies as for an ID that nobody has."""
    nobody, somebody = Living(SqliteEngine(None)), Living(SqliteEngine(None))
    make(somebody, kind)
    assert transcript(somebody) == transcript(nobody)
    nobody.close()
    somebody.close()


def walk_to_limit(browser: Browser) -> list[tuple[int, list[str]]]:
    """Wrong answers until the way is paused."""
    seen = []
    for _ in range(3):
        browser.start()
        browser.choose("totp")
        for _ in range(6):
            browser.post(answer="000000")
            seen.append((browser.status, browser.told()))
            if browser.page["submit"] is None:
                break
    return seen


def test_pauses_do_not_tell_who_exists(quick: Living) -> None:
    """ENU-5: limits are keyed on the submitted identifier, existing or not."""
    quick.ada()
    known = quick.browser()
    seen = walk_to_limit(known)
    unknown = quick.browser("203.0.113.8")
    original = unknown.start
    unknown.start = lambda user_id="nobody@contoso.example": original(user_id)  # type: ignore[method-assign]
    assert walk_to_limit(unknown) == seen
    assert (429, ["answer.paused"]) in seen


def test_a_decoy_is_stable_and_leads_nowhere(living: Living) -> None:
    """ENU-4: the same limits across visits; no code ever works."""
    browser = living.browser()
    browser.start("nobody@contoso.example")
    browser.choose("totp")
    for step in range(-1, 2):
        assert browser.post(answer=f"{step % 10}00000")["state"] == "answer"
    assert living.delivered() == []


def test_unknown_ids_are_kept_as_keyed_hashes_only(living: Living) -> None:
    """AUD-5: people type passwords into that field."""
    browser = living.browser()
    browser.start("my-secret-word@contoso.example")
    assert "my-secret-word" not in str(living.story())
    assert living.story()[0]["target"].startswith("decoy:")


def test_who_proves_nothing_ends_alike_known_or_not(living: Living) -> None:
    """Decisions 1: "we could not verify you; contact your administrator"."""
    living.ada()
    ends = []
    for user_id in ("ada@contoso.example", "nobody@contoso.example"):
        browser = living.browser()
        browser.start(user_id)
        living.clock.move(15 * MINUTE)
        page = browser.get("/reset/journey")
        ends.append((page["title"]["id"], [link["rel"] for link in page["links"]]))
    assert ends == [("ended.unverified_title", ["help", "restart"])] * 2


def test_an_unknown_id_in_a_guided_tenant_is_told_what_to_check(quick: Living) -> None:
    """Decisions 1: guided is friendly, and ends at once."""
    quick.set_policy(with_self_service(disclosure=Disclosure.GUIDED))
    page = quick.browser().start("nobody@contoso.example")
    assert (page["state"], page["title"]["id"]) == ("ended", "ended.unverified_title")
