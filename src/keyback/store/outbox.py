"""The outbox: messages written with the change, sent after it. What they say and to whom is sealed (CRY-1)."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from keyback.app.outbox.ports import Leased, Outcome, Shown, State
from keyback.core.errors import Broken
from keyback.core.ports import Outgoing, Sealer
from keyback.core.types import Instant, Span
from keyback.store.engine import Link, Row, Sql, Values

_PUT = Sql(
    """INSERT INTO outbox (tenant, id, channel, urgency, template, sealed, state, tries, not_before, not_after,
      created_at, leased_until, receipt, why)
    VALUES (:tenant, :id, :channel, :urgency, :template, :sealed, 'waiting', 0, :now, :not_after, :now, 0, '', '')"""
)
_DUE = """SELECT id FROM outbox WHERE tenant = :tenant AND channel = :channel AND state = 'waiting'
    AND not_before <= :now AND leased_until <= :now ORDER BY urgency, not_before, created_at LIMIT 1"""
_ANY_DUE = Sql(_DUE)
_LEASE = Sql(
    f"""UPDATE outbox SET leased_until = :until, tries = tries + 1, why = CASE
      WHEN leased_until = 0 THEN why WHEN why LIKE :in_doubt THEN :twice ELSE :once END
    WHERE tenant = :tenant AND id = ({_DUE}) AND state = 'waiting' AND leased_until <= :now
    RETURNING id, channel, urgency, template, sealed, tries, not_after, created_at, leased_until, why"""
)
_RETRY = Sql(
    """UPDATE outbox SET why = :why, not_before = :not_before, leased_until = 0
    WHERE tenant = :tenant AND id = :id AND state = 'waiting' AND leased_until = :until"""
)
_DONE = Sql(
    """UPDATE outbox SET state = :state, why = :why, receipt = :receipt, sealed = :sealed, done_at = :now,
      leased_until = 0
    WHERE tenant = :tenant AND id = :id AND state = 'waiting' AND leased_until = :until"""
)
_UNREADABLE = Sql(
    """UPDATE outbox SET state = 'failed', why = 'Its seal does not hold.', sealed = :nothing, done_at = :now,
      leased_until = 0 WHERE tenant = :tenant AND id = :id"""
)
_COLUMNS = """SELECT id, channel, template, sealed, state, tries, urgency, created_at, not_before, not_after,
    done_at, receipt, why FROM outbox WHERE tenant = :tenant"""
_NEWEST = Sql(f"{_COLUMNS} ORDER BY created_at DESC, id LIMIT :most")
_NEWEST_OF_STATE = Sql(f"{_COLUMNS} AND state = :state ORDER BY created_at DESC, id LIMIT :most")
_BEGINNING = Sql(f"{_COLUMNS} AND id LIKE :beginning ORDER BY id LIMIT 2")
_COUNTS = Sql("SELECT channel, state, count(*) FROM outbox WHERE tenant = :tenant GROUP BY channel, state")
_LATE = Sql("SELECT count(*) FROM outbox WHERE tenant = :tenant AND state = 'waiting' AND created_at < :before")
_LOST = Sql(
    """SELECT count(*) FROM outbox
    WHERE tenant = :tenant AND state <> 'waiting' AND done_at >= :since AND state = 'failed'"""
)

_ID = re.compile("[0-9a-f]{6,32}")
_ONCE = "In doubt: "
_TWICE = "Twice in doubt: "
_CUT_SHORT = "an attempt was cut short."
_TRIES_TO_LEASE = 3


class SqlOutbox:
    """Implements `core.ports.Outbox` and `app.outbox.ports.Desk`."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def put(self, message: Outgoing, urgency: int, not_after: Instant, now: Instant) -> str:
        """Write it with the change. The id is a keyed hash of a fresh seal, so no two are alike."""
        fresh = self._sealer.seal(b"", table="outbox", column="id", row="", tenant=self._tenant)
        id_ = self._sealer.mac("outbox.id", fresh)[:16].hex()
        content: Mapping[str, object] = {"to": message.to, "language": message.language, "values": dict(message.values)}
        values: Values = {
            "tenant": self._tenant,
            "id": id_,
            "channel": message.channel,
            "urgency": urgency,
            "template": message.template,
            "sealed": self._seal(id_, content),
            "now": now,
            "not_after": not_after,
        }
        self._link.put(_PUT, values)
        return id_

    def lease(self, channel: str, now: Instant, span: Span) -> Leased | None:
        """The most urgent due message. Another courier may take it first: then the next one, a few times."""
        due: Values = {"tenant": self._tenant, "channel": channel, "now": now}
        marks: Values = {"in_doubt": f"{_ONCE}%", "once": _ONCE + _CUT_SHORT, "twice": _TWICE + _CUT_SHORT}
        for _ in range(_TRIES_TO_LEASE):
            row = self._link.one(_LEASE, {**due, **marks, "until": now + span})
            if row is not None:
                try:
                    return self._leased(row)
                except Broken:
                    self._give_up(row[0], now)
            elif self._link.one(_ANY_DUE, due) is None:
                break
        return None

    def _give_up(self, id_: str, now: Instant) -> None:
        """A message that cannot be opened must not stand in the way of the others."""
        self._link.put(_UNREADABLE, {"tenant": self._tenant, "id": id_, "nothing": b"", "now": now})

    def finish(self, leased: Leased, outcome: Outcome, masked: str, now: Instant) -> bool:
        """Only the holder of the lease may say how it ended."""
        place: Values = {"tenant": self._tenant, "id": leased.id, "until": leased.until}
        if outcome.state is State.WAITING:
            doubt = (_ONCE if leased.doubts == 0 else _TWICE) if outcome.doubt else _ONCE if leased.doubts else ""
            changed: Values = {"why": doubt + outcome.why, "not_before": outcome.not_before}
            return self._link.run(_RETRY, {**place, **changed}) == 1
        values: Values = {
            "state": str(outcome.state),
            "why": outcome.why,
            "receipt": outcome.receipt,
            "sealed": self._seal(leased.id, {"to": masked}),
            "now": now,
        }
        return self._link.run(_DONE, {**place, **values}) == 1

    def shown(self, state: State | None, most: int) -> Sequence[Shown]:
        """Newest first."""
        values: Values = {"tenant": self._tenant, "most": most}
        if state is None:
            return [self._shown(row) for row in self._link.all(_NEWEST, values)]
        return [self._shown(row) for row in self._link.all(_NEWEST_OF_STATE, {**values, "state": str(state)})]

    def one_shown(self, message: str) -> Shown | None:
        """By its id or the beginning of it, if only one begins so."""
        if not _ID.fullmatch(message):
            return None
        rows = self._link.all(_BEGINNING, {"tenant": self._tenant, "beginning": f"{message}%"})
        return self._shown(rows[0]) if len(rows) == 1 else None

    def counts(self) -> dict[tuple[str, State], int]:
        """By channel and state."""
        return {(row[0], State(row[1])): row[2] for row in self._link.all(_COUNTS, {"tenant": self._tenant})}

    def late(self, before: Instant) -> int:
        """Those that wait since before then."""
        row = self._link.one(_LATE, {"tenant": self._tenant, "before": before})
        return int(row[0]) if row else 0

    def lost(self, since: Instant) -> int:
        """Those that were given up since then."""
        row = self._link.one(_LOST, {"tenant": self._tenant, "since": since})
        return int(row[0]) if row else 0

    def _leased(self, row: Row) -> Leased:
        id_, channel, urgency, template, sealed, tries, not_after, created_at, until, why = row
        content = self._open(id_, sealed)
        outgoing = Outgoing(channel, template, content["values"], content["to"], content["language"])
        doubts = 2 if why.startswith(_TWICE) else 1 if why.startswith(_ONCE) else 0
        return Leased(id_, outgoing, urgency, tries, doubts, created_at, not_after, until)

    def _shown(self, row: Row) -> Shown:
        id_, channel, template, sealed, state, *rest = row
        return Shown(id_, channel, template, self._recipient(id_, sealed), State(state), *rest)

    def _recipient(self, id_: str, sealed: bytes) -> str:
        try:
            return str(self._open(id_, sealed)["to"])
        except Broken:
            return "?"

    def _seal(self, id_: str, content: Mapping[str, object]) -> bytes:
        plain = json.dumps(content, separators=(",", ":")).encode()
        return self._sealer.seal(plain, table="outbox", column="sealed", row=id_, tenant=self._tenant)

    def _open(self, id_: str, sealed: bytes) -> dict[str, Any]:
        plain = self._sealer.open(bytes(sealed), table="outbox", column="sealed", row=id_, tenant=self._tenant)
        opened: dict[str, Any] = json.loads(plain)
        return opened
