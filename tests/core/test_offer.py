"""Which methods a tenant offers, and which of their own people may use (decisions 3, 5, 17; REG-2, SND-3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from keyback.core.policy import Administrators, MethodPolicy, Numbers, Policy, SelfService
from keyback.core.rules import offer
from keyback.core.rules.offer import Holdings
from keyback.core.types import HOUR, Contact, ContactKind, Person
from tests.people import ADA, ADA_CONTACTS, ADA_SECRET, BO, NOW, contact, enrolment


@dataclass(frozen=True)
class Way:
    """A method, as far as the rule looks."""

    name: str
    rank: int
    contact_kind: ContactKind | None = None


SHELF = (
    Way("email_code", 40, ContactKind.EMAIL),
    Way("totp", 10),
    Way("security_questions", 90),
    Way("sms_code", 50, ContactKind.MOBILE),
)
ON: Mapping[str, MethodPolicy] = {way.name: MethodPolicy() for way in SHELF}
GERMANY = Numbers(("DE",))
TOTP = enrolment("totp", ADA_SECRET)
HELD = Holdings(ADA_CONTACTS, (TOTP, enrolment("security_questions", b"hash")))


def names(person: Person = ADA, policy: Policy | None = None, held: Holdings = HELD, now: int = NOW) -> list[str]:
    rules = policy if policy is not None else Policy(numbers=GERMANY, methods=ON)
    return [one.enrolment.method for one in offer.usable(person, rules, held, SHELF, now)]


def test_strongest_first() -> None:
    assert names() == ["totp", "email_code", "sms_code", "security_questions"]


def test_a_contact_stands_as_an_enrolment_with_its_address() -> None:
    usable = offer.usable(ADA, Policy(numbers=GERMANY, methods=ON), Holdings(ADA_CONTACTS), SHELF, NOW)
    assert [(one.enrolment.id, one.enrolment.secret, one.enrolment.preferred) for one in usable] == [
        (one.id, one.value.encode(), True) for one in ADA_CONTACTS
    ]


def test_the_preferred_contact_comes_first() -> None:
    second = replace(contact(ADA, ContactKind.EMAIL, "other@mail.example"), preferred=False)
    usable = offer.usable(ADA, Policy(numbers=GERMANY, methods=ON), Holdings((second, ADA_CONTACTS[0])), SHELF, NOW)
    assert [one.enrolment.secret for one in usable] == [b"ada@mail.example", b"other@mail.example"]


def test_a_method_that_the_policy_does_not_name_is_off() -> None:
    assert names(policy=Policy(methods={"totp": MethodPolicy()})) == ["totp"]
    assert names(policy=Policy()) == []


def test_a_method_may_be_for_some_groups_only_and_exclusion_wins() -> None:
    policy = Policy(methods={"totp": MethodPolicy(include=("g-in",), exclude=("g-out",))})
    assert names(policy=policy) == []
    assert names(replace(ADA, groups=frozenset({"g-in"})), policy) == ["totp"]
    assert names(replace(ADA, groups=frozenset({"g-in", "g-out"})), policy) == []


@pytest.mark.parametrize(
    "hint",
    [
        replace(ADA_CONTACTS[0], confirmed_at=None),
        replace(ADA_CONTACTS[0], usable_from=NOW + 1),
        replace(ADA_CONTACTS[0], kind=ContactKind.PRIMARY),
        replace(ADA_CONTACTS[0], kind=ContactKind.OFFICE),
    ],
    ids=["hint", "held", "primary", "office"],
)
def test_only_a_confirmed_contact_past_its_hold_is_a_proof(hint: Contact) -> None:
    """REG-2 (amended)."""
    assert names(held=Holdings((hint,))) == []


def test_a_new_method_waits_and_says_until_when() -> None:
    """Decisions 17."""
    held = Holdings((), (replace(TOTP, usable_from=NOW + 24 * HOUR),))
    policy = Policy(numbers=GERMANY, methods=ON)
    assert names(held=held) == []
    assert offer.waits_until(ADA, policy, held, SHELF, NOW) == NOW + 24 * HOUR
    assert names(held=held, now=NOW + 24 * HOUR) == ["totp"]
    assert offer.waits_until(ADA, policy, HELD, SHELF, NOW) is None


@pytest.mark.parametrize("address", ["ada@example.org", "ADA@Example.org", "ada+reset@example.org"])
def test_the_mailbox_that_the_lost_password_opens_is_not_offered(address: str) -> None:
    """Decisions 5."""
    assert names(held=Holdings((contact(ADA, ContactKind.EMAIL, address),))) == []


def test_the_tenants_own_mail_domains_are_not_offered() -> None:
    """Decisions 5."""
    own = Policy(numbers=GERMANY, methods=ON, self_service=SelfService(own_mail_domains=("Mail.example",)))
    assert names(policy=own) == ["totp", "sms_code", "security_questions"]
    assert names(policy=own, held=Holdings((contact(ADA, ContactKind.EMAIL, "a@other.mail.example"),))) == [
        "email_code"
    ]


def test_administrators_get_no_questions_and_text_messages_only_if_the_tenant_says_so() -> None:
    """GAT-7 (amended)."""
    assert names(BO) == ["totp", "email_code"]
    relaxed = Policy(numbers=GERMANY, methods=ON, administrators=Administrators(sms=True))
    assert names(BO, relaxed) == ["totp", "email_code", "sms_code"]


def test_the_first_page_lists_what_the_tenant_allows_anybody() -> None:
    """ENU-6, decisions 1: never personal."""
    policy = Policy(methods={**ON, "sms_code": MethodPolicy(enabled=False), "totp": MethodPolicy(include=("g-few",))})
    assert offer.tenant_methods(policy, SHELF) == ("totp", "email_code", "security_questions")


@pytest.mark.parametrize(
    ("countries", "ways"), [(("DE",), ["sms_code"]), (("AT", "DE"), ["sms_code"]), (("AT",), []), ((), [])]
)
def test_a_number_of_another_country_is_not_offered(countries: tuple[str, ...], ways: list[str]) -> None:
    """SND-3."""
    held = Holdings(ADA_CONTACTS[1:])
    assert names(policy=Policy(methods=ON, numbers=Numbers(countries)), held=held) == ways
