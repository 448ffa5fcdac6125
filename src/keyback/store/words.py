"""The words by which people are found: rows made from names and user IDs, and made anew where they are not true."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from keyback.core.rules.words import folded, words_of
from keyback.store.engine import Sql, Values

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit

BATCH: Final = 500

FORGET: Final = Sql("DELETE FROM person_word WHERE tenant = :tenant AND person = :person")
ADD: Final = Sql(
    "INSERT INTO person_word (tenant, word, person, all_words) VALUES (:tenant, :word, :person, :all_words)"
)
_NAMES: Final = Sql(
    """SELECT id, upn, display_name, given_name, surname, sort_name FROM person
    WHERE tenant = :tenant AND id > :after ORDER BY id LIMIT :count"""
)
_WORDS: Final = Sql("SELECT word, all_words FROM person_word WHERE tenant = :tenant AND person = :person ORDER BY word")
_SORT: Final = Sql("UPDATE person SET sort_name = :sort_name WHERE tenant = :tenant AND id = :person")


def rows(person: str, user_id: str, *names: str) -> Iterable[Values]:
    """One for each word; every one tells the others too, so that a search for several reads no further row."""
    found = words_of(user_id, *names)
    beside = "".join(f" {word}" for word in found)
    return [{"person": person, "word": word, "all_words": beside} for word in found]


def rebuild(unit: "SqlUnit", after: str, *, repair: bool) -> tuple[str, int]:
    """Look at the next people in order of id; the last one's id, or empty at the end, and whose words were not true."""
    about = {"tenant": unit.tenant}
    people = unit.link.all(_NAMES, {**about, "after": after, "count": BATCH})
    wrong = 0
    for person, user_id, *names, sort_name in people:
        true = list(rows(str(person), str(user_id), *map(str, names)))
        wanted = sorted((str(row["word"]).encode(), row["all_words"]) for row in true)
        there = unit.link.all(_WORDS, {**about, "person": person})
        kept: Sequence[tuple[bytes, object]] = [(str(word).encode(), beside) for word, beside in there]
        name = folded(str(names[0]))
        if kept == wanted and sort_name == name:
            continue
        wrong += 1
        if repair:
            unit.link.put(_SORT, {**about, "person": person, "sort_name": name})
            unit.link.put(FORGET, {**about, "person": person})
            unit.link.many(ADD, [{**about, **row} for row in true])
    return (str(people[-1][0]) if len(people) == BATCH else ""), wrong
