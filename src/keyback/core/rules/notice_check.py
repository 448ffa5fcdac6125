"""By which channels notices may go, and which of them nobody may switch off (decisions 15, NOT-5, AUD-7)."""

from collections.abc import Iterator, Mapping

from keyback.core.messages import Text, say
from keyback.core.policy import Notifications

MESSAGES: Mapping[str, str] = {
    "policy.channel": "{path}: {value} is not a channel. Allowed: {known}.",
    "policy.channel_twice": "{path}: {value} stands there twice.",
    "policy.never_silent": "{path}: this cannot be switched off: nobody would learn that somebody else changed how they prove"
    " who they are, or that an account or all resets are closed. Name at least one channel: {known}.",
}

CHANNELS = ("email", "sms")
CHOSEN = ("method_changes", "failure_bursts", "freezes", "brake", "keys")
"""Settings that are lists of channels."""
NEVER_SILENT = frozenset({"method_changes", "freezes", "brake"})
"""What people are told about their own methods, and the alarms that must be."""
LONGEST_SHOWN = 64


def channel_mistakes(notifications: Notifications) -> Iterator[Text]:
    """Channels that do not exist or stand there twice, and silence where there may be none."""
    known = ", ".join(CHANNELS)
    for setting in CHOSEN:
        chosen: tuple[str, ...] = getattr(notifications, setting)
        path = f"notifications.{setting}"
        for i, value in enumerate(chosen):
            if value not in CHANNELS:
                yield say("policy.channel", path=f"{path}[{i}]", value=value[:LONGEST_SHOWN], known=known)
            elif value in chosen[:i]:
                yield say("policy.channel_twice", path=f"{path}[{i}]", value=value)
        if not chosen and setting in NEVER_SILENT:
            yield say("policy.never_silent", path=path, known=known)


def silenced(before: Notifications, after: Notifications) -> tuple[str, ...]:
    """Settings by which fewer hear of something than before."""
    switches = [
        name for name in ("notify_users", "notify_admins") if getattr(before, name) and not getattr(after, name)
    ]
    lists = [name for name in CHOSEN if set(getattr(before, name)) - set(getattr(after, name))]
    return (*switches, *lists)
