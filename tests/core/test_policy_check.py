"""ADM-11, decisions 4, 11, 22: what does not validate, and what needs a yes."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keyback.core.policy import (
    Administrators,
    AdminSelfService,
    Customization,
    FirstProof,
    InForce,
    MethodPolicy,
    Notifications,
    Numbers,
    Passes,
    PasswordPreset,
    Passwords,
    Policy,
    Scope,
    SelfService,
    StricterGroup,
    resolve,
    with_entra_numbers,
)
from keyback.core.rules.assurance import STRONG
from keyback.core.rules.eligibility import refusal
from keyback.core.rules.offer import method_for
from keyback.core.rules.policy_check import MESSAGES, WARNINGS, Known, check, number_at
from keyback.core.rules.policy_ranges import RANGES, RECOMMENDED
from keyback.core.rules.readiness import typical_proof
from keyback.core.rules.roles import is_administrator
from keyback.core.types import Disclosure, Person
from tests.people import ADA, BO, CY

METHODS = ("totp", "push", "recovery_code", "email_code", "sms_code", "voice_call", "security_questions")
KNOWN = Known(METHODS, frozenset({"g-pilot", "g-finance"}), had_pilot=True)
PILOT = SelfService(enabled_for=Scope.SELECTED, groups=("g-pilot",))
GOOD = Policy(self_service=PILOT, methods={"totp": MethodPolicy(), "email_code": MethodPolicy()},
              numbers=Numbers(("DE",)))  # fmt: skip


def methods(*names: str, **scope: object) -> Policy:
    on = {name: MethodPolicy() for name in names}
    return replace(GOOD, methods=on, self_service=replace(PILOT, **scope))  # type: ignore[arg-type]


def with_scope(**scope: object) -> Policy:
    return replace(GOOD, self_service=replace(PILOT, **scope))  # type: ignore[arg-type]


def mistakes(policy: Policy, known: Known = KNOWN) -> list[tuple[str, str | int]]:
    return [(text.id.removeprefix("policy."), text.values["path"]) for text in check(policy, known).mistakes]


def warnings(policy: Policy, known: Known = KNOWN) -> set[str]:
    return {warned.name for warned in check(policy, known).warnings}


def test_the_empty_document_is_valid_and_warns_of_nothing() -> None:
    assert check(Policy(), Known(METHODS, frozenset())) == check(GOOD, KNOWN)
    assert mistakes(GOOD) == []
    assert warnings(GOOD) == set()


@pytest.mark.parametrize("gates", [1, 0, 3])
def test_administrators_with_another_number_than_two_do_not_validate(gates: int) -> None:
    """GAT-7 (amended): cannot be weakened by tenant policy."""
    policy = replace(GOOD, administrators=Administrators(methods_required=gates))
    assert mistakes(policy) == [("administrators_two", "administrators.methods_required")]


@pytest.mark.parametrize(
    "names", [(), ("totp",), ("sms_code", "voice_call"), ("totp", "push")], ids=["none", "one", "one phone", "one app"]
)
def test_two_gates_need_two_methods_that_count_as_two(names: tuple[str, ...]) -> None:
    assert mistakes(methods(*names)) == [("too_few_methods", "methods")]


def test_a_stricter_group_needs_two_methods_as_well() -> None:
    strict = methods("totp", methods_required=1, stricter=(StricterGroup("g-finance", 2),))
    assert mistakes(strict) == [("too_few_methods", "methods")]
    assert mistakes(methods("totp", methods_required=1)) == []


def test_one_gate_needs_a_method() -> None:
    assert mistakes(methods(methods_required=1)) == [("too_few_methods", "methods")]


def test_methods_may_be_missing_while_self_service_is_off() -> None:
    assert mistakes(methods(enabled_for=Scope.NONE)) == []


def test_a_method_that_is_switched_off_does_not_count() -> None:
    off = replace(GOOD, methods={**GOOD.methods, "email_code": MethodPolicy(enabled=False)})
    assert mistakes(off) == [("too_few_methods", "methods")]


def test_questions_are_never_the_only_proof() -> None:
    """Decisions 4."""
    alone = ("questions_alone", "methods.security_questions")
    assert alone in mistakes(methods("security_questions"))
    assert mistakes(methods("security_questions", "totp", methods_required=1)) == [alone]
    assert mistakes(methods("security_questions", "totp")) == []


@pytest.mark.parametrize(
    ("length", "preset", "valid"),
    [(15, PasswordPreset.MODERN, True), (14, PasswordPreset.MODERN, False), (8, PasswordPreset.ENTRA, True)],
)
def test_passwords_that_open_an_account_alone_are_long(
    length: int,
    preset: PasswordPreset,
    valid: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """PWD-1, NIST SP 800-63B-4, 3.1.1.2."""
    policy = replace(GOOD, passwords=Passwords(preset=preset, minimum_length=length))
    assert mistakes(policy) == ([] if valid else [("password_length", "passwords.minimum_length")])


def test_no_password_may_be_shorter_than_eight() -> None:
    policy = replace(GOOD, passwords=Passwords(minimum_length=7))
    assert mistakes(policy) == [("range", "passwords.minimum_length")]


def registering(**rules: object) -> Policy:
    return replace(GOOD, registration=replace(GOOD.registration, **rules))  # type: ignore[arg-type]


def test_registration_may_be_off_while_self_service_is() -> None:
    nobody = replace(registering(required_at_sign_in=False), self_service=SelfService())
    assert warnings(nobody) == set()


def set_number(path: str, value: int) -> Policy:
    section, _, name = path.partition(".")
    policy = replace(GOOD, passwords=Passwords(preset=PasswordPreset.ENTRA))
    if path == "passes.default_minutes":
        return replace(policy, passes=Passes(default_minutes=value, longest_minutes=43_200))
    if path == "passes.longest_minutes":
        return replace(policy, passes=Passes(default_minutes=10, longest_minutes=value))
    return replace(policy, **{section: replace(getattr(policy, section), **{name: value})})


@pytest.mark.parametrize("path", RANGES)
def test_every_number_has_a_range_and_its_ends_are_allowed(path: str) -> None:
    low, high = RANGES[path]
    for value in (low, high, number_at(Policy(), path)):
        assert mistakes(set_number(path, value)) == []
    for value in (low - 1, high + 1):
        (text,) = check(set_number(path, value), KNOWN).mistakes
        assert text.values == {"path": path, "value": value, "low": low, "high": high}


def test_every_number_of_the_document_has_a_range() -> None:
    sections = {"passwords", "registration", "passes", "lives", "limits"}
    numbers = {
        f"{section}.{name}" for section in sections
        for name in getattr(Policy(), section).__slots__ if type(getattr(getattr(Policy(), section), name)) is int
    }  # fmt: skip
    assert numbers == set(RANGES)


@pytest.mark.parametrize("gates", [0, 3, -1])
def test_methods_required_is_one_or_two(gates: int) -> None:
    policy = with_scope(methods_required=gates, stricter=(StricterGroup("g-finance", gates),))
    assert [one for one in mistakes(policy) if one[0] == "one_or_two"] == [
        ("one_or_two", "self_service.methods_required"),
        ("one_or_two", "self_service.stricter[0].methods"),
    ]


def test_selected_needs_groups() -> None:
    assert mistakes(with_scope(groups=())) == [("no_groups", "self_service.groups")]


def test_every_group_must_exist_wherever_it_stands() -> None:
    policy = replace(
        with_scope(groups=("g-pilot", "Nobody"), excluded_groups=("x",), stricter=(StricterGroup("y", 2),)),
        methods={"totp": MethodPolicy(include=("z",)), "email_code": MethodPolicy(exclude=("g-pilot", "z"))},
    )
    assert mistakes(policy) == [
        ("unknown_group", "self_service.groups[1]"),
        ("unknown_group", "self_service.excluded_groups[0]"),
        ("unknown_group", "self_service.stricter[0].group"),
        ("unknown_group", "methods.totp.include[0]"),
        ("unknown_group", "methods.email_code.exclude[1]"),
    ]


def test_a_group_has_one_stricter_rule() -> None:
    twice = with_scope(stricter=(StricterGroup("g-finance", 1), StricterGroup("g-finance", 2)))
    assert mistakes(twice) == [("repeated_group", "self_service.stricter[1].group")]


def test_a_method_that_is_not_on_the_shelf_is_a_mistake() -> None:
    policy = replace(GOOD, methods={**GOOD.methods, "smoke_signal": MethodPolicy()})
    assert mistakes(policy) == [("unknown_method", "methods.smoke_signal")]


@pytest.mark.parametrize("network", ["192.0.2.0/24", "2001:db8::/32", "192.0.2.1"])
def test_networks_are_cidr(network: str) -> None:
    assert mistakes(with_scope(guided_networks=(network,))) == []


@pytest.mark.parametrize("network", ["192.0.2.1/24", "example.org", "", "300.0.0.0/8", "192.0.2.0/33"])
def test_other_networks_are_mistakes(network: str) -> None:
    assert mistakes(with_scope(guided_networks=(network,))) == [("network", "self_service.guided_networks[0]")]


@pytest.mark.parametrize("domain", ["example", "exa mple.org", "@example.org", "-a.org", "", "a" * 64 + ".org"])
def test_own_mail_domains_are_domains(domain: str) -> None:
    assert mistakes(with_scope(own_mail_domains=("example.org",))) == []
    assert mistakes(with_scope(own_mail_domains=(domain,))) == [("domain", "self_service.own_mail_domains[0]")]


GOOD_LINKS = ["", "https://help.example.org", "https://example.org:8443/it?x=1#top", "mailto:it@example.org",
              "it@example.org", "HTTPS://Example.org/"]  # fmt: skip
BAD_LINKS = ["http://example.org", "javascript:alert(1)", "https://", "https://user@example.org/", "https://a b.org",
             "it@", "call 4711", "https://example.org/\n", "mailto:", "//example.org", "https://example.org/" + "a" * 2000,
             "data:text/html,x", "https://example.org\\@evil.org"]  # fmt: skip


@pytest.mark.parametrize(
    ("link", "valid"), [*((one, True) for one in GOOD_LINKS), *((one, False) for one in BAD_LINKS)]
)
def test_the_helpdesk_link_is_https_or_mail(link: str, valid: bool) -> None:  # noqa: FBT001 - a column of the table
    policy = replace(GOOD, customization=Customization(helpdesk_link=link))
    assert mistakes(policy) == ([] if valid else [("helpdesk_link", "customization.helpdesk_link")])


def test_banned_terms_are_bounded() -> None:
    terms = ("abcd", "abc", "x" * 65, "  a  ", "ab\u202ecd")
    wrong = [("term", f"passwords.banned_terms[{place}]") for place in (1, 2, 3, 4)]
    assert mistakes(replace(GOOD, passwords=Passwords(banned_terms=terms))) == wrong
    many = replace(GOOD, passwords=Passwords(banned_terms=("abcd",) * 1001))
    assert mistakes(many) == [("terms", "passwords.banned_terms")]


def test_everything_wrong_is_told_at_once() -> None:
    bad = replace(
        with_scope(groups=("nope",), guided_networks=("x",)),
        administrators=Administrators(methods_required=1),
        passwords=Passwords(minimum_length=3),
        customization=Customization(helpdesk_link="x"),
    )
    assert [id_ for id_, _ in mistakes(bad)] == [
        "administrators_two", "unknown_group", "network", "range", "helpdesk_link",
    ]  # fmt: skip


ON_OR_OFF = st.builds(MethodPolicy, enabled=st.booleans(), include=st.sampled_from([(), ("g-pilot",)]))
DOCUMENTS = st.builds(
    Policy,
    self_service=st.builds(
        SelfService,
        enabled_for=st.sampled_from([Scope.SELECTED, Scope.ALL]),
        groups=st.just(("g-pilot",)),
        methods_required=st.integers(1, 2),
        stricter=st.lists(
            st.builds(StricterGroup, group=st.just("g-pilot"), methods=st.integers(1, 2)), max_size=1
        ).map(tuple),
    ),
    methods=st.dictionaries(st.sampled_from(METHODS), ON_OR_OFF, min_size=3),
    administrators=st.builds(
        Administrators,
        methods_required=st.sampled_from([2, 2, 2, 1]),
        self_service=st.sampled_from(AdminSelfService),
        sms=st.booleans(),
    ),
)


@given(DOCUMENTS, st.sets(st.sampled_from(METHODS)), st.sampled_from([ADA, BO, CY]))
def test_no_valid_policy_lets_administrators_in_with_less_than_two_or_anybody_with_questions_alone(
    policy: Policy, held: set[str], person: Person
) -> None:
    """GAT-7 (amended), ADM-11, decisions 4: whatever validates keeps the rules that may not be weakened."""
    assume(not check(policy, KNOWN).mistakes)
    somebody = replace(person, groups=frozenset({"g-pilot"}))
    administrator = is_administrator(person.roles)
    proofs = [typical_proof(name) for name in held if method_for(somebody, policy, name)]
    demand = resolve(policy, somebody.groups, administrator=administrator)
    if refusal(somebody, InForce(1, policy), proofs, demand) is None:
        used = {name for name, _ in proofs}
        assert used != {"security_questions"}
        assert not administrator or (len(used) >= 2 and used & STRONG and "security_questions" not in used)


def test_entras_numbers_are_valid_together() -> None:
    """Decisions 8."""
    entra = with_entra_numbers(GOOD)
    assert check(entra, KNOWN).mistakes == ()
    assert warnings(entra) == {"unlimited_skips", "long_passes"}
    assert (entra.passes.longest_minutes, entra.passes.once) == (30 * 24 * 60, False)
    assert entra.registration.unlimited_skips
    assert (entra.passwords.minimum_length, entra.lives.email_code_minutes, entra.limits.failures_per_account_day) == (
        8,
        5,
        5,
    )
    assert entra.self_service == GOOD.self_service


WARNED: Mapping[str, Callable[[], Policy]] = {
    "one_gate": lambda: with_scope(methods_required=1),
    "email_only": lambda: methods("email_code", methods_required=1),
    "sms_only": lambda: methods("sms_code", methods_required=1),
    "no_countries": lambda: replace(methods("totp", "sms_code"), numbers=Numbers()),
    "all_without_selected": lambda: with_scope(enabled_for=Scope.ALL),
    "helpdesk_mailbox": lambda: replace(
        with_scope(own_mail_domains=("contoso.example",)),
        customization=Customization("mailto:IT@help.Contoso.example?subject=x"),
    ),
    "notices_off": lambda: replace(GOOD, notifications=Notifications(notify_users=False)),
    "trust_imported_contacts": lambda: with_scope(trust_imported_contacts=True),
    "guided_everywhere": lambda: with_scope(disclosure=Disclosure.GUIDED),
    "writeback": lambda: with_scope(writeback=True),
    "security_questions": lambda: methods("totp", "security_questions"),
    "administrators_sms": lambda: replace(GOOD, administrators=Administrators(sms=True)),
    "administrators_stranded": lambda: methods("email_code", "sms_code"),
    "loose_limits": lambda: set_number("limits.sends_per_day", 51),
    "password_only": lambda: registering(first_proof=FirstProof.PASSWORD_ONLY),
    "short_holds": lambda: registering(hold_hours=23),
    "registration_off": lambda: registering(required_at_sign_in=False),
    "unlimited_skips": lambda: registering(unlimited_skips=True),
    "long_passes": lambda: replace(GOOD, passes=Passes(longest_minutes=1_441)),
    "password_expiry": lambda: replace(GOOD, passwords=Passwords(expiry_days=90)),
}


def test_every_warning_has_an_example_and_a_sentence() -> None:
    assert set(WARNED) == WARNINGS
    assert {f"policy.warn.{name}" for name in WARNED} <= set(MESSAGES)


@pytest.mark.parametrize("name", WARNED)
def test_what_is_possible_but_unwise_is_warned_about(name: str) -> None:
    policy = WARNED[name]()
    known = replace(KNOWN, had_pilot=False)
    assert mistakes(policy, known) == []
    assert name in warnings(policy, known)
    assert name not in warnings(GOOD, known)


def test_all_is_no_surprise_after_a_pilot() -> None:
    assert warnings(with_scope(enabled_for=Scope.ALL)) == set()


def test_guided_pages_limited_to_networks_are_no_risk() -> None:
    assert warnings(with_scope(disclosure=Disclosure.GUIDED, guided_networks=("192.0.2.0/24",))) == set()


def test_either_notice_switched_off_is_a_weakness() -> None:
    """Decisions 15."""
    assert warnings(replace(GOOD, notifications=Notifications(notify_admins=False))) == {"notices_off"}


def test_administrators_who_may_not_help_themselves_are_not_stranded() -> None:
    weak = methods("email_code", "sms_code")
    assert warnings(replace(weak, administrators=Administrators(self_service=AdminSelfService.NONE))) == set()
    assert warnings(methods("totp", "sms_code")) == {"administrators_stranded"}
    relaxed = replace(methods("totp", "sms_code"), administrators=Administrators(sms=True))
    assert warnings(relaxed) == {"administrators_sms"}


@pytest.mark.parametrize("path", RECOMMENDED)
def test_recommended_limits_are_possible_and_hold_the_default(path: str) -> None:
    (low, high), (lowest, highest) = RECOMMENDED[path], RANGES[path]
    assert lowest <= low <= number_at(Policy(), path) <= high <= highest


@pytest.mark.parametrize("country", ["", "de", "XX", "Germany", "001", "49"])
def test_countries_are_countries(country: str) -> None:
    """SND-3."""
    wrong = mistakes(replace(GOOD, numbers=Numbers((country,))))
    assert wrong == [("country", "numbers.allowed_countries[0]")]
    assert mistakes(replace(GOOD, numbers=Numbers(("DE", "NO")))) == []
