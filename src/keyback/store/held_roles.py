"""Roles with their scopes: what an administrator may do now, and who holds what."""

from collections.abc import Sequence

from keyback.core.rules.reach import Held
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql

_NOW = "(m.starts_at IS NULL OR m.starts_at <= :now) AND (m.ends_at IS NULL OR m.ends_at > :now)"
_MINE = f"""WITH RECURSIVE mine(id) AS (
      SELECT m.group_id FROM membership m
      WHERE m.tenant = :tenant AND m.member = :person AND m.relation = 'member' AND m.eligible = 0 AND {_NOW}
      UNION
      SELECT m.group_id FROM membership m JOIN mine ON m.member = mine.id
      WHERE m.tenant = :tenant AND m.relation = 'member' AND m.eligible = 0 AND {_NOW}
    )"""
_ACTIVE = Sql(
    f"""{_MINE} SELECT role, scope, CASE WHEN holder = :person THEN '' ELSE holder END FROM role_assignment
    WHERE tenant = :tenant AND eligible = 0 AND (holder = :person OR holder IN (SELECT id FROM mine))
    ORDER BY role, scope, holder"""
)
_COULD = """WITH RECURSIVE could(id) AS (
      SELECT m.group_id FROM membership m
      WHERE m.tenant = :tenant AND m.member = :person AND (m.ends_at IS NULL OR m.ends_at > :now)
      UNION
      SELECT m.group_id FROM membership m JOIN could ON m.member = could.id
      WHERE m.tenant = :tenant AND (m.ends_at IS NULL OR m.ends_at > :now)
    )"""
"""What one is or could be in, as member or owner: as power of whom others act on, eligible counts like active."""
_ASSIGNABLE = Sql(
    f"""{_COULD} SELECT 1 FROM people_group g WHERE g.tenant = :tenant AND g.role_assignable = 1
      AND g.id IN (SELECT id FROM could) LIMIT 1"""
)
_EVERYWHERE = Sql(
    f"""WITH RECURSIVE holders(id) AS (
      SELECT holder FROM role_assignment WHERE tenant = :tenant AND role = :role AND scope = '' AND eligible = 0
      UNION
      SELECT m.member FROM membership m JOIN holders h ON m.group_id = h.id
      WHERE m.tenant = :tenant AND m.relation = 'member' AND m.eligible = 0 AND {_NOW}
    )
    SELECT 1 FROM person p JOIN holders h ON p.id = h.id
    WHERE p.tenant = :tenant AND p.enabled = 1 AND p.deleted_at IS NULL LIMIT 1"""
)
_ASSIGNMENTS = Sql(
    """SELECT role, holder, scope, granted_at FROM role_assignment
    WHERE tenant = :tenant AND (role = :role OR :role = '') ORDER BY role, granted_at, holder, scope"""
)


class SqlHeldRoles:
    """Implements `core.ports.HeldRoles`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def active(self, person: str, now: Instant) -> Sequence[Held]:
        """Active now, directly or through groups."""
        rows = self._link.all(_ACTIVE, {"tenant": self._tenant, "person": person, "now": now})
        return [Held(*row) for row in rows]

    def role_assignable(self, person: str, now: Instant) -> bool:
        """Whether any group that this person is or could be in can be given roles."""
        return self._link.one(_ASSIGNABLE, {"tenant": self._tenant, "person": person, "now": now}) is not None

    def anybody(self, role: str, now: Instant) -> bool:
        """Whether an enabled account holds it now, for the whole organisation."""
        return self._link.one(_EVERYWHERE, {"tenant": self._tenant, "role": role, "now": now}) is not None

    def assignments(self, role: str = "") -> Sequence[tuple[str, str, str, int]]:
        """Role, holder, scope and when it was granted; of all roles where none is named."""
        rows = self._link.all(_ASSIGNMENTS, {"tenant": self._tenant, "role": role})
        return [(row[0], row[1], row[2], int(row[3])) for row in rows]
