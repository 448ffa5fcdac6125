"""What messages say: each template with its sentences, in their order; the sentences themselves are in `sentences`.

A template is a list of sentences, not a little program (INJ-4). Its values are a fixed list; they come from the
store and from policy, never from what somebody typed (SND-9).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

OBJECT: Final = "notice.object"
LOOKING: Final = ("notice.look",)
"""Sentences with a link to a person in the admin centre; left out where there is none."""
OBJECTING: Final = (OBJECT, "notice.object_once")
ABOUT_PASSWORD: Final = frozenset(
    {"notice.password_reset", "notice.password_set_by_admin", "notice.password_changed", "notice.new_device"}
)
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


def _codes() -> dict[str, Template]:
    """A code says what it is for (SND-9): `mail.code` to reset the password, the others as their names say."""
    values, made = frozenset({"code", "letters", "life_ms"}), {}
    for purpose, not_you in (
        ("", "mail.code.not_you"),
        (".unlock", "mail.code.unlock.not_you"),
        (".call", "mail.code.call.not_you"),
        (".sign_in", "mail.code.sign_in.not_you"),
        (".again", "mail.code.sign_in.not_you"),
        (".confirm", "mail.code.confirm.not_you"),
    ):
        mail, sms = f"mail.code{purpose}", f"sms.code{purpose}"
        body = (f"{mail}.code", "mail.code.letters", "mail.code.life", "mail.code.never_ask", not_you)
        made[mail] = Template(values, f"{mail}.subject", body, code=True)
        made[sms] = Template(values, "", (), f"{sms}.text", code=True)
    return made


def _endings() -> dict[str, Template]:
    """Keys, certificates and lists near their end."""
    made = {}
    for name, says in (
        ("master_key_old", "made_at"),
        ("certificate_ends", "until_at"),
        ("breached_list_old", "until_at"),
    ):
        notice = f"notice.{name}"
        body = (f"{notice}.what", f"{notice}.next", "notice.why_admin")
        made[notice] = _notice(name, f"when_at {says}", *body, short=f"{notice}.short")
    return made


TEMPLATES: Final[Mapping[str, Template]] = MappingProxyType(
    {
        **_codes(),
        **_endings(),
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
        "notice.deleted": _notice(
            "deleted",
            "user_id when_at until_at",
            "notice.greeting",
            "notice.deleted.what",
            "notice.deleted.until",
            "notice.password_set_by_admin.not_you",
            "notice.why_you",
        ),
        "notice.restored": _notice(
            "restored",
            "user_id when_at",
            "notice.greeting",
            "notice.restored.what",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.user_id_changed": _notice(
            "user_id_changed",
            "user_id when_at what",
            "notice.greeting",
            "notice.user_id_changed.what",
            "notice.role_changed.ended",
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
        "notice.admin_unlocked": _notice(
            "admin_unlocked",
            "who when_at",
            "notice.admin_unlocked.what",
            "notice.admin_reset.check",
            "notice.why_admin",
        ),
        "notice.contact_admin": _notice(
            "contact_admin",
            "who",
            "notice.contact_admin.what",
            "notice.contact_admin.unverified",
            "notice.look",
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
            short="notice.incident.short",
        ),
        "notice.break_glass": _notice(
            "break_glass",
            "who when_at source",
            "notice.break_glass.what",
            "notice.break_glass.check",
            "notice.why_admin",
        ),
        "notice.brake": _notice(
            "brake",
            "when_at resets until_at",
            "notice.brake.what",
            "notice.brake.check",
            "notice.brake.next",
            "notice.why_admin",
            short="notice.brake.short",
        ),
        "notice.storm": _notice(
            "storm",
            "when_at failures",
            "notice.storm.what",
            "notice.storm.done",
            "notice.storm.next",
            "notice.why_admin",
            short="notice.storm.short",
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
        "notice.failure_burst": _notice(
            "failure_burst",
            "user_id when_at until_at source count",
            "notice.greeting",
            "notice.failed_attempts.what",
            "notice.where",
            "notice.failure_burst.closed",
            "notice.failed_attempts.means",
            "notice.failed_attempts.next",
            "notice.why_you",
            short="notice.failure_burst.short",
        ),
        "notice.failure_burst_admin": _notice(
            "failure_burst_admin",
            "who when_at until_at source count",
            "notice.failure_burst_admin.what",
            "notice.where",
            "notice.failure_burst_admin.closed",
            "notice.failure_burst_admin.next",
            "notice.look",
            "notice.why_admin",
            short="notice.failure_burst_admin.short",
        ),
        "notice.notices_silenced": _notice(
            "notices_silenced",
            "who when_at settings",
            "notice.notices_silenced.what",
            "notice.notices_silenced.settings",
            "notice.notices_silenced.check",
            "notice.why_admin",
        ),
        "notice.unlocked": _notice(
            "unlocked",
            "user_id when_at source",
            "notice.greeting",
            "notice.unlocked.what",
            "notice.where",
            "notice.unlocked.was_you",
            "notice.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.unlocked_by_admin": _notice(
            "unlocked_by_admin",
            "user_id when_at",
            "notice.greeting",
            "notice.unlocked_by_admin.what",
            "notice.unlocked_by_admin.means",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.pause_cleared": _notice(
            "pause_cleared",
            "user_id when_at",
            "notice.greeting",
            "notice.pause_cleared.what",
            "notice.pause_cleared.means",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.new_device": _notice(
            "new_device",
            "user_id when_at source",
            "notice.greeting",
            "notice.new_device.what",
            "notice.where",
            "notice.new_device.was_you",
            "notice.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.sessions_ended": _notice(
            "sessions_ended",
            "user_id when_at",
            "notice.greeting",
            "notice.sessions_ended.what",
            "notice.sessions_ended.next",
            "notice.why_you",
        ),
        "notice.password_changed": _notice(
            "password_changed",
            "user_id when_at source",
            "notice.greeting",
            "notice.password_changed.what",
            "notice.where",
            "notice.password_reset.was_you",
            "notice.password_changed.ended",
            "notice.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.password_expires": _notice(
            "password_expires",
            "user_id until_at",
            "notice.greeting",
            "notice.password_expires.what",
            "notice.password_expires.next",
            "notice.password_expires.late",
            "notice.why_you",
        ),
        "notice.pass_issued": _notice(
            "pass_issued",
            "user_id when_at from_at until_at",
            "notice.greeting",
            "notice.pass_issued.what",
            "notice.pass_issued.means",
            "notice.pass_issued.never_ask",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.registration_demanded": _notice(
            "registration_demanded",
            "user_id when_at",
            "notice.greeting",
            "notice.registration_demanded.what",
            "notice.registration_demanded.means",
            "notice.registration_demanded.next",
            "notice.password_set_by_admin.not_you",
            *OBJECTING,
            "notice.why_you",
        ),
        "notice.registration_impossible": _notice(
            "registration_impossible",
            "who when_at",
            "notice.registration_impossible.what",
            "notice.registration_impossible.next",
            "notice.why_admin",
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
