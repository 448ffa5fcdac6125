"""A policy as a YAML document: strict to read, complete to write, and the two agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.app.policy.document import flat, read
from keyback.app.policy.strict_yaml import MOST_BYTES
from keyback.app.policy.writing import COMMENTS, complete, write
from keyback.core.policy import (
    Administrators,
    AdminSelfService,
    Customization,
    MethodPolicy,
    PasswordPreset,
    Passwords,
    Policy,
    Scope,
    SelfService,
    StricterGroup,
)
from keyback.core.types import Disclosure


def wrong(text: str | bytes) -> list[tuple[str, str | int]]:
    """Short id, and path or line, of each mistake."""
    mistakes = read(text.encode() if isinstance(text, str) else text).mistakes
    return [
        (one.id.removeprefix("policy.file."), one.values.get("path", one.values.get("line", ""))) for one in mistakes
    ]


def test_an_empty_file_is_the_safe_policy() -> None:
    for text in (b"", b"# nothing\n", b"self_service:\n"):
        assert read(text).policy == Policy()
        assert read(text).mistakes == ()


def test_a_file_says_only_what_it_changes() -> None:
    said = read(
        b"self_service:  # comments are fine\n  enabled_for: selected\n  groups: [Pilot people, 'none', \"no\"]\n"
        b"  stricter:\n  - group: Finance\n    methods: 2\nmethods:\n  totp:\n  email_code: {}\n"
        b"  sms_code: {enabled: false, exclude: [Berlin]}\n"
    )
    assert said.mistakes == ()
    assert said.policy.self_service == SelfService(
        enabled_for=Scope.SELECTED,
        groups=("Pilot people", "none", "no"),
        stricter=(StricterGroup("Finance", 2),),
    )
    assert said.policy.methods == {
        "totp": MethodPolicy(),
        "email_code": MethodPolicy(),
        "sms_code": MethodPolicy(enabled=False, exclude=("Berlin",)),
    }


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("self_service: {enabled: all}", [("unknown_near", "self_service.enabled")]),
        ("self_service: {enabled_fro: all}", [("unknown_near", "self_service.enabled_fro")]),
        ("zzzz: 1", [("unknown", "zzzz")]),
        ("self_service: {enabled_for: al}", [("choice_near", "self_service.enabled_for")]),
        ("self_service: {enabled_for: 7}", [("choice", "self_service.enabled_for")]),
        ("self_service: {enabled_for: [all]}", [("choice", "self_service.enabled_for")]),
        ("self_service: {methods_required: '2'}", [("number", "self_service.methods_required")]),
        ("self_service: {methods_required: true}", [("number", "self_service.methods_required")]),
        ("self_service: {methods_required: 1.0}", [("number", "self_service.methods_required")]),
        ("self_service: {methods_required: 010}", [("number", "self_service.methods_required")]),
        ("self_service: {methods_required: 1:30}", [("number", "self_service.methods_required")]),
        ("self_service: {writeback: no}", [("flag", "self_service.writeback")]),
        ("self_service: {writeback: 1}", [("flag", "self_service.writeback")]),
        ("self_service: {groups: Pilot}", [("list", "self_service.groups")]),
        ("self_service: {groups: [1, ~, true]}", [("text", f"self_service.groups[{i}]") for i in range(3)]),
        ('self_service: {groups: ["a\\u202eb", "a\\u200bb"]}', [("unprintable", f"self_service.groups[{i}]") for i in (0, 1)]),
        ("self_service: {stricter: [{group: x}]}", [("missing", "self_service.stricter[0].methods")]),
        ("self_service: {stricter: [x]}", [
            ("section", "self_service.stricter[0]"), ("missing", "self_service.stricter[0].group"),
            ("missing", "self_service.stricter[0].methods"),
        ]),
        ("self_service: []", [("section", "self_service")]),
        ("methods: [totp]", [("section", "methods")]),
        ("methods: {totp: true}", [("section", "methods.totp")]),
        ("- a", [("section", ".")]),
        ("just words", [("section", ".")]),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_its_path(text: str, mistakes: list[tuple[str, str]]) -> None:
    assert wrong(text) == mistakes


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("a: &x [1]\nb: *x", [("plain_only", 1)]),
        ("a: 1\n<<: {b: 2}", [("plain_only", 2)]),
        ("!!python/object/apply:os.system ['true']", [("plain_only", 1)]),
        ("limits: !!map {}", [("plain_only", 1)]),
        ("limits: ! {}", [("plain_only", 1)]),
        ("[" * 50_000, [("deep", 1)]),
        ("a: {b: 1}\n---\nc: 1", [("yaml", 2)]),
        ("a: [", [("yaml", 1)]),
        ("a: b: c", [("yaml", 1)]),
        ("\ta: 1", [("yaml", 1)]),
        (b"a: \x00", [("yaml", 1)]),
        (b"a: \xff", [("encoding", "")]),
        ("limits: {}".encode("utf-16"), [("encoding", "")]),
        (b"#" * (MOST_BYTES + 1), [("size", "")]),
    ],
)
def test_dangerous_or_broken_yaml_is_refused(text: str | bytes, mistakes: list[tuple[str, int]]) -> None:
    """CWE-776, CWE-502."""
    assert wrong(text) == mistakes


def test_a_key_stands_once() -> None:
    text = "limits: {sends_per_day: 1, sends_per_day: 2}\n1: x\nlimits: {}\n"
    assert wrong(text) == [("twice", 1), ("key", 2), ("twice", 3)]


def test_everything_wrong_is_told_at_once_and_with_what_is_allowed() -> None:
    text = b"self_service: {enabled_for: al, writeback: no}\npasswords: {preset: old, histroy: 2}\nmethod: {}\n"
    said = {one.values["path"]: one.values for one in read(text).mistakes}
    assert said["self_service.enabled_for"] == {
        "path": "self_service.enabled_for", "value": "al", "near": "all", "allowed": "none, selected, all",
    }  # fmt: skip
    assert said["passwords.histroy"]["near"] == "history"
    assert said["method"]["near"] == "methods"
    assert said["passwords.preset"]["allowed"] == "modern, entra"
    assert said["self_service.writeback"]["value"] == "no"


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=20)
LISTS = st.lists(NAMES, max_size=3).map(tuple)
POLICIES = st.builds(
    Policy,
    self_service=st.builds(
        SelfService,
        enabled_for=st.sampled_from(Scope),
        groups=LISTS,
        excluded_groups=LISTS,
        methods_required=st.integers(-9, 99),
        stricter=st.lists(st.builds(StricterGroup, group=NAMES, methods=st.integers(0, 9)), max_size=2).map(tuple),
        disclosure=st.sampled_from(Disclosure),
        guided_networks=LISTS,
        writeback=st.booleans(),
    ),
    methods=st.dictionaries(
        st.sampled_from(["totp", "email_code"]),
        st.builds(MethodPolicy, enabled=st.booleans(), include=LISTS, exclude=LISTS),
    ),
    administrators=st.builds(Administrators, self_service=st.sampled_from(AdminSelfService), sms=st.booleans()),
    passwords=st.builds(Passwords, preset=st.sampled_from(PasswordPreset), banned_terms=LISTS),
    customization=st.builds(Customization, helpdesk_link=NAMES | st.just("")),
)


@given(POLICIES)
def test_what_is_written_reads_back_as_the_same_policy(policy: Policy) -> None:
    said = read(write(policy, "Keyback policy, version 3.").encode())
    assert said.mistakes == ()
    assert said.policy == policy


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_file_breaks_the_reader(data: bytes) -> None:
    said = read(data)
    assert said.mistakes or said.policy == Policy() or data


def test_every_field_is_written_with_a_comment() -> None:
    text = write(complete(Policy(), ["totp"]), "x")
    for path in (*flat(Policy()), *(path.partition(".")[0] for path in flat(Policy()))):
        if path != "methods":
            assert f"# {COMMENTS[path]}" in text, path
    assert set(COMMENTS) == {*flat(Policy()), *(path.partition(".")[0] for path in flat(Policy())), "methods"}


def test_methods_that_the_policy_does_not_name_are_written_as_off() -> None:
    text = write(complete(Policy(methods={"email_code": MethodPolicy()}), ["totp", "email_code"]), "x")
    assert read(text.encode()).policy.methods == {"totp": MethodPolicy(enabled=False), "email_code": MethodPolicy()}
