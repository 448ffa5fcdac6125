"""Groups, who is in them, and the roles that people and groups hold."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from keyback.app.people.ports import Group
from keyback.store.engine import Sql, Values
from keyback.store.group_lists import COLUMNS, WITHIN, SqlGroupLists, group_of

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit

_BY_ID = Sql(f"SELECT {COLUMNS} FROM people_group g WHERE g.tenant = :tenant AND g.id = :group")
_BY_NAME = Sql(f"SELECT {COLUMNS} FROM people_group g WHERE g.tenant = :tenant AND g.canonical = :canonical")
_ALL = Sql(f"SELECT {COLUMNS} FROM people_group g WHERE g.tenant = :tenant ORDER BY g.canonical")
_AROUND = Sql(
    f"""SELECT {COLUMNS} FROM membership w CROSS JOIN people_group g
    WHERE w.tenant = :tenant AND w.member = :group AND w.relation = 'member' AND w.eligible >= 0
      AND g.tenant = w.tenant AND g.id = w.group_id ORDER BY g.canonical"""
)
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
_INSIDE = Sql(f"{WITHIN} SELECT id FROM within")
_PEOPLE_INSIDE = Sql(
    f"""{WITHIN} SELECT DISTINCT m.member FROM membership m JOIN within w ON m.group_id = w.id
    WHERE m.tenant = :tenant AND m.relation = 'member' AND m.member_kind = 'person' ORDER BY m.member"""
)
_ABOVE = """WITH RECURSIVE above(id) AS (
      SELECT id FROM people_group WHERE tenant = :tenant AND id = :group
      UNION
      SELECT m.group_id FROM above a CROSS JOIN membership m
      WHERE m.tenant = :tenant AND m.member = a.id AND m.relation = 'member' AND m.eligible >= 0
    )"""
"""Eligible ones too; saying so is what makes SQLite take the index by member instead of the one that holds all else."""
_CONTAINING = Sql(f"{_ABOVE} SELECT id FROM above")
_CARRIED = Sql(
    f"""{_ABOVE} SELECT DISTINCT r.role, r.scope FROM role_assignment r JOIN above a ON r.holder = a.id
    WHERE r.tenant = :tenant ORDER BY r.role, r.scope"""
)
_ASSIGNABLE = Sql(
    f"""{_ABOVE} SELECT 1 FROM people_group g JOIN above a ON g.id = a.id
    WHERE g.tenant = :tenant AND g.role_assignable = 1 LIMIT 1"""
)
_STRONG = Sql(
    """SELECT holder FROM role_assignment WHERE tenant = :tenant
    UNION SELECT id FROM people_group WHERE tenant = :tenant AND role_assignable = 1"""
)
_ALL_MEMBERS = Sql("SELECT member FROM membership WHERE tenant = :tenant AND group_id = :group ORDER BY member")
_DIRECTLY_IN = Sql(
    """SELECT group_id FROM membership
    WHERE tenant = :tenant AND member = :group AND member_kind = 'person' AND relation = 'member' AND eligible >= 0"""
)
_RENAME = Sql("UPDATE people_group SET name = :name, canonical = :canonical WHERE tenant = :tenant AND id = :group")
_EMPTY = Sql("DELETE FROM membership WHERE tenant = :tenant AND group_id = :group")
_DELETE = Sql("DELETE FROM people_group WHERE tenant = :tenant AND id = :group")
_GRANT = Sql(
    """INSERT INTO role_assignment (tenant, role, holder, scope, eligible, granted_at)
    VALUES (:tenant, :role, :holder, :scope, 0, :now) ON CONFLICT DO NOTHING"""
)
_REVOKE = Sql(
    "DELETE FROM role_assignment WHERE tenant = :tenant AND holder = :holder AND role = :role AND scope = :scope"
)
_ROLES_OF = Sql("SELECT role FROM role_assignment WHERE tenant = :tenant AND holder = :holder ORDER BY role")


class SqlGroupChanges:
    """Implements `app.people.ports.GroupChanges` on a unit."""

    __slots__ = ("_link", "_now", "_tenant")

    def __init__(self, unit: "SqlUnit") -> None:
        self._link = unit.link
        self._tenant = unit.tenant
        self._now = unit.now

    @property
    def lists(self) -> SqlGroupLists:
        """For pages."""
        return SqlGroupLists(self._link, self._tenant)

    def by_name(self, canonical: str) -> Group | None:
        """By the name's canonical form."""
        row = self._link.one(_BY_NAME, self._about(canonical=canonical))
        return group_of(row) if row else None

    def by_id(self, group: str) -> Group | None:
        """By immutable id."""
        row = self._link.one(_BY_ID, self._about(group=group))
        return group_of(row) if row else None

    def all(self) -> Sequence[Group]:
        """In the order of their names."""
        return [group_of(row) for row in self._link.all(_ALL, self._about())]

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

    def containing(self, group: str) -> frozenset[str]:
        """Ids of all groups that this one is within, itself included."""
        return frozenset(row[0] for row in self._link.all(_CONTAINING, self._about(group=group)))

    def around(self, group: str) -> Sequence[Group]:
        """Groups that this one is directly in, by name."""
        return [group_of(row) for row in self._link.all(_AROUND, self._about(group=group))]

    def carried(self, group: str) -> Sequence[tuple[str, str]]:
        """Role and scope of everything that members hold through this group, eligible or active."""
        return [(row[0], row[1]) for row in self._link.all(_CARRIED, self._about(group=group))]

    def assignable(self, group: str) -> bool:
        """Whether this group, or one that it is within, can be given roles."""
        return self._link.one(_ASSIGNABLE, self._about(group=group)) is not None

    def powerful_inside(self, group: str) -> Sequence[str]:
        """Ids of the people in this group or one within it who hold a role or are in a group that can be given roles."""
        inside = self.inside(group)
        found = (one for one in self._strong() if inside.intersection(self._column(_DIRECTLY_IN, one)))
        return sorted(found)

    def _strong(self) -> set[str]:
        """Whoever holds a role or is or could be in a group that can be given some, people and groups alike. Begins with
        those who hold something, who are few, not with the members of a group, who may be a million."""
        waiting = self._column(_STRONG)
        found: set[str] = set()
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._column(_ALL_MEMBERS, one)
        return found

    def _column(self, statement: Sql, group: str = "") -> list[str]:
        values = self._about(group=group) if group else self._about()
        return [row[0] for row in self._link.all(statement, values)]

    def rename(self, group: str, name: str, canonical: str) -> None:
        """Another name, the same id."""
        self._link.put(_RENAME, self._about(group=group, name=name, canonical=canonical))

    def delete(self, group: str) -> None:
        """With what is directly in it; nothing may refer to it."""
        self._link.put(_EMPTY, self._about(group=group))
        self._link.put(_DELETE, self._about(group=group))

    def grant(self, holder: str, role: str, scope: str = "") -> bool:
        """False: held already."""
        return self._link.run(_GRANT, self._about(holder=holder, role=role, scope=scope)) == 1

    def revoke(self, holder: str, role: str, scope: str = "") -> bool:
        """False: not held."""
        return self._link.run(_REVOKE, self._about(holder=holder, role=role, scope=scope)) == 1

    def roles_of(self, holder: str) -> Sequence[str]:
        """Those granted directly."""
        return [row[0] for row in self._link.all(_ROLES_OF, self._about(holder=holder))]

    def _about(self, **values: int | str | None) -> Values:
        about: Mapping[str, int | str | None] = {"tenant": self._tenant, "now": self._now, **values}
        return about
