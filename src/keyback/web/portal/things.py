"""What one has registered, in words: the same on every page that lists it."""

from keyback.app.security_info.look import Thing
from keyback.core.messages import Text, say

MESSAGES = {
    "thing.name": "{name}",
    "thing.left": "{left} {left:recovery code|recovery codes} left",
    "thing.added": "Added {added_at}.",
    "thing.used": "Added {added_at}. Last used {used_at}.",
    "thing.unused": "Added {added_at}. Not used yet.",
}


def label(one: Thing) -> Text:
    """An address or number as its owner knows it; else what it is."""
    if one.left:
        return say("thing.left", left=one.left)
    return say("thing.name", name=one.name) if one.kind and _named(one) else say(f"method.{one.method}.name")


def about(one: Thing) -> tuple[Text, ...]:
    """What its owner calls it, where that is not its label, and since when it is there."""
    own = (say("thing.name", name=one.name),) if not one.kind and not one.left and _named(one) else ()
    if one.last_used_at is not None:
        return (*own, say("thing.used", added_at=one.added_at, used_at=one.last_used_at))
    return (*own, say("thing.added" if one.left or not one.method else "thing.unused", added_at=one.added_at))


def _named(one: Thing) -> bool:
    return one.name not in {"", one.method}
