"""What may not stand in a policy document, and what needs a yes (decisions 4, 11, 22, ADM-11).

Mistakes refuse the document. Warnings have names; a document that has some is accepted only by whoever
repeats those names. Everything is found at once and told by the field's path.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from ipaddress import ip_network

from keyback.core.messages import Text, say
from keyback.core.policy import AdminSelfService, Demand, FirstProof, Mfa, PasswordPreset, Policy, Scope
from keyback.core.rules.assurance import NEVER_FOR_ADMINISTRATORS, PHONE_CODES, enough
from keyback.core.rules.notice_check import channel_mistakes
from keyback.core.rules.numbers import is_country
from keyback.core.rules.policy_ranges import RANGES, RECOMMENDED
from keyback.core.rules.readiness import typical_proof
from keyback.core.rules.registration import is_factor
from keyback.core.types import Disclosure

MESSAGES: Mapping[str, str] = {
    "policy.range": "{path}: {value} is not possible. Allowed: {low} to {high}.",
    "policy.one_or_two": "{path}: {value} is not possible. Allowed: 1 or 2.",
    "policy.administrators_two": "{path}: administrators always need two methods. Allowed: 2, not {value}.",
    "policy.no_groups": "{path}: self-service for selected people needs at least one group.",
    "policy.unknown_group": "{path}: there is no group {name}. Allowed: names of groups that exist.",
    "policy.repeated_group": "{path}: group {name} has a rule already. Allowed: one rule per group.",
    "policy.unknown_method": "{path}: there is no method of this name. Allowed: {known}.",
    "policy.too_few_methods": "{path}: where {gates} methods are required, people must be able to choose methods"
    " that count as {gates}; those switched on do not: {methods}.",
    "policy.questions_alone": "{path}: security questions may never be the only proof. Require 2 methods and"
    " switch on another one, or switch them off.",
    "policy.password_length": "{path}: {value} is too short for passwords that open an account alone. Allowed: 15"
    " to 64; from 8 only where sign_in.mfa is always.",
    "policy.no_mfa_groups": "{path}: a second factor for groups needs at least one group.",
    "policy.no_factor": "{path}: signing in is to need a second factor, and no method is switched on that is one."
    " Switch on a method with sign_in: true, or set sign_in.mfa to when_registered.",
    "policy.passes_order": "{path}: {value} is longer than the longest that an issuer may say. Allowed: up to"
    " {longest}, or more in passes.longest_minutes.",
    "policy.network": "{path}: {value} is not a network. Allowed: CIDR such as 192.0.2.0/24 or 2001:db8::/32.",
    "policy.country": "{path}: {value} is not a country. Allowed: two capital letters, such as DE.",
    "policy.wide_network": "{path}: {value} is too much to trust. Allowed: networks of at least /8, IPv6 of at least /24.",
    "policy.domain": "{path}: {value} is not a mail domain. Allowed: names such as example.org.",
    "policy.helpdesk_link": "{path}: allowed are an https:// address, a mailto: link, a mail address, or nothing.",
    "policy.term": "{path}: {value} is not a term. Allowed: 4 to 64 characters.",
    "policy.terms": "{path}: {value} terms are too many. Allowed: up to 1000.",
    "policy.warn.one_gate": "One method is enough to reset a password. Whoever controls that one thing controls"
    " the account.",
    "policy.warn.email_only": "E-mail is the only method. Whoever reads a mailbox can take over its owner's account.",
    "policy.warn.sms_only": "The phone is the only method. Numbers can be moved to another SIM card by fraud.",
    "policy.warn.no_countries": "Text messages are switched on, but to no country: none will be sent.",
    "policy.warn.all_without_selected": "Self-service is switched on for everybody without a pilot group before.",
    "policy.warn.notices_off": "Some notices about resets are off. People may not learn that somebody else used"
    " their account.",
    "policy.warn.helpdesk_mailbox": "The address for help is a mailbox of your own mail domains. Whoever has lost the password"
    " cannot write from there, and the answer goes where they cannot read it. A web page or a phone number on it is better.",
    "policy.warn.trust_imported_contacts": "Imported addresses and numbers count as proof although nobody has"
    " confirmed them.",
    "policy.warn.guided_everywhere": "Everybody on the Internet may learn who has an account, and which methods.",
    "policy.warn.writeback": "Self-service is offered to people whose password lives in another directory. Without"
    " an agent beside it their resets end without a new password.",
    "policy.warn.security_questions": "With security questions the organisation fails OWASP ASVS level 1.",
    "policy.warn.administrators_sms": "Administrators may use text messages or calls as one of their two methods.",
    "policy.warn.administrators_stranded": "No administrator can reset: no two of the methods that are switched on"
    " count for administrators (one must be strong).",
    "policy.warn.password_only": "The password is enough to register for the first time. Whoever learns a first"
    " password can register before its owner does. The effect says how many people have registered nothing.",
    "policy.warn.long_passes": "Access passes may live longer than a day. Whoever finds one has more time to use it.",
    "policy.warn.short_holds": "What is new counts for a reset sooner than recommended (24 hours, administrators 72)."
    " People have less time to object when somebody else added it.",
    "policy.warn.registration_off": "Nobody is asked to register at sign-in. Who has registered nothing cannot reset.",
    "policy.warn.unlimited_skips": "Registration can be put off for ever. Who puts it off cannot reset.",
    "policy.warn.password_expiry": "Passwords expire. NIST advises against it (SP 800-63B-4, 3.1.1.2): people choose"
    " weaker ones, and it stops nobody who has one already.",
    "policy.warn.loose_limits": "Limits are far looser than recommended: {names}.",
}

WARNINGS: frozenset[str] = frozenset(
    id_.removeprefix("policy.warn.") for id_ in MESSAGES if id_.startswith("policy.warn.")
)
"""Names of all warnings there are."""

LONGEST_TERM = 64
SHORTEST_TERM = 4
MOST_TERMS = 1_000
LENGTH_WITHOUT_MFA = 15

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}", re.IGNORECASE)
_ADDRESS = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}"
_LINK = re.compile(
    rf"https://(?:{_LABEL}\.)*{_LABEL}(?::\d{{1,5}})?(?:[/?#][!-~]*)?|(?:mailto:)?{_ADDRESS}(?:\?[!-~]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a document may name, and what was in force before."""

    methods: tuple[str, ...]
    """On the shelf, strongest first."""
    groups: frozenset[str]
    """Ids of all groups."""
    had_pilot: bool = False
    """Whether self-service was on for somebody in any earlier version."""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that is possible but unwise. `name` is permanent: it is what accepting repeats."""

    name: str
    path: str
    text: Text


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that was found, in the order of the document."""

    mistakes: tuple[Text, ...]
    warnings: tuple[Warned, ...]


def check(policy: Policy, known: Known) -> Verdict:
    """Judge a policy whose groups are ids; a group that nobody knows still has its name."""
    mistakes = (mistake for rule in _MISTAKES for mistake in rule(policy, known))
    return Verdict(tuple(mistakes), tuple(_warnings(policy, known)))


def number_at(policy: Policy, path: str) -> int:
    """The number at a path of `RANGES`."""
    section, _, name = path.partition(".")
    value: int = getattr(getattr(policy, section), name)
    return value


def groups_of(policy: Policy) -> Iterator[tuple[str, str]]:
    """Path and group of every place that names one."""
    scope = policy.self_service
    yield from _listed("self_service.groups", scope.groups)
    yield from _listed("self_service.excluded_groups", scope.excluded_groups)
    yield from ((f"self_service.stricter[{i}].group", rule.group) for i, rule in enumerate(scope.stricter))
    yield from _listed("sign_in.mfa_groups", policy.sign_in.mfa_groups)
    for name, method in policy.methods.items():
        yield from _listed(f"methods.{name}.include", method.include)
        yield from _listed(f"methods.{name}.exclude", method.exclude)


def enabled_methods(policy: Policy) -> frozenset[str]:
    """Names of the methods that are on for anybody."""
    return frozenset(name for name, method in policy.methods.items() if method.enabled)


# --- mistakes ----------------------------------------------------------------------------------------------------


def _listed(path: str, values: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((f"{path}[{i}]", value) for i, value in enumerate(values))


def _gates(policy: Policy, _known: Known) -> Iterator[Text]:
    scope = policy.self_service
    numbers = [("self_service.methods_required", scope.methods_required)]
    numbers += [(f"self_service.stricter[{i}].methods", rule.methods) for i, rule in enumerate(scope.stricter)]
    for path, value in numbers:
        if value not in {1, 2}:
            yield say("policy.one_or_two", path=path, value=value)
    if policy.administrators.methods_required != 2:  # noqa: PLR2004 - the number is the rule
        path = "administrators.methods_required"
        yield say("policy.administrators_two", path=path, value=policy.administrators.methods_required)


def _groups(policy: Policy, known: Known) -> Iterator[Text]:
    if policy.self_service.enabled_for is Scope.SELECTED and not policy.self_service.groups:
        yield say("policy.no_groups", path="self_service.groups")
    for path, group in groups_of(policy):
        if group not in known.groups:
            yield say("policy.unknown_group", path=path, name=group)
    seen: set[str] = set()
    for i, rule in enumerate(policy.self_service.stricter):
        if rule.group in seen:
            yield say("policy.repeated_group", path=f"self_service.stricter[{i}].group", name=rule.group)
        seen.add(rule.group)


def _places(policy: Policy, _known: Known) -> Iterator[Text]:
    guided, trusted = policy.self_service.guided_networks, policy.limits.trusted_networks
    for path, value in (
        *_listed("self_service.guided_networks", guided), *_listed("limits.trusted_networks", trusted),
    ):  # fmt: skip
        if not _is_network(value):
            yield say("policy.network", path=path, value=value)
        elif value in trusted and ip_network(value).prefixlen < (24 if ":" in value else 8):
            yield say("policy.wide_network", path=path, value=value)
    for path, value in _listed("numbers.allowed_countries", policy.numbers.allowed_countries):
        if not is_country(value):
            yield say("policy.country", path=path, value=value)
    for path, value in _listed("self_service.own_mail_domains", policy.self_service.own_mail_domains):
        if not is_domain(value):
            yield say("policy.domain", path=path, value=value)


def _methods(policy: Policy, known: Known) -> Iterator[Text]:
    for name in policy.methods:
        if name not in known.methods:
            yield say("policy.unknown_method", path=f"methods.{name}", known=", ".join(known.methods))
    if policy.self_service.enabled_for is Scope.NONE:
        return
    enabled = enabled_methods(policy)
    scope = policy.self_service
    gates = max([scope.methods_required, *(rule.methods for rule in scope.stricter)])
    if gates in {1, 2} and not _possible(enabled, Demand(gates, administrator=False, decided_by="tenant")):
        names = ", ".join(sorted(enabled)) or "-"
        yield say("policy.too_few_methods", path="methods", gates=gates, methods=names)
    if enabled & NEVER_FOR_ADMINISTRATORS and (scope.methods_required == 1 or enabled <= NEVER_FOR_ADMINISTRATORS):
        yield say("policy.questions_alone", path="methods.security_questions")


def _passwords(policy: Policy, _known: Known) -> Iterator[Text]:
    length = policy.passwords.minimum_length
    low, _ = RANGES["passwords.minimum_length"]
    modern = policy.passwords.preset is PasswordPreset.MODERN
    if modern and low <= length < LENGTH_WITHOUT_MFA and policy.sign_in.mfa is not Mfa.ALWAYS:
        yield say("policy.password_length", path="passwords.minimum_length", value=length)
    terms = policy.passwords.banned_terms
    if len(terms) > MOST_TERMS:
        yield say("policy.terms", path="passwords.banned_terms", value=len(terms))
    for path, term in _listed("passwords.banned_terms", terms[:MOST_TERMS]):
        if not SHORTEST_TERM <= len(term.strip()) <= LONGEST_TERM or not term.isprintable():
            yield say("policy.term", path=path, value=term[:LONGEST_TERM])


def _sign_in(policy: Policy, _known: Known) -> Iterator[Text]:
    rule = policy.sign_in
    if rule.mfa is Mfa.GROUPS and not rule.mfa_groups:
        yield say("policy.no_mfa_groups", path="sign_in.mfa_groups")
    if rule.mfa is not Mfa.WHEN_REGISTERED and not any(is_factor(name, policy) for name in policy.methods):
        yield say("policy.no_factor", path="sign_in.mfa")


def _passes(policy: Policy, _known: Known) -> Iterator[Text]:
    rule = policy.passes
    possible = all(
        low <= number_at(policy, path) <= high for path, (low, high) in RANGES.items() if path[:7] == "passes."
    )
    if possible and rule.default_minutes > rule.longest_minutes:
        path, longest = "passes.default_minutes", rule.longest_minutes
        yield say("policy.passes_order", path=path, value=rule.default_minutes, longest=longest)


def _numbers(policy: Policy, _known: Known) -> Iterator[Text]:
    for path, (low, high) in RANGES.items():
        value = number_at(policy, path)
        if not low <= value <= high:
            yield say("policy.range", path=path, value=value, low=low, high=high)


def _helpdesk_link(policy: Policy, _known: Known) -> Iterator[Text]:
    link = policy.customization.helpdesk_link
    if link and (len(link) > 2_000 or not _LINK.fullmatch(link)):  # noqa: PLR2004 - what browsers take
        yield say("policy.helpdesk_link", path="customization.helpdesk_link")


_MISTAKES: tuple[Callable[[Policy, Known], Iterator[Text]], ...] = (
    _gates,
    _groups,
    _places,
    _methods,
    _passwords,
    _sign_in,
    _passes,
    _numbers,
    lambda policy, _known: channel_mistakes(policy.notifications),
    _helpdesk_link,
)


def _is_network(value: str) -> bool:
    try:
        ip_network(value)
    except ValueError:
        return False
    return True


def is_domain(value: str) -> bool:
    """Whether it looks like a mail domain in ASCII form, with at least one dot."""
    return len(value) <= 253 and _DOMAIN.fullmatch(value) is not None  # noqa: PLR2004 - RFC 1035, 2.3.4


def _possible(methods: Iterable[str], demand: Demand) -> bool:
    proofs = [typical_proof(name) for name in methods]
    if demand.gates == 1:
        return bool(proofs)
    return any(enough([one, other], demand) for one in proofs for other in proofs)


# --- warnings ----------------------------------------------------------------------------------------------------


def _warnings(policy: Policy, known: Known) -> Iterator[Warned]:
    for name, path, found in (
        *_scope_findings(policy, known), *_method_findings(policy), *_registration_findings(policy),
        *_other_findings(policy),
    ):  # fmt: skip
        if found:
            yield Warned(name, path, say(f"policy.warn.{name}"))
    loose = [path for path, (low, high) in RECOMMENDED.items() if not low <= number_at(policy, path) <= high]
    if loose:
        yield Warned("loose_limits", "limits", say("policy.warn.loose_limits", names=", ".join(loose)))


Finding = tuple[str, str, bool]
"""Name of the warning, path it is about, whether it holds."""


def _scope_findings(policy: Policy, known: Known) -> tuple[Finding, ...]:
    scope = policy.self_service
    guided = scope.disclosure is Disclosure.GUIDED and not scope.guided_networks
    return (
        ("all_without_selected", "self_service.enabled_for", scope.enabled_for is Scope.ALL and not known.had_pilot),
        ("one_gate", "self_service.methods_required", scope.methods_required == 1),
        ("guided_everywhere", "self_service.disclosure", guided),
        ("trust_imported_contacts", "self_service.trust_imported_contacts", scope.trust_imported_contacts),
        ("writeback", "self_service.writeback", scope.writeback),
    )


def _method_findings(policy: Policy) -> tuple[Finding, ...]:
    enabled = enabled_methods(policy)
    return (
        ("email_only", "methods", enabled == {"email_code"}),
        ("sms_only", "methods", bool(enabled) and enabled <= PHONE_CODES),
        (
            "no_countries",
            "numbers.allowed_countries",
            bool(enabled & PHONE_CODES) and not policy.numbers.allowed_countries,
        ),
        ("security_questions", "methods.security_questions", bool(enabled & NEVER_FOR_ADMINISTRATORS)),
    )


def _registration_findings(policy: Policy) -> tuple[Finding, ...]:
    rule = policy.registration
    hours = Policy().registration
    short = rule.hold_hours < hours.hold_hours or rule.hold_hours_administrators < hours.hold_hours_administrators
    on = policy.self_service.enabled_for is not Scope.NONE
    longest = Policy().passes.longest_minutes
    return (
        ("password_only", "registration.first_proof", rule.first_proof is FirstProof.PASSWORD_ONLY),
        ("short_holds", "registration.hold_hours", short),
        ("registration_off", "registration.required_at_sign_in", on and not rule.required_at_sign_in),
        ("unlimited_skips", "registration.unlimited_skips", rule.unlimited_skips),
        ("long_passes", "passes.longest_minutes", policy.passes.longest_minutes > longest),
        ("password_expiry", "passwords.expiry_days", policy.passwords.expiry_days > 0),
    )


def _other_findings(policy: Policy) -> tuple[Finding, ...]:
    rule = policy.administrators
    on = policy.self_service.enabled_for is not Scope.NONE and rule.self_service is not AdminSelfService.NONE
    allowed = enabled_methods(policy) - NEVER_FOR_ADMINISTRATORS - (frozenset() if rule.sms else PHONE_CODES)
    demand = Demand(2, administrator=True, decided_by="administrators")
    notices = policy.notifications
    return (
        ("administrators_stranded", "administrators", on and not _possible(allowed, demand)),
        ("administrators_sms", "administrators.sms", rule.sms),
        ("helpdesk_mailbox", "customization.helpdesk_link", _in_own_mail(policy)),
        ("notices_off", "notifications", not all(getattr(notices, f.name) for f in fields(notices))),
    )


def _in_own_mail(policy: Policy) -> bool:
    """Whether help is at a mailbox that the lost password itself opens (entra-sspr 5)."""
    link = policy.customization.helpdesk_link.lower()
    domain = "" if link.startswith("https://") else link.removeprefix("mailto:").partition("?")[0].rpartition("@")[2]
    own = [one.lower() for one in policy.self_service.own_mail_domains]
    return bool(domain) and any(domain == one or domain.endswith(f".{one}") for one in own)
