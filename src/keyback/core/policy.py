"""The tenant's policy as typed values, and how it resolves for one person: the strictest rule wins.

One document holds it all; it is stored whole, append-only, with who changed it and why. Every field has a
default, so that an empty document is the safe policy. What may not stand in a document is decided by
`core.rules.policy_check`; how one is read from YAML by `app.policy.document`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from keyback.core.types import Disclosure, Instant


class Scope(StrEnum):
    """For whom self-service is on."""

    NONE = "none"
    SELECTED = "selected"
    ALL = "all"


class AdminSelfService(StrEnum):
    """Which administrators may help themselves (decisions 3)."""

    ALL = "all"
    NOT_GLOBAL = "not_global"
    NONE = "none"


class PasswordPreset(StrEnum):
    """`modern` follows NIST SP 800-63B-4, `entra` the rules of Entra's cloud passwords (decisions 11)."""

    MODERN = "modern"
    ENTRA = "entra"


class WithoutBreachedList(StrEnum):
    """What happens while no imported list of breached passwords can be relied on (PWD-5)."""

    CORE = "core"
    REFUSE = "refuse"


class Mfa(StrEnum):
    """Who needs a second factor at sign-in (decisions 25). Whoever has registered one always does."""

    WHEN_REGISTERED = "when_registered"
    GROUPS = "groups"
    ALWAYS = "always"


class FirstProof(StrEnum):
    """What somebody who has registered nothing must show before the first registration (decisions 19)."""

    CONTACT = "contact"
    """A code that was sent to a contact which the organisation knew before; or a trusted network, or an access pass."""
    PASSWORD_ONLY = "password_only"


@dataclass(frozen=True, slots=True)
class StricterGroup:
    """People of `group` need `methods` proofs whatever the tenant's number is, if that is more."""

    group: str
    methods: int


@dataclass(frozen=True, slots=True)
class SelfService:
    """Who may reset, and with how many proofs (source document, steps 2 and 3)."""

    enabled_for: Scope = Scope.NONE
    groups: tuple[str, ...] = ()
    excluded_groups: tuple[str, ...] = ()
    methods_required: int = 2
    stricter: tuple[StricterGroup, ...] = ()
    disclosure: Disclosure = Disclosure.PRIVATE
    guided_networks: tuple[str, ...] = ()
    """CIDR networks to which `guided` is limited; empty: everywhere."""
    own_mail_domains: tuple[str, ...] = ()
    """Mail domains whose mailboxes open with the tenant's own passwords; not offered (decisions 5)."""
    trust_imported_contacts: bool = False
    """Whether imports may confirm contacts by themselves; what one import confirmed stays confirmed."""
    writeback: bool = False
    allow_unlock: bool = False
    """Whether people may unlock their account without a new password (decisions 14)."""


@dataclass(frozen=True, slots=True)
class MethodPolicy:
    """One verification method: on or off, and for whom. Groups by name; no `include` means everybody."""

    enabled: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    sign_in: bool = True
    """Whether it may be the second factor at sign-in too; e-mail never is (decisions 5)."""


@dataclass(frozen=True, slots=True)
class Administrators:
    """Administrators always need two methods, one of them strong; this is what may be chosen beyond that."""

    methods_required: int = 2
    """Stands in the document so that it is seen; no other number validates, and none is ever used (GAT-7)."""
    self_service: AdminSelfService = AdminSelfService.ALL
    sms: bool = False


@dataclass(frozen=True, slots=True)
class Passwords:
    """Rules for passwords in the cloud directory."""

    preset: PasswordPreset = PasswordPreset.MODERN
    minimum_length: int = 15
    history: int = 1
    banned_terms: tuple[str, ...] = ()
    breached_max_age_days: int = 365
    """Counted from the import; older, the list counts as out of date."""
    without_breached_list: WithoutBreachedList = WithoutBreachedList.CORE
    expiry_days: int = 0
    """After so many days a new one is asked for at sign-in; 0: never."""
    expiry_warning_days: int = 14


@dataclass(frozen=True, slots=True)
class SignIn:
    """Second factors at sign-in."""

    mfa: Mfa = Mfa.WHEN_REGISTERED
    mfa_groups: tuple[str, ...] = ()
    """Whose people need one, where `mfa` is `groups`."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What people must register, and when (decisions 17, 19, 24)."""

    required_at_sign_in: bool = True
    reconfirm_days: int = 180
    """0: never."""
    skips: int = 3
    """At so many sign-ins it can be put off."""
    unlimited_skips: bool = False
    first_proof: FirstProof = FirstProof.CONTACT
    hold_hours: int = 24
    """How long something new waits before it counts for a reset, and security info is closed after one."""
    hold_hours_administrators: int = 72


@dataclass(frozen=True, slots=True)
class Passes:
    """Temporary access passes (decisions 27)."""

    default_minutes: int = 60
    longest_minutes: int = 1_440
    once: bool = True
    """Whether a pass is good for one registration session, unless its issuer says otherwise."""


@dataclass(frozen=True, slots=True)
class Lives:
    """How long things live. Minutes, unless the name says otherwise (decisions 8)."""

    journey_minutes: int = 15
    evidence_minutes: int = 10
    email_code_minutes: int = 10
    sms_code_minutes: int = 5

    def of(self, method: str) -> int | None:
        """Minutes that a code of this method lives; None where nothing is sent."""
        minutes: int | None = getattr(self, f"{method}_minutes", None)
        return minutes


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets (decisions 9). Every one is durable and charged before anything is compared."""

    wrong_per_challenge: int = 5
    failures_per_method_hour: int = 5
    failures_per_account_and_source_hour: int = 5
    failures_per_account_day: int = 10
    failures_per_source_10_minutes: int = 20
    failures_per_wide_source_hour: int = 100
    sends_per_hour: int = 5
    sends_per_day: int = 10
    resend_seconds: int = 60
    sends_per_source_hour: int = 100
    sms_per_prefix_hour: int = 20
    sms_per_country_day: int = 500
    sms_per_day: int = 1_000
    sms_price: int = 10
    """Of the dearest allowed country, in hundredths of the tenant's currency."""
    sms_budget_day: int = 10_000
    """In the same hundredths."""
    starts_per_source_10_minutes: int = 20
    starts_per_wide_source_hour: int = 100
    starts_without_work_per_source_10_minutes: int = 3
    starts_without_work_per_minute: int = 60
    sign_in_failures: int = 10
    sign_in_failures_per_source_10_minutes: int = 100
    trusted_networks: tuple[str, ...] = ()
    """CIDR networks whose clients count as known, with ten times the budget of a source."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Which numbers may be called."""

    allowed_countries: tuple[str, ...] = ()
    """ISO 3166; empty: no text message is sent."""


@dataclass(frozen=True, slots=True)
class Notifications:
    """Whom to tell (source document, step 5)."""

    notify_users: bool = True
    notify_admins: bool = True
    method_changes: tuple[str, ...] = ("email",)
    """By which channels people hear that their methods or contacts changed: `email`, `sms`."""
    failure_bursts: tuple[str, ...] = ("email",)
    """By which channels people and administrators hear of many failed attempts at one account."""
    freezes: tuple[str, ...] = ("email",)
    """By which channels administrators hear that somebody reported "this was not me"."""
    brake: tuple[str, ...] = ("email",)
    """By which channels administrators hear that resets pause, or of a storm of failures."""
    keys: tuple[str, ...] = ("email",)
    """By which channels administrators hear of keys and certificates near their end."""


@dataclass(frozen=True, slots=True)
class Customization:
    """Source document, step 6: a web address or mail address for help; empty: mail to the helpdesk's roles."""

    helpdesk_link: str = ""


@dataclass(frozen=True, slots=True)
class Helpdesk:
    """What operators must show before they act for somebody (decisions 21)."""

    in_person_needs_second: bool = False
    """Whether a second person must approve where the operator has seen the caller's document."""


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it."""

    self_service: SelfService = field(default_factory=SelfService)
    methods: Mapping[str, MethodPolicy] = field(default_factory=lambda: MappingProxyType({}))
    """By method name; one that is not named is off."""
    administrators: Administrators = field(default_factory=Administrators)
    passwords: Passwords = field(default_factory=Passwords)
    sign_in: SignIn = field(default_factory=SignIn)
    registration: Registration = field(default_factory=Registration)
    passes: Passes = field(default_factory=Passes)
    lives: Lives = field(default_factory=Lives)
    limits: Limits = field(default_factory=Limits)
    numbers: Numbers = field(default_factory=Numbers)
    notifications: Notifications = field(default_factory=Notifications)
    customization: Customization = field(default_factory=Customization)
    helpdesk: Helpdesk = field(default_factory=Helpdesk)


def with_entra_numbers(policy: Policy) -> Policy:
    """The policy with Entra's own numbers for passwords, codes, limits, skips and passes together (decisions 8).

    As Microsoft documents them: codes live 5 minutes, 5 failures in an hour per method and 5 in a day per account,
    10 messages at once, passwords of 8 characters from 3 of 4 classes.
    """
    return replace(
        policy,
        passwords=replace(policy.passwords, preset=PasswordPreset.ENTRA, minimum_length=8, history=1),
        registration=replace(policy.registration, unlimited_skips=True),
        passes=replace(policy.passes, longest_minutes=43_200, once=False),
        lives=replace(policy.lives, journey_minutes=15, email_code_minutes=5, sms_code_minutes=5),
        limits=replace(
            policy.limits, failures_per_method_hour=5, failures_per_account_day=5, sends_per_hour=10, sends_per_day=10
        ),
    )


@dataclass(frozen=True, slots=True)
class InForce:
    """The newest policy document of a tenant, with group names already turned into group ids."""

    version: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class Document:
    """One stored version of the policy, and who made it."""

    version: int
    policy: Policy
    actor: str
    """Person id or `host:<user>`."""
    at: Instant
    why: str

    @property
    def in_force(self) -> InForce:
        """As a journey uses it."""
        return InForce(self.version, self.policy)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one journey must prove, and which rule decided it; stored with the journey (decisions 2)."""

    gates: int
    administrator: bool
    decided_by: str
    """Id of the deciding rule: `tenant`, `group:<id>` or `administrators`."""


def stricter_of(one: Demand, other: Demand) -> Demand:
    """The stricter of two demands; the first wins a draw."""
    if other.administrator and not one.administrator:
        return other
    return other if other.gates > one.gates else one


def resolve(policy: Policy, groups: frozenset[str], *, administrator: bool) -> Demand:
    """What a person of these groups must prove: the strictest rule that applies, and its name."""
    demand = Demand(policy.self_service.methods_required, administrator=False, decided_by="tenant")
    for rule in policy.self_service.stricter:
        if rule.group in groups:
            demand = stricter_of(demand, Demand(rule.methods, administrator=False, decided_by=f"group:{rule.group}"))
    if administrator:
        demand = stricter_of(demand, Demand(2, administrator=True, decided_by="administrators"))
    return demand
