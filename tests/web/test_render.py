"""A page as people see it and as programs see it. Looks are tested in test_look.py."""

import gzip
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from keyback.core.messages import say
from keyback.core.types import SECOND
from keyback.web import prompts, render
from keyback.web.page import Link, Message, Page
from tests.web import sample_pages as samples

CATALOG = prompts.Catalog({**render.MESSAGES, **samples.MESSAGES})
RENDERER = render.Renderer(CATALOG)
CHROME = render.Chrome("Contoso", "/reset", samples.NOW)
ENGLISH = CATALOG.words("en", "Europe/Berlin")
EVERY_PAGE = pytest.mark.parametrize("name", samples.PAGES)
VOID = frozenset({"meta", "link", "input", "path", "br", "img"})


class Tree(HTMLParser):
    """All elements with their attributes; complains about tags that do not match and ids used twice."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == []
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.elements if t == tag and all(a.get(k) == v for k, v in wanted.items())]

    def one(self, tag: str, **wanted: str) -> dict[str, str | None]:
        (found,) = self.all(tag, **wanted)
        return found


def shown(page: Page, words: prompts.Words = ENGLISH, chrome: render.Chrome = CHROME) -> str:
    return RENDERER.html(page, words, chrome).decode()


def tree(page: Page, **chrome: str) -> Tree:
    return Tree(shown(page, chrome=render.Chrome("Contoso", "/reset", samples.NOW, **chrome)))


def data(page: Page) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(RENDERER.json(page, ENGLISH, samples.NOW))
    return answer


@EVERY_PAGE
def test_every_page_is_one_card_with_one_heading_and_one_primary_button_at_most(name: str) -> None:
    found = tree(samples.PAGES[name])
    assert len(found.all("h1")) == len(found.all("main")) == 1
    assert sum("primary" in (a.get("class") or "") for _, a in found.elements) <= 1


@EVERY_PAGE
def test_every_input_has_its_label_and_every_description_exists(name: str) -> None:
    found = tree(samples.PAGES[name])
    ids = {a["id"] for _, a in found.elements if "id" in a}
    labelled = {a["for"] for a in found.all("label")}
    visible = {a["id"] for a in found.all("input") if a.get("type") in ("text", "password")}
    assert labelled == visible
    for _, attributes in found.elements:
        assert set((attributes.get("aria-describedby") or "").split()) <= ids


@EVERY_PAGE
def test_nothing_is_inline_that_the_content_security_policy_forbids(name: str) -> None:
    for tag, attributes in tree(samples.PAGES[name]).elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        assert tag != "script" or (attributes.get("src") or "").startswith("/static/")


@EVERY_PAGE
def test_json_says_what_html_says(name: str) -> None:
    page = samples.PAGES[name]
    text, answer = html.unescape(shown(page)), data(page)
    said = [answer["title"], answer["submit"], *answer["lead"], *answer["messages"], *answer["checklist"]]
    for sentence in (item["text"] for item in said if item):
        assert sentence in text
    for key in ("fields", "choices", "links", "rules", "facts"):
        assert len(answer[key]) == len(getattr(page, key))
        for item in answer[key]:
            assert item.get("kind") == "hidden" or (item.get("label") or item["text"]) in text
    found = tree(page)
    sent = {a["name"] for a in found.all("input")} | {a["name"] for a in found.all("button") if "name" in a}
    acts = [act for group in answer["groups"] for whose in (group, *group["items"]) for act in whose["acts"]]
    acts = [act for act in acts if act["post"]]
    assert {item["name"] for item in answer["fields"] + answer["choices"] + acts} | ({"work"} & sent) == sent


def test_the_json_has_the_same_keys_on_every_page() -> None:
    keys = {name: tuple(data(page)) for name, page in samples.PAGES.items()}
    assert set(keys.values()) == {render.PageData.__struct_fields__}


def test_json_keeps_the_permanent_ids() -> None:
    answer = data(samples.code(tries=3))
    assert answer["title"] == {"id": "sample.code", "text": "Enter the code from your mailbox"}
    assert answer["messages"][0]["id"] == "sample.code_wrong"
    assert answer["messages"][0]["tone"] == "bad"
    assert answer["links"][0] == {
        "rel": "again",
        "href": "/reset/again",
        "label": "Send a new code",
        "post": True,
        "after": samples.NOW + 42 * SECOND,
        "carries": False,
    }
    assert data(samples.start(error=say("sample.user_id_empty")))["fields"][2]["error"] == {
        "id": "sample.user_id_empty",
        "text": "Enter your user ID.",
    }


def test_json_carries_the_proof_of_work_as_an_object() -> None:
    assert data(samples.start(work='{"algorithm":"SHA-256","maxnumber":9}'))["work"]["maxnumber"] == 9
    assert data(samples.start())["work"] is None


def test_what_comes_from_outside_is_escaped() -> None:
    found = tree(samples.hostile())
    assert [a.get("src") for a in found.all("script")] == [found.one("script")["src"]]
    assert found.one("input", name="user_id")["value"] == samples.HOSTILE
    assert found.one("button", name="method")["value"] == samples.HOSTILE
    assert found.one("form", id="form")["action"] == samples.HOSTILE
    assert json.loads(found.one("form", id="form")["data-work"] or "")["salt"] == "<<<"
    assert data(samples.hostile())["facts"] == [{"label": "Key", "value": samples.HOSTILE}]
    named = render.Chrome(samples.HOSTILE, samples.HOSTILE, samples.NOW)
    assert samples.HOSTILE not in shown(samples.code(), chrome=named)


def test_buttons_of_a_list_send_what_they_are_about_and_the_hidden_fields() -> None:
    found = tree(samples.security_info())
    removes = found.all("button", formaction="/security-info/remove")
    assert [(a["name"], a["value"], a["class"]) for a in removes] == [("item", "one", "link harsh")] * 2
    assert len(found.all("input", name="token", value="t0ken")) == len(found.all("form")) == 4
    assert [a["href"] for a in found.all("a", **{"data-rel": "change"})] == ["/security-info/change"]
    assert found.one("a", **{"data-rel": "prove"})["class"] == "button primary"


def test_lists_are_the_same_for_programs() -> None:
    first, second = data(samples.security_info("Pixel"))["groups"]
    item = first["items"][1]
    assert [said["id"] for said in item["about"]] == ["sample.added", "sample.waits"]
    assert (item["id"], item["mark"]["text"], item["tone"]) == ("two", "New", "warn")
    assert item["acts"] == [
        {
            "rel": "remove",
            "href": "/security-info/remove",
            "label": "Remove",
            "name": "item",
            "value": "one",
            "post": True,
            "harsh": True,
        }
    ]
    assert (second["empty"], second["items"], second["acts"][0]["rel"]) == ("You have none yet.", [], "add")


def test_a_password_is_never_sent_back() -> None:
    markup = shown(samples.sign_in())
    assert "never shown" not in markup
    assert Tree(markup).one("input", name="user_id")["value"] == "ada@contoso.example"


def test_a_mistake_is_in_the_title_the_field_and_its_description() -> None:
    markup = shown(samples.start(error=say("sample.user_id_empty"), typed="ada"))
    field = Tree(markup).one("input", name="user_id")
    assert "<title>Error: Get back into your account - Contoso</title>" in markup
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "f-user_id-error f-user_id-hint"
    assert field["value"] == "ada"


@pytest.mark.parametrize(
    ("tone", "role"), [("bad", "alert"), ("good", "status"), ("warn", "status"), ("info", "status")]
)
def test_bad_news_is_an_alert_and_other_news_a_status(tone: str, role: str) -> None:
    page = Page("error", say("sample.start"), messages=(Message(say("sample.reset_good"), tone),))
    assert tree(page).one("div", role=role)["class"] == f"note {tone}"


def test_mistakes_are_told_in_one_alert() -> None:
    bad = tuple(Message(say(f"sample.{name}"), "bad") for name in ("password_common", "password_differ"))
    page = Page("error", say("sample.start"), messages=(*bad, Message(say("sample.reset_good"), "good")))
    assert [a["class"] for a in tree(page).all("div")] == ["note bad", "note good"]
    assert [message["id"] for message in data(page)["messages"]] == [message.text.id for message in page.messages]


def test_the_step_list_says_where_one_is() -> None:
    markup = shown(samples.code())
    assert [a.get("class") for a in Tree(markup).all("li", **{"aria-current": "step"})] == ["now"]
    assert "Step 2 of 5: Proof" in markup
    assert '<ol class="steps">' not in shown(samples.refused())


@pytest.mark.parametrize(
    ("sample", "name", "expected"),
    [
        (samples.start(), "user_id", {"autocomplete": "username", "type": "text", "autocapitalize": "none"}),
        (samples.code(), "code", {"autocomplete": "one-time-code", "inputmode": "numeric", "type": "text"}),
        (samples.recovery(), "code", {"autocomplete": "off", "autocapitalize": "characters", "type": "text"}),
        (samples.new_password(), "password", {"autocomplete": "new-password", "type": "password"}),
        (samples.sign_in(), "password", {"autocomplete": "current-password", "type": "password"}),
        (samples.new_password(), "user_id", {"autocomplete": "username", "aria-hidden": "true", "tabindex": "-1"}),
    ],
)
def test_browsers_and_password_managers_know_what_a_field_is(sample: Page, name: str, expected: dict[str, str]) -> None:
    field = tree(sample).one("input", name=name)
    assert {key: field.get(key) for key in expected} == expected


def test_a_way_out_that_posts_carries_the_hidden_fields_of_the_page() -> None:
    found = tree(samples.code())
    actions = [a["action"] for a in found.all("form")]
    assert actions == ["/reset/answer", "/reset/again", "/reset/other", "/reset/restart"]
    assert len(found.all("input", name="token", value="t0ken")) == len(actions)
    assert found.one("button", form="beside")["data-rel"] == "again"
    assert found.one("form", id="beside")["action"] == "/reset/again"


@pytest.mark.parametrize(
    ("link", "primary"),
    [
        (Link("sign_in", "/sign-in", say("sample.sign_in")), "a"),
        (Link("again", "/reset/again", say("sample.again"), post=True), "button"),
    ],
)
def test_on_a_page_that_asks_nothing_the_first_way_on_is_the_primary_button(link: Link, primary: str) -> None:
    found = tree(Page("ended", say("sample.refused"), links=(link, Link("help", "/help", say("sample.help")))))
    assert [t for t, a in found.elements if "primary" in (a.get("class") or "")] == [primary]


def test_a_way_out_that_carries_what_was_typed_is_a_second_button_of_the_form() -> None:
    away = Link("forgot", "/reset/from-sign-in", say("sample.other"), post=True, carries=True)
    found = tree(samples.question("sign_in", say("sample.sign_in"), links=(away,)))
    assert found.one("button", **{"data-rel": "forgot"})["formaction"] == "/reset/from-sign-in"
    assert len(found.all("form")) == 1
    assert found.all("ul", **{"class": "ways"}) == []


def test_a_new_code_counts_down_by_the_servers_clock() -> None:
    button = tree(samples.code()).one("button", **{"data-rel": "again"})
    assert button["data-after"] == "42"
    assert button["data-wait"] == "Send a new code ({seconds} s)"
    assert "disabled" not in button
    past = samples.question("answer", say("sample.code"), links=(Link("again", "/a", say("sample.again"), True, 1),))
    assert "data-after" not in tree(past).one("button", **{"data-rel": "again"})


def test_help_comes_later_only_while_one_waits_for_a_code() -> None:
    assert "data-late" in shown(samples.code())
    assert "data-late" not in shown(samples.code(tries=3))
    assert "data-late" not in shown(samples.refused())


def test_rules_and_their_judge_belong_to_the_first_new_password() -> None:
    found = tree(samples.new_password(), judge="/reset/judge")
    assert found.one("input", name="password")["aria-describedby"] == "rules"
    assert found.one("input", name="password")["data-judge"] == "/reset/judge"
    assert "data-judge" not in found.one("input", name="again")
    assert [(a["data-check"], a["data-amount"]) for a in found.all("li") if "data-check" in a] == [
        ("length", "15"),
        ("classes", "3"),
        ("server", "0"),
        ("same", "0"),
    ]


def test_administrators_find_code_and_reference() -> None:
    assert "For your administrator: SSPR_0014, reference 8c1e54d0-6a1f-4a53" in shown(samples.refused())
    assert "Reference: 8c1e54d0-6a1f<" in shown(samples.code())


@pytest.mark.parametrize(
    ("language", "direction", "step"),
    [("de", "ltr", "Schritt 2 von 5"), ("en", "ltr", "Step 2 of 5"), ("qps-plocm", "rtl", "Štép 2 öf 5")],
)
def test_a_page_speaks_its_language(language: str, direction: str, step: str) -> None:
    markup = shown(samples.code(), CATALOG.words(language, "Europe/Berlin"))
    tag = "en-x-plocm" if language == prompts.PSEUDO else language
    assert f'<html lang="{tag}" dir="{direction}">' in markup
    assert step in markup


def test_other_languages_are_offered_where_the_page_can_be_shown_again() -> None:
    assert [a["href"] for a in tree(samples.start()).all("a", lang="de")] == ["/reset?mkt=de"]
    assert "mkt=" not in shown(samples.start(), chrome=render.Chrome("Contoso", "", samples.NOW))


def test_times_are_shown_in_the_tenants_zone() -> None:
    assert "It works for 10 minutes, until 15:30 CET." in shown(samples.code())


def test_everything_the_portal_itself_says_is_translated() -> None:
    assert prompts.missing(prompts.Catalog(render.MESSAGES)) == ()


def test_a_catalogue_without_the_portals_sentences_is_refused_at_start() -> None:
    with pytest.raises(KeyError):
        render.Renderer(prompts.Catalog(samples.MESSAGES))


def test_static_files_are_named_by_their_content_and_all_are_used() -> None:
    files = render.load_static()
    source = shown(samples.start(work="{}"))
    for path, file in files.items():
        digest = file.etag.strip('"')
        assert re.fullmatch(rf"/static/[a-z]+\.{digest}\.(css|js|svg)", path)
        assert gzip.decompress(file.gzipped) == file.body
        assert path in source
    static = Path(render.__file__).parent / "static"
    assert len(files) == len([one for one in static.iterdir() if one.is_file()])
    assert {file.media_type for file in files.values()} == {
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
        "image/svg+xml",
    }


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of `#rgb` or `#rrggbb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_that_meet_can_be_told_apart(scheme: int) -> None:
    """WCAG 2.2 AA: 4.5 for text, 3 for the edges of what one can use and for focus."""
    css = (Path(render.__file__).parent / "static" / "keyback.css").read_text()
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    colour = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]+)", blocks[scheme]))
    text = [("ink", "paper"), ("ink", "ground"), ("quiet", "paper"), ("quiet", "ground"), ("accent", "paper")]
    text += [("on-accent", "accent"), ("bad", "paper"), ("good", "paper")]
    text += [(tone, f"{tone}-soft") for tone in ("good", "bad", "warn", "info")]
    edges = [("edge", "paper"), ("accent", "paper"), ("accent", "ground"), ("bad", "paper")]
    weak = [pair for pair in text if contrast(colour[f"--{pair[0]}"], colour[f"--{pair[1]}"]) < 4.5]
    weak += [pair for pair in edges if contrast(colour[f"--{pair[0]}"], colour[f"--{pair[1]}"]) < 3]
    assert weak == []


def test_the_first_page_and_all_it_loads_is_small() -> None:
    """Under 50 KB are allowed; a fifth of that is enough."""
    page = gzip.compress(RENDERER.html(samples.start(work="{}"), ENGLISH, CHROME))
    assert len(page) + sum(len(file.gzipped) for file in render.load_static().values()) < 10_000
