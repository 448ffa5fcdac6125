"""Is this password acceptable in the own directory? One function, for every door by which one comes in (PWD-8).

`modern` follows NIST SP 800-63B-4 3.1.1.2, `entra` the rules of Entra's cloud passwords (decisions 11). What was
used before is judged by the verb, which alone can compare hashes.
"""

import unicodedata
from collections.abc import Collection, Container, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from keyback.core.messages import Text, say
from keyback.core.policy import PasswordPreset, Passwords, WithoutBreachedList
from keyback.core.rules import banned

MAX_LENGTH = 256
"""Code points."""
MAX_BYTES = 1_024
"""UTF-8. Longer ones are refused before any hashing, and never cut (PWD-2)."""
ENTRA_MINIMUM = 8
ENTRA_CLASSES = 3
_ENTRA_CHARACTERS = frozenset(map(chr, range(0x20, 0x7F)))
_UNTYPABLE = frozenset({"Cc", "Cs", "Cn"})
_SHORTEST_TERM = 4
GOOD, STRONG = 14, 20
"""Points that a strength begins at."""

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "password.too_short": "Use at least {minimum} characters. A few unrelated words make a good password.",
        "password.too_long": "Use at most {maximum} characters.",
        "password.characters": "It holds a character that cannot be typed, such as a line break. Leave it out.",
        "password.entra_characters": "Use only the letters a to z, digits, spaces and the usual symbols of a keyboard.",
        "password.classes": "Mix at least {classes} of these: small letters, capital letters, digits, symbols.",
        "password.common": "Many people use this password, so it is among the first to be tried. Choose another.",
        "password.breached": "This password is in a collection of stolen ones, so it is among the first to be tried. Choose "
        "another, and change it wherever else you use it.",
        "password.no_list": "New passwords cannot be set at the moment, because the list of stolen passwords that they are "
        "compared with cannot be used. This is not your fault, and nothing was changed. Please tell your administrator.",
        "password.personal": "This is your own or your organisation's name. Choose something that nobody links to you.",
        "password.contains_name": "It contains your own or your organisation's name. Leave that out.",
        "password.guessable": "It is made of words that are easy to guess. Add words or characters unlike them.",
        "password.rule_length": "At least {minimum} characters",
        "password.rule_classes": "At least {classes} of: small letters, capital letters, digits, symbols",
        "password.rule_not_common": "Not a common password, a name, or easy to guess",
        "password.rule_not_used": "Not one of your last passwords",
        "password.rule_same": "Both entries are the same",
    }
)


@dataclass(frozen=True, slots=True)
class Context:
    """What an attacker would try first: whose password it is, and where."""

    user_id: str = ""
    names: tuple[str, ...] = ()
    """Given name, surname, display name."""
    tenant_name: str = ""
    words: tuple[str, ...] = ()
    """Mail addresses, service and host names."""

    def parts(self) -> Iterator[str]:
        """Every word of it, and what else people would call the same: the part of an address before its @, single
        names, given name and surname together."""
        words = (self.user_id, *self.names, self.tenant_name, *self.words)
        yield from words
        yield from (word.partition("@")[0] for word in words if "@" in word)
        yield from (part for name in (*self.names, self.tenant_name) for part in name.split())
        yield "".join(self.names[:2])


@dataclass(frozen=True, slots=True)
class Lists:
    """What ships with Keyback or was imported."""

    common: AbstractSet[str]
    """In the form of `banned.fold`."""
    terms: banned.Terms
    breached: Container[str] = frozenset()
    """As they were typed where they were stolen."""
    reliable: bool = False
    """Whether the breached set is there, whole, and young enough for the policy (PWD-5)."""


class Strength(StrEnum):
    """What is shown while a password is typed."""

    TOO_WEAK = "too_weak"
    FAIR = "fair"
    GOOD = "good"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Shown:
    """One rule for the page. `check` is what its script can test by itself: `length`, `classes`, `same`; or
    `server`, which only the server can tell."""

    id: str
    text: Text
    check: str
    amount: int = 0


def prepare(password: str) -> str:
    """The one form that is judged and hashed: NFKC (NIST SP 800-63B-4 3.1.1.2). What is too long to be accepted
    comes back as it is, so that ten megabytes cost nothing."""
    return password if _exceeds(password) else unicodedata.normalize("NFKC", password)


def too_long(password: str) -> bool:
    """Whether it is refused before anything else is done with it. Looked at as typed and as prepared."""
    return _exceeds(password) or _exceeds(prepare(password))


def judge(password: str, policy: Passwords, context: Context, lists: Lists) -> tuple[Text, ...]:
    """Everything that is wrong with it, as a person is told; empty: acceptable. Costs no hashing."""
    if too_long(password):
        return (say("password.too_long", maximum=MAX_LENGTH),)
    if not lists.reliable and policy.without_breached_list is WithoutBreachedList.REFUSE:
        return (say("password.no_list"),)
    prepared = prepare(password)
    found = _shape(prepared, policy)
    if password in lists.breached or prepared in lists.breached:
        return (*found, say("password.breached"))
    return (*found, *_guessable(prepared, policy, context, lists))


def strength(password: str, wrong: Collection[Text], policy: Passwords, lists: Lists) -> Strength:
    """How good a password is of which `judge` said `wrong`: too weak if that is anything. Else by its points: one for
    each banned term in it and one for each character outside of them that neither repeats the one before nor follows it
    as b follows a and 2 follows 1. Good from `GOOD` points, strong from `STRONG`."""
    if wrong:
        return Strength.TOO_WEAK
    worth = banned.worth(prepare(password), lists.terms.and_also(policy.banned_terms))
    return Strength.FAIR if worth < GOOD else Strength.GOOD if worth < STRONG else Strength.STRONG


def rules_shown(policy: Passwords) -> tuple[Shown, ...]:
    """What the page lists beside the field and ticks off while the person types."""
    minimum = minimum_length(policy)
    rules = [Shown("length", say("password.rule_length", minimum=minimum), "length", minimum)]
    if policy.preset is PasswordPreset.ENTRA:
        text = say("password.rule_classes", classes=ENTRA_CLASSES)
        rules.append(Shown("classes", text, "classes", ENTRA_CLASSES))
    rules.append(Shown("common", say("password.rule_not_common"), "server"))
    if policy.history:
        rules.append(Shown("history", say("password.rule_not_used"), "server", policy.history))
    rules.append(Shown("same", say("password.rule_same"), "same"))
    return tuple(rules)


def minimum_length(policy: Passwords) -> int:
    """In code points. Never under eight, whatever a document says."""
    return ENTRA_MINIMUM if policy.preset is PasswordPreset.ENTRA else max(ENTRA_MINIMUM, policy.minimum_length)


def classes(password: str) -> int:
    """How many of Entra's four kinds of character it has."""
    kinds = {0 if c.islower() else 1 if c.isupper() else 2 if c.isdigit() else 3 for c in password}
    return len(kinds)


def _exceeds(password: str) -> bool:
    return len(password) > MAX_LENGTH or len(password.encode("utf-8", "surrogatepass")) > MAX_BYTES


def _shape(password: str, policy: Passwords) -> list[Text]:
    found: list[Text] = []
    minimum = minimum_length(policy)
    if len(password) < minimum:
        found.append(say("password.too_short", minimum=minimum))
    if any(unicodedata.category(c) in _UNTYPABLE for c in password):
        found.append(say("password.characters"))
    elif policy.preset is PasswordPreset.ENTRA and not _ENTRA_CHARACTERS.issuperset(password):
        found.append(say("password.entra_characters"))
    if policy.preset is PasswordPreset.ENTRA and classes(password) < ENTRA_CLASSES:
        found.append(say("password.classes", classes=ENTRA_CLASSES))
    return found


def _guessable(password: str, policy: Passwords, context: Context, lists: Lists) -> list[Text]:
    """At most one of them: each says the same to the person, choose another."""
    if any(form in lists.common for form in banned.forms(password)):
        return [say("password.common")]
    if _is_personal(password, context):
        return [say("password.personal")]
    if policy.preset is PasswordPreset.ENTRA and _contains_name(password, context):
        return [say("password.contains_name")]
    if banned.refused(password, lists.terms.and_also(policy.banned_terms)):
        return [say("password.guessable")]
    return []


def _is_personal(password: str, context: Context) -> bool:
    """The whole password, folded, is one of the words of the context (NIST compares the whole, not parts)."""
    known = {_squeezed(form) for word in set(context.parts()) for form in banned.forms(word)} - {""}
    return any(_squeezed(form) in known for form in banned.forms(password))


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _contains_name(password: str, context: Context) -> bool:
    """Words of four letters or more, anywhere in it (entra-style)."""
    text = banned.normal(password)
    return any(len(word) >= _SHORTEST_TERM and word in text for word in map(banned.normal, context.parts()))
