"""Is a new password acceptable for this person? The same answer at every door by which one comes in (PWD-8)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from keyback.app.breached import standing
from keyback.app.house import House
from keyback.core.errors import Conflict
from keyback.core.messages import Text, say
from keyback.core.policy import InForce, Passwords, Policy
from keyback.core.ports import Credential, Unit
from keyback.core.rules import password
from keyback.core.rules.password import Context, Lists, Strength
from keyback.core.types import Person

MESSAGES = {
    "new_password.not_same": "The two entries are not the same. Please type the new password twice.",
    "new_password.used_before": "This password was used before. Choose one that was not used yet.",
    "new_password.rules_changed": "The rules for passwords were changed a moment ago. No password was set; please try again.",
}

SERVICE = "keyback"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a password that is being typed would be told."""

    wrong: tuple[Text, ...]
    strength: Strength


def about(person: Person, addresses: Iterable[str] = ()) -> Context:
    """What an attacker would try first on this person."""
    return Context(
        person.canonical, (person.given_name, person.surname, person.display_name), words=(person.upn, *addresses)
    )


def mistakes(house: House, policy: Passwords, whose: Context, new: str) -> tuple[Text, ...]:
    """Everything that is wrong with it, before any hashing (PWD-2)."""
    host = urlsplit(house.base_url).hostname or ""
    context = replace(whose, tenant_name=house.tenant_name, words=(*whose.words, SERVICE, host))
    return password.judge(new, policy, context, _lists(house, policy))


def while_typed(house: House, policy: Passwords, whose: Context, new: str) -> Judged:
    """What is wrong with it, and how good it is. Costs no hashing."""
    wrong = mistakes(house, policy, whose, new)
    return Judged(wrong, password.strength(new, wrong, policy, house.lists))


def typed_twice(new: str, again: str) -> tuple[Text, ...]:
    """A mistake unless both entries are the same."""
    return () if new == again else (say("new_password.not_same"),)


def used_before(house: House, policy: Passwords, present: Credential | None, new: str) -> tuple[Text, ...]:
    """A mistake if it is one of the last `policy.history` passwords. Costs an Argon2 for each; hold no transaction."""
    least = 1 if present and present.compromised_at is not None else 0  # a reported password never comes back
    hashes = (present.encoded, *present.history)[: max(policy.history, least)] if present else ()
    prepared = password.prepare(new)
    used = any(house.hasher.verify(encoded, prepared) for encoded in hashes)
    return (say("new_password.used_before"),) if used else ()


def put(unit: Unit, person: Person, encoded: str, before: Credential | None, journey: str = "") -> int:
    """The new hash in place of `before`; everything that hung on the old one ends, except this journey (COD-6, SES-3). The
    account's generation from now on. Raises `Conflict` when another password came first, which undoes all of it."""
    version = before.version if before else 0
    new = Credential(encoded, (), unit.now, must_change=False, not_after=None, version=version)
    if not unit.people.set_credential(person.id, new, unit.now, keep=before.encoded if before else ""):
        raise Conflict(say("store.conflict"))
    generation = unit.people.raise_generation(person.id, unit.now)
    unit.journeys.end_others(person.id, journey)
    unit.links.void(person.id, unit.now)
    unit.session_challenges.end_all(person.id)
    return generation


def still_judged(judged_by: Passwords, in_force: InForce | None) -> None:
    """Raises `Conflict` when other rules are in force at commit than the password was judged by (PWD-6)."""
    if (in_force.policy if in_force else Policy()).passwords != judged_by:
        raise Conflict(say("new_password.rules_changed"))


def _lists(house: House, policy: Passwords) -> Lists:
    """A set that is out of date still finds what was stolen before; it just cannot be relied on."""
    found, gap = standing(house, policy)
    return house.lists if found is None else replace(house.lists, breached=found, reliable=gap is None)
