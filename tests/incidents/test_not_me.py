"""The link "this was not me": looking changes nothing, its button closes the account for whoever is not its owner."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape

import pytest

from keyback.app.incidents.care import close, list_incidents, show
from keyback.app.people.contacts import add_contact
from keyback.app.people.passwords import TEMPORARY_LIFE, set_password
from keyback.app.people.showing import show as card_of
from keyback.core.rules import roles
from keyback.core.types import DAY, Code, ContactKind, Disclosure
from keyback.store.engine import Sql
from tests.incidents.reporting import ADA, BOSS, frozen_at, objected, path_of, paths, press, reset_by_ada, work_of
from tests.living import BASE, MAIL, NEW_PASSWORD, OLD_PASSWORD, Browser, Living, with_self_service
from tests.signing import with_app

PLAIN = re.compile(r"<[^>]+>")


def signs_in(living: Living, password: str) -> bool:
    browser = living.browser()
    browser.get("/sign-in")
    browser.post(user_id=ADA, password=password)
    return str(with_app(browser)["state"]) == "signed_in"


def rows(living: Living) -> list[tuple[object, ...]]:
    """All that a link could change, apart from counters of sources."""
    with living.store.reading() as unit:
        tables = ("objection_link", "incident", "person", "credential", "session", "outbox", "audit")
        return [row for table in tables for row in unit.link.all(Sql(f"SELECT * FROM {table}"), {})]


def test_every_notice_to_a_person_carries_one_link_for_all_its_mails(living: Living) -> None:
    """NOT-3, NOT-4: one token per event, whoever gets the mail; the next event has another."""
    person = living.ada()
    living.contact(person, ContactKind.PRIMARY, "ada@office.example")
    reset_by_ada(living)
    told = [mail for mail in living.delivered() if mail["subject"] == "Your password was reset"]
    assert {mail["to"] for mail in told} == {MAIL, "ada@office.example"}
    assert len({path_of(mail) for mail in told}) == 1
    add_contact(work_of(living), ADA, ContactKind.EMAIL, "second@mailbox.example")
    assert len(set(paths(living))) == 2


@pytest.mark.parametrize("change", [
    reset_by_ada,
    lambda living: set_password(work_of(living), ADA, NEW_PASSWORD, life=TEMPORARY_LIFE),
    lambda living: add_contact(work_of(living), ADA, ContactKind.EMAIL, "second@mailbox.example"),
])  # fmt: skip
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_link_stands_in_text_and_html_in_both_languages(
    quick: Living, language: str, change: Callable[[Living], object]
) -> None:
    """NOT-3: how to repudiate, from the one configured address."""
    person = quick.ada()
    with quick.store.writing() as unit:
        unit.link.run(
            Sql("UPDATE person SET language = :language WHERE id = :id"), {"language": language, "id": person}
        )
    change(quick)
    mail = [mail for mail in quick.delivered() if mail["to"] == MAIL][-1]
    link = f"{BASE}{path_of(mail)}"
    assert mail["text"].count(link) == 1
    assert f'href="{link}"' in mail["html"]
    assert link in unescape(PLAIN.sub("", mail["html"]))
    assert ("Öffnen Sie diese Seite" in mail["text"]) is (language == "de")


def test_looking_changes_nothing_however_often(living: Living) -> None:
    """F36, COD-10: mail scanners open every link with GET and HEAD, and post without cookies; then the button works."""
    living.ada()
    reset_by_ada(living)
    path = path_of(living.delivered()[-1])
    before = rows(living)
    for _ in range(10):
        scanner = living.browser()
        assert scanner.http.get(path).status_code == 200
        assert scanner.http.head(path).status_code == 200
        scanner.http.cookies.clear()
        assert scanner.http.post(path, json={}).status_code == 403
        assert scanner.http.post(path, data={"token": "0" * 32}).status_code == 403
    assert rows(living) == before
    assert press(living, path).page["state"] == "not_me_done"


def test_the_button_closes_recovery_ends_everything_and_tells_everybody(living: Living) -> None:
    """NOT-4, AUD-2, decisions 16, 20: sessions, journeys, one-time links; recipients exactly."""
    person = living.ada()
    living.contact(person, ContactKind.PRIMARY, "ada@office.example")
    boss = living.person("boss")
    living.contact(boss, ContactKind.EMAIL, BOSS)
    living.grant(boss, roles.GLOBAL)
    thief = reset_by_ada(living)
    thief.get("/sign-in")
    thief.post(user_id=ADA, password=NEW_PASSWORD)
    assert with_app(thief)["state"] == "signed_in"
    path = path_of(living.delivered()[-1])
    sent = len(living.delivered())
    assert press(living, path).page["state"] == "not_me_done"
    assert thief.get("/signed-in")["state"] == "sign_in"
    assert frozen_at(living, person) == living.clock.now()
    told = sorted((mail["to"], mail["subject"]) for mail in living.delivered()[sent:])
    assert told == [
        ("ada@office.example", "Password reset is closed for your account"),
        (BOSS, "Somebody reports: this was not me"),
        (MAIL, "Password reset is closed for your account"),
    ]
    assert not any("/not-me/" in mail["text"] for mail in living.delivered()[sent:])
    [shown] = list_incidents(living.house, only_open=True)
    assert (shown.user_id, shown.incident.notice) == (ADA, "notice.password_reset")
    line = next(line for line in living.story() if line["activity"] == "Suspicious activity reported")
    assert line["correlation"] == shown.incident.correlation != ""
    assert (line["target"], line["source"]) == (person, "203.0.113.7")


def test_the_reported_password_is_like_a_wrong_one_until_it_is_replaced(living: Living) -> None:
    """Decisions 16, NOT-4: same answer, same work; the audit log says why; closing does not wake it up again."""
    living.ada()
    reset_by_ada(living)
    assert signs_in(living, NEW_PASSWORD)
    press(living, path_of(living.delivered()[-1]))
    browser, wrong = living.browser(), living.browser()
    browser.get("/sign-in")
    wrong.get("/sign-in")
    dead = browser.post(user_id=ADA, password=NEW_PASSWORD)
    other = wrong.post(user_id=ADA, password="certainly not the password")
    assert (browser.status, wrong.status) == (422, 422)
    assert [message["id"] for message in dead["messages"]] == [message["id"] for message in other["messages"]]
    reasons = [line["reason"] for line in living.story() if line["activity"] == "User could not sign in"]
    assert reasons[-2:] == ["Password reported as compromised", "50126"]
    [shown] = list_incidents(living.house, only_open=True)
    close(living.house, shown.incident.id, "host:test", "spoke with Ada", keep_frozen=False)
    assert not signs_in(living, NEW_PASSWORD)
    living.clock.move(DAY)
    owner = reset_by_ada(living, NEW_PASSWORD)
    assert owner.page["state"] == "new_password"  # it never comes back
    assert owner.set_password("eight orange lamps dance")["state"] == "done"
    assert signs_in(living, "eight orange lamps dance")


def test_a_reported_password_stays_out_even_without_a_history(quick: Living) -> None:
    """Decisions 16: a tenant that allows the same password again does not allow this one."""
    quick.ada()
    policy = with_self_service()
    quick.set_policy(replace(policy, passwords=replace(policy.passwords, history=0)))
    reset_by_ada(quick)
    press(quick, path_of(quick.delivered()[-1]))
    [shown] = list_incidents(quick.house, only_open=True)
    close(quick.house, shown.incident.id, "host:test", "ok", keep_frozen=False)
    assert reset_by_ada(quick, NEW_PASSWORD).page["state"] == "new_password"


def test_a_report_about_anything_else_leaves_the_password_alone(quick: Living) -> None:
    """NOT-4: a changed contact closes recovery and ends sessions; who knows the password still signs in."""
    person = quick.ada()
    add_contact(work_of(quick), ADA, ContactKind.EMAIL, "second@mailbox.example")
    press(quick, path_of(quick.delivered()[-1]))
    assert frozen_at(quick, person) is not None
    assert signs_in(quick, OLD_PASSWORD)


def test_a_frozen_person_walks_like_everybody_and_is_told_after_the_first_gate(living: Living) -> None:
    """ENU-1, decisions 1, 16: same pages as for a stranger; the reason in plain words and with a code of our own."""
    person = living.ada()
    assert objected(living, person)
    frozen, nobody = living.browser(), living.browser()
    seen = [[browser.start(user_id) and visible(browser), browser.choose("email_code") and visible(browser)]
            for browser, user_id in ((frozen, ADA), (nobody, "nobody@contoso.example"))]  # fmt: skip
    assert seen[0] == seen[1]
    page = frozen.post(answer=living.newest_code(MAIL))
    assert (page["state"], page["code"]) == ("refused", str(Code.FROZEN))
    assert living.has_password(person, OLD_PASSWORD)


def visible(browser: Browser) -> object:
    page = browser.page
    fields = [(field["name"], field["kind"]) for field in page["fields"]]
    return browser.status, page["state"], page["title"], page["lead"] if page["state"] != "answer" else 0, fields


def test_where_the_tenant_guides_it_is_told_at_once(quick: Living) -> None:
    """Decisions 1: as every other reason."""
    person = quick.ada()
    assert objected(quick, person)
    quick.set_policy(with_self_service(disclosure=Disclosure.GUIDED))
    assert quick.browser().start()["code"] == str(Code.FROZEN)


def test_a_freeze_during_a_journey_past_its_gates_stops_the_commit(living: Living) -> None:
    """RAC-2, COD-6: both proofs are there, the password is not written, and the page says why."""
    person = living.ada()
    thief = living.browser()
    thief.both_gates()
    assert objected(living, person)
    page = thief.set_password()
    assert (page["state"], page["code"]) == ("refused", str(Code.FROZEN))
    assert living.has_password(person, OLD_PASSWORD)


def test_a_freeze_during_a_journey_before_its_first_gate_says_nothing(quick: Living) -> None:
    """ENU-1: who has proven nothing does not learn of a report."""
    person = quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    code = quick.newest_code(MAIL)
    assert objected(quick, person)
    assert browser.post(answer=code).get("code", "") == ""


def test_many_buttons_at_once_are_one_report(living: Living) -> None:
    """COD-4, RAC-1, RAC-3, I5: one incident, one line, one raise; everybody sees the same page."""
    person = living.ada()
    reset_by_ada(living)
    path = path_of(living.delivered()[-1])
    with living.store.reading() as unit:
        before = unit.people.by_id(person, unit.now)
    browsers = [living.browser() for _ in range(64)]
    for browser in browsers:
        browser.get(path)
    with ThreadPoolExecutor(64) as pool:
        states = list(pool.map(lambda browser: browser.post()["state"], browsers))
    assert set(states) == {"not_me_done"}
    with living.store.reading() as unit:
        after = unit.people.by_id(person, unit.now)
    assert before is not None
    assert after is not None
    assert after.generation == before.generation + 1
    assert len(list_incidents(living.house, only_open=False)) == 1
    assert [line["activity"] for line in living.story()].count("Suspicious activity reported") == 1


@pytest.mark.parametrize(("moved", "alive"), [(7 * DAY - 1, True), (7 * DAY, False)])
def test_a_link_lives_seven_days(living: Living, moved: int, *, alive: bool) -> None:
    """COD-3, decisions 16."""
    person = living.ada()
    reset_by_ada(living)
    path = path_of(living.delivered()[-1])
    living.clock.move(moved)
    state = press(living, path).page["state"]
    assert state == ("not_me_done" if alive else "not_me_dead")
    assert (frozen_at(living, person) is not None) is alive


def test_what_is_no_link_opens_nothing_and_looks_alike(quick: Living) -> None:
    """COD-14, ENU-1: cut, padded, of another kind, used and closed."""
    quick.ada()
    reset_by_ada(quick)
    path = path_of(quick.delivered()[-1])
    pages = [
        quick.browser().get(other)
        for other in (path[:-1], path + "=", path + "A", "/not-me/x", path.swapcase().lower()[:8] + path[8:].swapcase())
    ]
    assert {page["state"] for page in pages} == {"not_me_dead"}
    assert quick.browser().get(path.replace("/not-me/", "/setup/"))["state"] == "setup_dead"


def test_a_second_link_adds_to_the_open_incident(quick: Living) -> None:
    """NOT-4: the person is told once; the operator sees both."""
    quick.ada()
    add_contact(work_of(quick), ADA, ContactKind.EMAIL, "second@mailbox.example")
    first = path_of(quick.delivered()[-1])
    quick.clock.move(1_000)
    reset_by_ada(quick)
    second = paths(quick)[-1]
    press(quick, first)
    assert signs_in(quick, NEW_PASSWORD)
    sent = len(quick.delivered())
    press(quick, second)
    assert not signs_in(quick, NEW_PASSWORD)
    assert quick.delivered()[sent:] == []
    [one] = list_incidents(quick.house, only_open=False)
    reports = show(quick.house, one.incident.id).reports
    assert {report.notice for report in reports} == {"notice.method_changed", "notice.password_reset"}


def test_the_token_is_gone_from_the_address_and_from_every_log(quick: Living, caplog: pytest.LogCaptureFixture) -> None:
    """COD-9, COD-11 (amended): post, redirect, get; no logger on any level saw it; only its keyed hash is kept."""
    quick.ada()
    caplog.set_level(logging.DEBUG)
    reset_by_ada(quick)
    path = path_of(quick.delivered()[-1])
    browser = quick.browser(accept="text/html")
    form = browser.http.get(path)
    assert form.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in form.headers["content-security-policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', form.text)
    token = re.search(r'name="token" value="([^"]+)"', form.text)
    assert token
    answer = browser.http.post(path, data={"token": token[1]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/not-me")
    secret = path.rpartition("/")[2]
    assert secret not in browser.http.get("/not-me").text
    ours = [
        record.getMessage() for record in caplog.records if not record.name.startswith("httpx")
    ]  # the test's browser
    assert not any(secret in line for line in ours)
    kept = repr(rows(quick))
    assert secret not in kept


def test_people_and_their_standing_know_it(quick: Living) -> None:
    """NOT-4: the counts of who could reset leave the frozen out, and `people show` says why."""
    person = quick.ada()
    assert objected(quick, person)
    card = card_of(work_of(quick), ADA)
    assert (card.overview.refusal, card.person.frozen_at) == (str(Code.FROZEN), quick.clock.now())
    with quick.store.reading() as unit:
        standing = unit.readiness.of(person)
    assert standing is not None
    assert standing.helps_self == 0
