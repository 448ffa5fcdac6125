"""Rows for tests of the store, written as an import would write them."""

from collections.abc import Mapping

from keyback.store.engine import Sql
from keyback.store.unit import SqlUnit

_PERSON = Sql(
    """INSERT INTO person (tenant, id, upn, canonical, display_name, given_name, surname, kind, directory, source_id,
      enabled, generation, plan, language, department, created_at, changed_at)
    VALUES (:tenant, :id, :upn, :upn, :id, :id, '', :kind, :directory, '', :enabled, 1, '', '', '', 0, 0)"""
)
_GROUP = Sql(
    """INSERT INTO people_group (tenant, id, name, canonical, role_assignable, created_at)
    VALUES (:tenant, :id, :name, :name, 0, 0)"""
)
_MEMBER = Sql(
    """INSERT INTO membership (tenant, group_id, member, member_kind, relation, eligible, starts_at, ends_at)
    VALUES (:tenant, :group, :member, :kind, :relation, :eligible, :starts_at, :ends_at)"""
)
_ROLE = Sql(
    """INSERT INTO role_assignment (tenant, role, holder, scope, eligible, granted_at)
    VALUES (:tenant, :role, :holder, '', :eligible, 0)"""
)

Terms = Mapping[str, int | str | None]
ENDLESS: Terms = {"relation": "member", "eligible": 0, "starts_at": None, "ends_at": None}


def add_person(unit: SqlUnit, name: str, **facts: int | str) -> None:
    """`<name>@example.org`; the name is the id too."""
    row = {"kind": "person", "directory": "cloud", "enabled": 1, **facts}
    unit.link.run(_PERSON, {"tenant": unit.tenant, "id": name, "upn": f"{name}@example.org", **row})


def add_group(unit: SqlUnit, id_: str, name: str = "") -> None:
    """A group, named as its id unless told otherwise."""
    unit.link.run(_GROUP, {"tenant": unit.tenant, "id": id_, "name": name or id_})


def add_member(unit: SqlUnit, group: str, member: str, kind: str = "person", terms: Terms = ENDLESS) -> None:
    """A membership, active and endless unless told otherwise."""
    row = {**ENDLESS, **terms}
    unit.link.run(_MEMBER, {"tenant": unit.tenant, "group": group, "member": member, "kind": kind, **row})


def grant(unit: SqlUnit, holder: str, role: str, *, eligible: int = 0) -> None:
    """A role."""
    unit.link.run(_ROLE, {"tenant": unit.tenant, "role": role, "holder": holder, "eligible": eligible})
