"""The second factor: asked at once or sent when asked for, judged once, and nothing is open before it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from keyback.core.policy import Mfa
from keyback.core.ports import SessionKind
from keyback.core.types import MINUTE, ContactKind
from tests.living import MOBILE, OLD_PASSWORD, OPEN_POLICY, RESEND, Living
from tests.sign_in.walking import ADA, STEP, enter, log, place, quiet
from tests.signing import seated, session_of, sign_in


def test_the_app_is_asked_at_once_and_lets_in(living: Living) -> None:
    """decisions 25, SES-1: password, then what is registered; a new name at each step; the log joins both by one id."""
    living.ada()
    browser = enter(living, OLD_PASSWORD)
    assert (browser.page["state"], place(browser)) == ("answer", "/sign-in/factor")
    before = session_of(browser)
    browser.post(answer=living.code_of_app())
    assert (browser.page["state"], place(browser)) == ("signed_in", "/signed-in")
    assert session_of(browser) != before
    assert log(living) == [("interrupted", "50074"), ("in", "")]
    lines = [line for line in living.story() if "ign" in str(line["activity"])]
    assert lines[-1]["correlation"] == lines[-2]["correlation"] != ""
    assert '"factors":"password+totp"' in str(lines[-1]["details"])


def test_a_password_alone_opens_nothing(quick: Living) -> None:
    """GAT-8 (amended), decisions 25: no page of a signed-in person, whatever its address."""
    quick.ada()
    browser = enter(quick, OLD_PASSWORD)
    for path in ("/signed-in", "/security-info", "/sessions", "/password", "/register", "/confirm", "/sign-in/password",
                 "/sign-in", "/sign-in?next=/signed-in", "/?next=https://evil.example"):  # fmt: skip
        there = browser.http.get(path, headers={"accept": "text/html"})
        assert (there.status_code, there.headers["location"]) == (303, "/sign-in/factor"), path


def test_a_wrong_code_is_charged_and_five_kill_the_question(living: Living) -> None:
    """THR-1, COD-3, COD-4: each try is charged first; the question dies; the log says why."""
    living.ada()
    browser = enter(living, OLD_PASSWORD)
    told = []
    for _ in range(5):
        browser.post(answer="000000")
        told += browser.told()
    assert told == ["proving.wrong"] * 4 + ["proving.wrong_last"]
    assert log(living)[1:] == [("failed", "500121")] * 5
    page = browser.get("/sign-in/factor")
    assert (page["submit"], [one["rel"] for one in page["links"]].count("other")) == (None, 1)
    browser.get("/sign-in/ways")
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "signed_in"


def test_ten_wrong_codes_in_an_hour_shut_this_step_and_no_reset(quick: Living) -> None:
    """decisions 9: what fails at sign-in never spends what a reset has."""
    quick.ada()
    for _ in range(2):
        browser = enter(quick, OLD_PASSWORD)
        for _ in range(5):
            browser.post(answer="000000")
    browser = enter(quick, OLD_PASSWORD)
    browser.post(answer=quick.code_of_app())
    assert (browser.status, browser.told()) == (429, ["proving.paused"])
    assert int(browser.headers["retry-after"]) > 0
    other = quick.browser()
    other.both_gates()
    assert other.page["state"] == "new_password"


def test_a_number_of_the_app_lets_in_once_wherever_it_is_typed(quick: Living) -> None:
    """TOT-2, decisions 7: each step once on every surface together."""
    quick.ada()
    code = quick.code_of_app()
    first, second = enter(quick, OLD_PASSWORD), enter(quick, OLD_PASSWORD)
    assert first.post(answer=code)["state"] == "signed_in"
    second.post(answer=code)
    assert second.told() == ["proving.wrong"]
    quick.clock.move(STEP)
    assert second.post(answer=quick.code_of_app())["state"] == "signed_in"


def test_of_right_answers_sent_at_once_one_lets_in(living: Living) -> None:
    """RAC-1, COD-4, SES-1: the question, the number and the session's name are used up by one; nobody is signed out."""
    living.ada()
    browser = enter(living, OLD_PASSWORD)
    form = {field["name"]: field["value"] for field in browser.page["fields"] if field["kind"] == "hidden"}
    sent = {**form, "answer": living.code_of_app()}
    jar = dict(browser.http.cookies)

    def answer(_: int) -> list[str]:
        other = living.browser()
        other.http.cookies.update(jar)
        got = other.http.post("/sign-in/answer", json=sent)
        return [line for line in got.headers.get_list("set-cookie") if line.startswith("keyback-session=")]

    with ThreadPoolExecutor(8) as pool:
        cookies = [line for lines in pool.map(answer, range(8)) for line in lines]
    assert len(cookies) == 1
    assert "Max-Age=0" not in cookies[0]
    assert [reason for _, reason in log(living)].count("") == 1


def test_a_message_goes_out_only_when_it_is_asked_for(living: Living) -> None:
    """SND-1, decisions 8: then the older code is told apart from a wrong one."""
    person = living.person("ada")
    living.contact(person, ContactKind.MOBILE, MOBILE)
    living.set_policy(quiet())
    browser = enter(living, OLD_PASSWORD)
    assert browser.page["state"] == "choose_method"
    assert living.delivered() == []
    browser.choose("sms_code")
    assert browser.page["state"] == "answer"
    old = living.newest_code(MOBILE)
    browser.post("/sign-in/again")
    assert browser.status == 429
    living.clock.move(RESEND)
    browser.get("/sign-in/factor")
    browser.post("/sign-in/again")
    assert browser.status == 200
    browser.get("/sign-in/factor")
    browser.post(answer=old)
    assert browser.told() == ["proving.old"]
    browser.post(answer=living.newest_code(MOBILE))
    assert browser.page["state"] == "signed_in"


def test_mail_is_no_second_factor(quick: Living) -> None:
    """decisions 5: who has nothing but a mailbox is asked for no factor, and by it for none."""
    person = quick.person("ada")
    quick.contact(person, ContactKind.EMAIL, "private@mailbox.example")
    quick.set_policy(quiet())
    assert place(enter(quick, OLD_PASSWORD)) == "/signed-in"
    quick.authenticator(person)
    browser = enter(quick, OLD_PASSWORD)
    page = browser.get("/sign-in/ways")
    assert [one["value"] for one in page["choices"]] == ["totp"]
    browser.post(method="email_code")
    assert browser.told() == ["factor.none"]


def test_a_recovery_code_lets_in_once(living: Living) -> None:
    """COD-4: slow to compare, so outside the transaction."""
    person = living.person("ada")
    codes = living.recovery_codes(person)
    living.set_policy(quiet())
    browser = enter(living, OLD_PASSWORD)
    browser.post(answer=codes[0])
    assert browser.page["state"] == "signed_in"
    again = enter(living, OLD_PASSWORD)
    again.post(answer=codes[0])
    assert again.told() == ["proving.wrong"]


def test_the_preferred_way_is_asked_first(quick: Living) -> None:
    """decisions 25"""
    person = quick.ada()
    codes = quick.recovery_codes(person)
    with quick.store.writing() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        unit.people.keep(person, replace(somebody.upkeep, preferred_method="recovery_code"), unit.now)
    browser = enter(quick, OLD_PASSWORD)
    browser.post(answer=codes[1])
    assert browser.page["state"] == "signed_in"


def test_the_form_of_another_question_is_not_judged(quick: Living) -> None:
    """RAC-3: and no try is spent."""
    quick.ada()
    browser = enter(quick, OLD_PASSWORD)
    browser.post(answer=quick.code_of_app(), challenge="0" * 32)
    assert browser.told() == ["proving.dead"]
    browser.get("/sign-in/factor")
    assert browser.post(answer=quick.code_of_app())["state"] == "signed_in"


def test_the_step_ends_after_ten_minutes_and_with_the_generation(quick: Living) -> None:
    """SES-3, SES-5"""
    person = quick.ada()
    late, dead = enter(quick, OLD_PASSWORD), enter(quick, OLD_PASSWORD)
    with quick.store.writing() as unit:
        unit.people.raise_generation(person, unit.now)
    dead.post(answer=quick.code_of_app())
    assert (dead.page["state"], place(dead)) == ("sign_in", "/sign-in")
    late = enter(quick, OLD_PASSWORD)
    quick.clock.move(10 * MINUTE)
    assert late.post(answer=quick.code_of_app())["state"] == "sign_in"


def test_who_cancels_is_signed_out(quick: Living) -> None:
    """SES-7: the step is no trap."""
    quick.ada()
    browser = enter(quick, OLD_PASSWORD)
    cancel = next(link for link in browser.page["links"] if link["rel"] == "cancel")
    browser.post(cancel["href"])
    assert place(browser) == "/sign-in"


def test_where_everybody_needs_one_the_sign_in_waits_for_its_registration(quick: Living) -> None:
    """decisions 24, 25: nothing is open, and the log says 50072."""
    quick.person("ada")
    quick.set_policy(replace(quiet(), sign_in=replace(OPEN_POLICY.sign_in, mfa=Mfa.ALWAYS)))
    assert place(enter(quick, OLD_PASSWORD)) == "/register"
    assert log(quick) == [("interrupted", "50072")]


@pytest.mark.parametrize("kind", [kind for kind in SessionKind if kind is not SessionKind.ADMIN])
def test_each_kind_of_session_belongs_somewhere(quick: Living, kind: SessionKind) -> None:
    """SES-1: and GET /sign-in leads there, whatever its query says."""
    person = quick.ada()
    browser = seated(quick, person, kind)
    there = {
        SessionKind.FACTOR: "/sign-in/factor",
        SessionKind.INTERRUPTED: "/signed-in",
        SessionKind.PORTAL: "/signed-in",
    }
    assert place(browser) == there[kind]
    location = browser.http.get("/sign-in?next=//evil.example", headers={"accept": "text/html"}).headers["location"]
    assert location == there[kind]


def test_a_session_of_the_admin_centre_is_none_at_the_portal(quick: Living) -> None:
    """ADM-3: and nobody is led in a circle."""
    browser = seated(quick, quick.ada(), SessionKind.ADMIN)
    assert place(browser) == "/sign-in"
    assert browser.get("/sign-in")["state"] == "sign_in"


def test_who_has_nothing_left_to_do_is_let_in_under_a_new_name(living: Living) -> None:
    """SES-1"""
    person = living.ada()
    browser = seated(living, person, SessionKind.INTERRUPTED)
    before = session_of(browser)
    browser.http.cookies.clear()
    browser.http.cookies.set("keyback-session", before, domain="localhost.local", path="/")
    assert browser.get("/signed-in")["state"] == "signed_in"
    assert session_of(browser) != before
    assert log(living) == [("in", "")]
    assert ADA in str(browser.page)


def test_a_wrong_password_is_not_told_from_one_whose_second_proof_would_follow(quick: Living) -> None:
    """TOT-6, ENU-1: who has an app, who has none and who is nobody see the same; no second proof is asked for before the
    first was right."""
    quick.ada()
    quick.person("bo")
    seen = set()
    for name in ("ada", "bo", "nobody"):
        page = sign_in(quick.browser(), f"{name}@contoso.example", "not the password")
        said = [message["id"] for message in page["messages"]]
        seen.add((page["state"], tuple(said), tuple(field["name"] for field in page["fields"])))
    assert seen == {("sign_in", ("sign_in.wrong",), ("token", "user_id", "password"))}
