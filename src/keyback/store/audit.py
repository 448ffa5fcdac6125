"""The audit log: rows chained by a keyed hash, written in the transaction of the change (AUD-2, AUD-3)."""

import json
from collections.abc import Sequence

from keyback.core.audit_chain import Line, canonical
from keyback.core.errors import Broken
from keyback.core.events import Event
from keyback.core.ports import Sealer
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql

_TAKE_HEAD = Sql("UPDATE audit_head SET seq = seq + :count WHERE tenant = :tenant RETURNING seq, hash")
_SET_HEAD = Sql("UPDATE audit_head SET hash = :hash WHERE tenant = :tenant")
_INSERT = Sql(
    """INSERT INTO audit (tenant, seq, at, activity, actor, target, result, reason, correlation, source, details, hash)
    VALUES (:tenant, :seq, :at, :activity, :actor, :target, :result, :reason, :correlation, :source, :details, :hash)"""
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
