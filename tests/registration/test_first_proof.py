"""Who has registered nothing proves more than a password first (decisions 19, REG-2)."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import FirstProof, Limits, Mfa, SelfService
from keyback.core.ports import SessionKind
from keyback.core.rules import roles
from keyback.core.types import MINUTE, ContactKind
from tests.living import MOBILE, OPEN_POLICY, Browser, Living
from tests.registration.walking import ADDRESS, HINT, activities, add_app, contacts, hint, policy, secret_of
from tests.signing import plain, seated


def newcomer(living: Living, **rules: Any) -> tuple[str, Browser]:
    """Somebody with a password only, who signs in for the first time."""
    living.set_policy(policy(**rules))
    person = living.person("ada")
    return person, seated(living, person, SessionKind.INTERRUPTED)


def pick(browser: Browser, contact: str) -> dict[str, Any]:
    browser.get("/register")
    return browser.post(contact=contact)


def test_a_leaked_first_password_registers_nothing(living: Living) -> None:
    """REG-2 (amended): from anywhere, with the password alone, every door is shut."""
    person, browser = newcomer(living)
    hint(living, person)
    assert browser.get("/register")["state"] == "register_first"
    for path, fields in (
        ("/register/start", {"method": "totp"}),
        ("/register/contact", {"method": "email_code", "value": ADDRESS, "replaces": ""}),
        ("/register/codes", {}),
    ):
        browser.get("/register")
        browser.post(path, **fields)
        assert browser.page["state"] == "register_first"
    with living.store.reading() as unit:
        assert not unit.people.enrolments(person)
    assert contacts(living, person) == [(HINT, False)]
    assert not living.delivered()


def test_a_code_to_a_contact_that_is_known_is_the_first_proof_and_registers_it(living: Living) -> None:
    """Decisions 19, REG-5: the hint is its owner's now, and something may be added."""
    person, browser = newcomer(living)
    contact = hint(living, person)
    assert HINT not in plain(browser.get("/register"))
    assert pick(browser, contact)["state"] == "register_code"
    page = browser.post(answer=living.newest_code(HINT))
    assert page["state"] == "register"
    assert page["step"] == 2
    assert contacts(living, person) == [(HINT, True)]
    page = browser.post()
    assert browser.post(answer=living.code_of_app(secret_of(page)))["state"] == "register_done"


def test_the_primary_address_proves_but_is_not_registered(living: Living) -> None:
    """Decisions 18, 19: the directory's own address serves notices only, afterwards too."""
    person, browser = newcomer(living)
    contact = hint(living, person, "ada@elsewhere.example", ContactKind.PRIMARY)
    pick(browser, contact)
    assert browser.post(answer=living.newest_code("ada@elsewhere.example"))["state"] == "register"
    assert contacts(living, person) == [("ada@elsewhere.example", False)]


def test_what_the_lost_password_opens_is_no_first_proof(living: Living) -> None:
    """Decisions 5, REG-2: whoever has the password has that mailbox, too."""
    person, browser = newcomer(living)
    own = hint(living, person, "ada@contoso.example", ContactKind.PRIMARY)
    page = browser.get("/register")
    assert page["state"] == "register_impossible"
    browser.post("/register/first", contact=own)
    assert browser.page["state"] == "register_impossible"
    assert not [one for one in living.delivered() if "code" in str(one["text"]).casefold() and one["to"] != HINT]


def test_numbers_of_the_directory_only_where_messages_are_sent(quick: Living) -> None:
    """SND-3: a known number proves where the tenant sends text messages."""
    person, browser = newcomer(quick)
    contact = hint(quick, person, MOBILE, ContactKind.MOBILE)
    pick(browser, contact)
    assert browser.post(answer=quick.newest_code(MOBILE))["state"] == "register"
    assert contacts(quick, person) == [(MOBILE, True)]


def test_somebody_elses_contact_is_no_first_proof(living: Living) -> None:
    """GAT-11: the request names no target that is not the person's own."""
    person, browser = newcomer(living)
    hint(living, person)
    bob = living.person("bob")
    theirs = hint(living, bob, "bob@elsewhere.example")
    pick(browser, theirs)
    assert browser.page["state"] == "register_first"
    assert browser.status == 404
    assert not living.delivered()


@pytest.mark.parametrize("how", ["network", "password_only", "pass"])
def test_what_stands_in_for_it(living: Living, how: str) -> None:
    """Decisions 19: a trusted network, an access pass, or a policy that asks for no more."""
    rules: dict[str, Any] = {"first_proof": FirstProof.PASSWORD_ONLY} if how == "password_only" else {}
    person, browser = newcomer(living, **rules)
    if how == "network":
        trusting = Limits(trusted_networks=("203.0.113.0/24",))
        living.set_policy(policy(basis=_with(limits=trusting)))
    if how == "pass":
        browser = seated(living, person, SessionKind.INTERRUPTED, access_pass="pass-1")
    assert browser.get("/register")["state"] == "register"
    assert add_app(living, browser)["state"] == "register_contact"


def _with(**sections: Any) -> Any:
    return replace(OPEN_POLICY, **sections)


def test_a_password_of_eleven_minutes_ago_must_be_typed_again(living: Living) -> None:
    """REG-1: the first proof is fresh in both halves."""
    person, browser = newcomer(living)
    contact = hint(living, person)
    living.clock.move(11 * MINUTE)
    browser.get("/register")
    browser.post("/register/first", contact=contact)
    assert browser.page["state"] not in {"register_code", "register"}
    assert not living.delivered()


def test_who_can_prove_nothing_gets_in_and_administrators_hear_of_it_once_a_day(living: Living) -> None:
    """Decisions 19, 24: never a dead end, never a loop; the page says whom to ask."""
    boss = living.person("boss")
    living.grant(boss, roles.GLOBAL)
    _, browser = newcomer(living)
    for _ in range(3):
        page = browser.get("/register")
        assert page["state"] == "register_impossible"
        assert "access pass" in plain(page)
    assert activities(living).count("User could not register all required security info") == 1
    assert [one["to"] for one in living.delivered()] == ["boss@contoso.example"]
    assert browser.post("/register/skip")["state"] == "signed_in"


def test_where_signing_in_needs_a_factor_nobody_gets_in_without(living: Living) -> None:
    """Decisions 24, 25: no way round a second factor that the tenant demands; a page that says whom to ask."""
    _, browser = newcomer(living, mfa=Mfa.ALWAYS)
    page = browser.get("/register")
    assert page["state"] == "register_impossible"
    assert [link["rel"] for link in page["links"]] == ["help", "restart"]
    browser.post("/register/skip")
    assert browser.page["state"] == "register_impossible"
    assert browser.get("/signed-in")["state"] != "signed_in"


def test_nothing_to_offer_is_said_too(living: Living) -> None:
    """Entra-sspr 3: a policy whose methods cannot be enough strands nobody."""
    basis = _with(self_service=SelfService(enabled_for=OPEN_POLICY.self_service.enabled_for), methods={
        "email_code": OPEN_POLICY.methods["email_code"],
    })  # fmt: skip
    living.set_policy(policy(basis=basis, first_proof=FirstProof.PASSWORD_ONLY, skips=0))
    person = living.person("ada")
    browser = seated(living, person, SessionKind.INTERRUPTED)
    assert browser.get("/register")["state"] == "register_impossible"
    assert browser.post("/register/skip")["state"] == "signed_in"
