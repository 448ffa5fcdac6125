"""Back, reload, double submit, two tabs, an old link, a killed server: always the true state (GAT-4, RAC-3)."""

from typing import Any

from keyback.app.reset.expire import expire
from keyback.core.ports import Session, SessionKind
from keyback.core.types import HOUR, MINUTE
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, Browser, Living


def test_reload_shows_the_same_page(quick: Living) -> None:
    """GET changes nothing."""
    quick.ada()
    browser = quick.browser()
    page = browser.first_gate()
    for _ in range(3):
        assert browser.get("/reset/journey") == page


def test_double_submit_of_a_right_code_counts_once(living: Living) -> None:
    """RAC-3: the same form twice gets the same answer."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    form, code = dict(browser.page), living.newest_code(MAIL)
    first = browser.post(answer=code)
    browser.page = form
    assert browser.post(answer=code) == first
    assert browser.status == 200


def test_double_submit_of_a_wrong_code_costs_one_try(quick: Living) -> None:
    """RAC-3: an older form gets the present state."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("totp")
    form = dict(browser.page)
    browser.post(answer="000000")
    browser.page = form
    browser.post(answer="000000")
    browser.post(answer="111111")
    assert browser.page["messages"][0]["text"].startswith("That code is not right. You have 3 ")


def test_double_submit_of_the_password_sets_it_once(living: Living) -> None:
    """RAC-3."""
    ada = living.ada()
    browser = living.browser()
    browser.both_gates()
    form = dict(browser.page)
    done = browser.set_password()
    browser.page = form
    assert browser.post(new="another purple lamp dances", again="another purple lamp dances") == done
    assert living.has_password(ada, NEW_PASSWORD)


def test_a_form_from_another_step_changes_nothing(quick: Living) -> None:
    """GAT-3, GAT-4: no step can be skipped, whatever is posted."""
    ada = quick.ada()
    browser = quick.browser()
    browser.start()
    tries: list[tuple[str, dict[str, str]]] = [
        ("/reset/password", {"new": NEW_PASSWORD, "again": NEW_PASSWORD}),
        ("/reset/answer", {"answer": "12345678"}),
        ("/reset/answer", {}),
        ("/reset/method", {}),
        ("/reset/method", {"method": "push"}),
        ("/reset/method", {"method": "security_questions"}),
        ("/reset/again", {}),
    ]
    for path, fields in tries:
        assert browser.post(path, **fields)["state"] == "choose_method", path
    browser.choose("email_code")
    assert browser.post("/reset/password", new=NEW_PASSWORD, again=NEW_PASSWORD)["state"] == "answer"
    assert quick.has_password(ada, OLD_PASSWORD)


def test_the_used_method_cannot_be_posted_for_the_second_gate(quick: Living) -> None:
    """GAT-2: hidden on the page, and refused when posted all the same."""
    quick.ada()
    browser = quick.browser()
    browser.first_gate()
    quick.clock.move(10 * MINUTE)
    assert browser.post("/reset/method", method="email_code")["state"] == "choose_method"
    assert browser.post("/reset/method", method="email_code:id-ada-email")["state"] == "choose_method"


def test_two_tabs_share_one_journey(quick: Living) -> None:
    """COD-7: a start in the second tab ends the journey of the first."""
    quick.ada()
    tab = quick.browser()
    tab.first_gate()
    old = dict(tab.page)
    tab.start()
    tab.page = old
    assert tab.choose("totp")["state"] == "choose_method"
    assert len(tab.page["choices"]) == 4, "the first gate of the ended journey does not count"


def test_an_attempt_ends_after_its_minutes(living: Living) -> None:
    """GAT-6: whole journey at most 15 minutes."""
    living.ada()
    browser = living.browser()
    browser.first_gate()
    living.clock.move(15 * MINUTE)
    page = browser.get("/reset/journey")
    assert (page["state"], page["title"]["id"]) == ("ended", "ended.expired_title")
    living.clock.move(-10 * MINUTE)
    assert browser.get("/reset/journey")["title"]["id"] == "ended.expired_title", "latched: no way back (F17)"


def test_old_proof_is_no_proof(living: Living) -> None:
    """GAT-6: evidence at most 10 minutes old at commit."""
    ada = living.ada()
    browser = living.browser()
    browser.first_gate()
    living.clock.move(9 * MINUTE)
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    living.clock.move(MINUTE + 1)
    assert browser.set_password()["state"] == "ended"
    assert living.has_password(ada, OLD_PASSWORD)


def test_cancel_ends_it(quick: Living) -> None:
    """And nothing brings it back."""
    quick.ada()
    browser = quick.browser()
    old = browser.first_gate()
    assert browser.post("/reset/cancel")["title"]["id"] == "ended.cancelled_title"
    browser.page = old
    assert browser.choose("totp")["state"] == "ended"


def test_another_browser_has_no_part_in_it(quick: Living) -> None:
    """COD-5: bound to the browser that began it."""
    quick.ada()
    quick.browser().first_gate()
    other = quick.browser()
    page = other.get("/reset/journey")
    assert (other.status, page["title"]["id"]) == (404, "journey.none_title")


def test_a_restarted_server_knows_the_true_state(living: Living) -> None:
    """F01 to F03: everything is in the store; a new process goes on where the old one died."""
    ada = living.ada()
    browser = living.browser()
    browser.first_gate()
    cookies = dict(browser.http.cookies)
    reborn = Browser(living, {})
    reborn.http.cookies.update(cookies)
    assert reborn.get("/reset/journey")["state"] == "choose_method"
    reborn.choose("totp")
    reborn.post(answer=living.code_of_app())
    assert reborn.set_password()["state"] == "done"
    assert living.has_password(ada, NEW_PASSWORD)


def ended(living: Living, change: Any) -> dict[str, Any]:
    """What a person who is choosing a password sees after `change` happened to the account."""
    browser = living.browser()
    browser.both_gates()
    change()
    return browser.set_password()


def test_a_change_of_the_account_ends_every_attempt(living: Living) -> None:
    """COD-6, SES-4, RAC-2: generation is read again at commit."""
    ada = living.ada()

    def raise_it() -> None:
        with living.store.writing() as unit:
            unit.people.raise_generation(ada, unit.now)

    page = ended(living, raise_it)
    assert (page["state"], page["title"]["id"]) == ("ended", "ended.changed_title")
    assert living.has_password(ada, OLD_PASSWORD)


def test_a_role_given_meanwhile_makes_the_rules_stricter(living: Living) -> None:
    """GAT-1, GAT-7: the stricter of then and now wins; SMS and mail do not make an administrator."""
    ada = living.ada()
    browser = living.browser()
    browser.first_gate()
    browser.choose("sms_code")
    browser.post(answer=living.newest_code("+4915112345609"))
    assert browser.page["state"] == "new_password"
    living.grant(ada, "global_administrator")
    assert browser.set_password()["state"] == "ended"
    assert living.has_password(ada, OLD_PASSWORD)


def test_a_reset_ends_all_other_attempts_and_sessions(living: Living) -> None:
    """SES-3, COD-6, I10."""
    ada = living.ada()
    with living.store.writing() as unit:
        person = unit.people.by_id(ada, unit.now)
        assert person is not None
        now = unit.now
        session = Session("s1", ada, person.generation, SessionKind.PORTAL, "password", now, now, now + HOUR, "", "")
        unit.sessions.insert(b"session", session)
    other = living.browser()
    other.first_gate()
    living.clock.move(2 * MINUTE)
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    assert other.get("/reset/journey")["state"] == "ended"
    with living.store.reading() as unit:
        assert unit.sessions.of(b"session", unit.now) is None


def test_an_abandoned_attempt_gets_its_last_line(living: Living) -> None:
    """AUD-1: nobody came back, and the story says so, once."""
    living.ada()
    browser = living.browser()
    browser.first_gate()
    living.clock.move(15 * MINUTE)
    assert (expire(living.house), expire(living.house)) == (1, 0)
    assert living.story()[-1]["reason"] == "User abandoned the attempt"
    assert browser.get("/reset/journey")["title"]["id"] == "ended.expired_title"
