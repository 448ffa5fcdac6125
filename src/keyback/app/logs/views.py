"""Saved views of both logs: which activities each shows. The busiest come first: they are found at once, and what is older
than their lines need not be looked for."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from keyback.app.sign_in import log
from keyback.core.events import Activity

SIGN_INS: Final = (Activity.SIGN_IN, Activity.SIGN_IN_FAILED, Activity.SIGN_IN_INTERRUPTED)
RESET: Final = (
    Activity.FLOW_PROGRESS, Activity.RESET, Activity.PASSWORD_CHANGED, Activity.ADMIN_RESET, Activity.BLOCKED,
    Activity.UNLOCKED, Activity.ADMIN_UNLOCKED, Activity.CONTACT_ADMIN, Activity.HELP_REQUESTED, Activity.POLICY_CHANGED,
)  # fmt: skip
"""What Entra's service "Self-service Password Management" tells of."""
REGISTRATION: Final = (
    Activity.OWN_CODE_SENT, Activity.OWN_METHOD_ADDED, Activity.REGISTRATION_COMPLETE, Activity.INFO_CONFIRMED,
    Activity.OWN_METHOD_CHANGED, Activity.OWN_METHOD_REMOVED, Activity.OWN_METHOD_LOST, Activity.OWN_DEFAULT_CHANGED,
    Activity.REGISTRATION_SKIPPED, Activity.REGISTRATION_IMPOSSIBLE, Activity.METHOD_ADDED, Activity.METHOD_CHANGED,
    Activity.METHOD_REMOVED, Activity.REGISTRATION_DEMANDED, Activity.PASS_ISSUED, Activity.PASS_USED, Activity.PASS_ENDED,
)  # fmt: skip
"""What Entra's service "Authentication Methods" tells of."""
ALERTS: Final = (
    Activity.SIGN_IN_NEW_BROWSER, Activity.BLOCKED, Activity.SUSPICIOUS_REPORTED, Activity.FAILURE_BURST,
    Activity.FAILURE_STORM, Activity.BRAKE_ON, Activity.BRAKE_RELEASED, Activity.PREFIX_PAUSED, Activity.BREAK_GLASS_USED,
    Activity.ACCESS_DENIED, Activity.CASE_FAILED, Activity.AUDIT_BROKEN, Activity.CLOCK_JUMPED, Activity.CLOCKS_APART,
    Activity.BREACHED_LIST_UNRELIABLE, Activity.KEY_ENDING,
)  # fmt: skip
_OF_THE_PEOPLE_THEMSELVES: Final = frozenset({
    Activity.FLOW_PROGRESS, Activity.RESET, Activity.BLOCKED, Activity.CONTACT_ADMIN, Activity.SIGN_OUT,
    Activity.PASSWORD_CHANGED, Activity.UNLOCKED, Activity.REAUTHENTICATED, Activity.PROOF_STARTED, Activity.SESSION_NAMED,
    Activity.PASS_USED, Activity.SETUP_LINK_USED, Activity.SUSPICIOUS_REPORTED, Activity.HELP_REQUESTED,
    Activity.SIGN_IN_NEW_BROWSER, *SIGN_INS, *(one for one in REGISTRATION if one.name.startswith(("OWN_", "REGISTRATION_C", "REGISTRATION_S", "REGISTRATION_I", "INFO_"))),
})  # fmt: skip
ADMINISTRATION: Final = tuple(one for one in Activity if one not in _OF_THE_PEOPLE_THEMSELVES)
"""Whatever people do not do to themselves."""

AUDIT_VIEWS: Mapping[str, tuple[Activity, ...]] = MappingProxyType({
    "reset": RESET, "registration": REGISTRATION, "administration": ADMINISTRATION, "sign_ins": SIGN_INS, "alerts": ALERTS,
    "all": (),
})  # fmt: skip
"""The first is the one that the page opens with; none: all activities."""
SIGN_IN_VIEWS: Mapping[str, tuple[Activity, ...]] = MappingProxyType({
    "all": (*SIGN_INS, Activity.SIGN_IN_NEW_BROWSER),
    "suspicious": (Activity.SIGN_IN_FAILED, Activity.SIGN_IN_NEW_BROWSER),
})  # fmt: skip
FAILED: Final = frozenset(
    {log.WRONG, log.UNKNOWN, log.DISABLED, log.LOCKED, log.AWAY, log.WRONG_FACTOR, log.COMPROMISED}
)


def written_by(number: str) -> Activity:
    """Under which activity the sign-in log writes one of Entra's numbers."""
    return Activity.SIGN_IN_FAILED if number in FAILED else Activity.SIGN_IN_INTERRUPTED
