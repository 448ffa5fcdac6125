"""One-time links for the first administrator and for rescue; only a keyed hash of the token is kept."""

from keyback.core.ports import Sealer, SetupLink
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql

_INSERT = Sql(
    """INSERT INTO setup_link (tenant, token, person, purpose, generation, issued_at, expires_at, used_at, secret)
    VALUES (:tenant, :token, :person, :purpose, :generation, :now, :expires_at, NULL, :secret)"""
)
_ALIVE = Sql(
    """SELECT l.person, l.purpose, l.generation, l.expires_at, l.secret
    FROM setup_link l JOIN person p ON p.tenant = l.tenant AND p.id = l.person
    WHERE l.tenant = :tenant AND l.token = :token AND l.used_at IS NULL AND l.expires_at > :now
      AND p.generation = l.generation"""
)
_USE = Sql(
    """UPDATE setup_link SET used_at = :now
    WHERE tenant = :tenant AND token = :token AND used_at IS NULL AND expires_at > :now"""
)
_VOID = Sql("UPDATE setup_link SET used_at = :now WHERE tenant = :tenant AND person = :person AND used_at IS NULL")


class SqlLinks:
    """Implements `core.ports.Links`."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def insert(self, token: bytes, link: SetupLink, now: Instant) -> None:
        """Issue a link."""
        place = {"table": "setup_link", "column": "secret", "row": token.hex(), "tenant": self._tenant}
        values = {"tenant": self._tenant, "token": token, "person": link.person, "purpose": link.purpose}
        more = {"generation": link.generation, "now": now, "expires_at": link.expires_at}
        self._link.put(_INSERT, {**values, **more, "secret": self._sealer.seal(link.secret, **place)})

    def alive(self, token: bytes, now: Instant) -> SetupLink | None:
        """The link, if it is unused, unexpired, and its person has not changed since."""
        row = self._link.one(_ALIVE, {"tenant": self._tenant, "token": token, "now": now})
        if row is None:
            return None
        place = {"table": "setup_link", "column": "secret", "row": token.hex(), "tenant": self._tenant}
        return SetupLink(row[0], row[1], row[2], row[3], self._sealer.open(bytes(row[4]), **place))

    def use(self, token: bytes, now: Instant) -> bool:
        """COD-4: one conditional write; true for exactly one caller."""
        return self._link.run(_USE, {"tenant": self._tenant, "token": token, "now": now}) == 1

    def void(self, person: str, now: Instant) -> None:
        """Use up all links of a person."""
        self._link.put(_VOID, {"tenant": self._tenant, "person": person, "now": now})
