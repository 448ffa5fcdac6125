"""What somebody has registered, in words for operators: masked, by whom it was confirmed, and why it counts or not."""

from collections.abc import Mapping

from keyback.app.people.overview import Item
from keyback.core.messages import Text, say
from keyback.core.rules.registration import Why
from keyback.core.rules.why import Reason
from keyback.core.types import ContactKind
from keyback.web.admin.parts import Mark, Words

MESSAGES: Mapping[str, str] = {
    "thing.kind.email": "Alternate mail",
    "thing.kind.mobile": "Mobile phone",
    "thing.kind.office": "Office phone",
    "thing.kind.primary": "Directory's mail address",
    "thing.of_many": "{count} left",
    "thing.counts": "Counts",
    "thing.counts_not": "Does not count",
    "thing.second_factor": "Second factor at sign-in.",
    "thing.by.code": "By a code the owner entered",
    "thing.by.admin": "By an administrator: {said}",
    "thing.by.admin_unsaid": "By an administrator",
    "thing.by.import": "Taken as true when it was imported",
    "thing.by.nobody": "Nobody",
    "thing.by.owner": "The owner, when it was registered",
    "thing.why.waits": "It is new and counts from {from_at}.",
    "thing.why.replaced": "Another took its place. It still counts until {from_at}.",
    "thing.why.unconfirmed": "It is a hint: nobody confirmed it yet.",
    "thing.why.own_mailbox": "This mailbox opens with the password that would be reset.",
    "thing.why.notices_only": "It only gets notices.",
    "thing.why.not_messaged": "No messages are sent to such numbers.",
    "thing.why.switched_off": "The method is switched off.",
    "thing.why.not_for_you": "Policy keeps this method from this person.",
    "thing.why.same_thing": "It hangs on the same thing as another one here, so the two count as one.",
}
CONTACTS = frozenset(kind.value for kind in ContactKind)


def name(item: Item) -> Words:
    """A contact in part, or what its owner calls it."""
    if item.kind in CONTACTS:
        return item.name
    if item.count > 1:
        return say("thing.of_many", count=item.count)
    return item.name if item.name != item.kind else ""


def kind(item: Item) -> Text:
    """What it is."""
    return say(f"thing.kind.{item.kind}" if item.kind in CONTACTS else f"method.{item.kind}.name")


def counts(item: Item) -> Mark:
    """Whether it is a proof for a reset now."""
    good = item.reason is None or item.reason.why is Why.REPLACED
    return Mark(say("thing.counts" if good else "thing.counts_not"), "good" if good else "warn")


def why(reason: Reason) -> Text:
    """Why it does not, or for how long it still does."""
    return say(f"thing.why.{reason.why.value}", **({"from_at": reason.at} if reason.at else {}))


def confirmed(item: Item) -> Text:
    """By whom."""
    if item.kind not in CONTACTS:
        return say("thing.by.owner")
    if item.confirmed_how == "admin":
        return say("thing.by.admin", said=item.vouched_by) if item.vouched_by else say("thing.by.admin_unsaid")
    return say(f"thing.by.{item.confirmed_how or 'nobody'}")
