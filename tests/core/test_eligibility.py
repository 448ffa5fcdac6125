"""Who may reset, and the one reason that is told who may not (entra-sspr 1.1, 1.8; decisions 1, 2, 3)."""

from dataclasses import replace

import pytest

from keyback.core.policy import (
    Administrators,
    AdminSelfService,
    InForce,
    Policy,
    Scope,
    SelfService,
    resolve,
)
from keyback.core.rules.assurance import Proof
from keyback.core.rules.eligibility import is_decoy, refusal, tenant_wide_refusal
from keyback.core.rules.roles import is_administrator
from keyback.core.types import Code, DirectoryKind, Person, PersonKind
from tests.people import ADA, BO, CY, DEE

APP: Proof = ("totp", frozenset({"app:1"}))
MAIL: Proof = ("email_code", frozenset({"mailbox:ada@mail.example"}))
SMS: Proof = ("sms_code", frozenset({"phone:+4915112345609"}))
BOTH = (APP, MAIL)
ALL = SelfService(enabled_for=Scope.ALL)
PILOT = SelfService(enabled_for=Scope.SELECTED, groups=("g-pilot", "g-second"), excluded_groups=("g-out",))


def told(
    person: Person, scope: SelfService, *proofs: Proof, admins: AdminSelfService = AdminSelfService.ALL
) -> Code | None:
    policy = InForce(1, Policy(self_service=scope, administrators=Administrators(self_service=admins)))
    demand = resolve(policy.policy, person.groups, administrator=is_administrator(person.roles))
    return refusal(person, policy, proofs, demand)


def of_groups(person: Person, *groups: str) -> Person:
    return replace(person, groups=frozenset(groups))


def test_nobody_may_reset_without_a_policy() -> None:
    """GAT-5: SSPR_0011."""
    demand = resolve(Policy(), frozenset(), administrator=False)
    assert refusal(ADA, None, BOTH, demand) is Code.NO_POLICY
    assert tenant_wide_refusal(None) is Code.NO_POLICY


def test_the_tenants_flag_stops_everybody_and_administrators_too() -> None:
    assert told(ADA, SelfService(), *BOTH) is Code.DISABLED_FOR_ALL
    assert told(CY, SelfService(), *BOTH) is Code.DISABLED_FOR_ALL
    assert tenant_wide_refusal(InForce(1, Policy())) is Code.DISABLED_FOR_ALL
    assert tenant_wide_refusal(InForce(1, Policy(self_service=ALL))) is None


def test_all_lets_everybody_in_but_the_excluded() -> None:
    everybody = replace(ALL, excluded_groups=("g-out",))
    assert told(ADA, everybody, *BOTH) is None
    assert told(of_groups(ADA, "g-out"), everybody, *BOTH) is Code.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("groups", "wanted"),
    [
        ((), Code.OUT_OF_SCOPE),
        (("g-other",), Code.OUT_OF_SCOPE),
        (("g-pilot",), None),
        (("g-second",), None),
        (("g-pilot", "g-out"), Code.OUT_OF_SCOPE),
    ],
)
def test_selected_means_any_of_its_groups_and_none_of_the_excluded(
    groups: tuple[str, ...], wanted: Code | None
) -> None:
    assert told(of_groups(ADA, *groups), PILOT, *BOTH) is wanted


def test_a_foreign_password_needs_writeback() -> None:
    dora = replace(ADA, directory=DirectoryKind.ACTIVE_DIRECTORY)
    assert told(dora, ALL, *BOTH) is Code.NO_WRITEBACK
    assert told(dora, replace(ALL, writeback=True), *BOTH) is None


def test_too_few_methods_is_the_last_reason() -> None:
    assert told(ADA, ALL, MAIL) is Code.TOO_FEW_METHODS
    assert told(ADA, replace(ALL, methods_required=1), MAIL) is None


def test_two_methods_on_one_thing_are_one() -> None:
    """GAT-2."""
    voice: Proof = ("voice_call", SMS[1])
    assert told(ADA, ALL, SMS, voice) is Code.TOO_FEW_METHODS


def test_reasons_come_in_entras_order() -> None:
    """Flag, scope, writeback, methods: each hides the ones behind it."""
    foreign = replace(ADA, directory=DirectoryKind.LDAP)
    assert told(foreign, SelfService()) is Code.DISABLED_FOR_ALL
    assert told(foreign, PILOT) is Code.OUT_OF_SCOPE
    assert told(of_groups(foreign, "g-pilot"), PILOT) is Code.NO_WRITEBACK
    assert told(of_groups(ADA, "g-pilot"), PILOT) is Code.TOO_FEW_METHODS


@pytest.mark.parametrize(
    ("rule", "helpdesk", "keeper"),
    [
        (AdminSelfService.ALL, None, None),
        (AdminSelfService.NOT_GLOBAL, None, Code.OUT_OF_SCOPE),
        (AdminSelfService.NONE, Code.OUT_OF_SCOPE, Code.OUT_OF_SCOPE),
    ],
)
def test_administrators_have_a_rule_of_their_own(
    rule: AdminSelfService, helpdesk: Code | None, keeper: Code | None
) -> None:
    """GAT-8, decisions 3: outside the user scope, in a group or not."""
    assert told(BO, PILOT, *BOTH, admins=rule) is helpdesk
    assert told(CY, PILOT, *BOTH, admins=rule) is keeper
    assert told(of_groups(BO, "g-pilot"), PILOT, *BOTH, admins=rule) is helpdesk


def test_administrators_need_two_methods_and_a_strong_one_whatever_the_tenant_asks() -> None:
    """GAT-7 (amended)."""
    lax = replace(ALL, methods_required=1)
    assert told(BO, lax, APP) is Code.TOO_FEW_METHODS
    assert told(BO, lax, MAIL, SMS) is Code.TOO_FEW_METHODS
    assert told(BO, lax, *BOTH) is None


@pytest.mark.parametrize(
    "person", [DEE, replace(ADA, kind=PersonKind.SERVICE), replace(ADA, enabled=False)], ids=["glass", "service", "off"]
)
def test_some_accounts_never_help_themselves(person: Person) -> None:
    """GAT-8: refused at commit as well, and decoys from the start."""
    assert told(person, ALL, *BOTH) is Code.OUT_OF_SCOPE
    assert is_decoy(person)


def test_whoever_might_prove_something_is_no_decoy() -> None:
    assert not is_decoy(ADA)
    assert not is_decoy(CY)
