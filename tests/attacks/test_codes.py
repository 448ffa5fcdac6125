"""Codes, links and cookies used too late, elsewhere, by machines, or not as they were made (COD-*)."""

import base64
from collections.abc import Callable

import pytest

from keyback.app.people.contacts import add_contact
from keyback.app.people.status import set_enabled
from keyback.app.setup.issue import rescue
from keyback.core.types import MINUTE, SECOND, ContactKind
from keyback.store.engine import Sql
from keyback.web.call import JOURNEY, SESSION
from tests.app.import_help import work_of
from tests.living import BASE, MAIL, MOBILE, OLD_PASSWORD, Browser, Living
from tests.signing import with_app

ADA = "ada@contoso.example"
WAYS = {"email_code": (MAIL, 10 * MINUTE), "sms_code": (MOBILE, 5 * MINUTE)}


def asked(living: Living, method: str) -> Browser:
    browser = living.browser()
    browser.start()
    browser.choose(method)
    return browser


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize(("after", "state"), [(-SECOND, "choose_method"), (-1, "choose_method"), (0, "answer"),
                                              (SECOND, "answer")])  # fmt: skip
def test_a_code_dies_at_its_very_millisecond(living: Living, method: str, after: int, state: str) -> None:
    """COD-3: one second before, at, and after; what is over is not consumed."""
    living.ada()
    to, life = WAYS[method]
    browser = asked(living, method)
    code = living.newest_code(to)
    living.clock.move(life + after)
    assert browser.post("/reset/answer", answer=code)["state"] == state
    with living.store.reading() as unit:
        assert unit.link.one(Sql("SELECT COUNT(*) FROM evidence"), {}) == (int(state == "choose_method"),)


@pytest.mark.parametrize(("back", "state"), [(0, "choose_method"), (1, "choose_method"), (2, "answer")])
def test_an_authenticator_code_dies_with_its_next_step_but_one(quick: Living, back: int, state: str) -> None:
    """COD-3, TOT-2: the present step of 30 seconds and the one before."""
    quick.ada()
    browser = asked(quick, "totp")
    code = quick.code_of_app()
    quick.clock.move(30 * SECOND * back)
    assert browser.post(answer=code)["state"] == state


@pytest.mark.parametrize(("late", "state"), [(-1, "setup"), (0, "setup_dead")])
def test_a_one_time_link_dies_at_its_very_millisecond(quick: Living, late: int, state: str) -> None:
    """COD-3: 30 minutes."""
    quick.ada()
    path = rescue(quick.house, ADA, "host:root").link.removeprefix(BASE)
    quick.clock.move(30 * MINUTE + late)
    assert quick.browser().get(path)["state"] == state


def test_a_code_is_worth_nothing_anywhere_else(living: Living) -> None:
    """COD-5: another browser, journey, method, purpose, or gate of the same journey."""
    living.ada()
    first = asked(living, "email_code")
    code = living.newest_code(MAIL)
    living.clock.move(2 * MINUTE)
    second = asked(living, "email_code")
    other = living.newest_code(MAIL)
    assert code != other
    assert second.post(answer=code)["state"] == "answer"
    for method in ("sms_code", "totp", "recovery_code"):
        elsewhere = asked(living, method)
        assert elsewhere.post(answer=other)["state"] == "answer"
        assert elsewhere.status == 422
    setup = living.browser()
    setup.get(rescue(living.house, ADA, "host:root").link.removeprefix(BASE))
    assert setup.post(new="seven purple lamps dance", again="seven purple lamps dance", code=code)["state"] == "setup"
    assert first.get("/reset/journey")["state"] == "answer"
    assert second.post(answer=other)["state"] == "choose_method"
    second.choose("totp")
    assert second.post(answer=other)["state"] == "answer"


def disabled(living: Living) -> None:
    assert set_enabled(work_of(living), ADA, enabled=False)


def role(living: Living) -> None:
    with living.store.writing() as unit:
        unit.people.raise_generation("id-ada", unit.now)


def reset_elsewhere(living: Living) -> None:
    browser = living.browser()
    browser.start()
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    browser.choose("sms_code")
    browser.post(answer=living.newest_code(MOBILE))
    assert browser.set_password()["state"] == "done"


@pytest.mark.parametrize("change", [disabled, role, reset_elsewhere])
def test_everything_outstanding_dies_with_a_change(living: Living, change: Callable[[Living], None]) -> None:
    """COD-6, SES-3, SES-4, decisions 20, I10: codes, sessions, one-time links, journeys before and after a proof."""
    person = living.ada()
    signed_in = living.browser()
    signed_in.get("/sign-in")
    signed_in.post(user_id=ADA, password=OLD_PASSWORD)
    with_app(signed_in)
    assert signed_in.get("/signed-in")["state"] == "signed_in"
    link = rescue(living.house, ADA, "host:root").link.removeprefix(BASE)
    proven = living.browser()
    proven.first_gate()
    living.clock.move(2 * MINUTE)
    unproven = asked(living, "email_code")
    code = living.newest_code(MAIL)
    change(living)
    assert signed_in.get("/signed-in")["state"] == "sign_in"
    assert living.browser().get(link)["state"] == "setup_dead"
    assert proven.get("/reset/journey")["state"] == "ended"
    assert unproven.post("/reset/answer", answer=code)["state"] == "answer"
    with living.store.reading() as unit:
        assert unit.people.enrolments(person)


def test_adding_a_contact_ends_nothing(quick: Living) -> None:
    """Decisions 20: adding raises nothing."""
    quick.ada()
    browser = quick.browser()
    browser.first_gate()
    add_contact(work_of(quick), ADA, ContactKind.EMAIL, "second@mailbox.example")
    assert browser.get("/reset/journey")["state"] == "choose_method"


def test_a_mail_scanner_spends_no_link(living: Living) -> None:
    """COD-10, F36: GET and HEAD ten times, a POST without cookie and form, and with a foreign form; then the person."""
    person = living.ada()
    path = rescue(living.house, ADA, "host:root").link.removeprefix(BASE)
    for _ in range(10):
        scanner = living.browser()
        assert scanner.http.get(path).status_code == 200
        assert scanner.http.head(path).status_code == 200
        fields = {"new": "of the scanner it is", "again": "of the scanner it is", "code": "123456"}
        assert living.browser().http.post(path, data=fields).status_code == 403
        assert scanner.http.post(path, json={**fields, "token": "0" * 32}).status_code == 403
    assert living.has_password(person, OLD_PASSWORD)
    owner = living.browser()
    owner.get(path)
    key = base64.b32decode(owner.page["facts"][0]["value"].replace(" ", ""))
    new = "seven purple lamps dance"
    assert owner.post(new=new, again=new, code=living.code_of_app(key))["state"] == "setup_done"
    assert living.has_password(person, new)


def changed(token: str) -> list[str]:
    """Cut, padded, and encoded otherwise."""
    other = chr(ord(token[-1]) ^ 1)
    return [
        token[:-1], token[1:], token + "0", token + "=", f" {token}", token[:-1] + other, token.upper(), token.swapcase(),
        token.translate({ord("-"): "+", ord("_"): "/"}) + "==", "%" + f"{ord(token[0]):02x}" + token[1:] + "%00",
        token + "\u200b", "", "0" * len(token), token * 2,
    ]  # fmt: skip


def test_a_token_is_taken_as_it_was_made_or_not_at_all(quick: Living) -> None:
    """COD-14: journeys, sessions, forms and one-time links."""
    quick.ada()
    browser = quick.browser()
    browser.first_gate()
    browser.get("/sign-in")
    browser.post(user_id=ADA, password=OLD_PASSWORD)
    for name, path, lost in ((JOURNEY, "/reset/journey", "ended"), (SESSION, "/signed-in", "sign_in")):
        whole = str(browser.http.cookies[name])
        for token in (one for one in changed(whole) if one not in {whole, f" {whole}"}):
            other = quick.browser()
            sent = f"{name}={token}".encode()
            assert other.http.get(path, headers=[(b"cookie", sent)]).json()["state"] == lost, token
    browser.get("/reset")
    form = browser.page["fields"][0]["value"]
    for token in (one for one in changed(form) if one != form):
        assert browser.http.post("/contact", json={"token": token, "user_id": ADA}).status_code == 403
    path = rescue(quick.house, ADA, "host:root").link.removeprefix(BASE)
    link = path.rpartition("/")[2]
    for token in (one for one in changed(link) if one not in {link, ""}):
        assert quick.browser().http.get(f"/setup/{token}").status_code == 404, token
    assert quick.browser().http.get(path).status_code == 200
