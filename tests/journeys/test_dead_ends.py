"""Each way a journey can end without a new password: its own page, its own code, and a way on (entra-sspr 1.8)."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import Administrators, AdminSelfService, MethodPolicy, Policy, Scope
from keyback.core.types import ContactKind, DirectoryKind, Disclosure
from keyback.store.engine import Sql
from tests.living import ALL_METHODS, MAIL, OPEN_POLICY, Browser, Living, with_self_service


def ways_on(page: dict[str, Any]) -> set[str]:
    """What the page offers."""
    return {link["rel"] for link in page["links"]}


def refused_after_one_gate(living: Living) -> Browser:
    """Walk through the mailbox and see."""
    browser = living.browser()
    browser.first_gate()
    return browser


def test_0009_is_told_on_the_first_page_alike_for_everybody(quick: Living) -> None:
    """Decisions 1: a reason that holds for the whole tenant."""
    quick.set_policy(with_self_service(enabled_for=Scope.NONE))
    page = quick.browser().get("/reset")
    assert (page["state"], page["code"]) == ("refused", "SSPR_0009")
    assert ways_on(page) == {"help", "sign_in"}


def test_0011_without_any_policy(quick: Living) -> None:
    """GAT-5: no policy means no."""
    with quick.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM policy_document"), {})
    page = quick.browser().get("/reset")
    assert (page["state"], page["code"]) == ("refused", "SSPR_0011")


def test_0010_for_a_directory_without_writeback(living: Living) -> None:
    """Told after gate one, never before."""
    eve = living.person("ada", directory=DirectoryKind.ACTIVE_DIRECTORY)
    living.contact(eve, ContactKind.EMAIL, MAIL)
    living.authenticator(eve)
    browser = refused_after_one_gate(living)
    assert (browser.page["state"], browser.page["code"]) == ("refused", "SSPR_0010")
    assert ways_on(browser.page) == {"help", "restart"}
    assert browser.page["reference"]


def test_0013_out_of_scope(quick: Living) -> None:
    """Not a member of the chosen groups."""
    quick.set_policy(with_self_service(enabled_for=Scope.SELECTED, groups=("g1",)))
    quick.ada()
    assert refused_after_one_gate(quick).page["code"] == "SSPR_0013"


def test_0014_with_one_method_of_two(quick: Living) -> None:
    """The source document's last picture of step 3."""
    quick.contact(quick.person("ada"), ContactKind.EMAIL, MAIL)
    assert refused_after_one_gate(quick).page["code"] == "SSPR_0014"


@pytest.mark.parametrize("rule", [AdminSelfService.NONE, AdminSelfService.NOT_GLOBAL])
def test_0013_for_excluded_administrators(quick: Living, rule: AdminSelfService) -> None:
    """GAT-8: self-service for administrators can be switched off."""
    quick.set_policy(replace(OPEN_POLICY, administrators=Administrators(self_service=rule)))
    quick.grant(quick.ada(), "global_administrator")
    assert refused_after_one_gate(quick).page["code"] == "SSPR_0013"


def test_administrators_always_need_a_strong_method(quick: Living) -> None:
    """GAT-7 (amended): two methods, one strong, whatever the tenant's number is."""
    weak = {name: MethodPolicy() for name in ("email_code", "sms_code", "totp")}
    quick.set_policy(Policy(self_service=replace(OPEN_POLICY.self_service, methods_required=1), methods=weak))
    ada = quick.ada()
    quick.grant(ada, "helpdesk_administrator")
    browser = quick.browser()
    page = browser.first_gate()
    assert page["state"] == "choose_method"
    assert [choice["value"] for choice in page["choices"]] == ["totp"]


def test_guided_tells_the_reason_at_once(quick: Living) -> None:
    """Decisions 1, classic Entra."""
    quick.set_policy(with_self_service(disclosure=Disclosure.GUIDED))
    quick.contact(quick.person("ada"), ContactKind.EMAIL, MAIL)
    page = quick.browser().start()
    assert (page["state"], page["code"]) == ("refused", "SSPR_0014")


def test_guided_shows_masked_contacts_at_once(quick: Living) -> None:
    """Decisions 1: reason and masked contacts straight after the user ID."""
    quick.set_policy(with_self_service(disclosure=Disclosure.GUIDED))
    quick.ada()
    page = quick.browser().start()
    assert "mailbox.example" in str(page["choices"])
    assert MAIL not in str(page)


def test_guided_holds_only_in_the_named_networks(quick: Living) -> None:
    """Decisions 1: limited to trusted networks; elsewhere it is private."""
    quick.set_policy(with_self_service(disclosure=Disclosure.GUIDED, guided_networks=("10.0.0.0/8",)))
    quick.ada()
    page = quick.browser().start()
    assert [choice["value"] for choice in page["choices"]] == list(dict.fromkeys(ALL_METHODS_RANKED))


ALL_METHODS_RANKED = ("totp", "recovery_code", "email_code", "sms_code")


def test_the_account_s_own_mailbox_is_not_offered(quick: Living) -> None:
    """Decisions 5: a mailbox that the lost password itself opens proves nothing."""
    ada = quick.person("ada")
    quick.contact(ada, ContactKind.EMAIL, "ada@contoso.example")
    quick.authenticator(ada)
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    assert [message["to"] for message in quick.delivered()] == []


def test_all_methods_are_known_here() -> None:
    """The list above is the shelf."""
    assert set(ALL_METHODS_RANKED) == set(ALL_METHODS)
