"""The organisation, its domains, and the head of its audit chain."""

from collections.abc import Sequence

from keyback.core.ports import Tenant
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql

_ONE = Sql("SELECT id, name, zone, language, had_administrator FROM tenant ORDER BY created_at LIMIT 1")
_INSERT = Sql(
    """INSERT INTO tenant (id, name, zone, language, created_at, had_administrator)
    VALUES (:id, :name, :zone, :language, :now, 0)"""
)
_INSERT_HEAD = Sql("INSERT INTO audit_head (tenant, seq, hash) VALUES (:tenant, 0, :hash)")
_ADD_DOMAIN = Sql("INSERT INTO domain (tenant, name) VALUES (:tenant, :name) ON CONFLICT DO NOTHING")
_DOMAINS = Sql("SELECT name FROM domain WHERE tenant = :tenant ORDER BY name")
_CLAIM = Sql("UPDATE tenant SET had_administrator = 1 WHERE id = :tenant AND had_administrator = 0")


class SqlTenants:
    """Implements `core.ports.Tenants`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def the_one(self) -> Tenant | None:
        """The organisation of this install."""
        row = self._link.one(_ONE, {})
        return Tenant(row[0], row[1], row[2], row[3], bool(row[4])) if row else None

    def insert(self, tenant: Tenant, now: Instant) -> None:
        """A new organisation, with an empty audit chain."""
        values = {"id": tenant.id, "name": tenant.name, "zone": tenant.zone, "language": tenant.language, "now": now}
        self._link.put(_INSERT, values)
        self._link.put(_INSERT_HEAD, {"tenant": tenant.id, "hash": b""})

    def add_domain(self, name: str) -> None:
        """A domain whose user IDs belong here."""
        self._link.put(_ADD_DOMAIN, {"tenant": self._tenant, "name": name})

    def domains(self) -> Sequence[str]:
        """All domains, in order."""
        return [row[0] for row in self._link.all(_DOMAINS, {"tenant": self._tenant})]

    def claim_first_administrator(self) -> bool:
        """ADM-7: true exactly once in the life of the organisation."""
        return self._link.run(_CLAIM, {"tenant": self._tenant}) == 1
