"""After the first proof the truth is told: the reason with its code, in plain words, with a way on (decisions 1)."""

from dataclasses import replace
from typing import Any

import pytest

from keyback.core.policy import AdminSelfService, Policy
from keyback.core.types import ContactKind, DirectoryKind
from tests.living import MAIL, OPEN_POLICY, Living, with_self_service
from tests.private.classes import found_group, member

REASONS: dict[str, tuple[str, dict[str, Any], Policy]] = {
    "out of scope": ("SSPR_0013", {}, with_self_service(excluded_groups=("outside",))),
    "directory without writeback": ("SSPR_0010", {"directory": DirectoryKind.LDAP}, OPEN_POLICY),
    "one method of two": ("SSPR_0014", {}, OPEN_POLICY),
    "administrator excluded": ("SSPR_0013", {}, replace(
        OPEN_POLICY, administrators=replace(OPEN_POLICY.administrators, self_service=AdminSelfService.NONE))),
    "reported": ("KEYBACK_0001", {}, OPEN_POLICY),
}  # fmt: skip


@pytest.mark.parametrize("reason", REASONS)
def test_the_true_reason_is_told_then_and_not_before(living: Living, reason: str) -> None:
    """Decisions 1, ENU-6: the same list as for everybody, then the code, and a line in the audit log."""
    code, facts, policy = REASONS[reason]
    living.set_policy(policy)
    ada = living.person("ada", **facts)
    living.contact(ada, ContactKind.EMAIL, MAIL)
    if reason != "one method of two":
        living.authenticator(ada)
    if reason == "out of scope":
        found_group(living, "outside")
        member(living, ada, "outside")
    if reason == "administrator excluded":
        living.grant(ada, "user_administrator")
    if reason == "reported":
        with living.store.writing() as unit:
            unit.people.freeze(ada, unit.now)
    browser = living.browser()
    stranger = living.browser()
    assert browser.start()["choices"] == stranger.start("nobody@contoso.example")["choices"]
    browser.choose("email_code")
    page = browser.post(answer=living.newest_code(MAIL))
    assert (page["state"], page["code"], page["title"]["id"]) == ("refused", code, "refused.you_title")
    assert {link["rel"] for link in page["links"]} == {"help", "restart"}
    assert page["reference"]
    assert [line["details"] for line in living.story() if code in str(line["details"])] != []


def test_a_reason_that_came_up_on_the_way_is_told(living: Living) -> None:
    """Decisions 1: the reason is looked at when it is told, not when the user ID was typed."""
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    living.set_policy(with_self_service(excluded_groups=("outside",)))
    found_group(living, "outside")
    member(living, "id-ada", "outside")
    page = browser.post(answer=living.newest_code(MAIL))
    assert (page["state"], page["code"]) == ("refused", "SSPR_0013")
