"""An emergency account that signs in alarms the administrators (ADM-8)."""

from keyback.core.types import PersonKind
from tests.living import Living
from tests.signing import sign_in


def test_its_use_is_told_to_every_global_administrator_and_written_down(living: Living) -> None:
    """ADM-8: whatever the notices' switches say."""
    living.grant(living.person("gwen"), "global_administrator")
    glass = living.person("glass", kind=PersonKind.BREAK_GLASS)
    sign_in(living.browser(), "glass@contoso.example")
    told = [one["to"] for one in living.delivered() if "emergency account" in str(one["text"])]
    assert told == ["gwen@contoso.example"]
    lines = [line for line in living.story() if line["activity"] == "Sign in with break-glass account"]
    assert [line["target"] for line in lines] == [glass]


def test_other_accounts_alarm_nobody(living: Living) -> None:
    """Ordinary people sign in quietly."""
    living.grant(living.person("gwen"), "global_administrator")
    living.person("ada")
    sign_in(living.browser())
    assert not [one for one in living.delivered() if "emergency account" in str(one["text"])]
