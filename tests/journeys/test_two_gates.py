"""The whole way back in, on both engines: user ID, two proofs, new password."""

from dataclasses import replace

from keyback.core.policy import Notifications
from keyback.core.types import ContactKind
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Living, with_self_service


def test_ada_resets_with_mailbox_and_authenticator(living: Living) -> None:
    """The journey of the demo, start to end."""
    ada = living.ada()
    browser = living.browser()
    assert browser.start()["state"] == "choose_method"
    assert browser.choose("email_code")["state"] == "answer"
    assert browser.post(answer=living.newest_code(MAIL))["state"] == "choose_method"
    assert browser.choose("totp")["state"] == "answer"
    assert browser.post(answer=living.code_of_app())["state"] == "new_password"
    page = browser.set_password()
    assert page["state"] == "done"
    assert [link["rel"] for link in page["links"]] == ["sign_in", "help"]
    assert len(page["checklist"]) == 5
    assert living.has_password(ada, NEW_PASSWORD)
    assert not living.has_password(ada, OLD_PASSWORD)


def test_second_gate_hides_the_used_method_and_shows_masks(living: Living) -> None:
    """GAT-2: another method and another trust root; ENU-6: masks only after gate one."""
    living.ada()
    browser = living.browser()
    first = browser.start()
    assert [choice["value"] for choice in first["choices"]] == ["totp", "recovery_code", "email_code", "sms_code"]
    assert MAIL[:1] + "***" not in str(first)
    second = browser.first_gate()
    assert {choice["value"].partition(":")[0] for choice in second["choices"]} == {"totp", "sms_code"}
    assert "09" in str(second["choices"])


def test_a_recovery_code_counts_once(living: Living) -> None:
    """COD-4, decisions 8: a used code is never right again."""
    ada = living.ada()
    codes = living.recovery_codes(ada)
    browser = living.browser()
    browser.first_gate()
    browser.choose("recovery_code")
    assert browser.post(answer=codes[3].lower())["state"] == "new_password"
    browser.set_password()
    living.clock.move(3_600_000)
    again = living.browser()
    again.start()
    again.choose("recovery_code")
    assert again.post(answer=codes[3])["state"] == "answer"
    assert again.told() == ["answer.wrong"]


def test_every_step_stands_in_the_story(living: Living) -> None:
    """AUD-1, entra-sspr 8.1: one event per step, joined by the journey's id."""
    living.ada()
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    lines = living.story()
    correlations = {line["correlation"] for line in lines if line["correlation"]}
    assert len(correlations) == 1
    assert [line["reason"] for line in lines if line["correlation"]] == [
        "User submitted their user ID",
        "User was presented with verification options",
        "User started the email verification option",
        "User completed the email verification option",
        "User started the mobile app code verification option",
        "User completed the mobile app code verification option",
        "User submitted a new password",
        "password",
        "Successfully completed reset.",
        "User successfully reset password",
    ]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))


def test_notices_go_to_every_confirmed_address_and_the_primary_one(living: Living) -> None:
    """NOT-1, NOT-2, decisions 15."""
    ada = living.ada()
    living.contact(ada, ContactKind.EMAIL, "second@mailbox.example")
    living.contact(ada, ContactKind.EMAIL, "hint@mailbox.example", how="")
    living.contact(ada, ContactKind.PRIMARY, "ada@contoso.example", how="")
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    notices = [message for message in living.delivered() if message["subject"] == "Your password was reset"]
    assert sorted(message["to"] for message in notices) == ["ada@contoso.example", MAIL, "second@mailbox.example"]
    assert all(NEW_PASSWORD not in str(message) for message in living.delivered())


def test_global_administrators_are_told_when_one_resets(living: Living) -> None:
    """Source document, step 5: notify all admins when other admins reset their password."""
    ada, cy = living.ada(), living.person("cy")
    living.grant(ada, "helpdesk_administrator")
    living.grant(cy, "global_administrator")
    living.contact(cy, ContactKind.EMAIL, "cy@mailbox.example")
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    told = [message for message in living.delivered() if message["subject"].startswith("An administrator has reset")]
    assert [message["to"] for message in told] == ["cy@mailbox.example"]


def test_one_gate_is_enough_where_policy_says_one(living: Living) -> None:
    """Decisions 2."""
    living.set_policy(with_self_service(methods_required=1))
    living.ada()
    browser = living.browser()
    assert browser.first_gate()["state"] == "new_password"
    assert len(browser.page["steps"]) == 4
    assert browser.set_password()["state"] == "done"


def test_notices_may_be_switched_off_but_never_for_administrators_themselves(living: Living) -> None:
    """NOT-5, decisions 15."""
    living.set_policy(replace(OPEN_POLICY, notifications=Notifications(notify_users=False, notify_admins=False)))
    ada, cy = living.ada(), living.person("cy")
    living.grant(cy, "global_administrator")
    living.contact(cy, ContactKind.EMAIL, "cy@mailbox.example")
    browser = living.browser()
    browser.both_gates()
    browser.set_password()
    assert [m["subject"] for m in living.delivered() if "code" not in str(m["subject"])] == []
    living.grant(ada, "helpdesk_administrator")
    living.clock.move(10 * 60_000)
    browser.both_gates()
    browser.set_password("eight purple lamps dance")
    told = [(m["to"], m["subject"]) for m in living.delivered() if "code" not in str(m["subject"])]
    assert told == [(MAIL, "Your password was reset")]
