"""Everything the audit log can say, in one closed list. Names follow Entra's where Entra has one
(`Self-service Password Management`), so that existing searches and alerts keep working."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Activity(StrEnum):
    """Activity names. Permanent: searches and alerts depend on them."""

    FLOW_PROGRESS = "Self-service password reset flow activity progress"
    RESET = "Reset password (self-service)"
    BLOCKED = "Blocked from self-service password reset"
    ADMIN_RESET = "Reset password (by admin)"
    POLICY_CHANGED = "Self-service password reset policy changes"
    CONTACT_ADMIN = "User contacted an administrator"
    SIGN_IN = "User signed in"
    SIGN_IN_FAILED = "User could not sign in"
    SIGN_OUT = "User signed out"
    SESSIONS_ENDED = "Update StsRefreshTokenValidFrom Timestamp"
    PERSON_ADDED = "Add user"
    PERSON_CHANGED = "Update user"
    PERSON_DISABLED = "Disable account"
    PERSON_ENABLED = "Enable account"
    PAUSE_CLEARED = "Clear pause"
    PEOPLE_IMPORTED = "Import users"
    METHOD_ADDED = "Admin registered security info"
    METHOD_REMOVED = "Admin deleted security info"
    METHOD_CHANGED = "Admin updated security info"
    OWN_METHOD_ADDED = "User registered security info"
    OWN_METHOD_CHANGED = "User updated security info"
    OWN_METHOD_REMOVED = "User deleted security info"
    OWN_METHOD_LOST = "User reported security info as lost"
    OWN_DEFAULT_CHANGED = "User changed default security info"
    OWN_CODE_SENT = "User started security info registration"
    REGISTRATION_COMPLETE = "User registered all required security info"
    REGISTRATION_SKIPPED = "User canceled security info registration"
    REGISTRATION_IMPOSSIBLE = "User could not register all required security info"
    INFO_CONFIRMED = "User reviewed security info"
    REGISTRATION_DEMANDED = "Admin required re-registration of security info"
    PASSWORD_CHANGED = "Change password (self-service)"
    UNLOCKED = "Unlock user account (self-service)"
    SIGN_IN_INTERRUPTED = "Sign-in was interrupted"
    REAUTHENTICATED = "User proved identity again"
    PROOF_STARTED = "User started to prove identity again"
    SESSION_NAMED = "Name session"
    PASS_ISSUED = "Admin created temporary access pass"
    PASS_ENDED = "Admin deleted temporary access pass"
    PASS_USED = "User signed in with temporary access pass"
    ROLE_CHANGED = "Change role assignment"
    GROUP_ADDED = "Add group"
    GROUP_CHANGED = "Change group membership"
    TENANT_CREATED = "Set up organisation"
    BREACHED_LIST_IMPORTED = "Import breached passwords"
    BREACHED_LIST_UNRELIABLE = "Breached passwords cannot be relied on"
    SETUP_LINK_ISSUED = "Issue one-time link"
    SETUP_LINK_USED = "Use one-time link"
    KEY_ADDED = "Add master key"
    KEYS_ROTATED = "Rotate master keys"
    KEY_RETIRED = "Retire master key"
    AUDIT_READ = "Read audit log"
    AUDIT_EXPORTED = "Export audit log"
    AUDIT_BROKEN = "Find audit log broken"
    CLOCK_JUMPED = "Clock jumped"
    CLOCKS_APART = "Clocks apart"
    SUSPICIOUS_REPORTED = "Suspicious activity reported"
    INCIDENT_CLOSED = "Close incident"
    BRAKE_ON = "Pause password resets"
    BRAKE_RELEASED = "Let password resets begin again"
    FAILURE_STORM = "Find storm of failures"
    PREFIX_PAUSED = "Pause messages to numbers"


class Step(StrEnum):
    """Reasons of `FLOW_PROGRESS`, in Entra's words. `{method}` is filled with the method's audit name."""

    SUBMITTED_ID = "User submitted their user ID"
    OPTIONS_SHOWN = "User was presented with verification options"
    STARTED = "User started the {method} verification option"
    COMPLETED = "User completed the {method} verification option"
    FAILED = "User failed the {method} verification option"
    NEW_PASSWORD = "User submitted a new password"
    SUCCEEDED = "User successfully reset password"
    UNLOCKED = "User successfully unlocked account"
    MEANT_RESET = "User chose to reset the password"
    MEANT_UNLOCK = "User chose to unlock the account"
    CANCELLED = "User cancelled before passing the required authentication methods"
    CANCELLED_LATE = "User cancelled before submitting a new password"
    ABANDONED = "User abandoned the attempt"
    NOT_ENABLED = "Password reset is not enabled for this user"
    NOT_IN_SCOPE = "User is not a member of an enabled group"
    TOO_FEW_METHODS = "User's account has insufficient authentication methods defined"
    ON_PREMISES = "User's password is managed on-premises and writeback is not enabled"
    FROZEN = "Password reset is closed for this user after a report"
    NO_POLICY = "No password reset policy is in force"
    PASSWORD_REFUSED = "New password did not meet the policy"
    CONTACTED_ADMIN = "User contacted an administrator"
    REPLACED = "Newer attempts took the place of this one"
    STOPPED_CHANGED = "Account or policy changed during the attempt"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit log, written in the transaction of the change it tells of (AUD-2).

    `actor` and `target` are person ids, `host:<user>` for the command line, `decoy:<keyed hash>` for user
    IDs that nobody has (AUD-5), or empty. No secret ever stands in `details` (COD-9).
    """

    activity: Activity
    actor: str
    target: str
    result: str
    """`success` or `failure`."""
    reason: str = ""
    correlation: str = ""
    """The journey's id, which joins the steps of one attempt."""
    source: str = ""
    """Client address."""
    details: Mapping[str, str | int] = field(default_factory=dict)
