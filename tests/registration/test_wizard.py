"""The wizard: only what is missing, the strongest first, a way on everywhere, and an end that says what it was for."""

from dataclasses import replace

from keyback.core.policy import FirstProof, Mfa, SelfService
from keyback.core.ports import SessionKind
from keyback.core.rules import roles
from keyback.core.types import HOUR, ContactKind, Upkeep
from tests.living import MAIL, NEW_PASSWORD, OPEN_POLICY, RESEND, Browser, Living
from tests.registration.walking import ADDRESS, TRUSTING, activities, add_app, add_mail, policy, secret_of
from tests.signing import plain, seated, session_of, sign_in


def upkeep(living: Living, person: str) -> Upkeep:
    """How registration stands."""
    with living.store.reading() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        return somebody.upkeep


def keep(living: Living, person: str, facts: Upkeep) -> None:
    """As if it had gone so."""
    with living.store.writing() as unit:
        unit.people.keep(person, facts, unit.now)


def test_from_the_password_to_signed_in(living: Living) -> None:
    """Decisions 24, entra-sspr 3.1: everything in its order, each tested before it counts."""
    living.set_policy(TRUSTING)
    person = living.person("ada")
    browser = living.browser()
    page = sign_in(browser)
    assert (page["state"], page["step"], len(page["steps"])) == ("register", 1, 2)
    page = browser.post()
    page = browser.post(answer=living.code_of_app(secret_of(page)))
    assert (page["state"], page["step"]) == ("register_contact", 2)
    browser.post(value=ADDRESS)
    page = browser.post(answer=living.newest_code(ADDRESS))
    assert page["state"] == "register_done"
    assert page["lead"][0]["text"] == (
        "If you forget your password, you will need a code from your authenticator app and a code sent to a***@example.org."
    )
    assert browser.get("/signed-in")["state"] == "signed_in"
    kept = upkeep(living, person)
    now = living.clock.now()
    assert (kept.registered_at, kept.confirmed_at, kept.again_at, kept.skips) == (now, now, None, 0)
    assert activities(living).count("User registered all required security info") == 1


def test_what_the_last_page_promises_is_what_a_reset_asks_for(living: Living) -> None:
    """Decisions 17: at once, the first time."""
    living.set_policy(TRUSTING)
    person = living.person("ada")
    browser = living.browser()
    sign_in(browser)
    secret = secret_of(browser.post())
    browser.post(answer=living.code_of_app(secret))
    browser.post(value=ADDRESS)
    browser.post(answer=living.newest_code(ADDRESS))
    living.clock.move(RESEND)
    reset = living.browser()
    reset.start()
    reset.choose("email_code")
    reset.post(answer=living.newest_code(ADDRESS))
    reset.choose("totp")
    reset.post(answer=living.code_of_app(secret))
    assert reset.set_password()["state"] == "done"
    assert living.has_password(person, NEW_PASSWORD)


def test_only_what_is_missing_is_asked_also_after_a_closed_browser(living: Living) -> None:
    """Entra-sspr 3.1: partial registration."""
    living.set_policy(TRUSTING)
    person = living.person("ada")
    browser = seated(living, person, SessionKind.INTERRUPTED)
    add_app(living, browser)
    again = seated(living, person, SessionKind.INTERRUPTED, proved="totp")
    page = again.get("/register")
    assert (page["state"], page["step"]) == ("register_contact", 2)
    assert add_mail(living, again)["state"] == "register_done"


def test_a_different_method(living: Living) -> None:
    """Entra-sspr 3.1: all that would help, the strongest first."""
    living.set_policy(TRUSTING)
    browser = seated(living, living.person("ada"), SessionKind.INTERRUPTED)
    browser.get("/register")
    assert [link["href"] for link in browser.page["links"] if link["rel"] == "other"] == ["/register/ways"]
    page = browser.get("/register/ways")
    assert [one["value"] for one in page["choices"]] == ["totp", "email_code", "sms_code", "recovery_code"]
    assert browser.choose("recovery_code")["state"] == "register_codes"
    assert browser.get("/register")["step"] == 2


def test_the_factor_comes_first_and_cannot_be_put_off_where_signing_in_needs_one(living: Living) -> None:
    """Decisions 24, 25: never skippable where a second factor is demanded."""
    living.set_policy(policy(mfa=Mfa.ALWAYS, first_proof=FirstProof.PASSWORD_ONLY))
    browser = seated(living, living.person("ada"), SessionKind.INTERRUPTED)
    page = browser.get("/register")
    assert page["lead"][0]["id"] == "register.factor"
    assert "skip" not in [link["rel"] for link in page["links"]]
    browser.post("/register/skip")
    assert browser.status == 422
    assert browser.get("/signed-in")["state"] != "signed_in"


def test_three_times_not_now_then_it_must_be(living: Living) -> None:
    """Decisions 24: `registration.skips`, once for each sign-in, and how often still."""
    living.set_policy(TRUSTING)
    person = living.person("ada")
    for left in (3, 2, 1):
        browser = living.browser()
        sign_in(browser)
        assert f"{left} more" in plain(browser.page)
        before = session_of(browser)
        assert browser.post("/register/skip")["state"] == "signed_in"
        assert session_of(browser) != before
        browser.get("/register")
        browser.post("/register/skip")
        assert upkeep(living, person).skips == 4 - left
    assert sign_in(living.browser())["state"] == "register"
    browser = living.browser()
    sign_in(browser)
    assert browser.post("/register/skip")["state"] == "register"
    assert browser.status == 422
    assert activities(living).count("User canceled security info registration") == 3


def test_never_for_administrators_always_where_unlimited_and_never_at_zero(quick: Living) -> None:
    """Decisions 24: who may put it off."""

    def offered(person: str) -> bool:
        browser = seated(quick, person, SessionKind.INTERRUPTED)
        return "skip" in [link["rel"] for link in browser.get("/register")["links"]]

    quick.set_policy(policy(first_proof=FirstProof.PASSWORD_ONLY, unlimited_skips=True))
    ada, boss = quick.person("ada"), quick.person("boss")
    quick.grant(boss, roles.GLOBAL)
    keep(quick, ada, Upkeep(skips=9))
    assert offered(ada)
    assert not offered(boss)
    quick.set_policy(policy(first_proof=FirstProof.PASSWORD_ONLY, skips=0))
    assert not offered(quick.person("bob"))


def test_demanded_anew_only_newer_things_count_and_old_addresses_may_be_proven_again(living: Living) -> None:
    """Decisions 17, 19: an address that is proven anew counts; what is new waits, for it is never the first time."""
    person = living.ada()
    living.clock.move(48 * HOUR)
    keep(living, person, Upkeep(registered_at=1, again_at=living.clock.now()))
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="totp")
    assert browser.get("/register")["lead"][0]["id"] == "register.again"
    add_app(living, browser)
    browser.post(value=MAIL)
    page = browser.post(answer=living.newest_code(MAIL))
    assert page["state"] == "register_done"
    assert upkeep(living, person).again_at is None
    with living.store.reading() as unit:
        waits = [one.usable_from - unit.now for one in unit.people.enrolments(person)]
        mail = next(one for one in unit.people.contacts(person) if one.value == MAIL)
    assert max(waits) == 24 * HOUR
    assert mail.usable_from < living.clock.now()
    assert mail.ends_at is None


def test_the_last_page_says_from_when_something_counts(living: Living) -> None:
    """Decisions 17: "counts from tomorrow"."""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    living.authenticator(person)
    keep(living, person, Upkeep(registered_at=1))
    with living.store.writing() as unit:
        unit.info.remove_enrolments(person, "totp")
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="email_code")
    page = add_app(living, browser)
    assert page["state"] == "register_done"
    assert page["lead"][1]["id"] == "register.done_later"


def test_one_gate_one_way(quick: Living) -> None:
    """Decisions 2: a tenant that asks for one proof asks for one method."""
    one = replace(OPEN_POLICY, self_service=SelfService(OPEN_POLICY.self_service.enabled_for, methods_required=1))
    quick.set_policy(policy(basis=one, first_proof=FirstProof.PASSWORD_ONLY))
    browser = seated(quick, quick.person("ada"), SessionKind.INTERRUPTED)
    page = add_app(quick, browser)
    assert page["lead"][0]["text"] == "If you forget your password, you will need a code from your authenticator app."


def test_recovery_codes_are_offered_at_the_end(living: Living) -> None:
    """REG-8: saved codes, to print."""
    living.set_policy(TRUSTING)
    browser = seated(living, living.person("ada"), SessionKind.INTERRUPTED)
    add_app(living, browser)
    add_mail(living, browser)
    page = browser.post("/register/codes")
    assert len(page["facts"]) == 10
    assert page["owner"] == "ada@contoso.example"
    assert page["links"][0]["href"] == "/register/done"
    assert "codes" not in [link["rel"] for link in browser.get("/register/done")["links"]]


def test_a_posts_own_address_opened_again_shows_where_one_is(quick: Living) -> None:
    """GAT-4: never a dead end."""
    quick.set_policy(TRUSTING)
    browser = seated(quick, quick.person("ada"), SessionKind.INTERRUPTED)
    for name in ("start", "contact", "answer", "again", "skip", "codes", "first/answer", "first", "done"):
        assert browser.get(f"/register/{name}")["state"] == "register"


def test_without_a_session_everything_leads_to_sign_in(quick: Living) -> None:
    """GAT-4: nothing here for strangers."""
    browser: Browser = quick.browser()
    for path in ("/register", "/register/ways", "/register/done", "/register/first"):
        assert browser.get(path)["state"] == "sign_in"


def test_who_cannot_prove_what_is_registered_may_still_put_it_off(living: Living) -> None:
    """Decisions 24: never a dead end: a mailbox that is lost does not keep anybody out."""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    browser = living.browser()
    page = sign_in(browser)
    assert page["state"] == "register_prove"
    assert [link["rel"] for link in page["links"]] == ["prove", "skip", "help"]
    assert browser.post("/register/skip")["state"] == "signed_in"
