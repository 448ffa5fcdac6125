"""How ready a person is to reset, in numbers that can be counted by the million.

A person's standing says what the person holds, not what a policy allows; so the same rows tell who could reset
under the policy in force and under any other. Asking that question goes through the very rules that judge a
journey (`core.rules.eligibility`), once per class of like people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from keyback.core.policy import InForce, Policy, resolve
from keyback.core.rules import eligibility, offer, roles
from keyback.core.rules.assurance import Proof
from keyback.core.types import Code, DirectoryKind, Instant, Person, PersonKind

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


@dataclass(frozen=True, slots=True)
class Likes:
    """A class of people whom no rule of a policy tells apart."""

    methods: int
    enabled: bool
    administrator: int
    helps_self: int
    groups: frozenset[str]
    """Those of the groups that were asked about in which they are."""


def standing(
    person: Person, policy: Policy, held: offer.Holdings, methods: Iterable[offer.MethodFacts], now: Instant
) -> Standing:
    """A person's row. Of the policy only `own_mail_domains` and `allowed_countries` count."""
    registered = offer.registered(person, policy, held, methods)
    ready = {one.method for one in registered if one.usable_from <= now}
    return Standing(
        methods=sum(BITS.get(name, 0) for name in ready),
        enabled=person.enabled,
        administrator=_administrator(person),
        helps_self=_helps_self(person),
        waits_until=min((one.usable_from for one in registered if one.usable_from > now), default=0),
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
    )
