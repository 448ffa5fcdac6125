"""How ready a person is to reset, in numbers that can be counted by the million.

A person's standing says what the person holds, not what a policy allows; so the same rows tell who could reset
under the policy in force and under any other. Asking that question goes through the very rules that judge a
journey (`core.rules.eligibility`), once per class of like people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from keyback.core.policy import InForce, Policy, resolve
from keyback.core.rules import eligibility, offer, registration, roles
from keyback.core.rules.assurance import Proof
from keyback.core.types import DAY, Code, DirectoryKind, Enrolment, Instant, Person, PersonKind, Upkeep

BITS: Mapping[str, int] = MappingProxyType(
    {
        name: 1 << place
        for place, name in enumerate(
            (
                "totp",
                "email_code",
                "sms_code",
                "recovery_code",
                "push",
                "passkey",
                "hardware_token",
                "voice_call",
                "security_questions",
            )
        )
    }
)
"""One bit per method. Stored, so places are permanent: new names are added at the end."""

SHARED_ROOT: Mapping[str, str] = MappingProxyType(
    {
        "sms_code": "phone",
        "voice_call": "phone",
        "totp": "app",
        "push": "app",
    }
)
"""Methods that usually hang on the same thing, and then count as one gate (GAT-2)."""

NO_ADMINISTRATOR, ADMINISTRATOR, GLOBAL_ADMINISTRATOR = 0, 1, 2
NEVER, OWN_PASSWORD, FOREIGN_PASSWORD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Standing:
    """What is stored about one person."""

    methods: int
    """Sum of `BITS` of the methods that could be used now, if policy allows them."""
    enabled: bool
    administrator: int
    """`NO_ADMINISTRATOR`, `ADMINISTRATOR` or `GLOBAL_ADMINISTRATOR`."""
    helps_self: int
    """`NEVER` (service, break-glass, closed by a report), `OWN_PASSWORD`, or `FOREIGN_PASSWORD` (lives in another directory)."""
    waits_until: Instant
    """When the first hold ends and the row must be made anew; 0: nothing waits."""
    waiting: int = 0
    """Sum of `BITS` of the methods that are registered and cannot be used before their hold has ended."""
    again: bool = False
    """Whether an administrator demanded that it is all registered anew."""
    confirmed_at: Instant = 0
    """When the person last said that it is right, or registered it first; 0: never."""


@dataclass(frozen=True, slots=True)
class Likes:
    """A class of people whom no rule of a policy tells apart."""

    methods: int
    enabled: bool
    administrator: int
    helps_self: int
    groups: frozenset[str]
    """Those of the groups that were asked about in which they are."""
    waiting: int = 0
    again: bool = False
    due: bool = False
    """Whether they confirmed it so long ago that it is time again."""


class Must(StrEnum):
    """What people must do at their next sign-in."""

    REGISTER = "register"
    RECONFIRM = "reconfirm"
    FACTOR = "factor"
    """Signing in needs a second factor, and they have none."""
    STRANDED = "stranded"
    """They must register, and policy leaves them nothing that would help."""


def standing(
    person: Person, policy: Policy, held: offer.Holdings, methods: Iterable[offer.MethodFacts], now: Instant
) -> Standing:
    """A person's row. Of the policy only `own_mail_domains` and `allowed_countries` count."""
    registered = offer.registered(person, policy, held, methods)
    ready = {one.method for one in registered if one.usable_from <= now}
    waiting = {one.method for one in registered if one.usable_from > now} - ready
    turns = [at for one in registered for at in (one.usable_from, one.ends_at or 0) if at > now]
    upkeep = person.upkeep
    return Standing(
        methods=sum(BITS.get(name, 0) for name in ready),
        enabled=person.enabled,
        administrator=_administrator(person),
        helps_self=_helps_self(person),
        waits_until=min(turns, default=0),
        waiting=sum(BITS.get(name, 0) for name in waiting),
        again=upkeep.again_at is not None,
        confirmed_at=upkeep.confirmed_at or upkeep.registered_at or 0,
    )


def refusal_of(like: Likes, policy: InForce | None) -> Code | None:
    """Why people of this class could not reset under a policy; None: they could."""
    if policy is None:
        return Code.NO_POLICY
    person = _example(like)
    names = (name for name, bit in BITS.items() if like.methods & bit and offer.method_for(person, policy.policy, name))
    administrator = roles.is_administrator(person.roles)
    demand = resolve(policy.policy, person.groups, administrator=administrator)
    return eligibility.refusal(person, policy, [typical_proof(name) for name in names], demand)


def in_scope(like: Likes, policy: InForce | None) -> bool:
    """Whether self-service is switched on for people of this class."""
    off = eligibility.tenant_wide_refusal(policy)
    return policy is not None and off is None and eligibility.in_scope(_example(like), policy.policy)


def due_since(policy: Policy, now: Instant) -> Instant:
    """Whoever confirmed no later than this must do so again; 0: nobody."""
    rule = policy.registration
    return now - rule.reconfirm_days * DAY if rule.required_at_sign_in and rule.reconfirm_days else 0


def musts(like: Likes, policy: InForce, methods: Iterable[offer.MethodFacts]) -> frozenset[Must]:
    """What people of this class must do when they sign in; `like.due` was counted by `due_since` of this policy."""
    person = _example(like)
    names = [name for name, bit in BITS.items() if (like.methods | like.waiting) & bit]
    held = [
        registration.Registered(Enrolment("", name, "", b"", "", 0, 0, 0), typical_proof(name))
        for name in names
        if offer.method_for(person, policy.policy, name)
    ]
    duty = registration.duty(person, policy, held, methods)
    found = {
        Must.REGISTER: duty.asked,
        Must.RECONFIRM: like.due and not duty.asked,
        Must.FACTOR: duty.factor,
        Must.STRANDED: duty.asked and not duty.offers,
    }
    return frozenset(must for must, holds in found.items() if holds)


def typical_proof(method: str) -> Proof:
    """The method with the trust root it usually has, where no enrolment is at hand."""
    return method, frozenset({SHARED_ROOT.get(method, method)})


def _administrator(person: Person) -> int:
    if roles.is_global(person.roles):
        return GLOBAL_ADMINISTRATOR
    return ADMINISTRATOR if roles.is_administrator(person.roles) else NO_ADMINISTRATOR


def _helps_self(person: Person) -> int:
    if person.kind is not PersonKind.PERSON or person.frozen_at is not None:
        return NEVER
    return OWN_PASSWORD if person.directory is DirectoryKind.CLOUD else FOREIGN_PASSWORD


_ROLES_OF = {
    NO_ADMINISTRATOR: (),
    ADMINISTRATOR: ("helpdesk_administrator",),
    GLOBAL_ADMINISTRATOR: (roles.GLOBAL,),
}


def _example(like: Likes) -> Person:
    """Somebody of this class, whom the rules can judge."""
    return Person(
        id="",
        tenant="",
        upn="",
        canonical="",
        display_name="",
        given_name="",
        surname="",
        kind=PersonKind.SERVICE if like.helps_self == NEVER else PersonKind.PERSON,
        directory=DirectoryKind.LDAP if like.helps_self == FOREIGN_PASSWORD else DirectoryKind.CLOUD,
        enabled=like.enabled,
        generation=0,
        language="",
        roles=_ROLES_OF[like.administrator],
        groups=like.groups,
        upkeep=Upkeep(again_at=1 if like.again else None),
    )
