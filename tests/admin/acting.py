"""Operators who act on people, as the admin centre's pages make the verbs do it."""

from keyback.app.people.ports import Group, Work
from keyback.core.types import Person
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from tests.living import Living

_ELIGIBLE = Sql("UPDATE role_assignment SET eligible = 1 WHERE holder = :holder AND role = :role")


def work_as(living: Living, actor: str) -> Work:
    """The verbs in this operator's name."""
    return Work(living.house, SqlPeopleChanges, SqlGroupChanges, actor)  # type: ignore[arg-type]  # units of this store


def hold_role(living: Living, holder: str, role: str, *, scope: str = "", eligible: bool = False) -> None:
    """A role, written without asking anybody."""
    with living.store.writing() as unit:
        assert SqlGroupChanges(unit).grant(holder, role, scope)
        if eligible:
            unit.link.run(_ELIGIBLE, {"holder": holder, "role": role})


def lose_role(living: Living, holder: str, role: str) -> None:
    """The same the other way round."""
    with living.store.writing() as unit:
        assert SqlGroupChanges(unit).revoke(holder, role)


def group(living: Living, name: str, *members: str, role_assignable: bool = False) -> str:
    """A group with these people or groups (ids) in it; its id."""
    made = f"group-{name}"
    with living.store.writing() as unit:
        changes = SqlGroupChanges(unit)
        changes.add(Group(made, name, role_assignable, 0), name.casefold())
        for one in members:
            assert changes.add_member(made, one, "group" if one.startswith("group-") else "person")
    return made


def found(living: Living, person: str) -> Person:
    """As the store has them now."""
    with living.store.reading() as unit:
        somebody = unit.people.by_id(person, unit.now)
    assert somebody is not None
    return somebody
