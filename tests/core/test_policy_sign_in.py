"""What may not stand in a policy about second factors, the passwords they allow, and access passes."""

from dataclasses import replace

import pytest

from keyback.core.policy import MethodPolicy, Mfa, Passes, Passwords, SignIn
from keyback.core.rules.password import minimum_length
from tests.core.test_policy_check import GOOD, mistakes


@pytest.mark.parametrize("length", range(8, 15))
def test_shorter_passwords_need_a_second_factor_for_everybody(length: int) -> None:
    """PWD-1, decisions 11: and the factor cannot be taken away later while passwords may be short."""
    always = replace(GOOD, passwords=Passwords(minimum_length=length), sign_in=SignIn(mfa=Mfa.ALWAYS))
    assert mistakes(always) == []
    assert minimum_length(always.passwords) == length
    refused = [("password_length", "passwords.minimum_length")]
    assert mistakes(replace(always, sign_in=SignIn())) == refused
    assert mistakes(replace(always, sign_in=SignIn(Mfa.GROUPS, ("g-pilot",)))) == refused


@pytest.mark.parametrize("mfa", [Mfa.ALWAYS, Mfa.GROUPS])
def test_a_second_factor_needs_a_method_that_is_one(mfa: Mfa) -> None:
    """Decisions 5, 25: e-mail is none, whatever its switch says."""
    mail = {"email_code": MethodPolicy(sign_in=True), "recovery_code": MethodPolicy(sign_in=False)}
    policy = replace(GOOD, methods=mail, sign_in=SignIn(mfa, ("g-pilot",)))
    assert ("no_factor", "sign_in.mfa") in mistakes(policy)
    one = replace(policy, methods={**mail, "totp": MethodPolicy()})
    assert mistakes(one) == []


def test_a_second_factor_for_groups_needs_groups() -> None:
    """Decisions 25."""
    assert mistakes(replace(GOOD, sign_in=SignIn(Mfa.GROUPS))) == [("no_mfa_groups", "sign_in.mfa_groups")]


def test_a_pass_lives_no_longer_than_an_issuer_may_say() -> None:
    """Decisions 27."""
    policy = replace(GOOD, passes=Passes(default_minutes=61, longest_minutes=60))
    assert mistakes(policy) == [("passes_order", "passes.default_minutes")]
