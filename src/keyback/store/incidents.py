"""Links "this was not me", of which only a keyed hash is kept, and the incidents they opened (decisions 16)."""

import base64
from collections.abc import Sequence

from keyback.core.ports import Incident, Objection, Report, Sealer
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql, Values

_ISSUE = Sql(
    """INSERT INTO objection_link (tenant, token, person, notice, about_password, correlation, issued_at, expires_at)
    VALUES (:tenant, :token, :person, :notice, :about_password, :correlation, :issued_at, :expires_at)"""
)
_ALIVE = Sql(
    """SELECT person, notice, about_password, correlation, issued_at, expires_at FROM objection_link
    WHERE tenant = :tenant AND token = :token AND used_at IS NULL AND expires_at > :now"""
)
_USE = Sql(
    """UPDATE objection_link SET used_at = :now, incident = :incident
    WHERE tenant = :tenant AND token = :token AND used_at IS NULL AND expires_at > :now"""
)
_REPORTED = Sql(
    """SELECT i.id FROM objection_link l JOIN incident i ON i.tenant = l.tenant AND i.id = l.incident
    WHERE l.tenant = :tenant AND l.token = :token AND i.closed_at IS NULL"""
)
_VOID = Sql("UPDATE objection_link SET used_at = :now WHERE tenant = :tenant AND person = :person AND used_at IS NULL")
_OPEN_OF = Sql("SELECT id FROM incident WHERE tenant = :tenant AND person = :person AND closed_at IS NULL")
_COLUMNS = "id, person, notice, about_password, correlation, source, opened_at, closed_at, closed_by, why"
_INSERT = Sql(
    f"""INSERT INTO incident (tenant, {_COLUMNS})
    VALUES (:tenant, :id, :person, :notice, :about_password, :correlation, :source, :opened_at, NULL, '', '')"""
)
_CLOSE = Sql(
    """UPDATE incident SET closed_at = :now, closed_by = :actor, why = :why
    WHERE tenant = :tenant AND id = :incident AND closed_at IS NULL"""
)
_ALL = f"SELECT {_COLUMNS} FROM incident WHERE tenant = :tenant"
_FOUND = Sql(f"{_ALL} AND id LIKE :beginning ORDER BY id LIMIT 2")
_NEWEST = Sql(f"{_ALL} ORDER BY opened_at DESC, id LIMIT :count")
_NEWEST_OPEN = Sql(f"{_ALL} AND closed_at IS NULL ORDER BY opened_at DESC, id LIMIT :count")
_REPORTS = Sql(
    """SELECT notice, about_password, correlation, used_at FROM objection_link
    WHERE tenant = :tenant AND incident = :incident ORDER BY used_at, issued_at"""
)


class SqlIncidents:
    """Implements `core.ports.Incidents`."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def issue(self, objection: Objection) -> str:
        """A new link; its token leaves with the notice and is kept nowhere else (COD-8)."""
        token = base64.urlsafe_b64encode(self._sealer.token()).decode().rstrip("=")
        values: Values = {
            "person": objection.person,
            "notice": objection.notice,
            "about_password": int(objection.about_password),
            "correlation": objection.correlation,
            "issued_at": objection.issued_at,
            "expires_at": objection.expires_at,
        }
        self._link.put(_ISSUE, {**self._of(token), **values})
        return token

    def objection(self, token: str, now: Instant) -> Objection | None:
        """The link, if it is unused and unexpired."""
        row = self._link.one(_ALIVE, {**self._of(token), "now": now})
        return Objection(row[0], row[1], bool(row[2]), row[3], row[4], row[5]) if row else None

    def use(self, token: str, incident: str, now: Instant) -> bool:
        """COD-4: one conditional write; true for exactly one caller."""
        return self._link.run(_USE, {**self._of(token), "incident": incident, "now": now}) == 1

    def reported(self, token: str) -> bool:
        """RAC-3: the same report sent twice gets the same answer."""
        return self._link.one(_REPORTED, self._of(token)) is not None

    def void(self, person: str, now: Instant) -> None:
        """NOT-4: what was issued before an incident was closed dies with the closing."""
        self._link.put(_VOID, {"tenant": self._tenant, "person": person, "now": now})

    def open_of(self, person: str) -> str | None:
        """Id of the person's open incident; the unique index lets at most one be."""
        row = self._link.one(_OPEN_OF, {"tenant": self._tenant, "person": person})
        return str(row[0]) if row else None

    def insert(self, incident: Incident) -> None:
        """A new one, open."""
        values: Values = {
            "id": incident.id,
            "person": incident.person,
            "notice": incident.notice,
            "about_password": int(incident.about_password),
            "correlation": incident.correlation,
            "source": incident.source,
            "opened_at": incident.opened_at,
        }
        self._link.put(_INSERT, {"tenant": self._tenant, **values})

    def close(self, incident: str, actor: str, why: str, now: Instant) -> bool:
        """One conditional write."""
        values = {"tenant": self._tenant, "incident": incident, "actor": actor, "why": why, "now": now}
        return self._link.run(_CLOSE, values) == 1

    def found(self, beginning: str) -> Sequence[Incident]:
        """At most two whose id begins so; ids are hexadecimal."""
        if not beginning.isalnum():
            return ()
        return self._read(self._link.all(_FOUND, {"tenant": self._tenant, "beginning": f"{beginning}%"}))

    def newest(self, count: int, *, only_open: bool) -> Sequence[Incident]:
        """Newest first."""
        return self._read(
            self._link.all(_NEWEST_OPEN if only_open else _NEWEST, {"tenant": self._tenant, "count": count})
        )

    def reports(self, incident: str) -> Sequence[Report]:
        """Oldest first."""
        rows = self._link.all(_REPORTS, {"tenant": self._tenant, "incident": incident})
        return [Report(row[0], bool(row[1]), row[2], row[3]) for row in rows]

    def _of(self, token: str) -> Values:
        return {"tenant": self._tenant, "token": self._sealer.mac("objection-link", token)}

    @staticmethod
    def _read(rows: Sequence[Row]) -> Sequence[Incident]:
        return [Incident(row[0], row[1], row[2], bool(row[3]), *row[4:]) for row in rows]
