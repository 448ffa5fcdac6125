"""Signed-in browsers, and browsers on their way there. A session lives while its person's generation is the one it
carries (SES-3)."""

from collections.abc import Sequence

from keyback.core.ports import Session, SessionKind
from keyback.core.types import MINUTE, Instant
from keyback.store.engine import Link, Row, Sql

IDLE = 15 * MINUTE

_COLUMNS = (
    "id, person, generation, kind, methods, began_at, seen_at, ends_at, address, client, label, password_at, proved_at, "
    "proved_with, access_pass, wanted"
)
_ALL = ", ".join(f"s.{name.strip()}" for name in _COLUMNS.split(","))
_SET = ", ".join(f"{name.strip()} = :{name.strip()}" for name in _COLUMNS.split(",")[1:])
_INSERT = Sql(
    f"""INSERT INTO session (tenant, token, {_COLUMNS})
    VALUES (:tenant, :token, {", ".join(f":{name.strip()}" for name in _COLUMNS.split(","))})"""
)
_LIVE = "s.generation = p.generation AND p.enabled = 1 AND s.ends_at > :now AND s.seen_at > :idle_since"
_FROM = "session s JOIN person p ON p.tenant = s.tenant AND p.id = s.person"
_OF = Sql(f"SELECT {_ALL} FROM {_FROM} WHERE s.tenant = :tenant AND s.token = :token AND {_LIVE}")
_ALL_OF = Sql(
    f"""SELECT {_ALL} FROM {_FROM} WHERE s.tenant = :tenant AND s.person = :person AND {_LIVE}
    ORDER BY s.seen_at DESC, s.id"""
)
_MOVE = Sql(f"UPDATE session SET token = :token, {_SET} WHERE tenant = :tenant AND id = :id AND token = :before")
_SEEN = Sql(
    """UPDATE session SET seen_at = :now WHERE tenant = :tenant AND token = :token AND seen_at < :now - 60000"""
)
_WANT = Sql("UPDATE session SET wanted = :page WHERE tenant = :tenant AND token = :token")
_NAME = Sql("UPDATE session SET label = :label WHERE tenant = :tenant AND person = :person AND id = :id")
_END = Sql("DELETE FROM session WHERE tenant = :tenant AND token = :token")
_END_ONE = Sql("DELETE FROM session WHERE tenant = :tenant AND person = :person AND id = :id")
_END_ALL = Sql("DELETE FROM session WHERE tenant = :tenant AND person = :person")
_END_OTHERS = Sql("DELETE FROM session WHERE tenant = :tenant AND person = :person AND id <> :id")


class SqlSessions:
    """Implements `core.ports.Sessions`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def insert(self, token: bytes, session: Session) -> None:
        """A new session; `token` is the keyed hash of what the cookie holds."""
        self._link.put(_INSERT, {"tenant": self._tenant, "token": token, **_values(session)})

    def of(self, token: bytes, now: Instant) -> Session | None:
        """The session, while it is alive (SES-5) and of its person's present generation."""
        row = self._link.one(_OF, {"tenant": self._tenant, "token": token, "now": now, "idle_since": now - IDLE})
        return _read(row) if row else None

    def all_of(self, person: str, now: Instant) -> Sequence[Session]:
        """All that are alive, the one last seen first."""
        values = {"tenant": self._tenant, "person": person, "now": now, "idle_since": now - IDLE}
        return [_read(row) for row in self._link.all(_ALL_OF, values)]

    def move(self, before: bytes, token: bytes, session: Session) -> bool:
        """The same session as it is from now on, under another name (SES-1); one conditional write."""
        values = {"tenant": self._tenant, "before": before, "token": token, **_values(session)}
        return self._link.run(_MOVE, values) == 1

    def seen(self, token: bytes, now: Instant) -> None:
        """Keep it from ending idle; written at most once a minute."""
        self._link.put(_SEEN, {"tenant": self._tenant, "token": token, "now": now})

    def want(self, token: bytes, page: str) -> None:
        """Which page was asked for."""
        self._link.put(_WANT, {"tenant": self._tenant, "token": token, "page": page})

    def name(self, person: str, session: str, label: str) -> bool:
        """What its owner calls it; false: no such session of this person."""
        return self._link.run(_NAME, {"tenant": self._tenant, "person": person, "id": session, "label": label}) == 1

    def end(self, token: bytes) -> None:
        """Sign out."""
        self._link.put(_END, {"tenant": self._tenant, "token": token})

    def end_one(self, person: str, session: str) -> bool:
        """One of this person's, by its id; false: there is none."""
        return self._link.run(_END_ONE, {"tenant": self._tenant, "person": person, "id": session}) == 1

    def end_all(self, person: str) -> None:
        """Sign out everywhere."""
        self._link.put(_END_ALL, {"tenant": self._tenant, "person": person})

    def end_others(self, person: str, but: str) -> int:
        """Everywhere but here; how many there were."""
        return self._link.run(_END_OTHERS, {"tenant": self._tenant, "person": person, "id": but})


def _values(one: Session) -> dict[str, int | str | bytes | None]:
    return {
        "id": one.id, "person": one.person, "generation": one.generation, "kind": one.kind.value, "methods": one.methods,
        "began_at": one.began_at, "seen_at": one.seen_at, "ends_at": one.ends_at, "address": one.address,
        "client": one.client, "label": one.label, "password_at": one.password_at, "proved_at": one.proved_at,
        "proved_with": one.proved_with, "access_pass": one.access_pass, "wanted": one.wanted,
    }  # fmt: skip


def _read(row: Row) -> Session:
    return Session(row[0], row[1], row[2], SessionKind(row[3]), *row[4:16])
