"""The countable rows tell what the rules of a journey would say (model: readiness)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import pytest

from keyback.core.policy import (
    Administrators,
    InForce,
    MethodPolicy,
    Numbers,
    Policy,
    Scope,
    SelfService,
    StricterGroup,
    resolve,
)
from keyback.core.rules import eligibility, offer, readiness
from keyback.core.rules.offer import Holdings
from keyback.core.rules.readiness import BITS, Likes, Standing, in_scope, refusal_of, standing
from keyback.core.rules.roles import is_administrator
from keyback.core.types import HOUR, Code, ContactKind, DirectoryKind, Enrolment, Person, PersonKind
from tests.people import ADA, ADA_CONTACTS, ADA_SECRET, BO, CY, DEE, NOW, contact, enrolment


@dataclass(frozen=True)
class Way:
    """A method, as far as the rule looks."""

    name: str
    rank: int
    contact_kind: ContactKind | None = None


SHELF = (
    Way("totp", 1), Way("recovery_code", 2), Way("email_code", 3, ContactKind.EMAIL),
    Way("sms_code", 4, ContactKind.MOBILE),
)  # fmt: skip
GERMANY = Numbers(("DE",))
TOTP = enrolment("totp", ADA_SECRET)
HELD = Holdings(ADA_CONTACTS, (TOTP,))


def row(person: Person, held: Holdings = HELD, policy: Policy | None = None) -> Standing:
    return standing(person, policy or Policy(numbers=GERMANY), held, SHELF, NOW)


def test_a_row_holds_what_a_person_has_even_while_every_method_is_off() -> None:
    assert row(ADA) == Standing(BITS["totp"] + BITS["email_code"] + BITS["sms_code"], True, 0, 1, 0)


def test_a_row_tells_administrators_apart() -> None:
    assert [row(one).administrator for one in (ADA, BO, CY)] == [0, 1, 2]


def test_a_row_tells_who_never_helps_themselves_and_whose_password_is_elsewhere() -> None:
    dora = replace(ADA, directory=DirectoryKind.LDAP)
    service = replace(dora, kind=PersonKind.SERVICE)
    assert [row(one).helps_self for one in (DEE, service, ADA, dora)] == [0, 0, 1, 2]


def test_what_waits_is_not_there_yet_and_the_row_says_when_to_look_again() -> None:
    """Decisions 17."""
    later = replace(TOTP, usable_from=NOW + 2 * HOUR)
    sooner = replace(enrolment("recovery_code", b"x"), usable_from=NOW + HOUR)
    one = row(ADA, Holdings((), (later, sooner)))
    assert (one.methods, one.waits_until) == (0, NOW + HOUR)


def test_the_own_mailbox_is_never_there() -> None:
    """Decisions 5."""
    assert row(ADA, Holdings((contact(ADA, ContactKind.EMAIL, ADA.upn),))).methods == 0
    own = Policy(SelfService(own_mail_domains=("mail.example",)), numbers=GERMANY)
    assert row(ADA, Holdings(ADA_CONTACTS), own).methods == BITS["sms_code"]


def test_the_places_of_methods_never_change() -> None:
    """They are stored."""
    assert list(BITS) == [
        "totp", "email_code", "sms_code", "recovery_code", "push", "passkey", "hardware_token", "voice_call",
        "security_questions",
    ]  # fmt: skip
    assert list(BITS.values()) == [1 << place for place in range(len(BITS))]


PEOPLE = (ADA, BO, CY, DEE, replace(ADA, directory=DirectoryKind.ACTIVE_DIRECTORY), replace(ADA, enabled=False))
GROUPS = (frozenset[str](), frozenset({"g-pilot"}), frozenset({"g-pilot", "g-strict"}), frozenset({"g-pilot", "g-out"}))
HOLDINGS: Sequence[tuple[Enrolment, ...]] = ((), (TOTP,), (TOTP, enrolment("recovery_code", b"x")))
METHODS = {"totp": MethodPolicy(), "email_code": MethodPolicy(exclude=("g-out",)), "recovery_code": MethodPolicy(),
           "sms_code": MethodPolicy(enabled=False)}  # fmt: skip
POLICIES = {
    "off": Policy(methods=METHODS),
    "pilot": Policy(
        SelfService(enabled_for=Scope.SELECTED, groups=("g-pilot",), excluded_groups=("g-out",), writeback=True,
                    methods_required=1, stricter=(StricterGroup("g-strict", 2),)),
        METHODS,
    ),
    "all": Policy(SelfService(enabled_for=Scope.ALL), {**METHODS, "sms_code": MethodPolicy()},
                  numbers=GERMANY),
    "relaxed": Policy(SelfService(enabled_for=Scope.ALL), {"sms_code": MethodPolicy(), "totp": MethodPolicy()},
                      Administrators(sms=True), numbers=GERMANY),
}  # fmt: skip


def judged_directly(person: Person, policy: InForce, held: Holdings) -> Code | None:
    usable = offer.usable(person, policy.policy, held, SHELF, NOW)
    proofs = [readiness.typical_proof(one.enrolment.method) for one in usable]
    demand = resolve(policy.policy, person.groups, administrator=is_administrator(person.roles))
    return eligibility.refusal(person, policy, proofs, demand)


@pytest.mark.parametrize("name", POLICIES)
def test_counting_by_class_agrees_with_judging_each_person(name: str) -> None:
    policy = InForce(1, POLICIES[name])
    for person, groups, enrolled, contacts in product(PEOPLE, GROUPS, HOLDINGS, ((), ADA_CONTACTS)):
        somebody = replace(person, groups=groups)
        held = Holdings(contacts, enrolled)
        one = row(somebody, held, policy.policy)
        like = Likes(one.methods, one.enabled, one.administrator, one.helps_self, groups)
        assert refusal_of(like, policy) is judged_directly(somebody, policy, held), (somebody, held)


def test_without_a_policy_nobody_can_reset_and_nobody_is_in_scope() -> None:
    like = Likes(3, enabled=True, administrator=0, helps_self=1, groups=frozenset())
    assert refusal_of(like, None) is Code.NO_POLICY
    assert not in_scope(like, None)


def test_scope_is_told_apart_from_ability() -> None:
    nothing_registered = Likes(0, enabled=True, administrator=0, helps_self=1, groups=frozenset({"g-pilot"}))
    assert in_scope(nothing_registered, InForce(1, POLICIES["pilot"]))
    assert refusal_of(nothing_registered, InForce(1, POLICIES["pilot"])) is Code.TOO_FEW_METHODS
    assert not in_scope(nothing_registered, InForce(1, POLICIES["off"]))
