"""Pages in a real browser: nothing that axe finds, nothing that does not fit, and the script doing its part."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from altcha.v1 import ChallengeOptions, create_challenge, verify_solution
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

from keyback.web import prompts, render
from tests.web import sample_pages as samples

CATALOG = prompts.Catalog({**render.MESSAGES, **samples.MESSAGES})
RENDERER = render.Renderer(CATALOG)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'"
)
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
MODES: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 600}},
    "double": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "rtl": {"viewport": {"width": 320, "height": 600}, "color_scheme": "dark"},
    "german": {"viewport": {"width": 320, "height": 600}},
}
SPOKEN = {"rtl": prompts.PSEUDO, "german": "de"}
KEY = "a key of the test"


@dataclass
class Site:
    """Serves the sample pages and remembers what was posted."""

    pages: dict[str, Any] = field(default_factory=lambda: dict(samples.PAGES))
    posts: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    rules: dict[str, bool] = field(default_factory=dict)
    judged: dict[str, Any] = field(default_factory=dict)
    """What the judge says beside the rules."""

    def answer(self, path: str, language: str) -> tuple[bytes, str]:
        file = render.load_static().get(path)
        if file:
            return file.body, file.media_type
        words = CATALOG.words(language or "en", "Europe/Berlin")
        chrome = render.Chrome("Contoso", "/reset", samples.NOW, judge="/judge")
        return RENDERER.html(self.pages[path[1:]], words, chrome), "text/html; charset=utf-8"

    def sent(self, path: str) -> list[dict[str, str]]:
        """The forms that were posted to `path`."""
        forms = [parse_qs(body, keep_blank_values=True) for where, body in self.posts if where == path]
        return [{name: values[0] for name, values in form.items()} for form in forms]


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            self.reply(*site.answer(address.path, address.query))

        def do_POST(self) -> None:
            site.posts.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            if self.path == "/judge":
                self.reply(json.dumps({"rules": site.rules, **site.judged}).encode(), "application/json")
            else:
                self.reply(*site.answer("/done", ""))

        def reply(self, body: bytes, media_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
            """Quiet."""

    return Handler


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # a browser opens several connections at once


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with Server(("127.0.0.1", 0), handler(site)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        site.url = f"http://127.0.0.1:{server.server_port}"
        yield site
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def tab(chromium: Browser, site: Site) -> Iterator[Page]:
    """A new tab that fails the test when the page complains; it is closed before the site is."""
    assert site.url
    yield from fresh(chromium, MODES["light"])


def fresh(browser: Browser, settings: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**settings)
    complaints: list[str] = []
    tab = context.new_page()
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    context.close()
    assert complaints == []


def challenge(number: int) -> str:
    """A proof of work that is solved after `number` hashes."""
    made = create_challenge(ChallengeOptions(hmac_key=KEY, max_number=10_000_000, number=number))
    return json.dumps(made.to_dict())


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_on_any_page_and_everything_fits(chromium: Browser, site: Site, mode: str) -> None:
    for tab in fresh(chromium, MODES[mode]):
        for name in samples.PAGES:
            tab.goto(f"{site.url}/{name}?{SPOKEN.get(mode, '')}")
            found = Axe().run(tab).response["violations"]
            assert [(name, item["id"], item["nodes"][0]["html"]) for item in found] == []
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


def test_whatever_can_be_touched_is_large_enough(chromium: Browser, site: Site) -> None:
    measure = "all => all.filter(e => e.checkVisibility()).map(e => [e.outerHTML, e.getBoundingClientRect().height])"
    for tab in fresh(chromium, MODES["narrow"]):
        for name in samples.PAGES:
            tab.goto(f"{site.url}/{name}")
            heights = tab.locator("main a, button, input:not(.vh), footer a").evaluate_all(measure)
            assert [what for what, height in heights if 0 < height < 44] == []


def test_the_keyboard_reaches_everything_in_reading_order(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/password")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("link", name="Skip to the question")).to_be_focused()
    tab.keyboard.press("Enter")
    reached = []
    for _ in range(7):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.name || document.activeElement.textContent"))
    assert reached == [
        "password",
        "Show: New password",
        "again",
        "Show: New password, once more",
        "Continue",
        "Start over",
        "Contact your administrator",
    ]


def test_a_mistake_is_where_one_starts(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/code-wrong")
    expect(tab.get_by_role("alert")).to_be_focused()
    tab.goto(f"{site.url}/start-wrong")
    expect(tab.get_by_label("User ID")).to_be_focused()


@pytest.mark.parametrize("number", [0, 9, 10, 4_321, 100_000])
def test_the_script_solves_the_proof_of_work(tab: Page, site: Site, number: int) -> None:
    """Decisions 10: the server's library accepts what the browser found."""
    site.pages["start"] = samples.start(work=challenge(number))
    tab.goto(f"{site.url}/start")
    tab.get_by_label("User ID").fill("ada@contoso.example")
    expect(tab.locator("input[name=work]")).not_to_have_value("")
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("heading")).to_have_text("Your password is changed")
    (form,) = site.sent("/reset/start")
    assert verify_solution(form["work"], KEY) == (True, None)
    assert form["user_id"] == "ada@contoso.example"


def test_a_form_sent_too_early_waits_for_the_proof_of_work(tab: Page, site: Site) -> None:
    """Decisions 10."""
    site.pages["start"] = samples.start(work=challenge(1_500_000))
    tab.goto(f"{site.url}/start")
    tab.get_by_label("User ID").fill("ada@contoso.example")
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("Checking that you are not a robot.")).to_be_visible()
    expect(tab.get_by_role("heading")).to_have_text("Your password is changed", timeout=30_000)
    (form,) = site.sent("/reset/start")
    assert verify_solution(form["work"], KEY) == (True, None)


def test_without_javascript_everything_is_there_and_can_be_sent(chromium: Browser, site: Site) -> None:
    """Decisions 10: the page works, and the server is stricter."""
    site.pages["start"] = samples.start(work=challenge(5))
    for tab in fresh(chromium, {"java_script_enabled": False}):
        tab.goto(f"{site.url}/code")
        expect(tab.get_by_role("button", name="Send a new code")).to_be_enabled()
        expect(tab.get_by_role("link", name="Contact your administrator")).to_be_visible()
        tab.goto(f"{site.url}/password")
        expect(tab.get_by_role("button", name="Show")).to_have_count(0)
        expect(tab.get_by_role("meter")).to_have_count(0)
        tab.goto(f"{site.url}/start")
        tab.get_by_label("User ID").fill("ada@contoso.example")
        tab.get_by_role("button", name="Continue").click()
        expect(tab.get_by_role("heading")).to_have_text("Your password is changed")
        assert site.sent("/reset/start")[0]["work"] == ""


def test_a_new_code_can_be_asked_for_when_the_countdown_ends(tab: Page, site: Site) -> None:
    """Decisions 8; help comes forward after ten seconds."""
    tab.clock.install()
    tab.goto(f"{site.url}/code")
    button, help_ = tab.locator("[data-rel=again]"), tab.get_by_role("link", name="Contact your administrator")
    expect(button).to_have_text("Send a new code (42 s)")
    expect(button).to_be_disabled()
    expect(help_).to_be_hidden()
    tab.clock.fast_forward(12_000)
    expect(button).to_have_text("Send a new code (30 s)")
    expect(help_).to_be_visible()
    tab.clock.fast_forward(31_000)
    expect(button).to_have_text("Send a new code")
    button.click()
    expect(tab.get_by_role("heading")).to_have_text("Your password is changed")
    assert site.sent("/reset/again") == [{"token": "t0ken", "version": "7"}]


def test_a_pasted_code_loses_spaces_and_dashes(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/code")
    tab.get_by_label("Code").focus()
    tab.evaluate(
        """() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", " 4719-26 08\\n");
          const options = { clipboardData, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }"""
    )
    expect(tab.get_by_label("Code")).to_have_value("47192608")


def test_a_form_is_sent_once(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/code")
    stopped = tab.evaluate(
        """() => {
          const stopped = [];
          addEventListener("submit", (event) => {
            stopped.push(event.defaultPrevented);
            event.preventDefault();
          });
          const form = document.getElementById("form");
          form.elements.code.value = "12345678";
          form.requestSubmit();
          form.requestSubmit();
          return stopped;
        }"""
    )
    assert stopped == [False, True]


def test_a_password_can_be_shown_and_is_hidden_before_it_is_sent(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/sign-in")
    password = tab.locator("input[name=password]")
    password.fill("correct horse")
    tab.get_by_role("button", name="Show").click()
    expect(password).to_have_attribute("type", "text")
    tab.get_by_role("button", name="Hide").click()
    expect(password).to_have_attribute("type", "password")
    tab.get_by_role("button", name="Show").click()
    tab.evaluate("addEventListener('submit', event => event.preventDefault())")
    tab.get_by_role("button", name="Continue").click()
    expect(password).to_have_attribute("type", "password")


def test_rules_are_told_as_one_types(tab: Page, site: Site) -> None:
    site.rules = {"common": True}
    tab.goto(f"{site.url}/password")
    rules = {name: tab.locator(f"[data-rule={name}]") for name in ("length", "classes", "common", "same")}
    first, second = tab.locator("input[name=password]"), tab.locator("input[name=again]")
    expect(rules["length"]).to_have_text("○At least 15 characters")
    first.press_sequentially("correct horse")
    expect(rules["length"]).to_have_text("○At least 15 characters (not yet)")
    first.press_sequentially(" Battery9")
    expect(rules["length"]).to_have_text("✓At least 15 characters (done)")
    expect(rules["classes"]).to_have_class("met")
    expect(rules["common"]).to_have_class("met")
    expect(rules["same"]).not_to_have_class("met")
    second.fill("correct horse Battery9")
    expect(rules["same"]).to_have_class("met")
    expect(tab.get_by_role("status")).to_have_text("4 of 4 done")
    asked = [json.loads(body) for where, body in site.posts if where == "/judge"][-1]
    assert asked == {"token": "t0ken", "version": "7", "password": "correct horse Battery9"}


def test_a_rule_that_nobody_can_tell_yet_is_not_called_broken(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/password")
    tab.locator("input[name=password]").fill("correct horse Battery9")
    expect(tab.locator("[data-rule=common]")).to_have_text("•Not a password that many people use")
    expect(tab.get_by_role("status")).to_have_text("2 of 3 done")


@pytest.mark.parametrize("how", [{}, {"forced_colors": "active"}])
def test_the_strength_is_told_in_words_and_by_a_bar(chromium: Browser, site: Site, how: dict[str, Any]) -> None:
    """PWD-6: too weak comes with the reason; forgotten when the field is empty."""
    for tab in fresh(chromium, how):
        tab.goto(f"{site.url}/password")
        first, meter, why = tab.locator("input[name=password]"), tab.get_by_role("meter"), tab.locator("p.why")
        expect(meter).to_have_accessible_name("Strength:")
        expect(meter).to_have_attribute("aria-valuenow", "0")
        site.judged = {"strength": "too_weak", "why": {"id": "x", "text": "Everybody uses this."}}
        first.fill("correct horse Battery9")
        expect(tab.get_by_text("Strength: Too weak")).to_be_visible()
        expect(why).to_have_text("Everybody uses this.")
        expect(meter).to_have_attribute("aria-valuenow", "1")
        expect(tab.get_by_role("status")).to_contain_text("Strength: Too weak. Everybody uses this.")
        site.judged = {"strength": "strong", "why": None}
        first.fill("correct horse Battery99")
        expect(tab.get_by_text("Strength: Strong")).to_be_visible()
        expect(why).to_be_empty()
        expect(meter).to_have_attribute("aria-valuetext", "Strong")
        on, off = (tab.locator(f".bar i{kind}").first for kind in (".on", ":not(.on)"))
        expect(tab.locator(".bar .on")).to_have_count(4)
        colour = on.evaluate("e => getComputedStyle(e).backgroundColor")
        first.fill("")
        expect(meter).to_have_attribute("aria-valuenow", "0")
        assert off.evaluate("e => getComputedStyle(e).backgroundColor") != colour


def test_recovery_codes_are_copied_together(chromium: Browser, site: Site) -> None:
    for tab in fresh(chromium, {"permissions": ["clipboard-read", "clipboard-write"]}):
        tab.goto(f"{site.url}/recovery-codes")
        tab.get_by_role("button", name="Copy").click()
        expect(tab.get_by_role("button", name="Copied")).to_be_visible()
        copied = tab.evaluate("navigator.clipboard.readText()").splitlines()
        assert copied == [value for _, value in samples.recovery_codes().facts]


def test_on_paper_there_are_only_the_codes_and_whose_they_are(tab: Page, site: Site) -> None:
    tab.goto(f"{site.url}/recovery-codes")
    owner = tab.get_by_text("ada@contoso.example")
    expect(owner).to_be_hidden()
    expect(tab.get_by_role("button", name="Print")).to_be_visible()
    tab.emulate_media(media="print")
    for shown in (tab.get_by_role("banner"), owner, tab.locator("dd").first, tab.locator("dd").last):
        expect(shown).to_be_visible()
    for left_out in (tab.get_by_role("button"), tab.get_by_role("link"), tab.locator("form")):
        assert [one.is_visible() for one in left_out.all()] == [False] * left_out.count()
    assert tab.locator("dd").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > 20
