"""What people must register, what would help most, what may be put off, and what must wait."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import InForce, MethodPolicy, Mfa, Numbers, Policy, Registration, Scope, SelfService, SignIn
from keyback.core.rules import registration
from keyback.core.rules.readiness import typical_proof
from keyback.core.rules.registration import Duty, Registered, duty
from keyback.core.types import DAY, HOUR, Instant, Person, Upkeep
from keyback.wiring.plugins import methods
from tests.people import ADA, BO, NOW, enrolment

SHELF = tuple(methods().values())
EVERY = ("totp", "recovery_code", "email_code", "sms_code")


def policy(*names: str, **sections: Any) -> InForce:
    """Self-service for everybody with two proofs by these methods; other sections by name."""
    basic = Policy(
        SelfService(enabled_for=Scope.ALL), {name: MethodPolicy() for name in names or EVERY}, numbers=Numbers(("DE",))
    )
    return InForce(1, replace(basic, **sections))


def held(*names: str, owner: Person = ADA, added_at: Instant = NOW, ends_at: Instant | None = None) -> list[Registered]:
    found = (replace(enrolment(name, b"", owner=owner), added_at=added_at, ends_at=ends_at) for name in names)
    return [Registered(one, typical_proof(one.method)) for one in found]


def asked(names: Iterable[str], rules: InForce | None = None, person: Person = ADA) -> Duty:
    return duty(person, rules or policy(), held(*names, owner=person), SHELF)


def with_upkeep(person: Person = ADA, **facts: Any) -> Person:
    return replace(person, upkeep=Upkeep(**facts))


@pytest.mark.parametrize(
    ("there", "offers"),
    [
        ((), ("totp", "email_code", "sms_code", "recovery_code")),
        (("totp",), ("email_code", "sms_code", "recovery_code")),
        (("email_code",), ("totp", "sms_code", "recovery_code")),
        (("totp", "email_code"), ()),
        (("email_code", "sms_code"), ()),
    ],
)
def test_only_what_is_missing_is_offered_the_strongest_first_and_paper_last(
    there: tuple[str, ...], offers: tuple[str, ...]
) -> None:
    """Decisions 24, entra-sspr 3.1: what belongs to a smallest set that would be enough."""
    found = asked(there)
    assert set(found.offers) == set(offers)
    assert found.offers[:1] == offers[:1]
    assert found.asked is bool(offers)
    assert not offers or found.offers[-1] == "recovery_code"


def test_what_is_offered_is_enough_at_last() -> None:
    """Never a loop: whoever always takes the first suggestion is done after as many as are demanded."""
    for start in [(), ("totp",), ("sms_code",), ("recovery_code",)]:
        there = list(start)
        while (found := asked(there)).asked:
            assert found.offers
            there.append(found.offers[0])
        assert len(there) == max(2, len(start))


def test_one_proof_asks_for_one() -> None:
    service = SelfService(enabled_for=Scope.ALL, methods_required=1)
    assert asked((), policy(self_service=service)).gates == 1
    assert not asked(("email_code",), policy(self_service=service)).asked


def test_who_is_out_of_scope_is_asked_for_nothing() -> None:
    """Scope governs registration too (entra-sspr 2.1)."""
    for service in (SelfService(), SelfService(enabled_for=Scope.SELECTED, groups=("other",))):
        found = asked((), policy(self_service=service))
        assert (found.asked, found.gates) == (False, 0)


def test_nothing_is_asked_where_registration_is_not_required() -> None:
    found = asked((), policy(registration=Registration(required_at_sign_in=False)))
    assert not found.asked


def test_administrators_need_a_strong_one_and_cannot_put_it_off() -> None:
    """Decisions 3, 24: mail and text message are enough for nobody who may change something."""
    found = asked(("email_code", "sms_code"), person=BO)
    assert found.asked
    assert not found.skippable
    assert found.offers[0] == "totp"
    assert not asked(("totp", "email_code"), person=BO).asked


@pytest.mark.parametrize(
    ("rule", "groups", "needs"),
    [
        (SignIn(), (), False),
        (SignIn(Mfa.ALWAYS), (), True),
        (SignIn(Mfa.GROUPS, ("g1",)), ("g1",), True),
        (SignIn(Mfa.GROUPS, ("g1",)), ("g2",), False),
    ],
)
def test_who_needs_a_second_factor_is_asked_for_one_first(rule: SignIn, groups: tuple[str, ...], needs: bool) -> None:  # noqa: FBT001 - a row of a table
    """Decisions 5, 24, 25: mail is none, and it cannot be put off."""
    person = replace(ADA, groups=frozenset(groups))
    found = duty(person, policy(sign_in=rule), held("email_code"), SHELF)
    assert found.factor is needs
    assert found.skippable is not needs
    alone = duty(person, policy("email_code", "sms_code", "recovery_code", sign_in=rule), [], SHELF)
    assert alone.offers[0] == ("sms_code" if needs else "email_code")


def test_a_factor_is_asked_for_even_where_nobody_resets() -> None:
    """Decisions 25: signing in has its own demand."""
    rules = policy(self_service=SelfService(), sign_in=SignIn(Mfa.ALWAYS))
    assert asked(("email_code",), rules).offers == ("totp", "sms_code", "recovery_code")
    assert not asked(("sms_code",), rules).asked


@pytest.mark.parametrize(
    ("skips", "rule", "skippable", "left"),
    [
        (0, Registration(), True, 3),
        (2, Registration(), True, 1),
        (3, Registration(), False, 0),
        (9, Registration(), False, 0),
        (0, Registration(skips=0), False, 0),
        (99, Registration(unlimited_skips=True), True, None),
    ],
)
def test_it_can_be_put_off_as_often_as_policy_says(
    skips: int,
    rule: Registration,
    skippable: bool,  # noqa: FBT001 - a row of a table
    left: int | None,
) -> None:
    """Decisions 24."""
    found = asked((), policy(registration=rule), with_upkeep(skips=skips))
    assert (found.skippable, found.skips_left) == (skippable, left)


def test_where_nothing_can_be_enough_nothing_is_offered() -> None:
    """No dead end is hidden: two proofs, and one way that hangs on one thing."""
    found = asked((), policy("sms_code"))
    assert (found.asked, found.offers) == (True, ())


def test_a_method_for_other_groups_is_not_offered() -> None:
    """One policy for signing in, registering and resetting."""
    rules = policy()
    narrowed = {
        **rules.policy.methods,
        "totp": MethodPolicy(include=("g1",)),
        "sms_code": MethodPolicy(exclude=("g2",)),
    }
    person = replace(ADA, groups=frozenset({"g2"}))
    found = duty(person, InForce(1, replace(rules.policy, methods=narrowed)), [], SHELF)
    assert set(found.offers) == {"email_code", "recovery_code"}


def test_done_anew_means_only_newer_things_count() -> None:
    """Decisions 17: a demanded re-registration."""
    person = with_upkeep(registered_at=NOW - DAY, again_at=NOW)
    old, new = held("totp", "email_code", added_at=NOW - 1), held("totp", "email_code", added_at=NOW)
    assert duty(person, policy(), old, SHELF).asked
    assert not duty(person, policy(), old, SHELF).skippable
    assert not duty(person, policy(), new, SHELF).asked
    assert duty(person, policy(), [*old, *new[:1]], SHELF).offers[0] == "email_code"


def test_what_was_replaced_is_not_registered() -> None:
    there = [*held("totp"), *held("email_code", ends_at=NOW + DAY)]
    assert duty(ADA, policy(), there, SHELF).asked


# --- what waits --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("person", "hours"), [(ADA, 24), (BO, 72)])
def test_what_is_new_waits_once_there_was_enough(person: Person, hours: int) -> None:
    """Decisions 17: a day, or three for administrators; nothing waits before that."""
    rules = policy().policy
    two = [typical_proof("totp"), typical_proof("email_code")]
    later = NOW + hours * HOUR
    assert registration.usable_from(person, rules, [], NOW) == NOW
    assert registration.usable_from(person, rules, two[:1], NOW) == NOW
    assert registration.usable_from(person, rules, two, NOW) == later
    assert registration.usable_from(with_upkeep(person, registered_at=1), rules, [], NOW) == later
    assert registration.usable_from(with_upkeep(person, again_at=1), rules, [], NOW) == later


@pytest.mark.parametrize(("person", "hours"), [(ADA, 24), (BO, 72)])
def test_security_info_is_closed_after_a_recovery(person: Person, hours: int) -> None:
    """Decisions 26, GAT-13: to the millisecond."""
    rules = policy().policy
    then = with_upkeep(person, recovered_at=NOW)
    ends = NOW + hours * HOUR
    assert registration.closed_until(then, rules, ends - 1) == ends
    assert registration.closed_until(then, rules, ends) is None
    assert registration.closed_until(person, rules, NOW) is None


@pytest.mark.parametrize(
    ("upkeep", "days", "due"),
    [
        (Upkeep(), 180, False),
        (Upkeep(registered_at=NOW - 180 * DAY), 180, True),
        (Upkeep(registered_at=NOW - 180 * DAY + 1), 180, False),
        (Upkeep(registered_at=NOW - 400 * DAY, confirmed_at=NOW - 179 * DAY), 180, False),
        (Upkeep(registered_at=NOW - 400 * DAY, confirmed_at=NOW - 180 * DAY), 180, True),
        (Upkeep(registered_at=NOW - 4000 * DAY), 0, False),
        (Upkeep(registered_at=NOW - 730 * DAY), 730, True),
    ],
)
def test_people_are_asked_again_after_so_many_days(upkeep: Upkeep, days: int, due: bool) -> None:  # noqa: FBT001 - a row of a table
    """Decisions 24: 0 never; nobody who has registered nothing."""
    rules = policy(registration=Registration(reconfirm_days=days)).policy
    assert registration.reconfirm_due(replace(ADA, upkeep=upkeep), rules, NOW) is due


# --- second factors ----------------------------------------------------------------------------------------------


def test_mail_and_what_was_replaced_are_no_second_factor() -> None:
    """Decisions 5: and a method that policy keeps for resets is none either."""
    there = [one.enrolment for one in [*held("email_code", "totp"), *held("sms_code", ends_at=NOW + 1)]]
    assert [one.method for one in registration.factors(there, ADA, policy().policy)] == ["totp"]
    only_resets = {**policy().policy.methods, "totp": MethodPolicy(sign_in=False)}
    assert registration.factors(there, ADA, replace(policy().policy, methods=only_resets)) == ()


def test_the_preferred_factor_comes_first_then_the_strongest() -> None:
    there = [one.enrolment for one in held("totp", "recovery_code", "sms_code")]
    rules = policy().policy
    assert next(one.method for one in registration.factors(there, ADA, rules)) == "totp"
    preferred = with_upkeep(preferred_method="sms_code")
    assert [one.method for one in registration.factors(there, preferred, rules)] == [
        "sms_code",
        "totp",
        "recovery_code",
    ]
