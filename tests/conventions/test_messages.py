"""Every sentence for people has a permanent id, an English text beside what says it, and a German one (habit 11)."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.conventions.source import PACKAGE, Source, called, english, message_tables, plain_strings, sources

SAYS = frozenset({"say", "Text"})
PLACE = re.compile(r"\{(\w+)[:}]")
TEMPLATES = tuple(sorted((PACKAGE / "web" / "templates").rglob("*.html")))


def said(source: Source) -> Iterator[tuple[int, str]]:
    """Ids that stand as constants in `say(...)` or `Text(...)`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and called(node) in SAYS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


@cache
def mentioned() -> frozenset[str]:
    """Every string constant outside the tables of sentences."""
    found: set[str] = set()
    for source in sources(PACKAGE):
        tables = {id(node) for table in message_tables(source.tree) for node in ast.walk(table)}
        found |= {str(text.value) for text in plain_strings(source.tree) if id(text) not in tables}
    return frozenset(found)


@cache
def built_beginnings() -> tuple[str, ...]:
    """How ids begin that are put together: `f"password.{rule}"`."""
    found: set[str] = set()
    for source in sources(PACKAGE):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginning = str(node.values[0].value)
                if re.fullmatch(r"[a-z_]+\.([a-z_.]*)", beginning):
                    found.add(beginning)
    return tuple(found)


@cache
def german() -> Catalog:
    with (PACKAGE / "web" / "locales" / "de.po").open("rb") as file:
        return read_po(file, locale="de")


def translated() -> dict[str, str]:
    return {message.context: str(message.string) for message in german() if message.id and message.context}


def test_everything_said_has_an_english_sentence() -> None:
    known = english()
    missing = [f"{s.name}:{line} {id_}" for s in sources(PACKAGE) for line, id_ in said(s) if id_ not in known]
    assert missing == []


def test_every_sentence_is_said_somewhere() -> None:
    shown_by_templates = "\n".join(path.read_text() for path in TEMPLATES)
    silent = [
        id_
        for id_ in english()
        if id_ not in mentioned() and not id_.startswith(built_beginnings()) and f'"{id_}"' not in shown_by_templates
    ]
    assert silent == []


def test_every_sentence_has_a_german_translation() -> None:
    there = translated()
    assert [id_ for id_ in english() if not there.get(id_)] == []


def test_no_german_sentence_is_left_over() -> None:
    assert sorted(set(translated()) - set(english())) == []


def test_the_german_catalogue_was_made_from_the_present_english() -> None:
    known = english()
    made_from = {message.context: message.id for message in german() if message.id and message.context in known}
    assert [id_ for id_, sentence in known.items() if made_from.get(id_, sentence) != sentence] == []


def test_translations_keep_every_placeholder() -> None:
    there = translated()
    different = [
        id_
        for id_, sentence in english().items()
        if id_ in there and sorted(set(PLACE.findall(sentence))) != sorted(set(PLACE.findall(there[id_])))
    ]
    assert different == []
