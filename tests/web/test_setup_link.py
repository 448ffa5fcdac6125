"""One-time links: looking uses nothing up, using works once, and nothing else opens them."""

import base64
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from keyback.app.setup.issue import rescue
from keyback.core.errors import Refused
from keyback.core.rules import roles
from keyback.core.types import MINUTE, ContactKind, DirectoryKind
from keyback.methods.totp import code_at, step_at
from tests.living import BASE, MAIL, MOBILE, NEW_PASSWORD, OLD_PASSWORD, Browser, Living

ADA = "ada@contoso.example"


def link_for(living: Living, user_id: str = ADA) -> str:
    """The path of a fresh link."""
    return rescue(living.house, user_id, "host:root").link.removeprefix(BASE)


def opened(living: Living, path: str) -> Browser:
    browser = living.browser()
    browser.get(path)
    return browser


def key_on(browser: Browser) -> bytes:
    """The authenticator's secret, as the page shows it."""
    return base64.b32decode(browser.page["facts"][0]["value"].replace(" ", ""))


def code_on(browser: Browser) -> str:
    return code_at(key_on(browser), step_at(browser.living.clock.now()))


def fill_in(browser: Browser, new: str = NEW_PASSWORD, code: str = "", again: str = "") -> Browser:
    browser.post(new=new, again=again or new, code=code or code_on(browser))
    return browser


def test_a_link_sets_password_and_authenticator_together(living: Living) -> None:
    person = living.ada()
    browser = fill_in(opened(living, link_for(living)))
    assert (browser.status, browser.page["state"]) == (200, "setup_done")
    assert living.has_password(person, NEW_PASSWORD)
    with living.store.reading() as unit:
        held = [one for one in unit.people.enrolments(person) if one.method == "totp"]
        assert unit.readiness.of(person) is not None
    assert [one.counter for one in held] == [step_at(living.clock.now())]
    lines = [line["activity"] for line in living.story()]
    assert lines[-2:] == ["Use one-time link", "User registered security info"]


def test_the_code_that_set_it_up_is_spent(quick: Living) -> None:
    """TOT-1: a code counts once, here too."""
    quick.ada()
    browser = opened(quick, link_for(quick))
    secret = key_on(browser)
    fill_in(browser)
    journey = quick.browser()
    journey.start()
    journey.choose("sms_code")
    journey.post(answer=quick.newest_code(MOBILE))
    journey.choose("totp")
    assert journey.post(answer=quick.code_of_app(secret))["state"] == "answer"


def test_looking_uses_nothing_up(quick: Living) -> None:
    """COD-10: mail scanners open links."""
    quick.ada()
    path = link_for(quick)
    first = opened(quick, path)
    assert opened(quick, path).http.head(path).status_code == 200
    assert key_on(opened(quick, path)) == key_on(first)
    assert fill_in(first).page["state"] == "setup_done"


def test_a_link_works_once(quick: Living) -> None:
    """COD-4."""
    quick.ada()
    path = link_for(quick)
    first, second = opened(quick, path), opened(quick, path)
    code = code_on(first)
    fill_in(first)
    assert fill_in(second, "another six purple lamps", code).page["state"] == "setup_dead"


def test_of_many_at_once_one_wins(living: Living) -> None:
    """COD-4, RAC-2."""
    living.ada()
    path = link_for(living)
    browsers = [opened(living, path) for _ in range(4)]
    code = code_on(browsers[0])

    def use(number: int) -> str:
        return str(fill_in(browsers[number], f"{NEW_PASSWORD} {number}", code).page["state"])

    with ThreadPoolExecutor(4) as pool:
        states = sorted(pool.map(use, range(4)))
    assert states.count("setup_done") == 1


@pytest.mark.parametrize(("wait", "state"), [(30 * MINUTE - 1, "setup"), (30 * MINUTE, "setup_dead")])
def test_a_link_lives_for_30_minutes(quick: Living, wait: int, state: str) -> None:
    """ADM-7."""
    quick.ada()
    path = link_for(quick)
    quick.clock.move(wait)
    assert opened(quick, path).page["state"] == state


def test_every_dead_link_looks_the_same(quick: Living) -> None:
    """Nobody learns whether a link ever existed; the page says what to do."""
    quick.ada()
    used, replaced = link_for(quick), ""
    fill_in(opened(quick, used))
    replaced = link_for(quick)
    link_for(quick)
    pages = [opened(quick, path) for path in (used, replaced, "/setup/never-was", "/setup/" + "x" * 3000)]
    assert [page.status for page in pages] == [404] * 4
    assert [page.page for page in pages[1:]] == [pages[0].page] * 3
    assert "keyback rescue" in str(pages[0].page["lead"])


def test_a_wrong_code_keeps_the_form(quick: Living) -> None:
    quick.ada()
    browser = fill_in(opened(quick, link_for(quick)), code="000000")
    assert (browser.status, browser.told()) == (422, ["setup.wrong_code"])
    assert fill_in(browser).page["state"] == "setup_done"


def test_ten_wrong_codes_end_the_link(quick: Living) -> None:
    """THR-1: charged before the code is looked at."""
    quick.ada()
    path = link_for(quick)
    browser = opened(quick, path)
    for _ in range(10):
        assert fill_in(browser, code="000000").status == 422
    code = code_on(browser)
    assert fill_in(browser, code=code).page["state"] == "setup_dead"
    assert opened(quick, path).page["state"] == "setup_dead"


@pytest.mark.parametrize(
    ("new", "again", "told"),
    [("short", "", "password.too_short"), (NEW_PASSWORD, "something else", "new_password.not_same"),
     (OLD_PASSWORD, "", "new_password.used_before")],
)  # fmt: skip
def test_the_password_is_judged_as_everywhere(quick: Living, new: str, again: str, told: str) -> None:
    """PWD-8. The code is not used up by it."""
    person = quick.ada()
    browser = fill_in(opened(quick, link_for(quick)), new, again=again)
    assert (browser.status, told in browser.told()) == (422, True)
    assert quick.has_password(person, OLD_PASSWORD)
    assert fill_in(browser).page["state"] == "setup_done"


def test_what_existed_before_ends(quick: Living) -> None:
    """SES-3: sessions, links and the old authenticator; the person is told."""
    person = quick.ada()
    session = quick.browser()
    session.get("/sign-in")
    session.post(user_id=ADA, password=OLD_PASSWORD)
    fill_in(opened(quick, link_for(quick)))
    assert session.get("/signed-in")["state"] == "sign_in"
    with quick.store.reading() as unit:
        assert len([one for one in unit.people.enrolments(person) if one.method == "totp"]) == 1
    assert [message["subject"] for message in quick.delivered() if message["to"] == MAIL] == ["Your password was reset"]


def test_a_change_to_the_account_ends_the_link(quick: Living) -> None:
    """COD-6: it carries the generation it was made for."""
    person = quick.ada()
    path = link_for(quick)
    with quick.store.writing() as unit:
        unit.people.raise_generation(person, unit.now)
    assert opened(quick, path).page["state"] == "setup_dead"


def test_rescue_tells_all_administrators_and_names_who_made_it(quick: Living) -> None:
    """ADM-7 (amended), NOT-5."""
    quick.ada()
    for name in ("grace", "ada"):
        person = f"id-{name}"
        if name == "grace":
            quick.person("grace")
            quick.contact(person, ContactKind.EMAIL, "grace@private.example")
        quick.grant(person, roles.GLOBAL)
    link_for(quick)
    told = {str(message["to"]): str(message["text"]) for message in quick.delivered()}
    assert told.keys() == {"grace@private.example", MAIL}
    assert "root made a rescue link for ada@contoso.example" in told["grace@private.example"]
    line = quick.story()[-1]
    assert (line["activity"], line["actor"], line["target"]) == ("Issue one-time link", "host:root", "id-ada")


def test_the_token_stands_nowhere_but_in_the_link(quick: Living) -> None:
    """COD-8, COD-9."""
    quick.ada()
    token = link_for(quick).rpartition("/")[2]
    quick.delivered()
    with quick.store.reading() as unit:
        dump = "\n".join(unit.link._connection.iterdump())  # type: ignore[attr-defined]
    assert token not in dump
    assert len(token) >= 43


def test_the_page_shows_a_qr_code_that_needs_no_style(quick: Living) -> None:
    """WEB-3: the content security policy forbids styles and scripts in the page."""
    quick.ada()
    answer = quick.browser().http.get(link_for(quick), headers={"accept": "text/html"})
    assert re.search(r'<figure class="qr"[^>]*><svg xmlns="http://www.w3.org/2000/svg" viewBox=', answer.text)
    assert "style=" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("how", ["nobody", "disabled", "elsewhere"])
def test_rescue_is_for_people_who_can_use_it(quick: Living, how: str) -> None:
    if how == "disabled":
        quick.person("eve", enabled=False)
    if how == "elsewhere":
        quick.person("eve", directory=DirectoryKind.ACTIVE_DIRECTORY)
    with pytest.raises(Refused) as refusal:
        rescue(quick.house, "eve@contoso.example", "host:root")
    assert refusal.value.text.id == f"rescue.{how}"
