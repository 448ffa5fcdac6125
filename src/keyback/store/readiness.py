"""One row per person about what the person holds, so that the effect of a policy on everybody is one query.

All that tells classes apart is one number, so that counting a million people is one walk along one narrow index.
A person belongs to a group as in `store.people`: as a member, nested to any depth, not merely eligible, now.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from string import ascii_lowercase
from typing import Final

from keyback.core.ports import Candidate
from keyback.core.ports.listing import Stood, Walk
from keyback.core.rules.readiness import Likes, Standing
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql

_PUT = Sql(
    """INSERT INTO readiness (tenant, person, class, waits_until, confirmed_at)
    VALUES (:tenant, :person, :class, :waits_until, :confirmed_at)
    ON CONFLICT (tenant, person) DO UPDATE SET class = excluded.class, waits_until = excluded.waits_until,
      confirmed_at = excluded.confirmed_at"""
)
_ONE = Sql("SELECT class, waits_until, confirmed_at FROM readiness WHERE tenant = :tenant AND person = :person")
_DUE = Sql(
    """SELECT person FROM readiness WHERE tenant = :tenant AND waits_until > 0 AND waits_until <= :now
    ORDER BY person LIMIT :count"""
)
_EVERYBODY = Sql("SELECT id FROM person WHERE tenant = :tenant AND id > :after ORDER BY id LIMIT :count")

_NOW = "relation = 'member' AND eligible = 0 AND (starts_at IS NULL OR starts_at <= :now) AND (ends_at IS NULL OR ends_at > :now)"
_SET, _BITS = 16, 0xFFFF
"""A class is, from its lowest bit on: 16 bits `methods`, 16 `waiting`, 1 `again`, 1 `enabled`, 2 `helps_self`, the rest
`administrator`. Stored, so places are permanent."""
_ADMINISTRATORS: Final = 1 << 36
"""The first class of administrators; all of them come after the others."""
_DUE_FLAG = "CASE WHEN r.confirmed_at > 0 AND r.confirmed_at <= :since THEN 1 ELSE 0 END"
_NUMBERS = f"COUNT(*), SUM({_DUE_FLAG})"
"""How many, and how many of these are due: not a class of its own, so that rows come in the order of the index."""
_EVERY_CLASS = Sql(f"SELECT r.class, {_NUMBERS} FROM readiness r WHERE r.tenant = :tenant GROUP BY r.class")


class SqlReadiness:
    """Implements `core.ports.Readiness`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def put(self, rows: Sequence[tuple[str, Standing]]) -> None:
        """Make or replace the rows of these people."""
        self._link.many(_PUT, [
            {
                "tenant": self._tenant, "person": person, "class": _class(one), "waits_until": one.waits_until,
                "confirmed_at": one.confirmed_at,
            }
            for person, one in rows
        ])  # fmt: skip

    def of(self, person: str) -> Standing | None:
        """One person's row."""
        row = self._link.one(_ONE, {"tenant": self._tenant, "person": person})
        if row is None:
            return None
        one = likes(row[0])
        return Standing(
            one.methods, one.enabled, one.administrator, one.helps_self, row[1], one.waiting, one.again, row[2]
        )

    def due(self, now: Instant, count: int) -> Sequence[str]:
        """People whose hold has ended since their row was made."""
        rows = self._link.all(_DUE, {"tenant": self._tenant, "now": now, "count": count})
        return [row[0] for row in rows]

    def everybody(self, after: str, count: int) -> Sequence[str]:
        """Ids of people in order of id, from the one after `after` on."""
        rows = self._link.all(_EVERYBODY, {"tenant": self._tenant, "after": after, "count": count})
        return [row[0] for row in rows]

    def classes(self, groups: Sequence[str], now: Instant, since: Instant = 0) -> Sequence[tuple[Likes, int]]:
        """How many people there are of each class that these groups tell apart, and who confirmed by `since`."""
        counts: Counter[Likes] = Counter()
        for row in self._link.all(_EVERY_CLASS, {"tenant": self._tenant, "since": since}):
            for due, number in _split(row):
                counts[_likes(row, (), due=due)] += number
        if groups:
            for row in self._link.all(_members(len(groups)), self._asking(groups, now) | {"since": since}):
                for due, number in _split(row):
                    counts[_likes(row, (), due=due)] -= number
                    counts[_likes(row, groups, due=due)] += number
        return [(like, number) for like, number in counts.items() if number]

    def members(
        self, like: Likes, groups: Sequence[str], now: Instant, since: Instant, count: int
    ) -> Sequence[Candidate]:
        """People of one class that `classes` of the same groups counted, those first who confirmed longest ago."""
        within = {f"is_{_letters(place)}": int(group in like.groups) for place, group in enumerate(groups)}
        rows = self._link.all(_people(len(groups)), {
            **self._asking(groups, now), **within, "since": since, "count": count, "class": _class(like),
            "due": int(like.due),
        })  # fmt: skip
        return [Candidate(*row) for row in rows]

    def administrators(self, groups: Sequence[str], now: Instant) -> Sequence[tuple[Candidate, Likes]]:
        """Every administrator, and the class of each, in order of user ID."""
        rows = self._link.all(_administrators(len(groups)), self._asking(groups, now))
        return [(Candidate(*row[-3:]), _likes(row, groups)) for row in rows]

    def walk(self, walk: Walk, now: Instant) -> Sequence[Stood]:
        """Along the index of classes, or through the members of a few groups."""
        after = max(walk.after, (_ADMINISTRATORS - 1, _LAST, "")) if walk.administrators else walk.after
        only = tuple(place for place, group in enumerate(walk.groups) if group in walk.only)
        last = dict(zip(("class", "at", "person"), after, strict=True))
        rows = self._link.all(
            _walk(len(walk.groups), only), {**self._asking(walk.groups, now), **last, "count": walk.count}
        )
        return [_stood(row, walk.groups) for row in rows]

    def page(
        self, groups: Sequence[str], now: Instant, since: Instant, after: str, count: int
    ) -> Sequence[tuple[Candidate, Likes]]:
        """Everybody in order of id, from the one after `after` on, with the class of each."""
        asked = self._asking(groups, now) | {"since": since, "after": after, "count": count}
        rows = self._link.all(_page(len(groups)), asked)
        seen = {row[:-3]: row for row in rows}
        known = {key: _likes(row, groups, due=bool(row[-4])) for key, row in seen.items()}
        return [(Candidate(*row[-3:]), known[row[:-3]]) for row in rows]

    def _asking(self, groups: Sequence[str], now: Instant) -> dict[str, int | str | bytes | None]:
        asked = {_parameter(place): group for place, group in enumerate(groups)}
        return {"tenant": self._tenant, "now": now, **asked}


def likes(number: int) -> Likes:
    """What a stored class says; in no group, and not due."""
    rest = number >> 2 * _SET
    return Likes(
        methods=number & _BITS,
        enabled=bool(rest >> 1 & 1),
        administrator=rest >> 4,
        helps_self=rest >> 2 & 3,
        groups=frozenset(),
        waiting=number >> _SET & _BITS,
        again=bool(rest & 1),
    )


def _stood(row: Row, groups: Sequence[str]) -> Stood:
    number, at, person, upn, name, department, *flags = row
    return Stood(person, upn, name, department, _likes((number, *flags), groups), (number, at, person))


def _class(one: Standing | Likes) -> int:
    rest = one.administrator << 4 | one.helps_self << 2 | one.enabled << 1 | one.again
    return rest << 2 * _SET | one.waiting << _SET | one.methods


def _split(row: Row) -> Sequence[tuple[bool, int]]:
    """How many are due and how many are not."""
    everybody, due = int(row[-2]), int(row[-1])
    return (True, due), (False, everybody - due)


def _likes(row: Row, groups: Sequence[str], *, due: bool = False) -> Likes:
    """What the row says; after the class stands a flag for each group."""
    within = frozenset(group for group, flag in zip(groups, row[1:], strict=False) if flag)
    return replace(likes(row[0]), groups=within, due=due)


def _letters(place: int) -> str:
    """a, b, ... z, aa, ab, ...: parameters have names of letters only."""
    name = ""
    while place >= 0:
        place, letter = divmod(place, len(ascii_lowercase))
        name = ascii_lowercase[letter] + name
        place -= 1
    return name


def _parameter(place: int) -> str:
    return f"group_{_letters(place)}"


@lru_cache(maxsize=64)
def _members(count: int) -> Sql:
    """The classes of those who are in any asked group."""
    flags = _flags(count, "b.{}")
    return Sql(
        f"""{_belonging(count, "")} SELECT r.class{flags}, {_NUMBERS} FROM belongs b
        CROSS JOIN readiness r WHERE r.tenant = :tenant AND r.person = b.person GROUP BY r.class{flags}"""
    )


@lru_cache(maxsize=64)
def _people(count: int) -> Sql:
    """The people of one class, by the index `readiness_class`."""
    left = "LEFT JOIN belongs b ON b.person = r.person" if count else ""
    within = "".join(f" AND COALESCE(b.in_{_letters(i)}, 0) = :is_{_letters(i)}" for i in range(count))
    return Sql(
        f"""{_belonging(count, "")} SELECT p.id, p.upn, p.display_name FROM readiness r CROSS JOIN person p {left}
        WHERE r.tenant = :tenant AND r.class = :class AND {_DUE_FLAG} = :due{within}
          AND p.tenant = r.tenant AND p.id = r.person ORDER BY r.confirmed_at, r.person LIMIT :count"""
    )


@lru_cache(maxsize=64)
def _page(count: int) -> Sql:
    """Everybody, by the primary key; who is in the groups is found out once."""
    left = "LEFT JOIN belongs b ON b.person = r.person" if count else ""
    return Sql(
        f"""{_belonging(count, "")} SELECT r.class{_flags(count, "COALESCE(b.{}, 0)")}, {_DUE_FLAG}, p.id, p.upn,
          p.display_name
        FROM readiness r CROSS JOIN person p {left}
        WHERE r.tenant = :tenant AND r.person > :after AND p.tenant = r.tenant AND p.id = r.person
        ORDER BY r.person LIMIT :count"""
    )


@lru_cache(maxsize=64)
def _administrators(count: int) -> Sql:
    only = f"AND m.member IN (SELECT person FROM readiness WHERE tenant = :tenant AND class >= {_ADMINISTRATORS})"
    left = "LEFT JOIN belongs b ON b.person = r.person" if count else ""
    return Sql(
        f"""{_belonging(count, only)} SELECT r.class{_flags(count, "COALESCE(b.{}, 0)")}, p.id, p.upn, p.display_name
        FROM readiness r CROSS JOIN person p {left}
        WHERE r.tenant = :tenant AND r.class >= {_ADMINISTRATORS} AND p.tenant = r.tenant AND p.id = r.person
        ORDER BY p.canonical"""
    )


_LAST: Final = 1 << 62
"""After every time."""


@lru_cache(maxsize=64)
def _walk(count: int, only: tuple[int, ...]) -> Sql:
    """Row after row, with a look at the groups of each; of everybody, or of the members of the groups at these places."""
    flags = "".join(
        f""", COALESCE((SELECT 1 FROM membership m WHERE m.tenant = :tenant AND m.member = r.person
          AND m.member_kind = 'person' AND {_NOW} AND m.group_id IN (SELECT id FROM within WHERE place = {place})
          LIMIT 1), 0)"""
        for place in range(count)
    )
    source, where = "readiness r", "r.tenant = :tenant AND"
    begin = _belonging(count, "")
    if only:
        begin, source, where = f"{begin}, {_rows_of(only)}", "few_rows r", ""
    return Sql(
        f"""{begin} SELECT r.class, r.confirmed_at, p.id, p.upn, p.display_name, p.department{flags}
        FROM {source} CROSS JOIN person p
        WHERE {where} (r.class, r.confirmed_at, r.person) > (:class, :at, :person) AND p.tenant = :tenant AND p.id = r.person
        ORDER BY r.class, r.confirmed_at, r.person LIMIT :count"""
    )


def _rows_of(places: tuple[int, ...]) -> str:
    """The rows of the members of a few groups, looked up one by one, and of these the next."""
    column = "(SELECT x.{0} FROM readiness x WHERE x.tenant = :tenant AND x.person = f.person) AS {0}"
    return f"""few AS MATERIALIZED (
      SELECT DISTINCT m.member AS person FROM within w CROSS JOIN membership m
      WHERE w.place IN ({", ".join(map(str, places))}) AND m.tenant = :tenant AND m.group_id = w.id
        AND m.member_kind = 'person' AND {_NOW}
    ), looked_up AS MATERIALIZED (
      SELECT f.person, {column.format("class")}, {column.format("confirmed_at")} FROM few f
    ), few_rows AS MATERIALIZED (
      SELECT person, class, confirmed_at FROM looked_up
      WHERE class IS NOT NULL AND (class, confirmed_at, person) > (:class, :at, :person)
      ORDER BY class, confirmed_at, person LIMIT :count
    )"""


def _flags(count: int, shape: str) -> str:
    return "".join(f", {shape.format(f'in_{_letters(place)}')}" for place in range(count))


def _belonging(count: int, only: str) -> str:
    """Common tables that end in `belongs`: each member of any asked group, with a flag for each group.

    SQLite takes the tables of a CROSS JOIN in the order written, so that the cost is that of the members, not of
    everybody. They come in order of id, as both engines find their rows fastest.
    """
    if not count:
        return ""
    asked = ", ".join(f"(CAST(:{_parameter(place)} AS TEXT), {place})" for place in range(count))
    flags = ", ".join(f"MAX(CASE WHEN w.place = {i} THEN 1 ELSE 0 END) AS in_{_letters(i)}" for i in range(count))
    return f"""WITH RECURSIVE within(id, place) AS (
      SELECT * FROM (VALUES {asked}) AS asked
      UNION
      SELECT m.member, w.place FROM within w JOIN membership m ON m.tenant = :tenant AND m.group_id = w.id
      WHERE m.member_kind = 'group' AND {_NOW}
    ), belongs AS (
      SELECT m.member AS person, {flags} FROM within w CROSS JOIN membership m
      WHERE m.tenant = :tenant AND m.group_id = w.id AND m.member_kind = 'person' AND {_NOW} {only} GROUP BY m.member ORDER BY m.member
    )"""
