"""Readiness rows: counted by class and group through one query on either engine."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from keyback.core.rules.readiness import Likes, Standing
from keyback.core.types import HOUR
from keyback.store.readiness import SqlReadiness
from keyback.store.unit import SqlStore, SqlUnit
from tests.people import NOW
from tests.store.filling import add_group, add_member, add_person

PLAIN = Standing(methods=3, enabled=True, administrator=0, helps_self=1, waits_until=0)
CHIEF = Standing(methods=1, enabled=True, administrator=2, helps_self=1, waits_until=0)


@pytest.fixture
def unit_of(store: SqlStore) -> SqlStore:
    """Ada and Cy in nested groups: pilot holds Ada and team, team holds Cy and Eve."""
    with store.writing() as unit:
        for name in ("ada", "bo", "cy", "eve"):
            add_person(unit, name)
        for group in ("pilot", "team", "empty"):
            add_group(unit, group)
        add_member(unit, "pilot", "ada")
        add_member(unit, "pilot", "team", kind="group")
        add_member(unit, "team", "cy")
        add_member(unit, "team", "eve")
        unit.readiness.put([("ada", PLAIN), ("bo", PLAIN), ("eve", PLAIN), ("cy", CHIEF)])
    return store


def classes(unit: SqlUnit, *groups: str) -> Mapping[Likes, int]:
    return dict(unit.readiness.classes(groups, unit.now))


def like(row: Standing, *groups: str) -> Likes:
    return Likes(row.methods, row.enabled, row.administrator, row.helps_self, frozenset(groups))


def test_without_groups_people_are_told_apart_by_what_they_hold(unit_of: SqlStore) -> None:
    with unit_of.reading() as unit:
        assert classes(unit) == {like(PLAIN): 3, like(CHIEF): 1}


def test_nested_members_are_members(unit_of: SqlStore) -> None:
    """Decisions 2: any number of groups, nested."""
    with unit_of.reading() as unit:
        assert classes(unit, "pilot", "team", "empty", "gone") == {
            like(PLAIN, "pilot"): 1, like(PLAIN): 1, like(PLAIN, "pilot", "team"): 1, like(CHIEF, "pilot", "team"): 1,
        }  # fmt: skip


def test_groups_agree_with_what_a_person_is_in(unit_of: SqlStore) -> None:
    """The count and the journey read one truth."""
    with unit_of.reading() as unit:
        for person in ("ada", "bo", "eve"):
            found = unit.people.by_id(person, unit.now)
            assert found is not None
            assert like(PLAIN, *found.groups) in classes(unit, "pilot", "team", "empty")


def test_a_person_in_many_groups_is_counted_once_however_many_are_asked_about(unit_of: SqlStore) -> None:
    with unit_of.writing() as unit:
        for place in range(70):
            add_group(unit, f"g{place}")
            add_member(unit, f"g{place}", "ada")
    with unit_of.reading() as unit:
        groups = [*(f"g{place}" for place in range(70)), "pilot"]
        assert classes(unit, *groups)[like(PLAIN, *groups)] == 1
        assert sum(classes(unit, *groups).values()) == 4


def test_a_circle_of_groups_ends(unit_of: SqlStore) -> None:
    with unit_of.writing() as unit:
        add_member(unit, "team", "pilot", kind="group")
    with unit_of.reading() as unit:
        assert classes(unit, "team")[like(PLAIN, "team")] == 2


@pytest.mark.parametrize(
    "terms",
    [{"eligible": 1}, {"ends_at": NOW - HOUR}, {"starts_at": NOW + 1000 * 365 * 24 * HOUR}, {"relation": "owner"}],
)
def test_who_is_only_eligible_or_not_now_a_member_is_not_counted(
    unit_of: SqlStore, terms: dict[str, int | str]
) -> None:
    with unit_of.writing() as unit:
        add_member(unit, "empty", "bo", terms=terms)
    with unit_of.reading() as unit:
        assert all("empty" not in one.groups for one in classes(unit, "empty"))


def test_administrators_are_named_with_their_class(unit_of: SqlStore) -> None:
    with unit_of.reading() as unit:
        ((who, one),) = unit.readiness.administrators(("team",), unit.now)
        assert (who.id, who.upn, one) == ("cy", "cy@example.org", like(CHIEF, "team"))


def test_a_row_is_replaced_and_read_back(unit_of: SqlStore) -> None:
    changed = Standing(8, False, 1, 2, NOW, waiting=3, again=True, confirmed_at=NOW - HOUR)
    with unit_of.writing() as unit:
        unit.readiness.put([("ada", changed)])
    with unit_of.reading() as unit:
        assert unit.readiness.of("ada") == changed
        assert unit.readiness.of("nobody") is None


def test_rows_whose_wait_is_over_are_due(unit_of: SqlStore) -> None:
    waits = {"ada": NOW, "bo": NOW + 1, "eve": 0}
    with unit_of.writing() as unit:
        rows = [
            (name, Standing(0, enabled=True, administrator=0, helps_self=1, waits_until=at))
            for name, at in waits.items()
        ]
        unit.readiness.put(rows)
        assert unit.readiness.due(NOW, 10) == ["ada"]
        assert unit.readiness.due(NOW + 1, 10) == ["ada", "bo"]
        assert unit.readiness.due(NOW + 1, 1) == ["ada"]


def test_everybody_comes_in_portions(unit_of: SqlStore) -> None:
    with unit_of.reading() as unit:
        assert unit.readiness.everybody("", 3) == ["ada", "bo", "cy"]
        assert unit.readiness.everybody("cy", 3) == ["eve"]


def test_rows_of_another_tenant_are_not_seen(unit_of: SqlStore) -> None:
    with unit_of.reading() as unit:
        stranger = SqlReadiness(unit.link, "t2")
        assert stranger.classes(("pilot",), unit.now) == []
        assert stranger.everybody("", 10) == []


def test_who_confirmed_long_ago_is_counted_and_listed_longest_first(unit_of: SqlStore) -> None:
    """Decisions 24."""
    times = {"ada": NOW - 1, "bo": NOW, "eve": NOW + 1, "cy": 0}
    with unit_of.writing() as unit:
        unit.readiness.put([(name, replace(PLAIN, confirmed_at=at)) for name, at in times.items()])
    with unit_of.reading() as unit:
        for groups in ((), ("pilot",), ("pilot", "team")):
            counted = unit.readiness.classes(groups, unit.now, NOW)
            assert sum(number for like, number in counted if like.due) == 2
            assert sum(number for like, number in counted) == 4
            listed = [
                who.id
                for like, _ in counted
                if like.due
                for who in unit.readiness.members(like, groups, unit.now, NOW, 9)
            ]
            assert sorted(listed) == ["ada", "bo"]
        due = replace(like(PLAIN), due=True)
        assert [who.id for who in unit.readiness.members(due, (), unit.now, NOW, 1)] == ["ada"]


def test_people_of_a_class_are_listed_as_they_were_counted(unit_of: SqlStore) -> None:
    """The list and the count read one truth, groups and waits included."""
    with unit_of.writing() as unit:
        unit.readiness.put([("eve", replace(PLAIN, waiting=4)), ("bo", replace(PLAIN, again=True))])
    with unit_of.reading() as unit:
        groups = ("pilot", "team", "empty")
        for one, number in unit.readiness.classes(groups, unit.now):
            assert len(unit.readiness.members(one, groups, unit.now, 0, 9)) == number
