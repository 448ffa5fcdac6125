"""What is kept about each person for counting, and since when there is all that policy demands; on both engines."""

from dataclasses import replace

from keyback.app.people import contacts
from keyback.app.policy import registering
from keyback.app.policy.standing import rebuild, refresh, untrue
from keyback.core.policy import MethodPolicy, Mfa, SignIn
from keyback.core.rules.readiness import Must
from keyback.core.types import DAY, HOUR, ContactKind, Instant
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, OPEN_POLICY, Living


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
    with living.store.reading() as unit:
        held = [one.id for one in unit.people.contacts(person)]
    for contact in held:
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


def office(living: Living) -> dict[str, str]:
    """Ada has all, Bob a mailbox, Eve nothing and confirmed something else long ago."""
    ids = {"ada": living.ada(), "bob": living.person("bob"), "eve": living.person("eve")}
    living.contact(ids["bob"], ContactKind.EMAIL, "bob@mailbox.example")
    rebuild(living.house)
    return ids


def names(living: Living, must: Must, most: int = 9) -> list[str]:
    return [one.upn.partition("@")[0] for one in registering.people(living.house, must, most)]


def test_who_must_register_or_confirm_is_counted_and_named(living: Living) -> None:
    """Decisions 24."""
    office(living)
    assert (registering.count(living.house).people, registering.count(living.house).able) == (3, 1)
    assert names(living, Must.REGISTER) == ["bob", "eve"]
    assert len(names(living, Must.REGISTER, 1)) == 1
    assert names(living, Must.RECONFIRM) == []
    living.clock.move(181 * DAY)
    assert registering.count(living.house).must == {
        Must.REGISTER: 2, Must.RECONFIRM: 1, Must.FACTOR: 0, Must.STRANDED: 0,
    }  # fmt: skip
    assert names(living, Must.RECONFIRM) == ["ada"]


def test_whoever_can_register_nothing_that_helps_is_seen(living: Living) -> None:
    """Decisions 24: the administrator sees who is stranded."""
    office(living)
    nobody = {**OPEN_POLICY.methods, **{name: MethodPolicy(enabled=False) for name in ("totp", "recovery_code")}}
    living.set_policy(replace(OPEN_POLICY, methods=nobody, sign_in=SignIn(Mfa.ALWAYS)))
    assert names(living, Must.FACTOR) == ["bob", "eve"]
    nothing = {name: replace(rule, include=("g-none",)) for name, rule in OPEN_POLICY.methods.items()}
    living.set_policy(replace(OPEN_POLICY, methods=nothing))
    assert names(living, Must.STRANDED) == ["ada", "bob", "eve"]


def test_rows_that_are_untrue_are_found_and_mended(living: Living) -> None:
    ids = office(living)
    assert untrue(living.house, 200) == 0
    living.authenticator(ids["eve"])
    living.recovery_codes(ids["ada"])
    assert untrue(living.house, 200) == 2
    rebuild(living.house)
    assert untrue(living.house, 200) == 0
