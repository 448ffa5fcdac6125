"""Signed-in browsers. A session lives while its person's generation is the one it carries (SES-3)."""

from keyback.core.ports import SignedIn
from keyback.core.types import HOUR, MINUTE, Instant, Person
from keyback.store.engine import Link, Sql

IDLE = 15 * MINUTE
LONGEST = 8 * HOUR

_INSERT = Sql(
    """INSERT INTO session (tenant, token, person, generation, kind, methods, began_at, seen_at, ends_at, address, client)
    VALUES (:tenant, :token, :person, :generation, 'portal', :methods, :now, :now, :ends_at, :address, :client)"""
)
_PERSON_OF = Sql(
    """SELECT s.person FROM session s JOIN person p ON p.tenant = s.tenant AND p.id = s.person
    WHERE s.tenant = :tenant AND s.token = :token AND s.generation = p.generation AND p.enabled = 1
      AND s.ends_at > :now AND s.seen_at > :idle_since"""
)
_SEEN = Sql(
    """UPDATE session SET seen_at = :now WHERE tenant = :tenant AND token = :token AND seen_at < :now - 60000"""
)
_END = Sql("DELETE FROM session WHERE tenant = :tenant AND token = :token")
_END_ALL = Sql("DELETE FROM session WHERE tenant = :tenant AND person = :person")


class SqlSessions:
    """Implements `core.ports.Sessions`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def insert(self, token: bytes, person: Person, how: SignedIn, now: Instant) -> None:
        """A new session; `token` is the keyed hash of what the cookie holds."""
        values = {"tenant": self._tenant, "token": token, "person": person.id, "generation": person.generation}
        more = {
            "methods": how.methods,
            "now": now,
            "ends_at": now + LONGEST,
            "address": how.address,
            "client": how.client,
        }
        self._link.put(_INSERT, {**values, **more})

    def person_of(self, token: bytes, now: Instant) -> str | None:
        """The person's id, while the session is alive (SES-5) and of the present generation."""
        values = {"tenant": self._tenant, "token": token, "now": now, "idle_since": now - IDLE}
        row = self._link.one(_PERSON_OF, values)
        return str(row[0]) if row else None

    def seen(self, token: bytes, now: Instant) -> None:
        """Keep it from ending idle; written at most once a minute."""
        self._link.put(_SEEN, {"tenant": self._tenant, "token": token, "now": now})

    def end(self, token: bytes) -> None:
        """Sign out."""
        self._link.put(_END, {"tenant": self._tenant, "token": token})

    def end_all(self, person: str) -> None:
        """Sign out everywhere."""
        self._link.put(_END_ALL, {"tenant": self._tenant, "person": person})
