"""Access passes at sign-in: once, in time, for whom they were made, and never longer than they live (decisions 27)."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from keyback.core.types import HOUR, MINUTE, ContactKind
from tests.living import OLD_PASSWORD, Living
from tests.sign_in.walking import ADA, CODE, enter, give_pass, log, place, quiet

TYPED = "k7qm-2xnb 9rtd"


def test_a_pass_opens_one_session_without_a_second_factor(living: Living) -> None:
    """decisions 27: one use; as good as the strongest proof; the password is asked for next only where none was chosen."""
    person = living.ada()
    one = give_pass(living, person)
    browser = enter(living, TYPED)
    assert place(browser) == "/signed-in"
    with living.store.reading() as unit:
        [session] = unit.sessions.all_of(person, unit.now)
    assert (session.access_pass, session.methods, session.proved_with) == (one.id, "access_pass", 4)
    assert (session.password_at, session.proved_at) == (living.clock.now(), living.clock.now())
    assert "User signed in with temporary access pass" in [line["activity"] for line in living.story()]
    assert enter(living, TYPED).told() == ["sign_in.wrong"]


def test_its_session_lives_fifteen_minutes_and_never_longer_than_it(quick: Living) -> None:
    """decisions 27, SES-5: whatever is done in it."""
    person = quick.ada()
    give_pass(quick, person)
    browser = enter(quick, TYPED)
    quick.clock.move(14 * MINUTE)
    assert place(browser) == "/signed-in"
    quick.clock.move(1 * MINUTE)
    assert place(browser) == "/sign-in"
    give_pass(quick, person, expires_at=quick.clock.now() + 5 * MINUTE)
    browser = enter(quick, TYPED)
    quick.clock.move(5 * MINUTE)
    assert place(browser) == "/sign-in"


def test_somebody_new_registers_with_it(quick: Living) -> None:
    """decisions 19, 27: what must be registered comes first."""
    person = quick.person("new")
    give_pass(quick, person)
    assert place(enter(quick, TYPED, "new@contoso.example")) == "/register"
    assert log(quick) == [("interrupted", "50125")]


@pytest.mark.parametrize("facts", [
    {"starts_at": 2**52}, {"starts_at": 0, "expires_at": 1}, {"generation": 99}, {"tries_left": 0},
], ids=["too early", "too late", "of another generation", "guessed at too often"])  # fmt: skip
def test_a_pass_that_is_not_good_now_is_like_a_wrong_password(quick: Living, facts: dict[str, Any]) -> None:
    """decisions 20, 27, ENU-1."""
    if "starts_at" in facts and facts["starts_at"] == 2**52:
        facts = {"starts_at": quick.clock.now() + HOUR, "expires_at": quick.clock.now() + 2 * HOUR}
    give_pass(quick, quick.ada(), **facts)
    browser = enter(quick, TYPED)
    assert (browser.status, browser.told()) == (422, ["sign_in.wrong"])


def test_a_pass_is_for_one_person(quick: Living) -> None:
    """decisions 27: a pass with the same letters on it, made for somebody else, opens nothing."""
    quick.ada()
    give_pass(quick, quick.person("bo"))
    assert enter(quick, TYPED, ADA).status == 422
    quick.set_policy(quiet())
    assert place(enter(quick, TYPED, "bo@contoso.example")) == "/signed-in"


def test_nobody_disabled_comes_in_with_one(quick: Living) -> None:
    """SES-3"""
    give_pass(quick, quick.person("gone", enabled=False))
    assert enter(quick, TYPED, "gone@contoso.example").told() == ["sign_in.wrong"]
    assert log(quick) == [("failed", "50057")]


def test_five_wrong_tries_kill_it(living: Living) -> None:
    """decisions 27, THR-1: charged before anything is compared."""
    give_pass(living, living.ada())
    for letter in "ABCEF":
        assert enter(living, CODE[:-1] + letter).status == 422
    assert enter(living, TYPED).status == 422


def test_what_is_no_pass_uses_up_none_of_its_tries_and_a_right_password_neither(quick: Living) -> None:
    """decisions 27: the password may look like a pass."""
    person = quick.ada()
    give_pass(quick, person, tries_left=1)
    assert enter(quick, "certainly not the password").status == 422
    assert enter(quick, OLD_PASSWORD).page["state"] == "answer"
    assert place(enter(quick, TYPED)) == "/signed-in"


def test_a_pass_used_twenty_times_at_once_opens_once(living: Living) -> None:
    """COD-4, RAC-1: one conditional write decides."""
    living.set_policy(quiet())
    person = living.person("bo")
    living.contact(person, ContactKind.EMAIL, "bo@mailbox.example")
    give_pass(living, person, tries_left=20)
    with ThreadPoolExecutor(20) as pool:
        states = list(pool.map(lambda _: enter(living, TYPED, "bo@contoso.example").page["state"], range(20)))
    assert states.count("signed_in") == 1


def test_a_pass_is_no_gate_of_a_reset(quick: Living) -> None:
    """decisions 27: never."""
    give_pass(quick, quick.ada())
    browser = quick.browser()
    browser.start()
    for method in ("totp", "recovery_code", "email_code"):
        browser.get("/reset/ways")
        browser.choose(method)
        browser.post(answer=TYPED)
        assert browser.page["state"] == "answer"
        assert browser.status == 422
