"""The audit log: rows chained by a keyed hash, written in the transaction of the change (AUD-2, AUD-3)."""

import json
from collections.abc import Iterable, Mapping, Sequence

from keyback.core.audit_chain import Line, canonical
from keyback.core.errors import Broken
from keyback.core.events import Event
from keyback.core.ports import Sealer
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql

_TAKE_HEAD = Sql("UPDATE audit_head SET seq = seq + :count WHERE tenant = :tenant RETURNING seq, hash")
_SET_HEAD = Sql("UPDATE audit_head SET hash = :hash WHERE tenant = :tenant")
_INSERT = Sql(
    """INSERT INTO audit (tenant, seq, at, activity, actor, target, result, reason, correlation, source, details, hash)
    VALUES (:tenant, :seq, :at, :activity, :actor, :target, :result, :reason, :correlation, :source, :details, :hash)"""
)
_COLUMNS = "seq, at, activity, actor, target, result, reason, correlation, source, details, hash"
_NEWEST = Sql(f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND seq < :before ORDER BY seq DESC LIMIT :count")
_STORY = Sql(f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND correlation = :correlation ORDER BY seq")
_ABOUT = Sql(
    f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND target = :target AND seq < :before "
    "ORDER BY seq DESC LIMIT :count"
)

_SIGN_INS = ("User signed in", "Sign-in was interrupted", "User could not sign in")
"""What failed comes last."""
_OF_THEM = "activity IN ('User signed in', 'User could not sign in', 'Sign-in was interrupted')"
"""As the index of just these lines says it, so that it serves."""
NEWEST_OF: Sequence[Sql] = tuple(
    Sql(
        f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND activity = '{name}' AND {_OF_THEM} "
        "ORDER BY seq DESC LIMIT :count"
    )
    for name in _SIGN_INS
)
_ABOUT_OF: Sequence[Sql] = tuple(
    Sql(
        f"SELECT {_COLUMNS} FROM audit WHERE tenant = :tenant AND target = :target AND activity = '{name}' "
        "ORDER BY seq DESC LIMIT :count"
    )
    for name in _SIGN_INS
)


def append(link: Link, tenant: str, sealer: Sealer, now: Instant, events: Sequence[Event]) -> None:
    """Chain and write the events. The head row is locked from here to the commit."""
    head = link.one(_TAKE_HEAD, {"tenant": tenant, "count": len(events)})
    if head is None:
        raise Broken("the audit chain has no head")
    seq, previous = int(head[0]) - len(events), bytes(head[1])
    rows = []
    for event in events:
        seq += 1
        line = _line(seq, now, event)
        previous = sealer.mac("audit-chain", previous, tenant, canonical(line))
        rows.append({"tenant": tenant, "hash": previous, **line})
    link.many(_INSERT, rows)
    link.put(_SET_HEAD, {"tenant": tenant, "hash": previous})


def _line(seq: int, now: Instant, event: Event) -> Line:
    return {
        "seq": seq,
        "at": now,
        "activity": str(event.activity),
        "actor": event.actor,
        "target": event.target,
        "result": event.result,
        "reason": event.reason,
        "correlation": event.correlation,
        "source": event.source,
        "details": json.dumps(dict(event.details), separators=(",", ":"), sort_keys=True) if event.details else "{}",
    }


def newest(link: Link, tenant: str, *, count: int, before: int, target: str = "") -> Sequence[Mapping[str, str | int]]:
    """The newest lines with a sequence below `before`, newest first; of one target if given."""
    values = {"tenant": tenant, "before": before, "count": count}
    if target:
        return list(_read(link.all(_ABOUT, {**values, "target": target})))
    return list(_read(link.all(_NEWEST, values)))


def sign_ins(
    link: Link, tenant: str, *, count: int, targets: Sequence[str], failed: bool
) -> Sequence[Mapping[str, str | int]]:
    """The newest lines of the sign-in log, newest first; of these targets if given, only failures if asked."""
    statements = (_ABOUT_OF if targets else NEWEST_OF)[-1 if failed else 0 :]
    values: dict[str, str | int] = {"tenant": tenant, "count": count}
    wanted = [{**values, "target": target} for target in targets] or [values]
    rows = [row for statement in statements for one in wanted for row in link.all(statement, one)]
    return list(_read(sorted(rows, key=lambda row: -int(row[0]))[:count]))


def story(link: Link, tenant: str, correlation: str) -> Sequence[Mapping[str, str | int]]:
    """All lines of one attempt, oldest first."""
    return list(_read(link.all(_STORY, {"tenant": tenant, "correlation": correlation})))


def _read(rows: Iterable[Row]) -> Iterable[Mapping[str, str | int]]:
    names = _COLUMNS.split(", ")[:-1]
    return (dict(zip(names, row[:-1], strict=True)) for row in rows)
