"""What a person must register, what would help most, and what must wait (decisions 17, 19, 24, 26).

All of it follows from what the person holds and from policy; nothing is remembered but times (`Upkeep`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from keyback.core.policy import Demand, InForce, Mfa, Policy, resolve
from keyback.core.rules import assurance, eligibility, offer, roles
from keyback.core.rules.assurance import FACTORS, SPARE, Proof
from keyback.core.types import DAY, HOUR, Enrolment, Instant, Person, Span

UNUSED: Span = 365 * DAY
"""After so long a contact is proven anew."""
MOST_NEW = 2
"""More methods than so many are never needed."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What registration asks of one person now."""

    asked: bool
    """Whether anything is asked at all: something is missing, or must be done anew."""
    factor: bool
    """Whether signing in itself needs a second factor that is not there: nothing is open without it."""
    skippable: bool
    skips_left: int | None
    """How often it can still be put off; None: as often as one likes. Only where it can be."""
    offers: tuple[str, ...]
    """Methods that would help, the one to suggest first; empty where something is asked: nothing can be done here."""
    gates: int
    """How many proofs a reset will need; 0: this person has no self-service."""
    missing: int
    """How many more methods would be enough; 0: nothing is asked, or nothing would be."""


class Why(StrEnum):
    """Why something that a person registered does not count for a reset now."""

    WAITS = "waits"
    """It is new (decisions 17)."""
    REPLACED = "replaced"
    """Another took its place; it still counts until that one does."""
    UNCONFIRMED = "unconfirmed"
    OWN_MAILBOX = "own_mailbox"
    """The password that would be reset opens it (decisions 5)."""
    NOTICES_ONLY = "notices_only"
    NOT_MESSAGED = "not_messaged"
    """No messages are sent to such numbers."""
    SWITCHED_OFF = "switched_off"
    NOT_FOR_YOU = "not_for_you"
    """Other groups may use it, or not administrators."""
    SAME_THING = "same_thing"
    """It hangs on the same thing as another one, so that both count as one."""


def demand_of(person: Person, policy: Policy) -> Demand:
    """How many proofs a reset of this person needs."""
    return resolve(policy, person.groups, administrator=roles.is_administrator(person.roles))


def needs_factor(person: Person, policy: Policy) -> bool:
    """Whether signing in needs a second factor even where none is registered (decisions 25)."""
    rule = policy.sign_in
    if rule.mfa is Mfa.GROUPS:
        return bool(person.groups.intersection(rule.mfa_groups))
    return rule.mfa is Mfa.ALWAYS


def factors(registered: Iterable[Enrolment], person: Person, policy: Policy) -> tuple[Enrolment, ...]:
    """What may be the second factor at sign-in, the preferred method first, then the strongest. Nothing waits for that:
    what is new serves sign-in at once (decisions 17)."""
    found = [one for one in registered if is_factor(one.method, policy) and one.ends_at is None]
    preferred = person.upkeep.preferred_method
    return tuple(sorted(found, key=lambda one: one.method != preferred))


def is_factor(method: str, policy: Policy) -> bool:
    """Whether this method may be the second factor at sign-in."""
    rule = policy.methods.get(method)
    return method in FACTORS and rule is not None and rule.enabled and rule.sign_in


def hold(person: Person, policy: Policy) -> Span:
    """How long something new waits, and security info stays closed after a recovery (decisions 17, 26)."""
    return hold_of(policy, administrator=roles.is_administrator(person.roles))


def hold_of(policy: Policy, *, administrator: bool) -> Span:
    """The same, where only that is known of the person."""
    rules = policy.registration
    return (rules.hold_hours_administrators if administrator else rules.hold_hours) * HOUR


def complete(proofs: Sequence[Proof], person: Person, policy: Policy) -> bool:
    """Whether these are as many as a reset of this person needs, whether or not it is switched on."""
    return assurance.reachable(proofs, demand_of(person, policy))


def usable_from(person: Person, policy: Policy, proofs: Sequence[Proof], now: Instant) -> Instant:
    """From when something counts for a reset that this person registers now, who has `proofs`: at once until, for the
    first time, there are as many as policy demands; a demanded re-registration is never the first (decisions 17)."""
    upkeep = person.upkeep
    first = upkeep.registered_at is None and upkeep.again_at is None and not complete(proofs, person, policy)
    return now if first else now + hold(person, policy)


def closed_until(person: Person, policy: Policy, now: Instant) -> Instant | None:
    """Until when security info is read-only, because the account was recovered a short time ago (decisions 26)."""
    recovered = person.upkeep.recovered_at
    if recovered is None or recovered + hold(person, policy) <= now:
        return None
    return recovered + hold(person, policy)


def reconfirm_due(person: Person, policy: Policy, now: Instant) -> bool:
    """Whether it is time to ask if all is still right."""
    days, upkeep = policy.registration.reconfirm_days, person.upkeep
    since = upkeep.confirmed_at or upkeep.registered_at
    return policy.registration.required_at_sign_in and days > 0 and since is not None and since + days * DAY <= now


def must_be_proven(one: Enrolment, now: Instant) -> bool:
    """Of an address or number: whether nothing was heard from there for so long that a code must prove it (decisions 24)."""
    return one.ends_at is None and (one.last_used_at or one.added_at) + UNUSED <= now


@dataclass(frozen=True, slots=True)
class Registered:
    """One thing that a person registered and that policy permits, waiting or not, and what it proves."""

    enrolment: Enrolment
    proof: Proof


def duty(person: Person, policy: InForce, held: Iterable[Registered], methods: Iterable[offer.MethodFacts]) -> Duty:
    """What registration asks of this person. Where an administrator demanded it anew, only what is newer counts."""
    rules, again = policy.policy, person.upkeep.again_at
    there = [one for one in held if one.enrolment.ends_at is None]
    proofs = [one.proof for one in there if again is None or one.enrolment.added_at >= again]
    factor = needs_factor(person, rules) and not any(is_factor(method, rules) for method, _ in proofs)
    gates = demand_of(person, rules).gates if _for_reset(person, policy) else 0
    if _enough(proofs, person, policy):
        return Duty(asked=False, factor=False, skippable=False, skips_left=0, offers=(), gates=gates, missing=0)
    left = None if rules.registration.unlimited_skips else max(0, rules.registration.skips - person.upkeep.skips)
    forced = factor or again is not None or roles.is_administrator(person.roles)
    skippable = not forced and left != 0
    offers, missing = _offers(proofs, person, policy, methods)
    return Duty(True, factor, skippable, left, offers, gates, missing)


def _for_reset(person: Person, policy: InForce) -> bool:
    """Whether this person registers for resets: where it is asked for at sign-in, and self-service is on for them."""
    rules = policy.policy
    open_to_all = eligibility.tenant_wide_refusal(policy) is None
    return rules.registration.required_at_sign_in and open_to_all and eligibility.in_scope(person, rules)


def _enough(proofs: Sequence[Proof], person: Person, policy: InForce) -> bool:
    rules = policy.policy
    if needs_factor(person, rules) and not any(is_factor(method, rules) for method, _ in proofs):
        return False
    return not _for_reset(person, policy) or assurance.reachable(proofs, demand_of(person, rules))


def allowed(person: Person, policy: Policy, methods: Iterable[offer.MethodFacts]) -> tuple[str, ...]:
    """Everything that this person may register, the one to suggest first."""
    found = [one for one in methods if offer.method_for(person, policy, one.name)]
    first = needs_factor(person, policy)
    found.sort(key=lambda one: (one.name in SPARE, first and not is_factor(one.name, policy), one.rank))
    return tuple(one.name for one in found)


def _offers(
    proofs: Sequence[Proof], person: Person, policy: InForce, methods: Iterable[offer.MethodFacts]
) -> tuple[tuple[str, ...], int]:
    """What belongs to a smallest set that would be enough, and its size; nothing where no such set exists."""
    names = allowed(person, policy.policy, methods)
    for count in range(1, MOST_NEW + 1):
        sets = [
            some
            for some in combinations(names, count)
            if _enough([*proofs, *((name, frozenset({f"new:{name}"})) for name in some)], person, policy)
        ]
        if sets:
            useful = {name for some in sets for name in some}
            return tuple(name for name in names if name in useful), count
    return (), 0
