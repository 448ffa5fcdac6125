"""Every page in every state, errors included: axe finds nothing in light and in dark, and it fits 320 px.

With `KEYBACK_SHOTS=folder` each state is also written there as pictures, for people to look at.
"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from playwright.sync_api import Browser, Page, expect

from keyback.core.policy import Customization, Policy, Scope
from keyback.methods.totp import code_at, step_at
from keyback.wiring.world import SystemClock
from tests.browser.demo import Demo
from tests.browser.walking import NARROW, NEW_PASSWORD, Walk, fits, fresh, look


@contextmanager
def policy(demo: Demo, **changes: object) -> Iterator[None]:
    """Another policy for a while."""
    before = demo.set_policy(lambda old: replace(old, **changes))  # type: ignore[arg-type]  # fields by name
    yield
    demo.set_policy(lambda _: before)


def test_who_are_you(tab: Page, demo: Demo) -> None:
    walk = Walk(tab, demo)
    tab.goto(f"{demo.url}/reset")
    look(tab, "start")
    tab.locator("#f-user_id").fill("no body")
    walk.go_on("start")
    look(tab, "start-error")


def test_too_many_starts(tab: Page, demo: Demo) -> None:
    """Decisions 9."""
    walk = Walk(tab, demo)
    walk.start(demo.people["Cy"])
    before = demo.set_limits(starts_per_source_10_minutes=1)
    tab.goto(f"{demo.url}/reset")
    tab.locator("#f-user_id").fill("ada@contoso.example")
    walk.go_on("start")
    expect(tab.locator("main")).to_contain_text("too many attempts from your network")
    look(tab, "start-limit")
    demo.set_policy(lambda _: before)


def test_the_first_gate_by_each_method(tab: Page, demo: Demo) -> None:
    """Choose, come back, choose another; nothing is lost."""
    walk = Walk(tab, demo)
    walk.start(demo.people["Ada"])
    look(tab, "methods")
    for method in ("email_code", "sms_code", "totp", "recovery_code"):
        walk.choose(method)
        look(tab, f"answer-{method}")
        tab.locator("[data-rel=other]").click()
        walk.at("choose_method")


def test_the_whole_way(tab: Page, demo: Demo) -> None:
    who, walk = demo.people["Ada"], Walk(tab, demo)
    walk.start(who)
    walk.choose("recovery_code")
    walk.answer("3-AAAA-BBBB-CCCC-DDDD", "answer")
    walk.told("4 more tries")
    look(tab, "answer-wrong-recovery")
    walk.answer(who.recovery_codes[3], "choose_method")
    look(tab, "methods-second")
    demo.run_sql("DELETE FROM throttle")  # as if a while had passed since the last text message
    walk.choose("sms_code")
    look(tab, "answer-second-sms")
    tab.locator("[data-rel=other]").click()
    walk.second_gate(who)
    look(tab, "password")
    walk.hand.fill("#f-new", "password1234567")
    walk.hand.fill("#f-again", "another one")
    walk.go_on("new_password")
    walk.told("")
    look(tab, "password-refused")
    walk.hand.fill("#f-new", NEW_PASSWORD)
    walk.hand.fill("#f-again", NEW_PASSWORD)
    expect(tab.locator("#rules li.met")).to_have_count(3)
    look(tab, "password-good")
    walk.go_on("done")
    look(tab, "done")
    walk.hand.press("[data-rel=sign_in]")
    walk.hand.fill("#f-user_id", who.user_id)
    walk.hand.fill("#f-password", "no longer this one")
    walk.go_on("sign_in")
    walk.told("")
    look(tab, "sign-in-wrong")
    walk.enter(who, NEW_PASSWORD)
    look(tab, "signed-in")


def test_codes_that_are_not_right(tab: Page, demo: Demo) -> None:
    who, walk = demo.newcomer("wrong"), Walk(tab, demo)
    walk.start(who)
    walk.choose("email_code")
    for tries in ("4", "3", "2", "1"):
        walk.answer("00000000", "answer")
        walk.told(f"{tries} more tr")
    look(tab, "answer-wrong")
    walk.answer("00000000", "answer")
    walk.told("no tries left")
    look(tab, "answer-dead")
    tab.reload()
    look(tab, "answer-dead-later")
    tab.locator("[data-rel=other]").click()
    tab.locator("button.choice[value^=email_code]").click()
    expect(tab.locator(".note")).to_be_visible()
    look(tab, "too-soon")


def test_a_way_that_is_paused(tab: Page, demo: Demo) -> None:
    """Decisions 9: too many wrong answers close this way for a while, and leave the others open."""
    who, walk = demo.newcomer("paused"), Walk(tab, demo)
    walk.start(who)
    for _ in range(5):
        walk.choose("totp")
        walk.answer("000000", "answer")
        tab.locator("[data-rel=other]").click()
        walk.at("choose_method")
    walk.choose("totp")
    walk.answer("000000", "answer")
    walk.told("opens again at")
    look(tab, "answer-paused")


def test_refusals_after_the_first_gate(chromium: Browser, demo: Demo) -> None:
    """Each with its code, for administrators."""
    for name, code in (("Fay", "SSPR_0010"), ("Dee", "SSPR_0013"), ("Bo", "SSPR_0014")):
        who = demo.people[name]
        with fresh(chromium) as tab:
            walk = Walk(tab, demo)
            walk.start(who)
            walk.choose("email_code")
            walk.answer(demo.code(who.email), "refused")
            expect(tab.locator("footer")).to_contain_text(code)
            look(tab, f"refused-{code}")


def test_refusals_for_everybody(tab: Page, demo: Demo) -> None:
    def nobody(old: Policy) -> Policy:
        return replace(old, self_service=replace(old.self_service, enabled_for=Scope.NONE))

    before = demo.set_policy(nobody)
    tab.goto(f"{demo.url}/reset")
    expect(tab.locator("footer")).to_contain_text("SSPR_0009")
    look(tab, "refused-SSPR_0009")
    demo.run_sql("ALTER TABLE policy_document RENAME TO kept")
    demo.run_sql("CREATE TABLE policy_document AS SELECT * FROM kept WHERE version < 0")
    tab.goto(f"{demo.url}/reset")
    expect(tab.locator("footer")).to_contain_text("SSPR_0011")
    look(tab, "refused-SSPR_0011")
    demo.run_sql("DROP TABLE policy_document")
    demo.run_sql("ALTER TABLE kept RENAME TO policy_document")
    demo.set_policy(lambda _: before)


def test_ends(tab: Page, demo: Demo) -> None:
    who, walk = demo.newcomer("ending"), Walk(tab, demo)
    tab.goto(f"{demo.url}/reset/journey")
    walk.at("ended")
    look(tab, "ended-none")
    walk.start(who)
    tab.locator("[data-rel=cancel]").click()
    walk.at("ended")
    look(tab, "ended-cancelled")
    walk.start(who)
    demo.run_sql("UPDATE journey SET expires_at = 1")
    tab.goto(f"{demo.url}/reset/journey")
    walk.at("ended")
    look(tab, "ended-expired")
    walk.start(who)
    walk.first_gate(who)
    demo.run_sql("UPDATE person SET generation = generation + 1 WHERE canonical = :id", {"id": who.user_id})
    tab.locator("button.choice[value^=totp]").click()
    walk.at("ended")
    look(tab, "ended-changed")


def test_pages_that_are_not_there_or_not_ours(tab: Page, demo: Demo) -> None:
    tab.goto(f"{demo.url}/nowhere")
    look(tab, "error-not-found")
    tab.goto(f"{demo.url}/sign-in")
    tab.context.clear_cookies()
    tab.locator("#f-user_id").fill("ada@contoso.example")
    tab.locator("#f-password").fill("whatever it was")
    Walk(tab, demo).go_on("error")
    look(tab, "error-foreign")


def test_asking_for_help(tab: Page, demo: Demo) -> None:
    walk = Walk(tab, demo)
    tab.goto(f"{demo.url}/contact")
    look(tab, "contact")
    walk.hand.fill("#f-user_id", "no body")
    walk.go_on("contact")
    look(tab, "contact-error")
    walk.hand.fill("#f-user_id", "bo.single@contoso.example")
    walk.go_on("contact")
    expect(tab.locator("form#form")).to_have_count(0)
    look(tab, "contact-sent")
    for link in ("https://help.contoso.example/passwords", "mailto:help@contoso.example"):
        with policy(demo, customization=Customization(link)):
            tab.goto(f"{demo.url}/contact")
            look(tab, f"contact-{link.partition(':')[0]}")


def test_signing_in(tab: Page, demo: Demo) -> None:
    """After ten wrong passwords each further try has to wait."""
    walk = Walk(tab, demo)
    tab.goto(f"{demo.url}/sign-in")
    look(tab, "sign-in")
    walk.hand.fill("#f-user_id", demo.people["Hal"].user_id)
    for number in range(12):
        walk.hand.fill("#f-password", f"not this one {number}")
        walk.go_on("sign_in")
        walk.told("")
    walk.told("again at")
    look(tab, "sign-in-paused")


def test_a_one_time_link(tab: Page, demo: Demo) -> None:
    walk = Walk(tab, demo)
    tab.goto(demo.rescue("grace@contoso.example"))
    walk.at("setup")
    look(tab, "setup")
    key = base64.b32decode(tab.locator(".facts dd").inner_text().replace(" ", ""))
    for code, again, name in (("000000", NEW_PASSWORD, "wrong-code"), ("000000", "other", "refused"), ("", "", "done")):
        walk.hand.fill("#f-code", code or code_at(key, step_at(SystemClock().now())))
        walk.hand.fill("#f-new", NEW_PASSWORD)
        walk.hand.fill("#f-again", again or NEW_PASSWORD)
        walk.go_on("setup" if code else "setup_done")
        look(tab, f"setup-{name}")
    tab.goto(f"{demo.url}/setup/gone")
    walk.at("setup_dead")
    look(tab, "setup-dead")


def test_the_demos_inbox(tab: Page, demo: Demo) -> None:
    who, walk = demo.newcomer("reader"), Walk(tab, demo)
    walk.start(who)
    walk.first_gate(who)
    tab.goto(demo.inbox.rpartition("/")[0])
    look(tab, "inbox")


def test_long_names_fit(chromium: Browser, demo: Demo) -> None:
    """Of organisations, people and mailboxes."""
    domain = "a-rather-long-name-of-a-department.and-the-name-of-the-organisation.contoso.example"
    word = "donaudampfschifffahrtselektrizitaetenhauptbetriebswerk"
    who = demo.newcomer("long", f"{word}@{domain}", f"{word}@mailbox.example")
    name = f"International {word.title()} and Company"
    demo.run_sql("UPDATE tenant SET name = :name", {"name": name})
    demo.stop()
    demo.start()
    with fresh(chromium, viewport=NARROW) as tab:
        Walk(tab, demo, seen=lambda _: fits(tab)).everything(who)
        expect(tab.locator("header")).to_contain_text(name)
