"""The countable rows tell what the rules of a journey would say (model: readiness)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import pytest

from keyback.core.policy import (
    Administrators,
    InForce,
    MethodPolicy,
    Mfa,
    Numbers,
    Policy,
    Registration,
    Scope,
    SelfService,
    SignIn,
    StricterGroup,
    resolve,
)
from keyback.core.rules import eligibility, offer, readiness, registration
from keyback.core.rules.offer import Holdings
from keyback.core.rules.readiness import BITS, Likes, Must, Standing, due_since, in_scope, musts, refusal_of, standing
from keyback.core.rules.roles import is_administrator
from keyback.core.types import DAY, HOUR, Code, ContactKind, DirectoryKind, Enrolment, Person, PersonKind, Upkeep
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


def test_what_waits_is_told_apart_from_what_is_there_and_from_what_ends() -> None:
    """Decisions 17: a row is made anew when a wait ends, and when what was replaced stops serving."""
    new = replace(TOTP, usable_from=NOW + HOUR)
    assert row(ADA, Holdings((), (new,))).waiting == BITS["totp"]
    one = row(ADA, Holdings((), (replace(TOTP, ends_at=NOW + 2 * HOUR), replace(new, usable_from=NOW + 2 * HOUR))))
    assert (one.methods, one.waiting, one.waits_until) == (BITS["totp"], 0, NOW + 2 * HOUR)


def test_a_row_tells_what_was_demanded_anew_and_when_it_was_confirmed() -> None:
    """Decisions 24."""
    assert (row(ADA).again, row(ADA).confirmed_at) == (False, 0)
    first = replace(ADA, upkeep=Upkeep(registered_at=5))
    assert row(first).confirmed_at == 5
    later = row(replace(ADA, upkeep=Upkeep(registered_at=5, confirmed_at=7, again_at=9)))
    assert (later.again, later.confirmed_at) == (True, 7)


TWO = BITS["totp"] + BITS["email_code"]
OPEN = Policy(SelfService(enabled_for=Scope.ALL), {"totp": MethodPolicy(), "email_code": MethodPolicy()})


def somebody(methods: int, **facts: object) -> Likes:
    like = Likes(methods, enabled=True, administrator=0, helps_self=1, groups=frozenset())
    return replace(like, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("like", "policy", "expected"),
    [
        (somebody(TWO), OPEN, set()),
        (somebody(BITS["totp"]), OPEN, {Must.REGISTER}),
        (somebody(BITS["totp"], waiting=BITS["email_code"]), OPEN, set()),
        (somebody(TWO, again=True), OPEN, {Must.REGISTER}),
        (somebody(TWO, due=True), OPEN, {Must.RECONFIRM}),
        (somebody(0, due=True), OPEN, {Must.REGISTER}),
        (somebody(BITS["email_code"]), replace(OPEN, sign_in=SignIn(Mfa.ALWAYS)), {Must.REGISTER, Must.FACTOR}),
        (somebody(0), replace(OPEN, registration=Registration(required_at_sign_in=False)), set()),
        (somebody(0), replace(OPEN, methods={"email_code": MethodPolicy()}), {Must.REGISTER, Must.STRANDED}),
        (somebody(0), replace(OPEN, self_service=SelfService()), set()),
    ],
)
def test_what_a_class_must_do_is_what_registration_asks_of_its_people(
    like: Likes, policy: Policy, expected: set[Must]
) -> None:
    """Decisions 24."""
    assert musts(like, InForce(1, policy), SHELF) == expected


def test_confirming_comes_again_after_the_days_of_the_policy_or_never() -> None:
    """Decisions 24: 0 to 730 days."""
    assert due_since(OPEN, NOW) == NOW - 180 * DAY
    assert due_since(replace(OPEN, registration=Registration(reconfirm_days=0)), NOW) == 0
    assert due_since(replace(OPEN, registration=Registration(required_at_sign_in=False)), NOW) == 0


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("include", [(), ("g-pilot",), ("g-other",)])
@pytest.mark.parametrize("exclude", [(), ("g-pilot",)])
@pytest.mark.parametrize("sign_in", [True, False])
def test_one_policy_of_a_method_serves_reset_registration_and_sign_in(
    enabled: bool, include: tuple[str, ...], exclude: tuple[str, ...], sign_in: bool,  # noqa: FBT001 - columns of the table
) -> None:  # fmt: skip
    """Decisions 22, 25: exclude wins over include; `sign_in` takes it from the second factor only."""
    rule = MethodPolicy(enabled=enabled, include=include, exclude=exclude, sign_in=sign_in)
    policy = replace(OPEN, methods={"totp": rule}, self_service=SelfService(enabled_for=Scope.ALL, methods_required=1))
    person = replace(ADA, groups=frozenset({"g-pilot"}))
    allowed = enabled and "g-other" not in include and not exclude
    reset = offer.usable(person, policy, Holdings((), (TOTP,)), SHELF, NOW)
    assert bool(reset) is allowed
    duty = registration.duty(person, InForce(1, policy), (), SHELF)
    assert duty.offers == (("totp",) if allowed else ())
    permitted = offer.permitted(person, policy, Holdings((), (TOTP,)), SHELF)
    assert bool(registration.factors(permitted, person, policy)) is (allowed and sign_in)
