"""People in pages: by user ID or name, and by the first letters of their words.

A page costs as much as it shows, however many people there are: every order of every kind of people is an index, and the
words of everybody are one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.core.types import Instant
from keyback.store import listing_sql
from keyback.store.engine import Link, Row, Sql
from keyback.store.listing_sql import FROZEN, STANDING, Shape, numbered


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is read."""

    found: int = 300
    """Up to so many that were found come in the order asked for; more come in the order of the words by which."""
    members: int = 4_000
    """Up to so many members of a scope are sorted; larger scopes are looked for along the list."""
    counted: int = 10_000
    """Up to so many people are counted each time; of more, a figure of the last minutes is told."""


BOUNDS: Final = Bounds()
_COLUMN: Final[Mapping[str, str]] = {"user_id": "canonical", "name": "sort_name"}
_LAST: Final = "\U0010ffff"
"""Comes after every letter."""
_SORTED, _FOUND = "s:", "w:"
"""How a page of a search was made, at the beginning of its cursor."""
_NOBODY: Final = ("", "")
_EVERYBODY: Final = 1 << 40

_COUNT: Final = {
    name: Sql(f"SELECT count(*) FROM (SELECT 1 FROM person WHERE tenant = :tenant AND {where} LIMIT :most) AS counted")
    for name, where in (
        ("enabled", f"{STANDING} = 0"), ("disabled", f"{STANDING} = 1"), ("deleted", f"{STANDING} = 2"),
        (FROZEN, "frozen_at IS NOT NULL AND deleted_at IS NULL"),
    )
}  # fmt: skip
_FIGURES: Final = Sql(
    "SELECT name, value FROM figure WHERE tenant = :tenant AND name >= 'people.' AND name < 'people/'"
)
_HAVING: Final = Sql(
    """SELECT count(*) FROM (SELECT 1 FROM person_word
      WHERE tenant = :tenant AND word >= :word AND word < :until LIMIT :most) AS counted"""
)


class SqlListing:
    """Implements `core.ports.Listing`."""

    __slots__ = ("_bounds", "_link", "_now", "_tenant")

    def __init__(self, link: Link, tenant: str, now: Instant, bounds: Bounds = BOUNDS) -> None:
        self._bounds = bounds
        self._link = link
        self._tenant = tenant
        self._now = now

    def people(self, query: PeopleQuery) -> Sequence[Listed]:
        """A page."""
        query = replace(query, words=self._rarest_first(query.words))
        few = bool(query.groups) and self._few(query.groups)
        if query.words and not few and query.show not in {FROZEN, "deleted"}:
            return self._search(query)
        make = listing_sql.members if few else listing_sql.frozen if query.show == FROZEN else listing_sql.along
        return [_listed(row, str(row[10])) for row in self._ask(make, query, query.after or _NOBODY, query.count)]

    def totals(self) -> Mapping[str, int]:
        """How many people there are: exactly where they are few."""
        counts = self._counts(self._bounds.counted + 1)
        if max(counts.values()) > self._bounds.counted:
            figures = self._link.all(_FIGURES, {"tenant": self._tenant})
            kept = {str(name).removeprefix("people."): int(value) for name, value in figures}
            counts = kept or self._counts(_EVERYBODY)
        return {**counts, "all": counts["enabled"] + counts["disabled"]}

    def counted(self) -> Mapping[str, int]:
        """Every one of them; for a figure to keep."""
        return self._counts(_EVERYBODY)

    def _few(self, groups: frozenset[str]) -> bool:
        return self.members(groups, self._bounds.members + 1) <= self._bounds.members

    def members(self, groups: frozenset[str], most: int) -> int:
        """How many memberships there are, up to so many."""
        asked = _rounded(groups)
        about = {"tenant": self._tenant, "now": self._now, "most": most}
        statement = listing_sql.how_many_belong(len(asked))
        return _number(self._link.one(statement, {**about, **numbered("group", asked)}))

    def _counts(self, most: int) -> dict[str, int]:
        about = {"tenant": self._tenant, "most": most}
        return {name: _number(self._link.one(statement, about)) for name, statement in _COUNT.items()}

    def _search(self, query: PeopleQuery) -> Sequence[Listed]:
        """Sorted as asked where few are found, else by their words: to sort thousands is to read thousands."""
        how, last = _SORTED, _NOBODY
        if query.after is not None:
            how, last = query.after[0][:2], (query.after[0][2:], query.after[1])
        if how == _SORTED:
            few = self._bounds.found
            if query.groups or query.show == "disabled":  # rare among what is read
                few = min(few, query.count)
            rows = self._ask(listing_sql.found, replace(query, descending=False), _NOBODY, few + 1)
            if len(rows) <= few:
                return _sorted([_listed(row, _SORTED + str(row[10])) for row in rows], query)
            last = _NOBODY
        rows = self._ask(listing_sql.found, query, last, query.count)
        return [_listed(row, _FOUND + str(row[11])) for row in rows]

    def _ask(
        self, make: Callable[[Shape], Sql], query: PeopleQuery, last: tuple[str, str], count: int
    ) -> Sequence[Row]:
        words, groups = query.words, _rounded(query.groups)
        shape = Shape(_COLUMN[query.sort], query.show, len(words), len(groups), query.descending, last != _NOBODY)
        return self._link.all(make(shape), {
            "tenant": self._tenant, "now": self._now, "count": count, "key": last[0], "id": last[1],
            **numbered("word", words), **numbered("end", [word + _LAST for word in words]), **numbered("group", groups),
            **numbered("like", [listing_sql.like(word) for word in words]),
        })  # fmt: skip

    def _rarest_first(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """So that the others are looked for among the fewest. What another asked word begins with asks for nothing more."""
        asked = [one for one in dict.fromkeys(words) if not any(o != one and o.startswith(one) for o in words)]
        for most in (500, 50_000) if len(asked) > 1 else ():
            having = {word: self._having(word, most) for word in asked}
            asked.sort(key=lambda word: (having[word], -len(word), word))
            if having[asked[0]] < most:
                break
        return tuple(asked)

    def _having(self, word: str, most: int) -> int:
        about = {"tenant": self._tenant, "word": word, "until": word + _LAST, "most": most}
        return _number(self._link.one(_HAVING, about))


def _sorted(people: list[Listed], query: PeopleQuery) -> Sequence[Listed]:
    def place(key: str, person: str) -> tuple[bytes, bytes]:
        return key.encode(), person.encode()

    people.sort(key=lambda one: place(one.key, one.id), reverse=query.descending)
    if query.after is not None and query.after[0].startswith(_SORTED):
        last = place(*query.after)
        people = [
            one
            for one in people
            if (place(one.key, one.id) < last) == query.descending and place(one.key, one.id) != last
        ]
    return people[: query.count]


def _rounded(groups: frozenset[str]) -> Sequence[str]:
    """One of them again and again until they are a power of two, so that few statements are made."""
    asked = sorted(groups)
    return asked + asked[:1] * ((1 << (len(asked) - 1).bit_length()) - len(asked)) if asked else ()


def _number(row: Row | None) -> int:
    return int(row[0]) if row else 0


def _listed(row: Row, key: str) -> Listed:
    person, upn, name, department, directory, kind, enabled, frozen, deleted, created, *_ = row
    return Listed(person, upn, name, department, directory, kind, bool(enabled), frozen, deleted, created, key)
