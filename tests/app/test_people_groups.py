"""Groups, nested ones, and memberships from a file."""

import pytest

from keyback.app.people import groups, roles
from keyback.app.people.group_file import import_memberships
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.store.group_changes import SqlGroupChanges
from tests.app.import_help import table, work_of
from tests.living import Living


def groups_of(living: Living, user_id: str) -> set[str]:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(user_id, unit.now)
        assert person
        names = {one.id: one.name for one in SqlGroupChanges(unit).all()}
    return {names[group] for group in person.groups}


def generation(living: Living, user_id: str) -> int:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(user_id, unit.now)
        assert person
        return person.generation


def test_people_are_in_nested_groups(living: Living) -> None:
    work = work_of(living)
    living.person("ada")
    for name in ("Pilot", "Berlin"):
        groups.add_group(work, name)
    assert groups.change_member(work, "Pilot", "Berlin", adds=True)
    assert groups.change_member(work, "berlin", "ada@contoso.example", adds=True)
    assert not groups.change_member(work, "Berlin", "ADA@contoso.example", adds=True)
    assert groups_of(living, "ada@contoso.example") == {"Pilot", "Berlin"}
    assert groups.members(work, "Pilot") == [("group", "Berlin")]
    assert groups.members(work, "Berlin") == [("person", "ada@contoso.example")]
    assert groups.change_member(work, "Pilot", "Berlin", adds=False)
    assert groups_of(living, "ada@contoso.example") == {"Berlin"}
    assert generation(living, "ada@contoso.example") == 1


def test_a_group_never_contains_itself(living: Living) -> None:
    work = work_of(living)
    for name in ("A", "B", "C"):
        groups.add_group(work, name)
    groups.change_member(work, "A", "B", adds=True)
    groups.change_member(work, "B", "C", adds=True)
    for group, member in (("A", "A"), ("B", "A"), ("C", "A")):
        with pytest.raises(Invalid) as refused:
            groups.change_member(work, group, member, adds=True)
        assert refused.value.text.id == "people.cycle"


def test_a_group_has_one_name_in_any_case(quick: Living) -> None:
    groups.add_group(work_of(quick), "Pilot")
    with pytest.raises(Conflict):
        groups.add_group(work_of(quick), " PILOT ")
    for bad in ("", " ", "x" * 101, "a\u202eb"):
        with pytest.raises(Invalid):
            groups.add_group(work_of(quick), bad)


def test_joining_a_group_that_holds_a_role_is_a_change_of_roles(living: Living) -> None:
    """Decisions 20, GAT-7: through nested groups too."""
    work = work_of(living)
    living.person("bo")
    operators = groups.add_group(work, "Operators", role_assignable=True)
    groups.add_group(work, "Night shift")
    living.grant(operators, "helpdesk_administrator")
    groups.change_member(work, "Night shift", "bo@contoso.example", adds=True)
    assert generation(living, "bo@contoso.example") == 1
    groups.change_member(work, "Operators", "Night shift", adds=True)
    assert generation(living, "bo@contoso.example") == 2
    groups.change_member(work, "Night shift", "bo@contoso.example", adds=False)
    assert generation(living, "bo@contoso.example") == 3
    assert not roles.revoke(work, "bo@contoso.example", "helpdesk_administrator")


def test_memberships_come_from_a_file(living: Living) -> None:
    work = work_of(living)
    for name in ("ada", "bo"):
        living.person(name)
    source = table(
        [("Pilot", "ada@contoso.example"), ("Pilot", "Berlin"), ("Berlin", "bo@contoso.example")], ("group", "member")
    )
    first = import_memberships(work, source, create=True)
    assert (first.memberships, first.added, first.groups_added, first.mistakes) == (3, 3, 2, ())
    again = import_memberships(work, source)
    assert (again.added, again.groups_added) == (0, 0)
    assert groups_of(living, "bo@contoso.example") == {"Pilot", "Berlin"}


def test_nothing_is_written_when_a_line_is_wrong(living: Living) -> None:
    work = work_of(living)
    living.person("ada")
    groups.add_group(work, "Pilot")
    rows = [("Pilot", "ada@contoso.example"), ("Pilot", "nobody@contoso.example"), ("Nowhere", "ada@contoso.example")]
    report = import_memberships(work, table(rows, ("group", "member")))
    assert [(one.line, one.column, one.text.id) for one in report.mistakes] == [
        (3, "member", "people.nobody"), (4, "group", "people.no_group"),
    ]  # fmt: skip
    assert groups_of(living, "ada@contoso.example") == set()


def test_a_file_without_the_two_columns_is_refused(quick: Living) -> None:
    with pytest.raises(Invalid):
        import_memberships(work_of(quick), table([("a", "b")], ("team", "who")))


def test_an_unknown_group_has_no_members(quick: Living) -> None:
    with pytest.raises(NotFound):
        groups.members(work_of(quick), "Nowhere")
