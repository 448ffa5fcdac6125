"""Codes: how long, how often, for whom (COD-*, THR-*, SND-*)."""

from keyback.core.types import HOUR, MINUTE, SECOND, ContactKind
from keyback.store.engine import Sql
from tests.living import MAIL, MOBILE, RESEND, Living


def test_five_wrong_answers_kill_a_code(living: Living) -> None:
    """THR-1: the right code no longer works after that."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    right = living.newest_code(MAIL)
    wrong = "00000000" if right != "00000000" else "11111111"
    for _ in range(5):
        browser.post(answer=wrong)
    assert browser.told() == ["answer.wrong_last"]
    assert browser.page["submit"] is None
    assert browser.post("/reset/answer", answer=right)["state"] == "answer"


def test_a_code_dies_at_its_minute(living: Living) -> None:
    """COD-3: at t - 1 s it works, at t it does not."""
    living.ada()
    late, early = living.browser(), living.browser()
    late.start()
    late.choose("email_code")
    code = living.newest_code(MAIL)
    living.clock.move(10 * MINUTE)
    assert late.post("/reset/answer", answer=code)["state"] == "answer"
    living.clock.move(HOUR)
    early.start()
    early.choose("email_code")
    code = living.newest_code(MAIL)
    living.clock.move(10 * MINUTE - SECOND)
    assert early.post(answer=code)["state"] == "choose_method"


def test_an_older_code_is_named_by_its_letters(living: Living) -> None:
    """Decisions 8, SND-6: a new code replaces the old one; the older one costs a try."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    old = living.newest_code(MAIL)
    living.clock.move(RESEND)
    browser.post("/reset/again")
    new = living.newest_code(MAIL)
    assert browser.post(answer=old)["state"] == "answer"
    assert browser.told() == ["answer.old"]
    assert browser.page["messages"][0]["text"].split("letters ")[1][:2] in browser.page["fields"][2]["hint"]
    assert browser.post(answer=new)["state"] == "choose_method"


def test_the_resend_wait_doubles(quick: Living) -> None:
    """SND-6: 60, 120, 240, 480 s, and up to a tenth more."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("sms_code")
    quick.delivered()
    for times, wait in enumerate((60, 120, 240), 2):
        page = browser.get("/reset/journey")
        opens = next(link for link in page["links"] if link["rel"] == "again")["after"] - quick.clock.now()
        assert wait * SECOND <= opens <= wait * SECOND * 11 // 10
        quick.clock.move(opens - 1)
        browser.post("/reset/again")
        assert (browser.status, browser.told()) == (429, ["begin.wait"])
        quick.clock.move(1)
        browser.post("/reset/again")
        assert browser.status == 200
        sent = [message["id"] for message in quick.delivered() if message["to"] == MOBILE]
        assert len(sent) == len(set(sent)) == times


def test_the_countdown_is_the_server_s_rule(quick: Living) -> None:
    """The page's `after` is the first moment at which a new code is sent."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    page = browser.choose("email_code")
    again = next(link for link in page["links"] if link["rel"] == "again")
    quick.clock.move(again["after"] - quick.clock.now())
    browser.post("/reset/again")
    assert browser.status == 200


def test_starting_over_does_not_bring_new_sends(quick: Living) -> None:
    """SND-2, THR-3: budgets are of the account and the destination, not of the journey."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    browser.start()
    browser.choose("email_code")
    assert (browser.status, browser.told()) == (429, ["begin.wait"])
    assert len(quick.delivered()) == 1


def test_failures_count_across_journeys_and_pause_the_method(living: Living) -> None:
    """THR-2, decisions 9: 5 per method and account in 1 h; signing in is not touched (THR-12)."""
    living.ada()
    browser = living.browser()
    for _ in range(2):
        browser.start()
        browser.choose("totp")
        for _ in range(3):
            browser.post(answer="000000")
    assert (browser.status, browser.told()) == (429, ["answer.paused"])
    assert browser.headers["retry-after"]
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "answer"
    living.clock.move(HOUR)
    fresh = living.browser()
    fresh.start()
    fresh.choose("totp")
    assert fresh.post(answer=living.code_of_app())["state"] == "choose_method"


def test_ten_failures_a_day_pause_recovery_for_a_day(quick: Living) -> None:
    """Decisions 9: 10 per account in 24 h, then that budget pauses 24 h."""
    quick.ada()
    for method in ("totp", "recovery_code"):
        browser = quick.browser()
        browser.start()
        browser.choose(method)
        for _ in range(5):
            browser.post(answer="000000")
        quick.clock.move(HOUR)
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    browser.post(answer="00000000")
    assert browser.told() == ["answer.paused"]
    quick.clock.move(24 * HOUR)
    browser.first_gate()
    assert browser.page["state"] == "choose_method"


def test_a_completed_reset_clears_the_counters(quick: Living) -> None:
    """Decisions 9."""
    quick.ada()
    browser = quick.browser()
    browser.first_gate()
    browser.choose("totp")
    for _ in range(4):
        browser.post(answer="000000")
    browser.post(answer=quick.code_of_app())
    browser.set_password()
    quick.clock.move(2 * MINUTE)
    browser.start()
    browser.choose("totp")
    browser.post(answer="000000")
    assert "4" in browser.page["messages"][0]["text"]
    for _ in range(3):
        browser.post(answer="000000")
    assert browser.post(answer=quick.code_of_app())["state"] == "choose_method"


def test_an_authenticator_code_works_once(living: Living) -> None:
    """TOT-1: across journeys and surfaces, by compare-and-set."""
    living.ada()
    code = living.code_of_app()
    first, second = living.browser(), living.browser()
    first.start()
    first.choose("totp")
    second.start()
    second.choose("totp")
    assert first.post(answer=code)["state"] == "choose_method"
    assert second.post(answer=code)["state"] == "answer"


def test_a_code_of_another_journey_or_person_is_wrong(living: Living) -> None:
    """COD-5: bound to journey, person and purpose."""
    living.ada()
    living.contact(living.person("bo"), ContactKind.EMAIL, "bo@mailbox.example")
    ada, bo = living.browser(), living.browser()
    ada.start()
    ada.choose("email_code")
    bo.start("bo@contoso.example")
    bo.choose("email_code")
    for_bo = living.newest_code("bo@mailbox.example")
    if for_bo != living.newest_code(MAIL):
        assert ada.post(answer=for_bo)["state"] == "answer"
        assert ada.told() == ["answer.wrong"]


def test_codes_stand_nowhere_in_the_clear(living: Living) -> None:
    """COD-8, COD-9, CRY-1: not in the database, the log, or any page."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    code = living.newest_code(MAIL)
    pages = str(browser.get("/reset/journey")) + str(browser.get("/reset/ways"))
    assert code not in pages
    assert code not in str(living.story())
    for row in everything(living):
        assert code.encode() not in row
        assert MAIL.encode() not in row


def everything(living: Living) -> list[bytes]:
    """Every value in the database that can hold text."""
    tables = ("contact", "enrolment", "challenge", "outbox", "journey", "throttle", "audit", "credential", "evidence")
    found = []
    with living.store.reading() as unit:
        for table in tables:
            for row in unit.link.all(Sql(f"SELECT * FROM {table}"), {}):
                found += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    assert len(found) > 100
    return found
