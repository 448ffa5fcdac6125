"""Find a page, a setting or a person by the first letters of any word. Ctrl-K asks it while one types; without a script it is
a page like every other."""

from collections.abc import Iterator, Sequence

from keyback.core.messages import Text, say
from keyback.core.ports.listing import PeopleQuery
from keyback.core.rules.roles import Permission
from keyback.core.rules.words import words
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Heading, Place, Route, places
from keyback.web.admin.parts import Column, Filter, Go, Row, Screen, Table

MESSAGES = {
    "find.title": "Find",
    "find.lead": "By the first letters of any word: a page, one of its settings, or a person's name or user ID.",
    "find.words": "What you are looking for",
    "find.found": "What was found",
    "find.what": "Name",
    "find.kind": "What it is",
    "find.page": "Page",
    "find.setting": "Setting in {place}",
    "find.person": "Person",
    "find.none": "Nothing begins like that. Try fewer letters, or another word.",
}
MOST = 8
"""Rows of a kind."""
_LABELS_IN = ("en",)
"""Labels are found by these languages' words too: guides and tutorials name them so."""


def show(ask: Ask) -> Reply:
    """What begins like that and may be opened."""
    typed = words(ask.query.get("q", ""))
    rows = (*_pages(ask, typed), *_settings(ask, typed), *_people(ask, typed))
    table = Table(
        say("find.found"), (Column(say("find.what")), Column(say("find.kind"))), rows, say("find.none"), path="/find",
        filters=(Filter("q", "search", say("find.words"), ask.query.get("q", "")),),
    )  # fmt: skip
    return Reply(Screen("find", say("find.title"), (table,), lead=(say("find.lead"),)))


def _pages(ask: Ask, typed: Sequence[str]) -> Sequence[Row]:
    """All of them before anything is typed."""
    found = [one for one in _open(ask) if _begin(typed, _said(ask, one.title, *_heading(one)))]
    return [_row(one.path, one.path, one.title, say("find.page")) for one in found][: MOST if typed else None]


def _settings(ask: Ask, typed: Sequence[str]) -> Sequence[Row]:
    found = [
        _row(f"{one.path}#{label.id}", one.path, label, say("find.setting", place=ask.call.words.say(one.title)))
        for one in _open(ask)
        for label in one.words
        if typed and _begin(typed, _said(ask, label))
    ]
    return found[:MOST]


def _people(ask: Ask, typed: Sequence[str]) -> Sequence[Row]:
    """Only those whom the operator sees (ADM-9)."""
    if not typed or not ask.may(Permission.READ_PEOPLE):
        return ()
    query = PeopleQuery(words=tuple(typed), count=MOST, groups=ask.operator.rights.scopes)
    with ask.house.store.reading() as unit:
        found = unit.listing.people(query)
    return [
        Row(one.id, (Go(f"/users/{one.id}", one.display_name or one.upn), (say("find.person"), one.upn)))
        for one in found
    ]


def _row(id_: str, path: str, label: Text, kind: Text) -> Row:
    return Row(id_, (Go(path, label), kind))


def _open(ask: Ask) -> Iterator[Place]:
    return (one for one in places() if not one.needs or any(ask.may(right) for right in one.needs))


def _heading(place: Place) -> Sequence[Text]:
    return () if place.heading is Heading.TOP else (say(f"nav.{place.heading.value}"),)


def _said(ask: Ask, *texts: Text) -> Sequence[str]:
    """The words of a label, as this page says it and as guides do."""
    others = [ask.site.catalog.words(language, ask.site.zone) for language in _LABELS_IN]
    return [word for said in (ask.call.words, *others) for text in texts for word in words(said.say(text))]


def _begin(typed: Sequence[str], label: Sequence[str]) -> bool:
    """Every word that was typed begins one of the label's."""
    return all(any(word.startswith(one) for word in label) for one in typed)


ROUTES = (Route("GET", "/find", show, ANY_ROLE, query=("q",)),)
