"""Words in languages, times in zones (decisions 36)."""

import pytest
from babel.messages.pofile import read_po

from keyback.core.messages import say
from keyback.core.types import DAY, HOUR, MINUTE, SECOND
from keyback.web import prompts, render
from keyback.web.prompts import LANGUAGES, PSEUDO, Catalog, choose

NOON = 1_795_518_000_000  # 24 November 2026, 11:00 UTC
SENTENCES = {
    "plain": "Continue",
    "tries": "You have {tries} more {tries:try|tries}.",
    "until": "It works until {until_at}.",
    "wait": "Try again in {wait_ms}.",
    "hello": "Hello {name}",
}


def test_a_sentence_is_said_with_its_values() -> None:
    words = Catalog(SENTENCES).words("en")
    assert words.say(say("plain")) == "Continue"
    assert words.say(say("hello", name="Ada")) == "Hello Ada"


def test_a_count_picks_its_noun() -> None:
    words = Catalog(SENTENCES).words("en")
    assert words.say(say("tries", tries=1)) == "You have 1 more try."
    assert words.say(say("tries", tries=3)) == "You have 3 more tries."


def test_a_value_cannot_bring_places_of_its_own() -> None:
    assert Catalog(SENTENCES).words("en").say(say("hello", name="{secret}")) == "Hello {secret}"


def test_an_id_or_value_that_nobody_declared_is_an_error() -> None:
    words = Catalog(SENTENCES).words("en")
    with pytest.raises(KeyError):
        words.say(say("nobody.said.this"))
    with pytest.raises(KeyError):
        words.say(say("hello"))


@pytest.mark.parametrize(
    ("language", "zone", "now", "shown"),
    [
        ("en", "Europe/Berlin", NOON, "12:00 CET"),
        ("de", "Europe/Berlin", NOON, "12:00 Uhr MEZ"),
        ("en", "Asia/Dubai", NOON, "15:00 UTC+04"),
        ("en", "UTC", NOON - DAY, "24 November 2026, 11:00 UTC"),
        ("de", "Europe/Berlin", None, "24. November 2026, 12:00 Uhr MEZ"),
    ],
)
def test_a_time_is_local_and_names_its_zone(language: str, zone: str, now: int | None, shown: str) -> None:
    assert Catalog(SENTENCES).words(language, zone).time(NOON, now) == shown


def test_midnight_is_that_of_the_tenants_zone() -> None:
    words = Catalog(SENTENCES).words("en", "Europe/Berlin")
    before = NOON + 11 * HOUR + 30 * MINUTE
    after = before + HOUR
    assert words.say(say("until", until_at=after), before) == "It works until 25 November 2026, 00:30 CET."
    assert words.say(say("until", until_at=after + HOUR), after) == "It works until 01:30 CET."


@pytest.mark.parametrize(
    ("span", "english", "german"),
    [
        (0, "1 second", "1 Sekunde"),
        (42 * SECOND, "42 seconds", "42 Sekunden"),
        (10 * MINUTE, "10 minutes", "10 Minuten"),
        (10 * MINUTE - 1, "10 minutes", "10 Minuten"),
        (90 * SECOND, "1 minute 30 seconds", "1 Minute 30 Sekunden"),
        (90 * MINUTE, "1 hour 30 minutes", "1 Stunde 30 Minuten"),
        (HOUR + 1, "1 hour 1 minute", "1 Stunde 1 Minute"),
        (DAY - 1, "1 day", "1 Tag"),
        (2 * DAY + HOUR, "2 days 1 hour", "2 Tage 1 Stunde"),
    ],
)
def test_a_span_is_told_in_its_two_largest_units_and_rounded_up(span: int, english: str, german: str) -> None:
    catalog = Catalog(SENTENCES)
    assert catalog.words("en").say(say("wait", wait_ms=span)) == f"Try again in {english}."
    assert catalog.words("de").span(span) == german


def test_the_pseudo_language_is_strange_complete_and_right_to_left() -> None:
    words = Catalog(SENTENCES).words(PSEUDO)
    assert words.dir == "rtl"
    assert words.say(say("hello", name="Ada")) == "Héllö Ada"
    assert words.say(say("tries", tries=1)) == "Ýöü hávé 1 möré try."


def test_a_sentence_without_translation_is_said_in_english_and_reported() -> None:
    catalog = Catalog({**render.MESSAGES, **SENTENCES})
    assert catalog.words("de").say(say("plain")) == "Continue"
    assert prompts.missing(catalog) == tuple(SENTENCES)


def test_a_translation_made_from_older_english_is_not_used() -> None:
    catalog = Catalog({"chrome.copy": "Copy all of it"})
    assert catalog.words("de").say(say("chrome.copy")) == "Copy all of it"
    assert prompts.missing(catalog) == ("chrome.copy",)


def test_words_are_made_once_per_language_and_zone() -> None:
    catalog = Catalog(SENTENCES)
    assert catalog.words("de", "UTC") is catalog.words("de", "UTC")
    assert catalog.words("de", "UTC") is not catalog.words("de", "Europe/Berlin")


def test_the_catalogue_reads_as_babel_reads_it() -> None:
    with (prompts._LOCALES / "de.po").open("rb") as file:
        theirs = {entry.context: (entry.id, entry.string) for entry in read_po(file) if entry.id and not entry.fuzzy}
    assert prompts.translations("de") == theirs


def test_po_lines_are_joined_unescaped_and_fuzzy_ones_left_out() -> None:
    source = (
        'msgid ""\nmsgstr "Language: de\\n"\n\nmsgctxt "a"\nmsgid ""\n"Say \\"yes\\"\\n"\n"now"\nmsgstr "Ja\\\\"\n\n'
        '#, fuzzy\nmsgctxt "b"\nmsgid "B"\nmsgstr "B?"\n'
    )
    assert prompts.read_po(source) == {"a": ('Say "yes"\nnow', "Ja\\")}


@pytest.mark.parametrize(
    ("mkt", "person", "browser", "tenant", "chosen"),
    [
        ("de", "en", "en", "en", "de"),
        ("", "de", "en", "en", "de"),
        ("", "", "fr, de-AT;q=0.8, en;q=0.5", "en", "de"),
        ("", "", "en;q=0.2, de;q=0.9", "en", "de"),
        ("", "", "de;q=0, fr", "en", "en"),
        ("", "", "", "de", "de"),
        ("tlh", "xx", "*;q=1", "", "en"),
        ("QPS-PLOCM", "", "", "en", PSEUDO),
        ("../../etc", "", ";;;q=,,,q", "de", "de"),
        ("", "", "fr," * 100_000 + "de", "en", "en"),
    ],
)
def test_the_link_the_person_the_browser_and_the_tenant_are_asked_in_this_order(
    mkt: str, person: str, browser: str, tenant: str, chosen: str
) -> None:
    assert choose(mkt, person, browser, tenant) == chosen
    assert chosen in LANGUAGES
