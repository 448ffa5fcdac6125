"""The audit log in pages, newest first, however long it is.

Every filter walks along indexes: one stream of lines for each pair of activity and result, or for each name of a person,
merged by their numbers. What no index knows (address, reason) is looked for in a bounded number of lines; the page then
says how far back it looked.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from string import ascii_lowercase
from types import MappingProxyType
from typing import Final

from keyback.core.events import Activity
from keyback.core.ports.listing import LogPage, LogQuery
from keyback.core.types import MINUTE, Instant
from keyback.store.engine import Link, Row, Sql

GROWS: Final = 8
"""How many times as many lines are looked at in the next round, where there was too little."""
FEW: Final = 4
"""Streams; with more of them, what no index knows is looked for in the log as it is."""
SLACK: Final = 10 * MINUTE
"""How far the times of neighbours may be out of order: several servers, transactions of different length."""
_FOREVER: Final = 1 << 62
_RESULTS: Final = ("success", "failure")
_COLUMNS: Final = "seq, at, activity, actor, target, result, reason, correlation, source, details"
_NAMES: Final = tuple(_COLUMNS.split(", "))
_LINE = Sql(f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND seq = :seq")
_STORY = Sql(
    f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND correlation = :correlation ORDER BY seq LIMIT :count"
)
_FIRST = Sql("SELECT seq, at FROM audit WHERE tenant = :tenant ORDER BY seq LIMIT 1")
_LAST = Sql("SELECT seq, at FROM audit WHERE tenant = :tenant ORDER BY seq DESC LIMIT 1")
_FROM = Sql("SELECT seq, at FROM audit WHERE tenant = :tenant AND seq >= :seq ORDER BY seq LIMIT 1")
_TOGETHER: Final = tuple(f"p_{one}{two}" for one, two in product(ascii_lowercase, repeat=2))[:100]
_WHO = Sql(
    f"SELECT id, upn FROM person WHERE tenant = :tenant AND id IN ({', '.join(f':{place}' for place in _TOGETHER)})"
)
_QUOTED: Final = tuple(name.replace("'", "''") for name in Activity)
_LISTED: Final = ", ".join(f"('{name}', '{result}')" for name in _QUOTED for result in _RESULTS)
_PAIRS = Sql(
    f"""WITH listed(name, outcome) AS (VALUES {_LISTED}) SELECT name, outcome FROM listed WHERE
    (SELECT 1 FROM audit WHERE tenant = :tenant AND activity = name AND result = outcome LIMIT 1) IS NOT NULL"""
)
"""Which pairs of activity and result there are at all, each looked up by the index."""
_MATCHES: Final = """(:source = '' OR source = :source) AND (:reason = '' OR reason = :reason)
  AND (:result = '' OR result = :result) AND at >= :since AND at < :until
  AND (:activities = '' OR replace(:activities, '|' || activity || '|', '') <> :activities)"""


@dataclass(frozen=True, slots=True)
class Walk:
    """The statements along one index: those of the next so many lines that match, and where so many lines end."""

    lines: Sql
    edge: Sql


def _walk(range_: str, order: str) -> Walk:
    along = f"FROM audit WHERE tenant = :tenant AND {range_} ORDER BY {order}"
    return Walk(
        Sql(
            f"""SELECT * FROM (SELECT {_COLUMNS} {along} LIMIT :lines) AS walked
            WHERE seq >= :low AND {_MATCHES} ORDER BY seq DESC LIMIT :count"""
        ),
        Sql(f"SELECT seq {along} LIMIT 1 OFFSET :lines"),
    )


WALKS: Mapping[str, Walk] = MappingProxyType({
    "all": _walk("seq < :before AND seq >= :low", "seq DESC"),
    "activity": _walk(
        "activity = :activity_key AND (result, seq) < (:result_key, :before) AND (result, seq) >= (:result_key, 0)",
        "result DESC, seq DESC",
    ),
    "target": _walk(
        "(target, seq) < (:target_key, :before) AND (target, seq) >= (:target_key, 0)", "target DESC, seq DESC"
    ),
    "actor": _walk(
        "actor <> target AND (actor, seq) < (:actor_key, :before) AND (actor, seq) >= (:actor_key, 0)",
        "actor DESC, seq DESC",
    ),
})  # fmt: skip
"""The order asked for is the index's own and no other's, and the first column of each comparison ends the walk: PostgreSQL
goes on past the second."""


@dataclass(frozen=True, slots=True)
class _Stream:
    """One range of one index."""

    walk: Walk
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Span:
    """Numbers from `low` to below `before`."""

    low: int
    before: int


class SqlLogLines:
    """Implements `core.ports.LogLines`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def lines(self, query: LogQuery) -> Sequence[Mapping[str, str | int]]:
        """Those of a page."""
        return self.page(query).lines

    def page(self, query: LogQuery) -> LogPage:
        """At most `count` lines, and where the next page begins."""
        span = self._within(query)
        streams = self._there(_streams(query))
        left = query.looks_at_in_order if streams and streams[0].walk is WALKS["all"] else query.looks_at
        share = query.count + 1
        found: list[Row] = []
        while streams and span.low < span.before:
            new, horizon = self._round(query, streams, span, share)
            found += new
            if len(found) > query.count:
                return LogPage(tuple(map(_named, found[: query.count])), int(found[query.count - 1][0]))
            span = _Span(span.low, horizon)
            left -= share * len(streams)
            if left <= 0 and span.low < span.before:
                return LogPage(tuple(map(_named, found)), horizon, self._at(horizon))
            share = max(min(share * GROWS, left // len(streams)), query.count + 1)
        return LogPage(tuple(map(_named, found)), 0)

    def story(self, correlation: str, count: int) -> Sequence[Mapping[str, str | int]]:
        """Oldest first."""
        values = {"tenant": self._tenant, "correlation": correlation, "count": count}
        return [_named(row) for row in self._link.all(_STORY, values)] if correlation else []

    def line(self, seq: int) -> Mapping[str, str | int] | None:
        """One line."""
        row = self._link.one(_LINE, {"tenant": self._tenant, "seq": seq})
        return _named(row) if row else None

    def names(self, people: Collection[str]) -> Mapping[str, str]:
        """User IDs by the ids of those that exist."""
        ids, found = sorted(people), dict[str, str]()
        for first in range(0, len(ids), len(_TOGETHER)):
            some = ids[first : first + len(_TOGETHER)]
            places = dict(zip(_TOGETHER, some + [""] * (len(_TOGETHER) - len(some)), strict=True))
            found.update((str(row[0]), str(row[1])) for row in self._link.all(_WHO, {"tenant": self._tenant, **places}))
        return found

    def _there(self, streams: Sequence[_Stream]) -> Sequence[_Stream]:
        """Without those that hold nothing, where there are many: most activities never fail, and some never happen."""
        if len(streams) <= FEW or streams[0].walk is not WALKS["activity"]:
            return streams
        there = {(str(row[0]), str(row[1])) for row in self._link.all(_PAIRS, {"tenant": self._tenant})}
        return [one for one in streams if tuple(one.keys.values()) in there]

    def _round(self, query: LogQuery, streams: Sequence[_Stream], span: _Span, share: int) -> tuple[list[Row], int]:
        """What all streams hold down to the same number, and that number: below it one of them was not looked at."""
        rows: list[Row] = []
        horizon = span.low
        for stream in streams:
            taken, complete = self._take(query, stream, _Span(horizon, span.before), share)
            rows += taken
            horizon = max(horizon, complete)
        kept = {int(row[0]): row for row in rows if row[0] >= horizon}
        return [kept[seq] for seq in sorted(kept, reverse=True)], horizon

    def _take(self, query: LogQuery, stream: _Stream, span: _Span, share: int) -> tuple[Sequence[Row], int]:
        """Of one stream: lines of its next `share` ones, and the number down to which it was looked at."""
        values: dict[str, str | int] = {
            "tenant": self._tenant, "before": span.before, "low": span.low, **_asked(query), **stream.keys,
        }  # fmt: skip
        rows = self._link.all(stream.walk.lines, {**values, "lines": share, "count": query.count + 1})
        if len(rows) > query.count:
            return rows, int(rows[-1][0])
        if share > query.count and not _picks(query):
            return rows, span.low  # nothing was left out, so that was all
        edge = self._link.one(stream.walk.edge, {**values, "lines": share - 1})
        return rows, max(int(edge[0]), span.low) if edge else span.low

    def _within(self, query: LogQuery) -> _Span:
        """By number: times have no index, but they rise with the numbers."""
        first = self._link.one(_FIRST, {"tenant": self._tenant}) if query.since or query.until else None
        last = self._link.one(_LAST, {"tenant": self._tenant}) if first else None
        low, high = 0, query.before or _FOREVER
        if first and last:
            ends = _Span(int(first[0]), int(last[0]) + 1)
            low = self._search(query.since - SLACK, ends) if query.since else 0
            high = min(high, self._search(query.until + SLACK, ends)) if query.until else high
        return _Span(low, high)

    def _search(self, at: Instant, ends: _Span) -> int:
        """The number of the first line that is as young."""
        low, high = ends.low, ends.before
        while low < high:
            middle = (low + high) // 2
            row = self._link.one(_FROM, {"tenant": self._tenant, "seq": middle})
            if row is None or row[1] >= at:
                high = middle
            else:
                low = int(row[0]) + 1
        return low

    def _at(self, seq: int) -> Instant:
        row = self._link.one(_FROM, {"tenant": self._tenant, "seq": seq})
        return int(row[1]) if row else 0


def _streams(query: LogQuery) -> Sequence[_Stream]:
    """The indexes that know most about what is asked for."""
    if query.person:
        names = [_Stream(WALKS["target"], {"target_key": name}) for name in (query.person, *query.also)]
        return names if query.about_only else [*names, _Stream(WALKS["actor"], {"actor_key": query.person})]
    if query.activities or query.result:
        activities = query.activities or tuple(Activity)
        results = [query.result] if query.result else _RESULTS
        pairs = [{"activity_key": str(name), "result_key": result} for name in activities for result in results]
        if len(pairs) <= FEW or not (query.source or query.reason):
            return [_Stream(WALKS["activity"], keys) for keys in pairs]
    return [_Stream(WALKS["all"], {})]


def _picks(query: LogQuery) -> bool:
    """Whether there is anything that the streams themselves do not know."""
    beside = query.person and (query.activities or query.result)
    return bool(query.source or query.reason or query.since or query.until or beside)


def _asked(query: LogQuery) -> Mapping[str, str | int]:
    activities = "|" + "||".join(query.activities) + "|" if query.activities else ""
    return {
        "source": query.source, "reason": query.reason, "result": query.result, "since": query.since,
        "until": query.until or _FOREVER, "activities": activities,
    }  # fmt: skip


def _named(row: Row) -> Mapping[str, str | int]:
    return dict(zip(_NAMES, row, strict=True))
