"""What messages say: each template with its sentences, in their order.

A template is a list of sentences, not a little program (INJ-4). Its values are a fixed list; they come from the
store and from policy, never from what somebody typed (SND-9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "mail.code.subject": "Your code to reset your password (letters {letters})",
        "mail.code.code": "{code} is your code to reset your password at {organisation}.",
        "mail.code.letters": "The page where you type it shows the same two letters: {letters}.",
        "mail.code.life": "The code works once, for {life_ms}.",
        "mail.code.never_ask": "Nobody at {organisation} will ever ask you for this code. Tell it to nobody.",
        "mail.code.not_you": "You did not ask for it? Then do nothing. Your password stays as it is.",
        "sms.code.text": (
            "{organisation}: {code} is your code to reset your password (letters {letters}). "
            "Our staff never ask for it."
        ),
        "notice.greeting": "This is about your account {user_id} at {organisation}.",
        "notice.why_you": "You get this mail because it is about your account. It cannot be answered.",
        "notice.why_admin": "You get this mail because you look after accounts at {organisation}. It cannot be answered.",
        "notice.not_you": "Was it not you? Call your helpdesk now, and do not use this account until they have helped you.",
        "notice.object": (
            "Or stop it yourself at once, without signing in. Open this page and press the button on it: {link}"
        ),
        "notice.object_once": "The link works once, for 7 days. Opening it changes nothing yet.",
        "notice.where": "It came from the network address {source}.",
        "notice.password_reset.subject": "Your password was reset",
        "notice.password_reset.what": "The password was reset on {when_at}.",
        "notice.password_reset.ended": "You were signed out everywhere. Sign in again with the new password.",
        "notice.password_reset.was_you": "Was it you? Then all is well.",
        "notice.password_set_by_admin.subject": "An administrator has set a new password for you",
        "notice.password_set_by_admin.what": "An administrator set a new password for it on {when_at}.",
        "notice.password_set_by_admin.next": "You will choose your own password when you next sign in.",
        "notice.password_set_by_admin.not_you": "Did you not expect this? Call your helpdesk now.",
        "notice.password_set_by_admin.short": (
            "{organisation}: An administrator set a new password for you. Not expected? Call your helpdesk."
        ),
        "notice.method_changed.short": (
            "{organisation}: The ways to prove who you are have changed: {what}. Was it not you? Call your helpdesk."
        ),
        "notice.what.added": "{thing} was added",
        "notice.what.removed": "{thing} was removed",
        "notice.what.now": "now {thing}",
        "notice.what.other": "one of them was added, changed or removed",
        "notice.method_changed.subject": "The ways to prove who you are have changed",
        "notice.method_changed.what": "This was changed on {when_at}: {what}.",
        "notice.role_changed.subject": "Your roles have changed",
        "notice.role_changed.what": "An administrator changed its roles on {when_at}: {what}.",
        "notice.role_changed.ended": "You were signed out everywhere.",
        "notice.disabled.subject": "Your account was disabled",
        "notice.disabled.what": "An administrator disabled it on {when_at}. Nobody can sign in with it or reset its password.",
        "notice.enabled.subject": "Your account was enabled again",
        "notice.enabled.what": "An administrator enabled it on {when_at}.",
        "notice.admin_reset.subject": "An administrator has reset their own password",
        "notice.admin_reset.what": "{who} reset their own password on {when_at}.",
        "notice.admin_reset.check": "If you did not expect this, ask them in person or by phone. Do not ask by mail.",
        "notice.contact_admin.subject": "Somebody asks for help to reset a password",
        "notice.contact_admin.what": "Somebody who gave the user ID {who} asks for help to reset the password.",
        "notice.contact_admin.unverified": (
            "Not verified: we do not know who this was. "
            "Make sure who you are dealing with before you change anything."
        ),
        "notice.recovery_closed.subject": "Password reset is closed for your account",
        "notice.recovery_closed.what": (
            "On {when_at} the button “This was not me” was pressed, from a mail about this account."
        ),
        "notice.recovery_closed.means": (
            "Until your administrators have looked at it, nobody can reset the password. "
            "Everybody was signed out, and your administrators were told."
        ),
        "notice.recovery_closed.next": "Call your helpdesk now. They will help you to get in again.",
        "notice.recovery_open.subject": "Password reset is open again for your account",
        "notice.recovery_open.what": (
            "Your administrators have looked at the report about this account. "
            "Since {when_at} its password can be reset again."
        ),
        "notice.recovery_open.next": (
            "If a password was reported, it stays dead. Set a new one on the page where forgotten passwords are reset."
        ),
        "notice.recovery_open.check": "If nobody has spoken with you about this, call your helpdesk.",
        "notice.incident.subject": "Somebody reports: this was not me",
        "notice.incident.what": (
            "On {when_at} the button “This was not me” was pressed, from a mail about the account {who}."
        ),
        "notice.incident.done": "Password reset is closed for this account, and everybody was signed out of it.",
        "notice.incident.next": (
            "Speak with the owner in person or by phone, not by mail. What happened, and what to do, is shown by: "
            "keyback incidents show {incident}"
        ),
        "notice.brake.subject": "Password resets pause for an hour",
        "notice.brake.what": (
            "On {when_at} more password resets were completed within five minutes than ever happens here: {resets}. "
            "So no new ones can begin until {until_at}. Who had already proven something can finish."
        ),
        "notice.brake.check": (
            "Is it the first Monday after the holidays, or a password that all have to change? Then release the brake: "
            "keyback policy brake --release --reason WHY"
        ),
        "notice.brake.next": (
            "If not, somebody may be taking over accounts. Look at what happened, with: keyback audit list"
        ),
        "notice.storm.subject": "Far more wrong answers than usual",
        "notice.storm.what": (
            "On {when_at} far more answers were wrong than usual ({failures}). Somebody may be guessing codes, across many accounts."
        ),
        "notice.storm.done": (
            "Nobody is locked out. Until ten minutes after the last of it, starting a reset costs browsers more work, and "
            "who is not known yet has half the tries."
        ),
        "notice.storm.next": "Where it comes from is in the audit log: keyback audit list",
        "notice.prefix_paused.subject": "No more text messages to some numbers",
        "notice.prefix_paused.what": (
            "Since {when_at} no text messages are sent to the numbers {numbers}, because hardly any of their codes was "
            "ever typed. This is what fraud with expensive numbers looks like. It ends by itself after a day."
        ),
        "notice.prefix_paused.next": (
            "Look at whose numbers these are. People who really have one can use another way, or ask the helpdesk."
        ),
        "notice.failed_attempts.subject": "Somebody tries to reset your password",
        "notice.failed_attempts.what": "{count} wrong answers were given within a day, the last one on {when_at}.",
        "notice.failed_attempts.means": "Nobody got in, and nothing was changed. Your password still works.",
        "notice.failed_attempts.next": "Was it you? Then try another way, or ask your helpdesk. Was it not you? Then tell "
        "nobody a code, and tell your helpdesk if it goes on.",
        "notice.rescue.subject": "A rescue link was made for an account",
        "notice.rescue.what": "On {when_at} {host_user} made a rescue link for {who}, on the machine that runs Keyback.",
        "notice.rescue.means": "Whoever has this link can set a new password for that account, once.",
        "notice.rescue.check": "If you did not expect this, find out at once who has access to that machine.",
    }
)  # fmt: skip

OBJECT: Final = "notice.object"
OBJECTING: Final = (OBJECT, "notice.object_once")
ABOUT_PASSWORD: Final = frozenset({"notice.password_reset", "notice.password_set_by_admin"})
"""Notices after which the present password is one that the owner may not know (decisions 16)."""


@dataclass(frozen=True, slots=True)
class Template:
    """Sentences in their order. `code` says whether the code is also set large."""

    values: frozenset[str]
    subject: str
    body: tuple[str, ...]
    short: str = ""
    """Its one sentence as a text message; empty: it goes by mail only."""
    code: bool = False

    @property
    def can_be_objected(self) -> bool:
        """Whether its mails have a link "this was not me"."""
        return OBJECT in self.body


def _notice(name: str, values: str, *body: str, short: str = "") -> Template:
    return Template(frozenset(values.split()), f"notice.{name}.subject", body, short)


TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType(
    {
        "mail.code": Template(
            frozenset({"code", "letters", "life_ms"}),
            "mail.code.subject",
            ("mail.code.code", "mail.code.letters", "mail.code.life", "mail.code.never_ask", "mail.code.not_you"),
            code=True,
        ),
        "sms.code": Template(frozenset({"code", "letters", "life_ms"}), "", (), "sms.code.text", code=True),
        "notice.password_reset": _notice(
            "password_reset",
            "user_id when_at source",
            "notice.greeting",
            "notice.password_reset.what",
            "notice.where",
            "notice.password_reset.was_you",
            "notice.password_reset.ended",
            "notice.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.password_set_by_admin": _notice(
            "password_set_by_admin",
            "user_id when_at",
            "notice.greeting",
            "notice.password_set_by_admin.what",
            "notice.password_set_by_admin.next",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
            short="notice.password_set_by_admin.short",
        ),
        "notice.method_changed": _notice(
            "method_changed",
            "user_id when_at what",
            "notice.greeting",
            "notice.method_changed.what",
            "notice.not_you",
            *OBJECTING,
            "notice.why_you",
            short="notice.method_changed.short",
        ),
        "notice.role_changed": _notice(
            "role_changed",
            "user_id when_at what",
            "notice.greeting",
            "notice.role_changed.what",
            "notice.role_changed.ended",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.disabled": _notice(
            "disabled",
            "user_id when_at",
            "notice.greeting",
            "notice.disabled.what",
            "notice.password_set_by_admin.not_you",
            "notice.why_you",
        ),
        "notice.enabled": _notice(
            "enabled",
            "user_id when_at",
            "notice.greeting",
            "notice.enabled.what",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.admin_reset": _notice(
            "admin_reset",
            "who when_at",
            "notice.admin_reset.what",
            "notice.admin_reset.check",
            "notice.why_admin",
        ),
        "notice.contact_admin": _notice(
            "contact_admin",
            "who",
            "notice.contact_admin.what",
            "notice.contact_admin.unverified",
            "notice.why_admin",
        ),
        "notice.recovery_closed": _notice(
            "recovery_closed",
            "user_id when_at source",
            "notice.greeting",
            "notice.recovery_closed.what",
            "notice.where",
            "notice.recovery_closed.means",
            "notice.recovery_closed.next",
            "notice.why_you",
        ),
        "notice.recovery_open": _notice(
            "recovery_open",
            "user_id when_at",
            "notice.greeting",
            "notice.recovery_open.what",
            "notice.recovery_open.next",
            "notice.recovery_open.check",
            "notice.why_you",
        ),
        "notice.incident": _notice(
            "incident",
            "who when_at incident source",
            "notice.incident.what",
            "notice.where",
            "notice.incident.done",
            "notice.incident.next",
            "notice.why_admin",
        ),
        "notice.brake": _notice(
            "brake",
            "when_at resets until_at",
            "notice.brake.what",
            "notice.brake.check",
            "notice.brake.next",
            "notice.why_admin",
        ),
        "notice.storm": _notice(
            "storm",
            "when_at failures",
            "notice.storm.what",
            "notice.storm.done",
            "notice.storm.next",
            "notice.why_admin",
        ),
        "notice.prefix_paused": _notice(
            "prefix_paused",
            "when_at numbers",
            "notice.prefix_paused.what",
            "notice.prefix_paused.next",
            "notice.why_admin",
        ),
        "notice.failed_attempts": _notice(
            "failed_attempts",
            "user_id when_at source count",
            "notice.greeting",
            "notice.failed_attempts.what",
            "notice.where",
            "notice.failed_attempts.means",
            "notice.failed_attempts.next",
            "notice.why_you",
        ),
        "notice.rescue": _notice(
            "rescue",
            "who when_at host_user",
            "notice.rescue.what",
            "notice.rescue.means",
            "notice.rescue.check",
            "notice.why_admin",
        ),
    }
)
