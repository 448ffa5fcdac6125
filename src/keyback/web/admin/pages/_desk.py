"""What the pages of the helpdesk share: words for actions, for what people hold and why it does not count, and how a secret is
read out."""

from collections.abc import Mapping
from types import MappingProxyType

from keyback.app.people.overview import Item
from keyback.core.messages import Text, say
from keyback.core.rules.helpdesk import Action
from keyback.core.rules.registration import Why
from keyback.core.rules.roles import Permission
from keyback.core.types import ContactKind
from keyback.web.admin.call import Ask
from keyback.web.admin.declare import one_of

MESSAGES: Mapping[str, str] = {
    "desk.action.temporary_password": "Issue temporary password",
    "desk.action.access_pass": "Issue temporary access pass",
    "desk.action.unlock": "Unlock sign-in",
    "desk.action.clear_pause": "End the pause of password reset",
    "desk.action.end_sessions": "Sign out everywhere",
    "desk.action.demand_registration": "Require registration anew",
    "desk.about.temporary_password": "Made by Keyback, shown once. It works for 24 hours, and another must be chosen with it.",
    "desk.about.access_pass": "To register a way to prove who one is. It never resets a password.",
    "desk.about.unlock": "After wrong passwords. The password stays as it is.",
    "desk.about.clear_pause": "After wrong answers at password reset.",
    "desk.about.end_sessions": "On all devices.",
    "desk.about.demand_registration": "At the next sign-in. What is registered serves until then.",
    "desk.kind.primary": "Address of the organisation",
    "desk.kind.email": "Mailbox",
    "desk.kind.mobile": "Mobile phone",
    "desk.kind.office": "Office phone",
    "desk.counts": "Counts",
    "desk.why.waits": "New: counts from {until_at}",
    "desk.why.replaced": "Another took its place: counts until {until_at}",
    "desk.why.unconfirmed": "Not confirmed yet",
    "desk.why.own_mailbox": "The lost password opens this mailbox",
    "desk.why.notices_only": "For notices only",
    "desk.why.not_messaged": "No messages go to such numbers",
    "desk.why.switched_off": "This way is switched off",
    "desk.why.not_for_you": "This way is not for this person",
    "desk.why.same_thing": "Hangs on the same thing as another one",
    "desk.capital": "capital {letter} as in {word}",
    "desk.small": "{letter} as in {word}",
    "desk.dash": "dash",
}
HELPS = one_of(Permission.HELP_PEOPLE, Permission.RESET_PASSWORDS)
"""Who works at the helpdesk."""

_ENGLISH = (
    "Anna Bob Cecil David Emma Fred George Henry Ida John Kate Louis Mary Nora Oscar Peter Queen Robert Sarah Tom Una Victor Wendy "
    "Xavier Yvonne Zoe"
)
_GERMAN = (
    "Anton Berta Cäsar Dora Emil Friedrich Gustav Heinrich Ida Julius Kaufmann Ludwig Martha Nordpol Otto Paula Quelle Richard "
    "Samuel Theodor Ulrich Viktor Wilhelm Xanthippe Ypsilon Zacharias"
)
_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "en": MappingProxyType({name[0].lower(): name for name in _ENGLISH.split()}),
    "de": MappingProxyType({name[0].lower(): name for name in _GERMAN.split()}),
})  # fmt: skip


def spoken(ask: Ask, secret: str) -> str:
    """As it is read out, character by character, in the operator's language."""
    words = ask.call.words
    names = _NAMES.get(words.lang, _NAMES["en"])
    return ", ".join(words.say(_one(letter, names)) for letter in secret)


def _one(letter: str, names: Mapping[str, str]) -> Text:
    if letter == "-":
        return say("desk.dash")
    word = names.get(letter.lower())
    if word is None:
        return say("thing.name", name=letter)
    return say("desk.capital" if letter.isupper() else "desk.small", letter=letter, word=word)


def label(action: Action | str) -> Text:
    """What a button says."""
    return say(f"desk.action.{Action(action).value}")


def thing(item: Item) -> Text:
    """What sort of thing somebody holds."""
    kinds = {kind.value for kind in ContactKind}
    return say(f"desk.kind.{item.kind}") if item.kind in kinds else say(f"method.{item.kind}.name")


def counts(item: Item) -> Text:
    """Whether it counts for a reset, and if not why."""
    reason = item.reason
    if reason is None:
        return say("desk.counts")
    timed = reason.why in {Why.WAITS, Why.REPLACED}
    return say(f"desk.why.{reason.why.value}", **({"until_at": reason.at} if timed else {}))
