"""Groups and who is in them, a page at a time: what a page costs does not grow with the group.

`CROSS JOIN` tells SQLite, which knows no sizes, on which side to begin.
"""

from collections.abc import Sequence

from keyback.app.people.ports import MOST_COUNTED, Group, GroupsQuery, ListedMember
from keyback.store.engine import Link, Row, Sql

COLUMNS = f"""g.id, g.name, g.role_assignable, (SELECT count(*) FROM (SELECT 1 FROM membership m
    WHERE m.tenant = g.tenant AND m.group_id = g.id AND m.relation = 'member'
    ORDER BY m.member LIMIT {MOST_COUNTED + 1}) counted)"""
"""In the order of the index, so that PostgreSQL does not read all memberships for a group that has few."""
WITHIN = """WITH RECURSIVE within(id) AS (
      SELECT id FROM people_group WHERE tenant = :tenant AND id = :group
      UNION
      SELECT m.member FROM membership m JOIN within w ON m.group_id = w.id
      WHERE m.tenant = :tenant AND m.relation = 'member' AND m.member_kind = 'group'
    )"""
_PAGE = f"""SELECT {COLUMNS}, g.canonical FROM people_group g
    WHERE g.tenant = :tenant AND g.role_assignable >= :least AND (:part = '' OR g.canonical LIKE :like ESCAPE '!') AND """
_UP = Sql(f"{_PAGE} g.canonical > :after ORDER BY g.canonical LIMIT :count")
_DOWN = Sql(f"{_PAGE} (:after = '' OR g.canonical < :after) ORDER BY g.canonical DESC LIMIT :count")
_WHO = "p.id, p.upn, p.display_name, p.department, p.enabled, p.canonical"
_AFTER = "p.tenant = :tenant AND p.canonical > :after AND p.deleted_at IS NULL"
_OF_FEW = Sql(
    f"""SELECT {_WHO} FROM membership m CROSS JOIN person p
    WHERE p.id = m.member AND m.tenant = :tenant AND m.group_id = :group AND m.relation = 'member' AND m.member_kind = 'person' AND {_AFTER}
    ORDER BY p.canonical LIMIT :count"""
)
_OF_MANY = Sql(
    f"""SELECT {_WHO} FROM person p WHERE {_AFTER} AND EXISTS (
      SELECT 1 FROM membership m WHERE m.tenant = p.tenant AND m.group_id = :group AND m.member = p.id
        AND m.relation = 'member')
    ORDER BY p.canonical LIMIT :count"""
)
"""Of a group in which many are, the next ones are found sooner among all people than by sorting its members."""
_INSIDE = Sql(
    f"""SELECT {COLUMNS} FROM membership w CROSS JOIN people_group g
    WHERE w.tenant = :tenant AND w.group_id = :group AND w.relation = 'member' AND w.member_kind = 'group'
      AND g.tenant = w.tenant AND g.id = w.member ORDER BY g.canonical LIMIT :count"""
)
_IS_IN = Sql(
    """SELECT 1 FROM membership
    WHERE tenant = :tenant AND group_id = :group AND member = :member AND relation = 'member'"""
)


class SqlGroupLists:
    """Implements `app.people.ports.GroupLists`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def page(self, query: GroupsQuery) -> Sequence[tuple[Group, str]]:
        """Each with its canonical name."""
        like = "".join(f"!{char}" if char in "!%_" else char for char in query.part)
        values = {
            "tenant": self._tenant, "part": query.part, "like": f"%{like}%", "after": query.after, "count": query.count,
            "least": int(query.only_assignable),
        }  # fmt: skip
        return [(group_of(row), row[4]) for row in self._link.all(_DOWN if query.descending else _UP, values)]

    def people(self, group: Group, after: str, count: int) -> Sequence[ListedMember]:
        """In the order of their user IDs."""
        values = {"tenant": self._tenant, "group": group.id, "after": after, "count": count}
        rows = self._link.all(_OF_MANY if group.members > MOST_COUNTED else _OF_FEW, values)
        return [ListedMember(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]

    def inside(self, group: str, count: int) -> Sequence[Group]:
        """By name."""
        rows = self._link.all(_INSIDE, {"tenant": self._tenant, "group": group, "count": count})
        return [group_of(row) for row in rows]

    def among(self, group: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these are directly in it."""
        values = {"tenant": self._tenant, "group": group}
        return frozenset(one for one in ids if self._link.one(_IS_IN, {**values, "member": one}) is not None)


def group_of(row: Row) -> Group:
    """From `COLUMNS`."""
    return Group(row[0], row[1], bool(row[2]), int(row[3]))
