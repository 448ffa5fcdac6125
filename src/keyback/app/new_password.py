"""Is a new password acceptable for this person? The same answer at every door by which one comes in (PWD-8)."""

from collections.abc import Iterable

from keyback.app.house import House
from keyback.core.messages import Text, say
from keyback.core.policy import Passwords
from keyback.core.ports import Credential
from keyback.core.rules import password
from keyback.core.types import Person

MESSAGES = {
    "new_password.not_same": "The two entries are not the same. Please type the new password twice.",
    "new_password.used_before": "This password was used before. Choose one that was not used yet.",
}


def mistakes(house: House, policy: Passwords, person: Person, new: str, words: Iterable[str] = ()) -> tuple[Text, ...]:
    """Everything that is wrong with it, before any hashing. `words`: what else an attacker would try, such as the
    person's addresses."""
    names = (person.given_name, person.surname, person.display_name)
    context = password.Context(person.upn, names, house.tenant_name, tuple(words))
    return password.judge(new, policy, context, house.lists)


def typed_twice(new: str, again: str) -> tuple[Text, ...]:
    """A mistake unless both entries are the same."""
    return () if new == again else (say("new_password.not_same"),)


def used_before(house: House, policy: Passwords, present: Credential | None, new: str) -> tuple[Text, ...]:
    """A mistake if it is one of the last `policy.history` passwords. Costs an Argon2 for each; hold no transaction."""
    hashes = (present.encoded, *present.history)[: policy.history] if present else ()
    prepared = password.prepare(new)
    used = any(house.hasher.verify(encoded, prepared) for encoded in hashes)
    return (say("new_password.used_before"),) if used else ()
