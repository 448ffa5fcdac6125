"""A policy written as YAML: complete, every default in it, and a comment on every field."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from keyback.app.policy.document import plain
from keyback.core.policy import MethodPolicy, Policy
from keyback.core.rules.policy_ranges import RANGES

COMMENTS: Mapping[str, str] = {
    "self_service": "Who may reset their own password, and with how much proof.",
    "self_service.enabled_for": "none: nobody. selected: people in the groups below. all: everybody.",
    "self_service.groups": "Names of groups; groups within them count. Needed where enabled_for is selected.",
    "self_service.excluded_groups": "People in these groups may not reset, whatever else they are in.",
    "self_service.methods_required": "How many proofs: 1 or 2. Two proofs never hang on the same thing.",
    "self_service.stricter": "Groups whose people need more: a list of {group: NAME, methods: 2}.",
    "self_service.disclosure": "private: everybody sees the same pages until the first proof. guided: the reason and"
    " masked contacts show at once.",
    "self_service.guided_networks": "Networks (CIDR) that see guided pages; all others see private ones. Empty:"
    " everywhere.",
    "self_service.own_mail_domains": "Mail domains whose mailboxes open with the lost password; never offered.",
    "self_service.trust_imported_contacts": "true: imports may confirm addresses and numbers without a code.",
    "self_service.writeback": "true: people whose password lives in another directory may reset too.",
    "self_service.allow_unlock": "true: people may unlock their account and keep the password, with the same proofs.",
    "methods": "Ways to prove who you are, strongest first. include: only these groups. exclude: not these groups."
    " sign_in: also as second factor at sign-in.",
    "administrators": "Whoever holds a role that can change something. Groups and scope above do not apply to them.",
    "administrators.methods_required": "Always 2, one of them strong.",
    "administrators.self_service": "all, not_global (all but Global Administrators) or none.",
    "administrators.sms": "true: a text message or a call may be the weaker of the two.",
    "passwords": "Rules for passwords that Keyback keeps itself.",
    "passwords.preset": "modern: length and lists of known passwords (NIST SP 800-63B-4). entra: 8 characters, 3 of"
    " 4 classes.",
    "passwords.minimum_length": "Characters, at least 15, or 8 where sign_in.mfa is always; the entra preset always takes 8.",
    "passwords.history": "How many of the last passwords cannot come back.",
    "passwords.banned_terms": "Words of your organisation that passwords must not be made of; 4 to 64 characters each.",
    "passwords.breached_max_age_days": "Days after its import when the list of breached passwords is out of date.",
    "passwords.without_breached_list": "While that list is missing, damaged or out of date: core: the lists that ship with"
    " Keyback work on, with an alarm. refuse: nobody can set a new password.",
    "passwords.expiry_days": "Days until a new password is asked for at sign-in. 0: never, as NIST advises.",
    "passwords.expiry_warning_days": "Days before that when people are told.",
    "sign_in": "Second factors at sign-in.",
    "sign_in.mfa": "when_registered: whoever has one. groups: also everybody in the groups below. always: everybody.",
    "sign_in.mfa_groups": "Names of groups; groups within them count. Needed where mfa is groups.",
    "registration": "What people are asked to register when they sign in.",
    "registration.required_at_sign_in": "true: people for whom self-service is on register what it needs at sign-in.",
    "registration.reconfirm_days": "Days until people are asked whether all is still right. 0: never.",
    "registration.skips": "At how many sign-ins it can be put off; 0: it is required at once.",
    "registration.unlimited_skips": "true: it can be put off at every sign-in.",
    "registration.first_proof": "contact: who has registered nothing yet proves who they are by a code to a contact that you"
    " knew before, a trusted network or an access pass. password_only: the password is enough.",
    "registration.hold_hours": "Hours until something new counts for a reset, and security info opens again after one.",
    "registration.hold_hours_administrators": "The same for administrators.",
    "passes": "Temporary access passes, for people who have nothing to prove themselves with yet.",
    "passes.default_minutes": "How long a pass works, unless its issuer says otherwise.",
    "passes.longest_minutes": "The longest that an issuer may say.",
    "passes.once": "true: a pass is good for one registration session.",
    "lives": "How long things live, in minutes.",
    "lives.journey_minutes": "From the user ID to the new password.",
    "lives.evidence_minutes": "From a proof to the new password.",
    "lives.email_code_minutes": "A code sent by e-mail.",
    "lives.sms_code_minutes": "A code sent by text message.",
    "limits": "Budgets against guessing and flooding.",
    "limits.wrong_per_challenge": "Wrong answers until a code is dead.",
    "limits.failures_per_method_hour": "Wrong answers per account and method in an hour.",
    "limits.failures_per_account_and_source_hour": "Wrong answers per account and client network in an hour.",
    "limits.failures_per_account_day": "Wrong answers per account in a day; then resets pause for 24 hours.",
    "limits.failures_per_source_10_minutes": "Wrong answers per client network in ten minutes, whatever the account.",
    "limits.failures_per_wide_source_hour": "The same per IPv6 /48 in an hour.",
    "limits.sends_per_hour": "Messages per account and per destination in an hour.",
    "limits.sends_per_day": "Messages per account and per destination in a day.",
    "limits.resend_seconds": "Wait before the same code can be sent again; doubles each time.",
    "limits.sends_per_source_hour": "Messages that one client network may ask for in an hour.",
    "limits.sms_per_prefix_hour": "Text messages in an hour to numbers that differ only in their last four digits.",
    "limits.sms_per_country_day": "Text messages to one country in a day.",
    "limits.sms_per_day": "Text messages of the whole organisation in a day.",
    "limits.sms_price": "What a text message costs in the dearest allowed country, in hundredths of your currency.",
    "limits.sms_budget_day": "What text messages may cost in a day, in the same hundredths.",
    "limits.starts_per_source_10_minutes": "Attempts per client network (IPv4 /32, IPv6 /64) in ten minutes.",
    "limits.starts_per_wide_source_hour": "The same per IPv6 /48 in an hour.",
    "limits.starts_without_work_per_source_10_minutes": "Attempts per client network in ten minutes by browsers that did"
    " no proof of work.",
    "limits.starts_without_work_per_minute": "The same for the whole organisation in a minute.",
    "limits.sign_in_failures": "Wrong passwords until each one more must wait: 60 seconds, doubling to 5 hours.",
    "limits.sign_in_failures_per_source_10_minutes": "Wrong passwords per client network in ten minutes.",
    "limits.trusted_networks": "Networks (CIDR) of your organisation: their clients count as known, and may do ten times"
    " as much per network.",
    "numbers": "Which phone numbers may get text messages.",
    "numbers.allowed_countries": "Two-letter codes, such as [DE, AT]. Empty: no text message is sent. Premium, satellite"
    " and pager numbers never get any.",
    "notifications": "Who is told.",
    "notifications.notify_users": "Tell people when their password was reset.",
    "notifications.notify_admins": "Tell Global Administrators when an administrator resets a password.",
    "notifications.method_changes": "Channels by which people hear that what they registered changed: email, sms.",
    "notifications.failure_bursts": "Channels for many failed attempts at one account.",
    "notifications.freezes": "Channels for reports that a change was not by its owner.",
    "notifications.brake": "Channels for pauses of all resets, and for storms of failures.",
    "notifications.keys": "Channels for keys and certificates near their end.",
    "customization": "What people see.",
    "customization.helpdesk_link": "An https:// address, a mailto: link or a mail address for help. Empty: Keyback mails"
    " your helpdesk's roles.",
    "helpdesk": "What operators must show before they act for somebody.",
    "helpdesk.in_person_needs_second": "true: where the operator saw a document, a second person must approve.",
}


def named(policy: Policy, names: Mapping[str, str]) -> Policy:
    """The policy with group names for ids; a group that is gone keeps its id."""
    return with_groups(policy, lambda group: names.get(group, group))


def with_groups(policy: Policy, to: Callable[[str], str]) -> Policy:
    """The policy with every group translated."""
    scope = policy.self_service
    methods = {
        name: replace(method, include=tuple(map(to, method.include)), exclude=tuple(map(to, method.exclude)))
        for name, method in policy.methods.items()
    }
    scope = replace(
        scope,
        groups=tuple(map(to, scope.groups)),
        excluded_groups=tuple(map(to, scope.excluded_groups)),
        stricter=tuple(replace(rule, group=to(rule.group)) for rule in scope.stricter),
    )
    sign_in = replace(policy.sign_in, mfa_groups=tuple(map(to, policy.sign_in.mfa_groups)))
    return replace(policy, self_service=scope, methods=methods, sign_in=sign_in)


def complete(policy: Policy, methods: Iterable[str]) -> Policy:
    """The policy with every method of the shelf in it, in the shelf's order; those it does not name are off."""
    known = {name: policy.methods.get(name, MethodPolicy(enabled=False)) for name in methods}
    return replace(policy, methods={**known, **policy.methods})


def write(policy: Policy, heading: str) -> str:
    """YAML text that reads back as the same policy."""
    lines = [f"# {line}" for line in heading.splitlines()]
    for section, content in plain(policy).items():
        lines += ["", f"# {COMMENTS[section]}", *_entry(section, content, section, 0)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _entry(name: str, value: object, path: str, depth: int) -> Iterator[str]:
    pad = "  " * depth
    if not isinstance(value, dict):
        yield f"{pad}{name}: {_inline(value)}"
        return
    yield f"{pad}{name}:" if value else f"{pad}{name}: {{}}"
    for below, one in value.items():
        deeper = f"{path}.{below}"
        if deeper in COMMENTS:
            low, high = RANGES.get(deeper, (None, None))
            allowed = f" {low} to {high}." if low is not None else ""
            yield f"{pad}  # {COMMENTS[deeper]}{allowed}"
        yield from _entry(below, one, deeper, depth + 1)


def _inline(value: object) -> str:
    """JSON is YAML: quoted text, lists in brackets; words of this document's own choices stay bare."""
    if isinstance(value, str) and value.isidentifier() and value.islower() and value not in {"true", "false", "null"}:
        return value
    return json.dumps(value, ensure_ascii=False)
