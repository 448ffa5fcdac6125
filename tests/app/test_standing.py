"""What is kept about each person for counting, and since when there is all that policy demands; on both engines."""

from dataclasses import replace

from keyback.app.people import contacts
from keyback.app.policy.standing import refresh
from keyback.core.types import HOUR, ContactKind, Instant
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, Living


def registered_at(living: Living, person: str) -> Instant | None:
    with living.store.writing() as unit:
        refresh(unit, person, living.methods.values())
    with living.store.reading() as unit:
        found = unit.people.by_id(person, unit.now)
        assert found
        return found.upkeep.registered_at


def test_the_first_time_with_all_that_is_demanded_is_kept_and_never_moves(living: Living) -> None:
    """Decisions 17: what comes later waits, even after everything was taken away."""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    assert registered_at(living, person) is None
    living.contact(person, ContactKind.MOBILE, MOBILE)
    since = living.clock.now()
    assert registered_at(living, person) == since
    living.clock.move(HOUR)
    for contact in (MAIL, MOBILE):
        contacts.remove_contact(work_of(living), "ada@contoso.example", contact)
    assert registered_at(living, person) == since


def test_two_ways_that_hang_on_one_thing_are_not_all(living: Living) -> None:
    """GAT-2"""
    person = living.person("ada")
    living.contact(person, ContactKind.EMAIL, MAIL)
    living.contact(person, ContactKind.EMAIL, "second@mailbox.example")
    assert registered_at(living, person) is None


def test_what_a_policy_demands_of_one_person_counts(living: Living) -> None:
    """Decisions 2."""
    person = living.person("ada")
    living.authenticator(person)
    assert registered_at(living, person) is None
    with living.store.reading() as unit:
        rules = unit.policies.in_force()
    assert rules
    one = replace(rules.policy, self_service=replace(rules.policy.self_service, methods_required=1))
    living.set_policy(one)
    assert registered_at(living, person) == living.clock.now()
