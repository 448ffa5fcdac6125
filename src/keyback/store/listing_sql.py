"""The statements that lists of people are read with, one for each shape of a question.

Both engines must take the way that is written: tables of a CROSS JOIN in their order, `1 = (SELECT 1 ...)` where EXISTS
would become a join with everybody, and conditions word for word as the indexes have them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase
from typing import Final

from keyback.store.engine import Sql

COLUMNS: Final = (
    "p.id, p.upn, p.display_name, p.department, p.directory, p.kind, p.enabled, p.frozen_at, p.deleted_at, p.created_at"
)
STANDING: Final = "(CASE WHEN deleted_at IS NULL THEN 1 - enabled ELSE 2 END)"
"""As the indexes `person_by_user_id` and `person_by_name` have it: 0 enabled, 1 disabled, 2 deleted."""
FROZEN: Final = "frozen"
_OF_P: Final = STANDING.replace("deleted_at", "p.deleted_at").replace("enabled", "p.enabled")
_SHOWN: Final[Mapping[str, tuple[int, ...]]] = {"all": (0, 1), "enabled": (0,), "disabled": (1,), "deleted": (2,)}
_NOW = """m.relation = 'member' AND m.eligible = 0 AND (m.starts_at IS NULL OR m.starts_at <= :now)
  AND (m.ends_at IS NULL OR m.ends_at > :now)"""
_MEMBERS = f"""within w CROSS JOIN membership m
  WHERE m.tenant = :tenant AND m.group_id = w.id AND m.member_kind = 'person' AND {_NOW}"""


@dataclass(frozen=True, slots=True)
class Shape:
    """What tells two statements apart."""

    order: str
    """The column of the order asked for."""
    show: str
    words: int = 0
    groups: int = 0
    down: bool = False
    begun: bool = False
    """Whether there was a page before."""

    @property
    def step(self) -> str:
        return "DESC" if self.down else "ASC"

    def beyond(self, one: str, other: str) -> str:
        """Only what comes after the last of the page before."""
        return f"AND ({one}, {other}) {'<' if self.down else '>'} (:key, :id)" if self.begun else ""


@lru_cache(maxsize=256)
def along(shape: Shape) -> Sql:
    """Along the list in its order, each kind of people by itself, and the first of all of them."""
    order, step = f"p.{shape.order}", shape.step
    kinds = [
        f"""SELECT * FROM (SELECT {COLUMNS}, {order} AS sorted_by FROM person p
          WHERE p.tenant = :tenant AND {_OF_P} = {kind} {shape.beyond(order, "p.id")}
          {_with_words(shape.words, "p.id")} {_scoped(shape)}
          ORDER BY {order} {step}, p.id {step} LIMIT :count) AS kind_{kind}"""
        for kind in _SHOWN[shape.show]
    ]
    return Sql(
        f"""{_within(shape.groups)} SELECT * FROM ({" UNION ALL ".join(kinds)}) AS page
        ORDER BY sorted_by {step}, id {step} LIMIT :count"""
    )


@lru_cache(maxsize=256)
def frozen(shape: Shape) -> Sql:
    """Those whose recovery is closed: all of them, sorted."""
    order, step = f"p.{shape.order}", shape.step
    begin = f"{_within(shape.groups)}," if shape.groups else "WITH"
    return Sql(
        f"""{begin} closed AS MATERIALIZED (
          SELECT {COLUMNS}, {order} AS sorted_by FROM person p WHERE p.tenant = :tenant AND {_shown(FROZEN)}
        ) SELECT * FROM closed p WHERE 1 = 1 {shape.beyond("sorted_by", "p.id")}
          {_with_words(shape.words, "p.id")} {_scoped(shape)}
        ORDER BY sorted_by {step}, p.id {step} LIMIT :count"""
    )


@lru_cache(maxsize=256)
def members(shape: Shape) -> Sql:
    """Everybody of a few groups: the key of each, sorted, then the rows of the page."""
    step = shape.step
    return Sql(
        f"""{_within(shape.groups)}, belongs AS MATERIALIZED (SELECT DISTINCT m.member AS person FROM {_MEMBERS}),
        keyed AS MATERIALIZED (
          SELECT person, (SELECT p.{shape.order} FROM person p
            WHERE p.tenant = :tenant AND p.id = b.person AND {_shown(shape.show)}) AS sorted_by FROM belongs b
        ), page AS MATERIALIZED (
          SELECT person, sorted_by FROM keyed k WHERE sorted_by IS NOT NULL {shape.beyond("sorted_by", "person")}
            {_with_words(shape.words, "k.person")} ORDER BY sorted_by {step}, person {step} LIMIT :count
        ) SELECT {COLUMNS}, k.sorted_by FROM page k CROSS JOIN person p
        WHERE p.tenant = :tenant AND p.id = k.person ORDER BY k.sorted_by {step}, k.person {step}"""
    )


@lru_cache(maxsize=256)
def found(shape: Shape) -> Sql:
    """In the order of the words that begin with the first asked one; who has several of those comes once."""
    step = shape.step
    return Sql(
        f"""{_within(shape.groups)} SELECT {COLUMNS}, p.{shape.order}, f.word FROM person_word f CROSS JOIN person p
        WHERE f.tenant = :tenant AND f.word >= :word_a AND f.word < :end_a {shape.beyond("f.word", "f.person")}
          AND p.tenant = :tenant AND p.id = f.person AND {_shown(shape.show)}
          AND NOT EXISTS (SELECT 1 FROM person_word e
            WHERE e.tenant = :tenant AND e.person = f.person AND e.word >= :word_a AND e.word < f.word)
          {_beside(shape.words)} {_scoped(shape)}
        ORDER BY f.word {step}, f.person {step} LIMIT :count"""
    )


@lru_cache(maxsize=16)
def how_many_belong(groups: int) -> Sql:
    """How many memberships lead to people, up to so many."""
    return Sql(f"{_within(groups)} SELECT count(*) FROM (SELECT 1 FROM {_MEMBERS} LIMIT :most) AS counted")


def numbered(name: str, values: Sequence[str]) -> Mapping[str, str]:
    """By parameter: `name_a`, `name_b`, ..."""
    return {f"{name}_{_letters(place)}": value for place, value in enumerate(values)}


def _letters(place: int) -> str:
    first, second = divmod(place, 26)
    return (ascii_lowercase[first - 1] if first else "") + ascii_lowercase[second]


def _shown(show: str) -> str:
    if show == FROZEN:
        return "p.frozen_at IS NOT NULL AND p.deleted_at IS NULL"
    return f"{_OF_P} IN ({', '.join(str(kind) for kind in _SHOWN[show])})"


def _with_words(count: int, person: str, first: int = 0) -> str:
    return " ".join(
        f"""AND 1 = (SELECT 1 FROM person_word t{place} WHERE t{place}.tenant = :tenant AND t{place}.person = {person}
          AND t{place}.word >= :word_{_letters(place)} AND t{place}.word < :end_{_letters(place)} LIMIT 1)"""
        for place in range(first, count)
    )


def _beside(count: int) -> str:
    return " ".join(f"AND f.all_words LIKE :like_{_letters(place)} ESCAPE '\\'" for place in range(1, count))


def like(word: str) -> str:
    """As a pattern for the words that stand beside one: somewhere begins one like this."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"% {escaped}%"


def _within(groups: int) -> str:
    if not groups:
        return ""
    asked = ", ".join(f"(CAST(:group_{_letters(place)} AS TEXT))" for place in range(groups))
    return f"""WITH RECURSIVE within(id) AS (
      SELECT * FROM (VALUES {asked}) AS asked
      UNION
      SELECT m.member FROM within w JOIN membership m ON m.tenant = :tenant AND m.group_id = w.id
      WHERE m.member_kind = 'group' AND {_NOW}
    )"""


def _scoped(shape: Shape) -> str:
    if not shape.groups:
        return ""
    return f"""AND 1 = (SELECT 1 FROM membership m WHERE m.tenant = :tenant AND m.member = p.id
      AND m.member_kind = 'person' AND {_NOW} AND m.group_id IN (SELECT id FROM within) LIMIT 1)"""
