"""Groups, who is in them, and the roles that people and groups hold."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from keyback.app.people.ports import Group
from keyback.store.engine import Row, Sql, Values

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit

_COLUMNS = """g.id, g.name, g.role_assignable, (SELECT count(*) FROM membership m
    WHERE m.tenant = g.tenant AND m.group_id = g.id AND m.relation = 'member')"""
_BY_NAME = Sql(f"SELECT {_COLUMNS} FROM people_group g WHERE g.tenant = :tenant AND g.canonical = :canonical")
_ALL = Sql(f"SELECT {_COLUMNS} FROM people_group g WHERE g.tenant = :tenant ORDER BY g.canonical")
_ADD = Sql(
    """INSERT INTO people_group (tenant, id, name, canonical, role_assignable, created_at)
    VALUES (:tenant, :id, :name, :canonical, :role_assignable, :now)"""
)
_LOCK = Sql("UPDATE tenant SET name = name WHERE id = :tenant")
_MEMBERS = Sql(
    """SELECT member_kind, member FROM membership
    WHERE tenant = :tenant AND group_id = :group AND relation = 'member' ORDER BY member_kind, member"""
)
_ADD_MEMBER = Sql(
    """INSERT INTO membership (tenant, group_id, member, member_kind, relation, eligible, starts_at, ends_at)
    VALUES (:tenant, :group, :member, :kind, 'member', 0, NULL, NULL) ON CONFLICT DO NOTHING"""
)
_REMOVE_MEMBER = Sql(
    "DELETE FROM membership WHERE tenant = :tenant AND group_id = :group AND member = :member AND relation = 'member'"
)
_WITHIN = """WITH RECURSIVE within(id) AS (
      SELECT id FROM people_group WHERE tenant = :tenant AND id = :group
      UNION
      SELECT m.member FROM membership m JOIN within w ON m.group_id = w.id
      WHERE m.tenant = :tenant AND m.relation = 'member' AND m.member_kind = 'group'
    )"""
_INSIDE = Sql(f"{_WITHIN} SELECT id FROM within")
_PEOPLE_INSIDE = Sql(
    f"""{_WITHIN} SELECT DISTINCT m.member FROM membership m JOIN within w ON m.group_id = w.id
    WHERE m.tenant = :tenant AND m.relation = 'member' AND m.member_kind = 'person' ORDER BY m.member"""
)
_GRANT = Sql(
    """INSERT INTO role_assignment (tenant, role, holder, scope, eligible, granted_at)
    VALUES (:tenant, :role, :holder, '', 0, :now) ON CONFLICT DO NOTHING"""
)
_REVOKE = Sql("DELETE FROM role_assignment WHERE tenant = :tenant AND holder = :holder AND role = :role AND scope = ''")
_ROLES_OF = Sql("SELECT role FROM role_assignment WHERE tenant = :tenant AND holder = :holder ORDER BY role")


class SqlGroupChanges:
    """Implements `app.people.ports.GroupChanges` on a unit."""

    __slots__ = ("_link", "_now", "_tenant")

    def __init__(self, unit: "SqlUnit") -> None:
        self._link = unit.link
        self._tenant = unit.tenant
        self._now = unit.now

    def by_name(self, canonical: str) -> Group | None:
        """By the name's canonical form."""
        row = self._link.one(_BY_NAME, self._about(canonical=canonical))
        return _group(row) if row else None

    def all(self) -> Sequence[Group]:
        """In the order of their names."""
        return [_group(row) for row in self._link.all(_ALL, self._about())]

    def add(self, group: Group, canonical: str) -> None:
        """A new, empty group."""
        flags = {"role_assignable": int(group.role_assignable)}
        self._link.put(_ADD, self._about(id=group.id, name=group.name, canonical=canonical, **flags))

    def lock(self) -> None:
        """Nobody else changes what is within what until the unit ends, so that two halves of a cycle cannot meet."""
        self._link.run(_LOCK, self._about())

    def members(self, group: str) -> Sequence[tuple[str, str]]:
        """Kind and id of each direct member."""
        return [(row[0], row[1]) for row in self._link.all(_MEMBERS, self._about(group=group))]

    def add_member(self, group: str, member: str, kind: str) -> bool:
        """False: a member already."""
        return self._link.run(_ADD_MEMBER, self._about(group=group, member=member, kind=kind)) == 1

    def remove_member(self, group: str, member: str) -> bool:
        """False: no member."""
        return self._link.run(_REMOVE_MEMBER, self._about(group=group, member=member)) == 1

    def inside(self, group: str) -> frozenset[str]:
        """Ids of all groups within this one, itself included."""
        return frozenset(row[0] for row in self._link.all(_INSIDE, self._about(group=group)))

    def people_inside(self, group: str) -> Sequence[str]:
        """Ids of all people in this group or one within it."""
        return [row[0] for row in self._link.all(_PEOPLE_INSIDE, self._about(group=group))]

    def grant(self, holder: str, role: str) -> bool:
        """False: held already."""
        return self._link.run(_GRANT, self._about(holder=holder, role=role)) == 1

    def revoke(self, holder: str, role: str) -> bool:
        """False: not held."""
        return self._link.run(_REVOKE, self._about(holder=holder, role=role)) == 1

    def roles_of(self, holder: str) -> Sequence[str]:
        """Those granted directly."""
        return [row[0] for row in self._link.all(_ROLES_OF, self._about(holder=holder))]

    def _about(self, **values: int | str | None) -> Values:
        about: Mapping[str, int | str | None] = {"tenant": self._tenant, "now": self._now, **values}
        return about


def _group(row: Row) -> Group:
    return Group(row[0], row[1], bool(row[2]), int(row[3]))
