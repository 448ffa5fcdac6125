"""What an attacker would try on somebody who is half way in: sessions from before, buttons that were meant for another
moment, and tries that nobody counts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from keyback.app.people import contacts, enrolling
from keyback.app.sign_in import factor
from keyback.app.sign_in.seat import Visit, session_key
from keyback.core.policy import Mfa
from keyback.core.ports import Credential, SessionKind
from keyback.core.types import DAY, MINUTE, ContactKind, Upkeep
from keyback.store.engine import Sql
from keyback.web.call import SESSION
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Browser, Living
from tests.registration.walking import add_app, ask_mail, policy
from tests.sign_in.walking import enter, give_pass
from tests.signing import seated, session_of, sign_in

ALWAYS = policy(mfa=Mfa.ALWAYS)
PASS_LIKE = "ABCD-EFGH-JKMN"


def kind_of(living: Living, browser: Browser) -> SessionKind | None:
    """How far it is; None: it is out."""
    with living.store.reading() as unit:
        found = unit.sessions.of(session_key(living.house, session_of(browser)), unit.now)
    return found.kind if found else None


def upkeep(living: Living, person: str) -> Upkeep:
    with living.store.reading() as unit:
        found = unit.people.by_id(person, unit.now)
    assert found is not None
    return found.upkeep


def password(living: Living, person: str, text: str, *, must_change: bool = False) -> None:
    """The password is this one now."""
    before = living.password_of(person)
    with living.store.writing() as unit:
        new = Credential(living.hasher.hash(text), (), unit.now, must_change, None, version=before.version)
        assert unit.people.set_credential(person, new, unit.now)


@pytest.mark.parametrize("kind", [SessionKind.INTERRUPTED, SessionKind.PORTAL])
def test_whoever_came_in_by_the_password_alone_is_out_once_there_is_a_second_factor(
    living: Living, kind: SessionKind
) -> None:
    """SES-3, decisions 25: a thief of the first password cannot wait for its owner to register and slip in behind."""
    living.set_policy(ALWAYS)
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    thief = seated(living, person, kind)
    owner = seated(living, person, SessionKind.INTERRUPTED, proved="email_code")
    add_app(living, owner)
    assert thief.get("/signed-in")["state"] == "sign_in"
    assert kind_of(living, thief) is None
    assert kind_of(living, owner) is SessionKind.PORTAL


def test_nobody_is_signed_out_by_a_second_device_or_by_what_is_no_factor(living: Living) -> None:
    """Decisions 20: adding ends nothing beyond that; who has proven more, or is still asked, stays."""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    plain, proven = seated(living, person), seated(living, person, proved="email_code")
    ask_mail(proven, "b@example.org")
    proven.post(answer=living.newest_code("b@example.org"))
    assert kind_of(living, plain) is SessionKind.PORTAL
    asked, other = seated(living, person, SessionKind.FACTOR), seated(living, person, proved="email_code")
    add_app(living, proven)
    assert [kind_of(living, one) for one in (plain, asked, other)] == [None, SessionKind.FACTOR, SessionKind.PORTAL]


@pytest.mark.parametrize("how", ["app", "vouched", "confirmed"])
def test_a_second_factor_that_an_administrator_adds_ends_them_too(living: Living, how: str) -> None:
    """SES-3, decisions 25: a device, or a number that somebody vouches for; a hint is none."""
    person, work, user_id = living.person("ada"), work_of(living), "ada@contoso.example"
    thief = seated(living, person)
    if how == "app":
        enrolling.finish(work, enrolling.begin(work, user_id, "app"), None)
    elif how == "vouched":
        contacts.add_contact(work, user_id, ContactKind.MOBILE, MOBILE, vouched_by="seen in person")
    else:
        added = contacts.add_contact(work, user_id, ContactKind.MOBILE, MOBILE)
        assert kind_of(living, thief) is SessionKind.PORTAL
        contacts.confirm_contact(work, user_id, added, "seen in person")
    assert kind_of(living, thief) is None


@pytest.mark.parametrize("must_change", [True, False])
def test_the_button_of_reconfirmation_answers_no_question_that_was_not_put(living: Living, must_change: bool) -> None:  # noqa: FBT001
    """GAT-4, decisions 24, 26: a session that waits for a new password, or for what is missing, confirms nothing."""
    living.set_policy(ALWAYS)
    person = living.person("ada")
    contact = living.contact(person, ContactKind.EMAIL, MAIL)
    password(living, person, OLD_PASSWORD, must_change=must_change)
    with living.store.writing() as unit:
        then = Upkeep(registered_at=unit.now - DAY, confirmed_at=unit.now - DAY)
        unit.people.keep(person, then, unit.now)
    living.clock.move(400 * DAY)
    browser = seated(living, person, SessionKind.INTERRUPTED)
    browser.get("/sign-in/password" if must_change else "/prove")
    browser.post("/confirm", contact=contact)
    assert not living.delivered()
    browser.get("/sign-in/password" if must_change else "/prove")
    browser.post("/confirm", contact="")
    assert upkeep(living, person).confirmed_at == then.confirmed_at


def test_a_password_that_looks_like_a_pass_uses_up_no_try_of_one(living: Living) -> None:
    """Decisions 27: typed again by its owner; where it is wrong, it is a try."""
    person = living.ada()
    password(living, person, PASS_LIKE)
    one = give_pass(living, person, tries_left=2)
    browser = seated(living, person, proved="totp", password_at=0)
    browser.get("/prove")
    browser.post(password=PASS_LIKE)
    assert browser.told() == ["info.fresh"]
    browser.get("/password")
    for current in (PASS_LIKE, "AAAA-BBBB-CCCC"):
        browser.get("/password")
        browser.post(current=current, new="short", again="short")
    with living.store.reading() as unit:
        found = unit.passes.live(person, unit.now)
    assert found is not None
    assert (found.id, found.tries_left) == (one.id, 1)


def test_sets_of_codes_are_not_made_without_end(quick: Living) -> None:
    """THR-10, DOS-1: ten hashes each, so what is charged for a contact is charged for them too, beforehand."""
    person = quick.ada()
    browser = seated(quick, person, proved="totp")
    browser.get("/register/ways")
    form = browser.page
    for _ in range(20):
        browser.page = form
        browser.post("/register/codes")
        assert browser.status == 200
    browser.page = form
    browser.post("/register/codes")
    assert browser.status == 429


def test_another_code_needs_a_fresh_proof_too(living: Living) -> None:
    """REG-1, SND-3: a stolen session with an open question sends no more messages to its address, 11 minutes later."""
    browser = seated(living, living.ada(), proved="totp")
    ask_mail(browser, "b@example.org")
    sent = len(living.delivered())
    form = browser.page
    living.clock.move(11 * MINUTE)
    browser.page = form
    browser.post("/register/again", challenge="")
    assert len(living.delivered()) == sent
    assert sent == 1


def test_a_way_that_is_switched_off_while_it_is_asked_lets_nobody_in(living: Living) -> None:
    """GAT-1, decisions 25: what may be a second factor is looked at again with the answer."""
    living.ada()
    browser = enter(living, OLD_PASSWORD)
    browser.get("/sign-in/ways")
    browser.choose("sms_code")
    rule = replace(OPEN_POLICY.methods["sms_code"], enabled=False)
    living.set_policy(replace(OPEN_POLICY, methods={**OPEN_POLICY.methods, "sms_code": rule}))
    browser.post(answer=living.newest_code(MOBILE))
    assert kind_of(living, browser) is SessionKind.FACTOR


def test_a_way_that_is_switched_off_while_it_is_asked_is_no_fresh_proof(living: Living) -> None:
    """REG-1: what is strong enough is looked at again with the answer."""
    browser = seated(living, living.ada(), password_at=0)
    browser.get("/prove")
    assert browser.post(password=OLD_PASSWORD)["state"] == "answer"
    rule = replace(OPEN_POLICY.methods["totp"], enabled=False)
    living.set_policy(replace(OPEN_POLICY, methods={**OPEN_POLICY.methods, "totp": rule}))
    browser.post(answer=living.code_of_app())
    assert browser.told() == ["again.weak"]
    assert browser.get("/prove")["state"] in {"answer", "choose_method"}


def test_the_latch_leaves_everything_else_alone(living: Living) -> None:
    """Decisions 17, 26, RAC-2: a job that notes that all is registered does not undo what came in between."""
    person = living.person("ada")
    with living.store.writing() as unit:
        unit.people.keep(person, Upkeep(recovered_at=7, skips=2, preferred_method="totp"), unit.now)
        unit.people.latch(person, unit.now)
        since = unit.now
    living.clock.move(MINUTE)
    with living.store.writing() as unit:
        unit.people.latch(person, unit.now)
    assert upkeep(living, person) == Upkeep(registered_at=since, recovered_at=7, skips=2, preferred_method="totp")


def frozen(living: Living, person: str) -> None:
    """Somebody reported: this was not me."""
    with living.store.writing() as unit:
        assert unit.people.freeze(person, unit.now)


@pytest.mark.parametrize("verb", ["remove", "lost", "prefer", "change"])
def test_after_a_report_nothing_registered_is_changed(living: Living, verb: str) -> None:
    """NOT-4: whoever got in does not go on while the owner waits for help, be the sign-in as strong as can be."""
    person = living.ada()
    contact = living.contact(person, ContactKind.EMAIL, "b@example.org")
    browser = seated(living, person, proved="totp")
    browser.get("/security-info")
    frozen(living, person)
    browser.post(f"/security-info/{verb}", item=contact, **({"sure": "yes"} if verb in {"remove", "lost"} else {}))
    assert browser.told() == ["registration.frozen"]
    with living.store.reading() as unit:
        assert sorted(one.value for one in unit.people.contacts(person)) == sorted([MAIL, MOBILE, "b@example.org"])
    assert not [
        act for group in browser.get("/security-info")["groups"] for item in group["items"] for act in item["acts"]
    ]


def test_after_a_report_nothing_is_added_and_nobody_is_kept_out(living: Living) -> None:
    """NOT-4, decisions 24: read-only, with whom to ask; what sign-in would ask for waits until then."""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    browser = seated(living, person, SessionKind.INTERRUPTED, proved="email_code")
    browser.get("/register/ways")
    form = browser.page
    frozen(living, person)
    for path, fields in (("/register/start", {"method": "totp"}), ("/register/codes", {})):
        browser.page = form
        browser.post(path, **fields)
        assert browser.page["state"] == "register_closed"
    with living.store.reading() as unit:
        assert not unit.people.enrolments(person)
    assert {link["rel"] for link in browser.page["links"]} == {"skip", "help"}
    browser.post("/register/skip", challenge="", method="", replaces="")
    assert kind_of(living, browser) is SessionKind.PORTAL


def test_of_questions_asked_at_once_one_is_open(living: Living) -> None:
    """COD-7, RAC-1: each takes the place of the one before, so that five tries are five."""
    person = living.ada()
    browser = seated(living, person, SessionKind.FACTOR)
    visit = Visit(session_of(browser), "", "203.0.113.9", "test")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: factor.pick(living.house, visit, "totp"), range(16)))
    with living.store.reading() as unit:
        rows = unit.link.all(Sql("SELECT id FROM session_challenge WHERE superseded = 0"), {})
    assert len(rows) == 1


def test_a_name_from_before_any_step_opens_nothing_after_it(living: Living) -> None:
    """SES-1: who planted or saw a session's name at the password, the factor, a new password, a proof or a registration
    has nothing afterwards."""
    person = living.ada()
    password(living, person, OLD_PASSWORD, must_change=True)
    planted = living.browser()
    planted.http.cookies.set(SESSION, "c" * 64, domain="localhost.local", path="/")
    sign_in(planted)
    names = ["c" * 64, session_of(planted)]
    planted.post(answer=living.code_of_app())
    names.append(session_of(planted))
    planted.set_password()
    names.append(session_of(planted))
    planted.get("/security-info")
    living.clock.move(11 * MINUTE)
    planted.get("/prove")
    planted.post(password=NEW_PASSWORD)
    names.append(session_of(planted))
    planted.post(answer=living.code_of_app())
    names.append(session_of(planted))
    ask_mail(planted, "b@example.org")
    planted.post(answer=living.newest_code("b@example.org"))
    assert planted.get("/security-info")["state"] == "security_info"
    names.append(session_of(planted))
    assert len(set(names)) == len(names) == 7
    for name in names[:-1]:
        thief = living.browser()
        thief.http.cookies.set(SESSION, name, domain="localhost.local", path="/")
        assert thief.get("/signed-in")["state"] == "sign_in"


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nothing_that_a_sign_in_carries_decides_where_it_leads(quick: Living, where: str) -> None:
    """WEB-6: a query or field of that kind is refused whole, a header is not read; both steps lead to our own pages."""
    quick.ada()
    browser = quick.browser(referer=where)
    token = browser.get("/sign-in")["fields"][0]["value"]
    headers = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
    typed = {"token": token, "user_id": "ada@contoso.example", "password": OLD_PASSWORD}
    for name in ("next", "return_to", "redirect_uri"):
        for query, fields in ({name: where}, typed), ({}, {**typed, name: where}):
            refused = browser.http.post("/sign-in", params=query, content=urlencode(fields), headers=headers)
            assert (refused.status_code, "location" in refused.headers) == (400, False)
    there = browser.http.post("/sign-in", content=urlencode(typed), headers=headers)
    assert (there.status_code, there.headers["location"]) == (303, "/sign-in/factor")
    page = browser.get("/sign-in/factor")
    answer = {one["name"]: one["value"] for one in page["fields"] if one["kind"] == "hidden"}
    content = urlencode({**answer, "answer": quick.code_of_app()})
    there = browser.http.post("/sign-in/answer", content=content, headers=headers)
    assert (there.status_code, there.headers["location"]) == (303, "/signed-in")
