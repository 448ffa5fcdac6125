"""Going back, loading again, pressing twice, two tabs, a server that dies: always the true state, and nothing lost."""

import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo import Demo, Someone
from tests.browser.walking import NEW_PASSWORD, Walk, fresh


@pytest.fixture
def who(request: pytest.FixtureRequest, demo: Demo) -> Someone:
    """Somebody of one's own, named after the test."""
    name: str = request.node.name
    return demo.newcomer(name.removeprefix("test_").replace("_", "-")[:40])


@pytest.fixture
def walk(tab: Page, demo: Demo) -> Walk:
    return Walk(tab, demo)


def paste(tab: Page, text: str) -> None:
    """Into what has the focus."""
    tab.evaluate(
        """text => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const options = { clipboardData, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def test_going_back_shows_the_true_state_when_something_is_sent(walk: Walk, who: Someone) -> None:
    """A page from the past is not believed: its answer leads to the present, and no gate is lost or skipped."""
    walk.start(who)
    walk.choose("email_code")
    code = walk.demo.code(who.email)
    walk.answer(code, "choose_method")
    walk.tab.go_back()
    walk.at("choose_method")
    walk.tab.go_back()
    walk.tab.go_back()
    walk.tab.goto(f"{walk.demo.url}/reset/journey")
    walk.at("choose_method")
    expect(walk.tab.locator("main")).to_contain_text("One proof is done")
    walk.second_gate(who)
    walk.set_password()
    walk.tab.go_back()
    walk.tab.reload()
    walk.at("done")


def test_loading_again_sends_no_second_code(walk: Walk, who: Someone) -> None:
    walk.start(who)
    walk.choose("email_code")
    walk.demo.code(who.email)
    for _ in range(3):
        walk.tab.reload()
        walk.at("answer")
    walk.answer(walk.demo.code(who.email), "choose_method")
    assert len(walk.demo.codes(who.email)) == 1


def test_loading_a_mistake_again_costs_no_try(walk: Walk, who: Someone) -> None:
    """A refusal is shown at the post's own address. Sent again it is an old page; typed again it is where one is."""
    walk.start(who)
    walk.choose("email_code")
    walk.answer("00000000", "answer")
    walk.told("4 more tries")
    walk.tab.reload()
    walk.at("answer")
    expect(walk.tab.get_by_role("alert")).to_have_count(0)
    walk.answer("00000000", "answer")
    walk.told("3 more tries")
    walk.tab.goto(walk.tab.url)
    walk.at("answer")
    walk.answer(walk.demo.code(who.email), "choose_method")
    for name in ("method", "again", "password", "cancel"):
        walk.tab.goto(f"{walk.demo.url}/reset/{name}")
        walk.at("choose_method")
    walk.tab.goto(f"{walk.demo.url}/reset/from-sign-in")
    walk.at("start")


def test_pressing_twice_sends_once(walk: Walk, who: Someone) -> None:
    """F19, RAC-3: two presses, one code, one proof."""
    walk.tab.goto(f"{walk.demo.url}/reset")
    walk.hand.fill("#f-user_id", who.user_id)
    walk.tab.locator("button.primary").dblclick()
    walk.at("trouble")
    walk.tab.locator("button.choice[value=reset]").dblclick(no_wait_after=True)
    walk.at("choose_method")
    walk.tab.locator("button.choice[value^=email_code]").dblclick(no_wait_after=True)
    walk.at("answer")
    walk.hand.fill("#f-answer", walk.demo.code(who.email))
    walk.tab.locator("button.primary").dblclick(no_wait_after=True)
    walk.at("choose_method")
    expect(walk.tab.get_by_role("alert")).to_have_count(0)
    assert len(walk.demo.codes(who.email)) == 1


def test_two_tabs_are_one_journey(walk: Walk, who: Someone) -> None:
    """The tab that stayed behind is brought to where the other one is."""
    walk.start(who)
    other = Walk(walk.tab.context.new_page(), walk.demo)
    other.tab.goto(f"{walk.demo.url}/reset/journey")
    other.at("choose_method")
    walk.first_gate(who)
    walk.second_gate(who)
    other.tab.locator("button.choice[value^=totp]").click()
    other.at("new_password")
    other.set_password()
    walk.hand.fill("#f-new", "another one than the other tab's")
    walk.hand.fill("#f-again", "another one than the other tab's")
    walk.go_on("done")
    walk.sign_in(who, NEW_PASSWORD)


def test_a_server_that_is_killed_loses_nothing(walk: Walk, who: Someone) -> None:
    """F01, F03: every step is on disk before it is answered."""
    walk.start(who)
    walk.choose("email_code")
    code = walk.demo.code(who.email)
    again(walk.demo)
    walk.answer(code, "choose_method")
    again(walk.demo)
    walk.tab.reload()
    walk.at("choose_method")
    walk.second_gate(who)
    again(walk.demo)
    walk.set_password()
    again(walk.demo)
    walk.sign_in(who)


def again(demo: Demo) -> None:
    """Without a chance to say goodbye."""
    demo.stop(signal.SIGKILL)
    demo.start()


def test_a_code_may_be_pasted_as_it_is_written(walk: Walk, who: Someone) -> None:
    walk.start(who)
    walk.choose("email_code")
    code = walk.demo.code(who.email)
    walk.tab.locator("#f-answer").focus()
    paste(walk.tab, f" {code[:4]} {code[4:]}\n")
    expect(walk.tab.locator("#f-answer")).to_have_value(code)
    walk.go_on("choose_method")


def test_a_code_may_be_typed_in_groups(walk: Walk, who: Someone) -> None:
    walk.start(who)
    walk.choose("email_code")
    code = walk.demo.code(who.email)
    walk.tab.locator("#f-answer").press_sequentially(f"{code[:4]} {code[4:]}")
    walk.go_on("choose_method")


def test_a_new_code_can_be_asked_for_after_the_countdown(walk: Walk, who: Someone) -> None:
    """Decisions 8: the newest code counts; an older one is told to be an older one."""
    before = walk.demo.set_limits(resend_seconds=3)
    walk.start(who)
    walk.choose("email_code")
    first, button = walk.demo.code(who.email), walk.tab.locator("[data-rel=again]")
    expect(button).to_be_disabled()
    expect(button).to_contain_text(" s)")
    expect(button).to_be_enabled()
    expect(button).to_have_text("Send a new code")
    button.click()
    expect(button).to_be_disabled()
    second = walk.demo.code(who.email, count=2)
    walk.answer(first, "answer")
    walk.told("older code")
    walk.answer(second, "choose_method")
    walk.demo.set_policy(lambda _: before)


def test_rules_are_ticked_while_one_types(walk: Walk, who: Someone) -> None:
    walk.start(who)
    walk.first_gate(who)
    walk.second_gate(who)
    new, again = walk.tab.locator("#f-new"), walk.tab.locator("#f-again")
    length, common, same = (walk.tab.locator(f"[data-rule={name}]") for name in ("length", "common", "same"))
    new.press_sequentially("password")
    expect(common).not_to_have_class("met")
    expect(length).not_to_have_class("met")
    new.press_sequentially("1234567")
    expect(length).to_have_class("met")
    new.fill(NEW_PASSWORD)
    expect(common).to_have_class("met")
    expect(same).not_to_have_class("met")
    again.fill(NEW_PASSWORD)
    expect(same).to_have_class("met")
    expect(walk.tab.locator("[data-rules]")).to_have_text("3 of 3 done. Strength: Good.")
    show = walk.tab.locator("button.show").first
    show.click()
    expect(new).to_have_attribute("type", "text")
    show.click()
    expect(new).to_have_attribute("type", "password")
    show.click()
    walk.go_on("done")


def test_a_tab_that_was_closed_can_be_opened_again(chromium: Browser, demo: Demo, who: Someone) -> None:
    """The journey belongs to the browser; another browser sees nothing of it."""
    with fresh(chromium) as tab:
        walk = Walk(tab, demo)
        walk.start(who)
        walk.first_gate(who)
        later = Walk(tab.context.new_page(), demo)
        tab.close()
        later.tab.goto(f"{demo.url}/reset/journey")
        later.at("choose_method")
        later.second_gate(who)
        with fresh(chromium) as stranger:
            stranger.goto(f"{demo.url}/reset/journey")
            Walk(stranger, demo).at("ended")


def test_whoever_comes_back_to_the_first_page_can_start_over(walk: Walk, who: Someone) -> None:
    """COD-7: the earlier attempt ends when a new one begins, with its codes."""
    walk.start(who)
    walk.first_gate(who)
    walk.start(who)
    expect(walk.tab.locator("main")).not_to_contain_text("One proof is done")


def test_a_reset_ends_what_is_signed_in_elsewhere(chromium: Browser, walk: Walk, demo: Demo) -> None:
    """Decisions 15: everything of that person ends at once, everywhere."""
    konrad = demo.people["Konrad"]
    with fresh(chromium) as elsewhere:
        there = Walk(elsewhere, demo)
        elsewhere.goto(f"{demo.url}/sign-in")
        there.enter(konrad, konrad.password)
        demo.let_app_count()
        elsewhere.reload()
        there.at("signed_in")
        walk.start(konrad)
        walk.first_gate(konrad)
        walk.second_gate(konrad)
        walk.set_password()
        elsewhere.reload()
        there.at("sign_in")
