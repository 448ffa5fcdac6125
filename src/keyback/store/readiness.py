"""One row per person about what the person holds, so that the effect of a policy on everybody is one query.

A person belongs to a group as in `store.people`: as a member, nested to any depth, not merely eligible, now.
"""

from collections.abc import Sequence
from functools import lru_cache
from string import ascii_lowercase

from keyback.core.ports import Candidate
from keyback.core.rules.readiness import Likes, Standing
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql

_PUT = Sql(
    """INSERT INTO readiness (tenant, person, methods, enabled, administrator, helps_self, waits_until)
    VALUES (:tenant, :person, :methods, :enabled, :administrator, :helps_self, :waits_until)
    ON CONFLICT (tenant, person) DO UPDATE SET methods = excluded.methods, enabled = excluded.enabled,
      administrator = excluded.administrator, helps_self = excluded.helps_self, waits_until = excluded.waits_until"""
)
_ONE = Sql(
    """SELECT methods, enabled, administrator, helps_self, waits_until FROM readiness
    WHERE tenant = :tenant AND person = :person"""
)
_DUE = Sql(
    """SELECT person FROM readiness WHERE tenant = :tenant AND waits_until > 0 AND waits_until <= :now
    ORDER BY person LIMIT :count"""
)
_EVERYBODY = Sql("SELECT id FROM person WHERE tenant = :tenant AND id > :after ORDER BY id LIMIT :count")

_NOW = "relation = 'member' AND eligible = 0 AND (starts_at IS NULL OR starts_at <= :now) AND (ends_at IS NULL OR ends_at > :now)"
_CLASS = "r.methods, r.enabled, r.administrator, r.helps_self"
_BITS_PER_COLUMN = 60


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
                "tenant": self._tenant, "person": person, "methods": one.methods, "enabled": int(one.enabled),
                "administrator": one.administrator, "helps_self": one.helps_self, "waits_until": one.waits_until,
            }
            for person, one in rows
        ])  # fmt: skip

    def of(self, person: str) -> Standing | None:
        """One person's row."""
        row = self._link.one(_ONE, {"tenant": self._tenant, "person": person})
        return Standing(row[0], bool(row[1]), row[2], row[3], row[4]) if row else None

    def due(self, now: Instant, count: int) -> Sequence[str]:
        """People whose hold has ended since their row was made."""
        rows = self._link.all(_DUE, {"tenant": self._tenant, "now": now, "count": count})
        return [row[0] for row in rows]

    def everybody(self, after: str, count: int) -> Sequence[str]:
        """Ids of people in order of id, from the one after `after` on."""
        rows = self._link.all(_EVERYBODY, {"tenant": self._tenant, "after": after, "count": count})
        return [row[0] for row in rows]

    def classes(self, groups: Sequence[str], now: Instant) -> Sequence[tuple[Likes, int]]:
        """How many people there are of each class that these groups tell apart."""
        rows = self._link.all(_counting(len(groups)), self._asking(groups, now))
        return [(_likes(row, groups), row[-1]) for row in rows]

    def administrators(self, groups: Sequence[str], now: Instant) -> Sequence[tuple[Candidate, Likes]]:
        """Every administrator, and the class of each, in order of user ID."""
        rows = self._link.all(_naming(len(groups)), self._asking(groups, now))
        return [(Candidate(*row[-3:]), _likes(row, groups)) for row in rows]

    def _asking(self, groups: Sequence[str], now: Instant) -> dict[str, int | str | bytes | None]:
        asked = {_parameter(place): group for place, group in enumerate(groups)}
        return {"tenant": self._tenant, "now": now, **asked}


def _likes(row: Row, groups: Sequence[str]) -> Likes:
    columns = row[4 : 4 + _columns(len(groups))]
    within = frozenset(
        group for place, group in enumerate(groups) if columns[place // _BITS_PER_COLUMN] & _bit(place)
    )
    return Likes(row[0], bool(row[1]), row[2], row[3], within)


def _columns(count: int) -> int:
    return -(-count // _BITS_PER_COLUMN)


def _bit(place: int) -> int:
    return 1 << place % _BITS_PER_COLUMN


def _parameter(place: int) -> str:
    """A name of letters only: `group_a`, `group_b`, ... `group_ab`."""
    name = ""
    while place >= 0:
        place, letter = divmod(place, len(ascii_lowercase))
        name = ascii_lowercase[letter] + name
        place -= 1
    return f"group_{name}"


@lru_cache(maxsize=64)
def _counting(count: int) -> Sql:
    bits = _bits(count)
    return Sql(
        f"""{_belonging(count, "")} SELECT {_CLASS}{bits}, COUNT(*) FROM readiness r{_left(count)}
        WHERE r.tenant = :tenant GROUP BY {_CLASS}{bits}"""
    )


@lru_cache(maxsize=64)
def _naming(count: int) -> Sql:
    only = "AND m.member IN (SELECT person FROM readiness WHERE tenant = :tenant AND administrator > 0)"
    return Sql(
        f"""{_belonging(count, only)} SELECT {_CLASS}{_bits(count)}, p.id, p.upn, p.display_name
        FROM readiness r JOIN person p ON p.tenant = r.tenant AND p.id = r.person{_left(count)}
        WHERE r.tenant = :tenant AND r.administrator > 0 ORDER BY p.canonical"""
    )


def _bits(count: int) -> str:
    return "".join(f", COALESCE(b.bits_{column}, 0)" for column in range(_columns(count)))


def _left(count: int) -> str:
    return " LEFT JOIN belongs b ON b.person = r.person" if count else ""


def _belonging(count: int, only: str) -> str:
    """Common tables that end in `belongs`: for each member of any asked group a bit for each group it is in."""
    if not count:
        return ""
    asked = ", ".join(
        f"(CAST(:{_parameter(place)} AS TEXT), {place // _BITS_PER_COLUMN}, CAST({_bit(place)} AS BIGINT))"
        for place in range(count)
    )
    sums = ", ".join(
        f"CAST(SUM(DISTINCT CASE WHEN w.part = {column} THEN w.bit ELSE 0 END) AS BIGINT) AS bits_{column}"
        for column in range(_columns(count))
    )
    return f"""WITH RECURSIVE within(id, part, bit) AS (
      SELECT * FROM (VALUES {asked}) AS asked
      UNION
      SELECT m.member, w.part, w.bit FROM within w JOIN membership m ON m.tenant = :tenant AND m.group_id = w.id
      WHERE m.member_kind = 'group' AND {_NOW}
    ), belongs AS (
      SELECT m.member AS person, {sums} FROM within w JOIN membership m ON m.tenant = :tenant AND m.group_id = w.id
      WHERE m.member_kind = 'person' AND {_NOW} {only} GROUP BY m.member
    )"""
