"""GAT-2: which two proofs count as two gates, for every pair of methods there is or will be."""

from itertools import combinations, product

import pytest

from keyback.core.policy import Demand
from keyback.core.rules import assurance
from keyback.core.rules.assurance import Proof

PHONE, MAILBOX, DEVICE = "phone:+4915112345609", "mailbox:ada@mail.example", "app:phone-of-ada"

PROOFS: dict[str, frozenset[str]] = {
    "email_code": frozenset({MAILBOX}),
    "sms_code": frozenset({PHONE}),
    "voice_call": frozenset({PHONE}),
    "totp": frozenset({DEVICE}),
    "push": frozenset({DEVICE}),
    "passkey": frozenset({"key:credential-1"}),
    "hardware_token": frozenset({"token:4711"}),
    "recovery_code": frozenset({"paper"}),
    "security_questions": frozenset({"memory"}),
}
"""What Ada's methods rest on when the app and the number are on one phone of hers each."""

COUNT_AS_ONE = {
    frozenset({"sms_code", "voice_call"}): "both reach one number",
    frozenset({"totp", "push"}): "both live in one app",
}
"""All other pairs of different methods count as two."""

STRONG = {"totp", "push", "passkey", "hardware_token", "recovery_code"}
WEAK = {"email_code", "sms_code", "voice_call", "security_questions"}

TWO = Demand(2, administrator=False, decided_by="tenant")
ONE = Demand(1, administrator=False, decided_by="tenant")
ADMIN = Demand(2, administrator=True, decided_by="administrators")


def proof(method: str) -> Proof:
    return method, PROOFS[method]


@pytest.mark.parametrize(("one", "other"), [*combinations(PROOFS, 2), *((m, m) for m in PROOFS)])
def test_every_pair_counts_as_the_table_says(one: str, other: str) -> None:
    """GAT-2"""
    two = one != other and frozenset({one, other}) not in COUNT_AS_ONE
    assert assurance.independent(proof(one), proof(other)) is two
    assert assurance.independent(proof(other), proof(one)) is two
    assert assurance.enough([proof(one), proof(other)], TWO) is two


def test_two_addresses_of_one_mailbox_are_one_and_of_two_mailboxes_are_still_one_method() -> None:
    """GAT-2"""
    another: Proof = ("email_code", frozenset({"mailbox:ada@other.example"}))
    assert not assurance.enough([proof("email_code"), proof("email_code")], TWO)
    assert not assurance.enough([proof("email_code"), another], TWO)


def test_a_code_and_an_approval_on_two_devices_are_two() -> None:
    """GAT-2"""
    assert assurance.enough([proof("totp"), ("push", frozenset({"app:tablet"}))], TWO)


def test_one_common_root_among_several_is_enough_to_make_two_proofs_one() -> None:
    """GAT-2: where the tenant's own mail carries the account's name."""
    mail: Proof = ("email_code", frozenset({MAILBOX, "domain:example.org"}))
    assert not assurance.independent(mail, ("push", frozenset({"domain:example.org"})))


@pytest.mark.parametrize("method", PROOFS)
def test_one_proof_is_enough_for_one_gate_and_never_for_two(method: str) -> None:
    assert assurance.enough([proof(method)], ONE)
    assert not assurance.enough([proof(method)], TWO)
    assert not assurance.enough([proof(method)], ADMIN)


def test_nothing_is_never_enough_even_if_no_gate_was_demanded() -> None:
    """GAT-5: a broken demand denies."""
    assert not assurance.enough([], Demand(0, administrator=False, decided_by="tenant"))


@pytest.mark.parametrize(("first", "second"), [*combinations(PROOFS, 2)])
def test_administrators_need_one_strong_method_of_two_and_no_questions(first: str, second: str) -> None:
    """decisions 3"""
    pair = {first, second}
    expected = bool(pair & STRONG) and frozenset(pair) not in COUNT_AS_ONE and "security_questions" not in pair
    assert assurance.enough([proof(first), proof(second)], ADMIN) is expected


@pytest.mark.parametrize(("first", "second"), [*product(PROOFS, PROOFS)])
def test_what_is_offered_next_is_exactly_what_would_be_enough(first: str, second: str) -> None:
    for demand in (TWO, ADMIN):
        if demand.administrator and first == "security_questions":
            continue  # never offered as the first either, see below
        offered = assurance.acceptable_next([proof(first)], proof(second), demand)
        assert offered is assurance.enough([proof(first), proof(second)], demand)


def test_questions_are_never_offered_to_administrators() -> None:
    """decisions 4"""
    assert not assurance.acceptable_next([], proof("security_questions"), ADMIN)
    assert not assurance.acceptable_next([proof("totp")], proof("security_questions"), ADMIN)


@pytest.mark.parametrize("weak", sorted(WEAK - {"security_questions"}))
def test_an_administrator_may_begin_with_a_weak_method_and_must_then_show_a_strong_one(weak: str) -> None:
    assert assurance.acceptable_next([], proof(weak), ADMIN)
    offered = {m for m in PROOFS if assurance.acceptable_next([proof(weak)], proof(m), ADMIN)}
    assert offered == STRONG


def test_what_can_be_reached_looks_at_all_that_a_person_has() -> None:
    have = [proof("sms_code"), proof("voice_call"), proof("email_code")]
    assert assurance.reachable(have, TWO)
    assert not assurance.reachable(have[:2], TWO)
    assert assurance.reachable(have[:1], ONE)
    assert not assurance.reachable(have, ADMIN)
    assert assurance.reachable([*have, proof("totp")], ADMIN)
    assert not assurance.reachable([], ONE)
