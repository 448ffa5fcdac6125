"""The writing side of people, on both engines."""

from collections.abc import Iterator

import pytest

from keyback.app.people.ports import Facts, Group, NewPerson
from keyback.core.errors import Broken, Conflict, NotFound
from keyback.core.ports import NewContact
from keyback.core.types import ContactKind, DirectoryKind, PersonKind
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import BATCH, SqlPeopleChanges
from keyback.store.unit import SqlUnit
from tests.living import Living

FACTS = Facts("Ada@Contoso.example", "Ada", "Ada", "Lovelace", DirectoryKind.CLOUD, "7", enabled=True, department="R&D",
              language="de")  # fmt: skip
_VALUES = Sql("SELECT value, fingerprint FROM contact WHERE tenant = :tenant ORDER BY id")
_MOVE = Sql(
    "UPDATE contact SET value = (SELECT c.value FROM contact c WHERE c.id = 'c1') WHERE tenant = :tenant AND id = 'c2'"
)


@pytest.fixture
def unit(living: Living) -> Iterator[SqlUnit]:
    with living.store.writing() as unit:
        yield unit


def ada(id_: str = "p1", canonical: str = "ada@contoso.example") -> NewPerson:
    return NewPerson(id_, canonical, PersonKind.PERSON, FACTS)


def mobile(id_: str, value: str, person: str = "p1", how: str = "") -> NewContact:
    return NewContact(id_, person, ContactKind.MOBILE, value, how, 5)


def test_what_is_written_is_known(unit: SqlUnit) -> None:
    changes = SqlPeopleChanges(unit)
    changes.add([ada()])
    unit.info.add_contacts([mobile("c1", "+4915112345609")])
    known = changes.known(["ada@contoso.example", "nobody@contoso.example"])
    assert list(known) == ["ada@contoso.example"]
    person = known["ada@contoso.example"]
    assert (person.id, person.facts, person.administrator, person.methods) == ("p1", FACTS, False, 0)
    assert [(one.id, one.fingerprint, one.confirmed_how) for one in person.contacts] == [
        ("c1", unit.info.fingerprint("+4915112345609"), "")
    ]


def test_as_many_as_a_batch_are_looked_up_at_once(unit: SqlUnit) -> None:
    changes = SqlPeopleChanges(unit)
    ids = [f"p{i}@contoso.example" for i in range(BATCH)]
    changes.add([ada(f"p{i}", canonical) for i, canonical in enumerate(ids)])
    assert sorted(changes.known(ids)) == sorted(ids)


def test_two_people_never_have_one_user_id(living: Living) -> None:
    """IDN-2: the database itself refuses."""
    with pytest.raises(Conflict), living.store.writing() as unit:
        SqlPeopleChanges(unit).add([ada("p1"), ada("p2")])
    with living.store.reading() as unit:
        assert SqlPeopleChanges(unit).known(["ada@contoso.example"]) == {}


def test_addresses_and_numbers_do_not_stand_in_the_database(unit: SqlUnit) -> None:
    """CRY-1: sealed, and not even equal for equal values; the keyed fingerprint is (CRY-4)."""
    changes = SqlPeopleChanges(unit)
    changes.add([ada()])
    unit.info.add_contacts([mobile("c1", "+4915112345609"), mobile("c2", "+4915112345609")])
    (one, one_mark), (other, other_mark) = unit.link.all(_VALUES, {"tenant": unit.tenant})
    assert b"4915112345609" not in bytes(one)
    assert bytes(one) != bytes(other)
    assert bytes(one_mark) == bytes(other_mark)
    assert unit.info.owners("+4915112345609") == ["p1"]


def test_a_value_moved_to_another_row_does_not_open(unit: SqlUnit) -> None:
    """CRY-2"""
    changes = SqlPeopleChanges(unit)
    changes.add([ada()])
    unit.info.add_contacts([mobile("c1", "+4915112345609"), mobile("c2", "+4915166666666")])
    unit.link.run(_MOVE, {"tenant": unit.tenant})
    assert unit.info.contact_value("c1") == "+4915112345609"
    with pytest.raises(Broken):
        unit.info.contact_value("c2")
    with pytest.raises(NotFound):
        unit.info.contact_value("c3")


def test_a_replaced_contact_is_out_of_use(unit: SqlUnit) -> None:
    changes = SqlPeopleChanges(unit)
    changes.add([ada()])
    unit.info.add_contacts([mobile("c1", "+4915112345609"), mobile("c2", "+4915166666666")])
    unit.info.replace("c1", "c2")
    assert [one.id for one in unit.people.contacts("p1")] == ["c2"]


def test_confirming_is_for_hints_only(unit: SqlUnit) -> None:
    changes = SqlPeopleChanges(unit)
    changes.add([ada()])
    unit.info.add_contacts([mobile("c1", "+4915112345609"), mobile("c2", "+4915166666666", how="code")])
    unit.info.confirm("c1", "admin", 9)
    unit.info.confirm("c2", "admin", 9)
    assert {one.id: (one.confirmed_how, one.usable_from) for one in unit.people.contacts("p1")} == {
        "c1": ("admin", 9), "c2": ("code", 5),
    }  # fmt: skip


def test_groups_within_groups(unit: SqlUnit) -> None:
    changes, groups = SqlPeopleChanges(unit), SqlGroupChanges(unit)
    changes.add([ada()])
    for name in ("a", "b", "c"):
        groups.add(Group(name, name.upper(), role_assignable=False, members=0), name)
    assert groups.add_member("a", "b", "group")
    assert groups.add_member("b", "p1", "person")
    assert not groups.add_member("b", "p1", "person")
    assert groups.inside("a") == {"a", "b"}
    assert groups.people_inside("a") == ["p1"]
    assert [(one.id, one.members) for one in groups.all()] == [("a", 1), ("b", 1), ("c", 0)]
    assert groups.remove_member("a", "b")
    assert groups.people_inside("a") == []


def test_roles_are_granted_once(unit: SqlUnit) -> None:
    groups = SqlGroupChanges(unit)
    assert groups.grant("p1", "global_reader")
    assert not groups.grant("p1", "global_reader")
    assert groups.roles_of("p1") == ["global_reader"]
    assert groups.revoke("p1", "global_reader")
    assert not groups.revoke("p1", "global_reader")
