"""The cookie of a journey: a new one with each rise of rights, and the old one dead (SES-1)."""

from keyback.web.call import JOURNEY
from tests.living import MAIL, Browser, Living


def cookie(browser: Browser) -> str:
    return str(browser.http.cookies[JOURNEY])


def holder_of(living: Living, value: str) -> Browser:
    """Another browser that got hold of this cookie."""
    thief = living.browser()
    thief.get("/reset")
    thief.http.cookies.set(JOURNEY, value, domain="localhost.local")
    return thief


def test_every_gate_brings_a_new_cookie_and_kills_the_old(living: Living) -> None:
    """SES-1: start, first gate, second gate."""
    living.ada()
    browser = living.browser()
    browser.http.cookies.set(JOURNEY, "0" * 64, domain="localhost.local")
    browser.start()
    seen = [cookie(browser)]
    browser.choose("email_code")
    assert cookie(browser) == seen[0]
    browser.post(answer="00000000")
    assert cookie(browser) == seen[0], "a wrong answer raises nothing"
    browser.post(answer=living.newest_code(MAIL))
    seen.append(cookie(browser))
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    seen.append(cookie(browser))
    assert len({"0" * 64, *seen}) == 4
    for old in seen[:-1]:
        assert holder_of(living, old).get("/reset/journey")["state"] == "ended"
    assert holder_of(living, seen[-1]).get("/reset/journey")["state"] == "new_password"


def test_a_recovery_code_brings_a_new_cookie_too(living: Living) -> None:
    """SES-1: the way whose comparison is slow."""
    codes = living.recovery_codes(living.ada())
    browser = living.browser()
    browser.start()
    before = cookie(browser)
    browser.choose("recovery_code")
    assert browser.post(answer=codes[0])["state"] == "choose_method"
    assert cookie(browser) != before
    assert holder_of(living, before).get("/reset/journey")["state"] == "ended"


def test_the_same_answer_again_gets_the_new_cookie_and_another_answer_nothing(living: Living) -> None:
    """RAC-3, F01: the answer that carried the new cookie was lost; who only holds the old one learns nothing."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    old, code = cookie(browser), living.newest_code(MAIL)
    form = {field["name"]: field["value"] for field in browser.page["fields"] if field["kind"] == "hidden"}
    browser.post(answer=code)
    again = holder_of(living, old)
    version = form["version"]
    wrong = "00000000" if code != "00000000" else "11111111"
    for sent in ({"version": version, "answer": wrong}, {"version": "9", "answer": code}):
        assert again.post("/reset/answer", **sent)["state"] == "ended"
        again.get("/reset")
    assert again.post("/reset/answer", version=version, answer=code)["state"] == "choose_method"
    assert cookie(again) == cookie(browser)


def test_guessing_with_an_old_cookie_is_bounded(quick: Living) -> None:
    """SES-1, THR-5: it would tell whether an answer was right."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    old, code = cookie(browser), quick.newest_code(MAIL)
    version = next(field["value"] for field in browser.page["fields"] if field["name"] == "version")
    browser.post(answer=code)
    thief = holder_of(quick, old)
    for number in range(20):
        thief.get("/reset")
        assert thief.post("/reset/answer", version=version, answer=f"{number:08}")["state"] == "ended"
    thief.get("/reset")
    assert thief.post("/reset/answer", version=version, answer=code)["state"] == "ended"
