"""Channels of notices in a policy: which there are, and which of them nobody may switch off."""

from dataclasses import replace

import pytest

from keyback.core.policy import Customization, Notifications
from keyback.core.rules.notice_check import silenced
from tests.core.test_policy_check import GOOD, mistakes, warnings, with_scope


def with_channels(setting: str, chosen: tuple[str, ...]) -> Notifications:
    return replace(Notifications(), **{setting: chosen})  # type: ignore[arg-type]  # one of those that are lists


@pytest.mark.parametrize("setting", ["method_changes", "failure_bursts", "freezes", "brake", "keys"])
def test_notices_go_by_channels_that_exist_and_some_are_never_silent(setting: str) -> None:
    """Issue 5, decisions 15, NOT-5: unknown channels are refused, and silence where somebody must be told."""
    path = f"notifications.{setting}"
    for chosen, found in ((("email", "sms"), []), (("pigeon",), [("channel", f"{path}[0]")]),
                          (("sms", "sms"), [("channel_twice", f"{path}[1]")])):  # fmt: skip
        assert mistakes(replace(GOOD, notifications=with_channels(setting, chosen))) == found
    silent = replace(GOOD, notifications=with_channels(setting, ()))
    assert mistakes(silent) == ([("never_silent", path)] if setting in {"method_changes", "freezes", "brake"} else [])
    assert warnings(silent) == {"notices_off"}


@pytest.mark.parametrize(
    "link", ["https://contoso.example/help", "help@elsewhere.example", "", "help@notcontoso.example"]
)
def test_help_elsewhere_needs_no_warning(link: str) -> None:
    """entra-sspr 5: only a mailbox that the lost password opens is a trap."""
    policy = replace(with_scope(own_mail_domains=("contoso.example",)), customization=Customization(link))
    assert warnings(policy) == set()


def test_what_fewer_hear_of_is_silenced() -> None:
    """ADM-2: a channel less counts, a channel more does not."""
    both = Notifications(keys=("email", "sms"))
    assert silenced(Notifications(), Notifications()) == ()
    assert silenced(Notifications(), both) == ()
    assert silenced(both, Notifications()) == ("keys",)
    assert silenced(Notifications(), Notifications(notify_users=False, failure_bursts=())) == (
        "notify_users",
        "failure_bursts",
    )
