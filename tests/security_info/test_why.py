"""Why each thing counts for a reset or does not."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import MethodPolicy, Numbers, Policy
from keyback.core.rules.assurance import Proof
from keyback.core.rules.offer import Holdings
from keyback.core.rules.registration import Why
from keyback.core.rules.why import Reason, why_not
from keyback.core.types import HOUR, ContactKind, Enrolment
from keyback.wiring.plugins import methods
from tests.people import ADA, ADA_MAIL, ADA_MOBILE, CY, NOW, contact, enrolment

SHELF = tuple(methods().values())
ALL = {name: MethodPolicy() for name in ("totp", "recovery_code", "email_code", "sms_code")}
POLICY = Policy(methods=ALL, numbers=Numbers(("DE",)))
MAIL, PHONE = contact(ADA, ContactKind.EMAIL, ADA_MAIL), contact(ADA, ContactKind.MOBILE, ADA_MOBILE)
APP = enrolment("totp", b"secret")


def proof(one: Enrolment) -> Proof:
    return one.method, methods()[one.method].trust_roots(one)


def reason(held: Holdings, policy: Policy = POLICY, person: Any = ADA) -> Any:
    return why_not((person, policy), held, SHELF, proof, NOW)


def without(name: str, rule: MethodPolicy = MethodPolicy(enabled=False)) -> Policy:  # noqa: B008  frozen
    return replace(POLICY, methods={**ALL, name: rule})


@pytest.mark.parametrize(
    ("one", "policy", "expected"),
    [
        (MAIL, POLICY, None),
        (replace(MAIL, usable_from=NOW + HOUR), POLICY, Reason(Why.WAITS, NOW + HOUR)),
        (replace(MAIL, usable_from=NOW), POLICY, None),
        (replace(MAIL, ends_at=NOW + HOUR), POLICY, Reason(Why.REPLACED, NOW + HOUR)),
        (replace(MAIL, confirmed_at=None), POLICY, Reason(Why.UNCONFIRMED)),
        (replace(MAIL, value=ADA.upn), POLICY, Reason(Why.OWN_MAILBOX)),
        (replace(MAIL, kind=ContactKind.PRIMARY), POLICY, Reason(Why.NOTICES_ONLY)),
        (replace(PHONE, kind=ContactKind.OFFICE), POLICY, Reason(Why.NOTICES_ONLY)),
        (replace(PHONE, value="+33612345678"), POLICY, Reason(Why.NOT_MESSAGED)),
        (PHONE, without("sms_code"), Reason(Why.SWITCHED_OFF)),
        (PHONE, without("sms_code", MethodPolicy(include=("others",))), Reason(Why.NOT_FOR_YOU)),
        (replace(MAIL, confirmed_at=None), without("email_code"), Reason(Why.UNCONFIRMED)),
        (PHONE, POLICY, None),
    ],
)
def test_the_first_reason_that_holds_is_told(one: Any, policy: Policy, expected: Reason | None) -> None:
    """Decisions 5, 17; REG-4: each state of a contact."""
    assert reason(Holdings((one,)), policy).get(one.id) == expected


@pytest.mark.parametrize(
    ("one", "policy", "expected"),
    [
        (APP, POLICY, None),
        (replace(APP, usable_from=NOW + 1), POLICY, Reason(Why.WAITS, NOW + 1)),
        (APP, without("totp"), Reason(Why.SWITCHED_OFF)),
        (APP, without("totp", MethodPolicy(exclude=("some",))), None),
        (APP, without("totp", MethodPolicy(include=("some",))), Reason(Why.NOT_FOR_YOU)),
    ],
)
def test_devices_wait_and_are_switched_off_too(one: Enrolment, policy: Policy, expected: Reason | None) -> None:
    """Decisions 17: what is new waits."""
    assert reason(Holdings((), (one,)), policy).get(one.id) == expected


def test_administrators_may_not_use_text_messages() -> None:
    """GAT-7, decisions 3: not for this account."""
    phone = replace(PHONE, person=CY.id)
    assert reason(Holdings((phone,)), person=CY)[phone.id].why is Why.NOT_FOR_YOU


def test_two_ways_that_hang_on_one_thing_count_as_one() -> None:
    """GAT-2: the stronger counts, the other says which."""

    def one_phone(one: Enrolment) -> Proof:
        return one.method, frozenset({"phone"})

    found = why_not((ADA, POLICY), Holdings((PHONE,), (APP,)), SHELF, one_phone, NOW)
    assert found == {PHONE.id: Reason(Why.SAME_THING, other=APP.id)}


def test_codes_of_one_set_all_count() -> None:
    codes = tuple(enrolment("recovery_code", b"x", slot=slot) for slot in range(3))
    assert reason(Holdings((), codes)) == {}
