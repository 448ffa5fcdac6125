"""PWD-1 to PWD-8: what is acceptable as a new password in the own directory."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.policy import PasswordPreset, Passwords
from keyback.core.rules import banned, password
from keyback.core.rules.password import Context, Lists, judge, rules_shown

DATA = Path(password.__file__).parents[2] / "data"
COMMON = frozenset((DATA / "common_passwords.txt").read_text().splitlines())
TERMS = tuple((DATA / "banned_terms.txt").read_text().splitlines())
LISTS = Lists(COMMON, banned.Terms.of(TERMS))
MODERN = Passwords()
ENTRA = Passwords(preset=PasswordPreset.ENTRA, banned_terms=("contoso",))
ADA = Context(
    user_id="ada.lovelace@analytical.example",
    names=("Ada", "Lovelace", "Ada Lovelace"),
    tenant_name="Analytical Engines",
    words=("countess@mail.example", "keyback.analytical.example"),
)


def faults(typed: str, policy: Passwords = MODERN, context: Context = ADA) -> list[str]:
    return [text.id.removeprefix("password.") for text in judge(typed, policy, context, LISTS)]


@pytest.mark.parametrize(
    "typed",
    [
        "correct horse battery staple",
        "quarzige Wüstenfüchse zählen",
        "пятнадцать зелёных слонов",
        "十五個の緑色の象が月の上で踊っている夜",
        "🐘🦒🐊🦉🐙🐧🦊🐻🐼🐨🐯🦁🐮🐷🐸",
        "    spaces    count   ",
        "xkqzwvbnrtplmgd",
        "ö" * 7 + "qzkwpfjm",
    ],
)
def test_long_passwords_of_any_kind_of_character_are_fine(typed: str) -> None:
    """PWD-3"""
    assert faults(typed) == []


def test_fifteen_code_points_are_enough_and_fourteen_are_not() -> None:
    """PWD-1"""
    assert faults("xkqzwvbnrtplmgd") == []
    assert faults("xkqzwvbnrtplmg") == ["too_short"]
    assert faults("🐘" * 14) == ["too_short"]


def test_length_is_counted_after_normalisation() -> None:
    """PWD-1: two ways to type one letter are one code point."""
    assert faults("u\u0308" * 14) == ["too_short"]
    assert faults("q\u0308" * 8) == []  # no single code point exists for it


@pytest.mark.parametrize(("minimum", "least"), [(8, 8), (12, 12), (3, 8)])
def test_the_minimum_can_be_lowered_but_never_below_eight(minimum: int, least: int) -> None:
    """PWD-1"""
    policy = Passwords(minimum_length=minimum)
    assert faults("qzkwpfjmxvbt"[:least], policy) == []
    assert faults("qzkwpfjmxvbt"[: least - 1], policy) == ["too_short"]


@pytest.mark.parametrize("policy", [MODERN, ENTRA])
def test_the_longest_is_taken_whole_and_one_more_is_refused(policy: Passwords) -> None:
    """PWD-2"""
    longest = ("Qz9!kwPfjm" * 26)[:256]
    assert faults(longest, policy) == []
    assert faults(longest + "x", policy) == ["too_long"]
    assert faults("x" * 10_000_000, policy) == ["too_long"]


def test_bytes_are_limited_too() -> None:
    """PWD-2"""
    assert not password.too_long("𐍈" * 256)
    assert password.too_long("𐍈" * 256 + "a")
    assert password.too_long("\ufdfa" * 20)  # normalises to 18 characters each


@pytest.mark.parametrize(
    "typed", ["line\nbreak and more", "nul\0 and more text", "\ud800" * 20, "unassigned\u0378 text"]
)
def test_what_cannot_be_typed_again_is_refused(typed: str) -> None:
    assert faults(typed) == ["characters"]


def test_one_form_is_judged_and_hashed() -> None:
    """NIST SP 800-63B-4 3.1.1.2"""
    assert password.prepare("ﬁve u\u0308ber ①") == "five über 1"


@given(st.text(max_size=300))
def test_preparing_twice_changes_nothing_and_judging_never_raises(typed: str) -> None:
    assert password.prepare(password.prepare(typed)) == password.prepare(typed)
    for policy in (MODERN, ENTRA):
        assert all(text.id in password.MESSAGES for text in judge(typed, policy, ADA, LISTS))


@pytest.mark.parametrize(
    "typed",
    [
        "1234567890123456",
        "PASSWORD",
        "password",
        "p@ssw0rd",
        "Password2024!",
        "!!!P@$$word1234567890",
        "ｐａｓｓｗｏｒｄ",
    ],
)
def test_common_passwords_are_found_in_any_dress(typed: str) -> None:
    """PWD-4"""
    assert faults(typed, Passwords(minimum_length=8)) == ["common"]


def test_every_password_of_the_list_is_refused() -> None:
    """PWD-4"""
    assert [p for p in COMMON if "common" not in faults(p) and len(p) <= 256] == []


def test_the_list_is_complete_folded_sorted_and_without_doubles() -> None:
    """PWD-5: what was shipped is what was built."""
    lines = (DATA / "common_passwords.txt").read_text().splitlines()
    assert len(lines) == 49_233
    assert lines == sorted(set(lines))
    assert [line for line in lines if banned.fold(line) != line or not line] == []
    assert "Permission is hereby granted" in (DATA / "NOTICE").read_text()


def test_the_short_list_is_as_promised() -> None:
    """decisions 11"""
    assert "blank" in TERMS
    assert len(TERMS) <= 2_000
    assert all(len(term) >= 4 for term in TERMS)


@pytest.mark.parametrize(
    "typed",
    [
        "ada.lovelace@analytical.example",
        "Ada.Lovelace2026",
        "adalovelace123456",
        "Analytical-Engines!",
        "countess@mail.example",
        "KEYBACK.analytical.example",
        "@d@Lovelace!!!!",
    ],
)
def test_your_own_name_is_refused_when_it_is_the_whole_password(typed: str) -> None:
    """PWD-4"""
    assert faults(typed) == ["personal"]


def test_your_name_may_be_part_of_a_modern_password_and_not_of_an_entra_one() -> None:
    """decisions 11"""
    typed = "Lovelace likes 7 giraffes"
    assert faults(typed) == []
    assert faults(typed, ENTRA) == ["contains_name"]
    assert faults("L0ve1ace&7Giraffes", ENTRA) == ["contains_name"]
    assert faults("Engines of 1843!", ENTRA) == ["contains_name"]
    assert faults("Ada rides 7 giraffes", ENTRA) == []  # names of three letters are in everything


@pytest.mark.parametrize(
    ("typed", "faulty"),
    [
        ("Qzkwpfj9", []),
        ("Qzkwpf9", ["too_short"]),
        ("qzkwpfj9", ["classes"]),
        ("qzkwpfjx", ["classes"]),
        ("qzkw pfj9", []),
        ("QZKWPFJ!9", []),
        ("Qzkwpfj9ü", ["entra_characters"]),
        ("Qzkwpfj9🐘", ["entra_characters"]),
        ("Q~z`k\"w'9<>()[]{}|\\:;,.?/", []),
    ],
)
def test_entra_demands_three_of_four_classes_of_its_own_characters(typed: str, faulty: list[str]) -> None:
    """entra-style passwords, decisions 11"""
    assert faults(typed, ENTRA, Context()) == faulty


def test_the_two_published_examples() -> None:
    """decisions 11: one point for each banned term and each other character; five are enough."""
    assert faults("C0ntos0Blank12", ENTRA) == ["guessable"]
    assert faults("ContoS0Bl@nkf9!", ENTRA) == []


def test_the_tenants_own_terms_count_in_both_presets() -> None:
    modern = Passwords(banned_terms=("analyticalengine",))
    assert faults("analyticalengine9") == []
    assert faults("analyticalengine9", modern) == ["guessable"]


def test_the_page_shows_the_rules_that_hold() -> None:
    """PWD-6"""
    shown = [(rule.id, rule.check, rule.amount) for rule in rules_shown(MODERN)]
    assert shown == [("length", "length", 15), ("common", "server", 0), ("history", "server", 1), ("same", "same", 0)]
    entra = {rule.id: rule for rule in rules_shown(Passwords(preset=PasswordPreset.ENTRA, history=0))}
    assert set(entra) == {"length", "classes", "common", "same"}
    assert entra["length"].amount == 8
    assert entra["classes"].amount == 3
    assert all(rule.text.id in password.MESSAGES for rule in entra.values())
