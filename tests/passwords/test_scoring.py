"""Entra's scoring, its limits, and the strength that is shown while typing (entra-sspr 2.8, decisions 11)."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.policy import PasswordPreset, Passwords
from keyback.core.rules import banned
from keyback.core.rules.banned import Terms, normal, points, refused, worth
from keyback.core.rules.password import GOOD, STRONG, Context, Lists, Strength, judge, strength
from keyback.wiring.house import password_lists

SHIPPED = password_lists()
TERMS = Terms.of(["contoso", "blank", "abcabc", "abca"])
TEXTS = st.text("abcontsl01@$ !9", max_size=40)
MODERN = Passwords()
ENTRA = Passwords(preset=PasswordPreset.ENTRA, banned_terms=("contoso",))
ADA = Context(
    user_id="ada.king@example.org",
    names=("Ada", "Quibblethwaite", "Marchioness Quibblethwaite"),
    tenant_name="Analytical Engynes",
    words=("babbage@mail.example", "keyback", "reset.engynes.example"),
)


def told(typed: str, policy: Passwords = ENTRA, context: Context = ADA) -> list[str]:
    return [text.id.removeprefix("password.") for text in judge(typed, policy, context, SHIPPED)]


@pytest.mark.parametrize(("typed", "score", "accepted"), [("C0ntos0Blank12", 4, False), ("ContoS0Bl@nkf9!", 5, True)])
def test_both_published_examples_with_the_list_that_ships(typed: str, score: int, accepted: bool) -> None:  # noqa: FBT001
    """entra-sspr 2.8: contoso is the tenant's term, blank the list's."""
    terms = SHIPPED.terms.and_also(["contoso"])
    assert points(normal(typed), terms) == score
    assert refused(typed, terms) is not accepted
    assert (told(typed, context=Context()) == []) is accepted


def test_the_shipped_short_list_is_short() -> None:
    """decisions 11"""
    assert "blank" in SHIPPED.terms.words
    assert len(SHIPPED.terms.words) <= 2_000
    assert min(SHIPPED.terms.lengths) >= 4


@given(TEXTS, TEXTS)
def test_two_parts_are_worth_no_more_together_than_apart(one: str, other: str) -> None:
    """decisions 11: the cover with the fewest points counts."""
    assert points(one + other, TERMS) <= points(one, TERMS) + points(other, TERMS)


@given(TEXTS, st.sampled_from("xyzq#?"))
def test_a_character_of_no_term_is_always_worth_one_point(text: str, more: str) -> None:
    """decisions 11: so lengthening by such never makes a password worse."""
    assert points(text + more, TERMS) == points(text, TERMS) + 1
    assert points(more + text, TERMS) == points(text, TERMS) + 1
    if points(normal(text), TERMS) >= banned.ENOUGH:
        assert not refused(text + more, TERMS) or len(text) < 9  # shorter ones may be nearly a term


@given(TEXTS)
def test_points_lie_between_one_for_each_longest_term_and_one_for_each_character(text: str) -> None:
    assert -(-len(text) // max(TERMS.lengths)) <= points(text, TERMS) <= len(text)
    assert worth(text, TERMS) <= points(normal(text), TERMS)


class Counted(frozenset[str]):
    """Terms that count how often they are asked for one."""

    asked = 0

    def __contains__(self, word: object) -> bool:
        Counted.asked += 1
        return super().__contains__(word)

    def __iter__(self) -> Iterator[str]:
        Counted.asked += len(self)
        return super().__iter__()


@pytest.mark.parametrize("typed", ["a" * 256, "ab" * 128, "contoso" * 36, "aaab" * 64, "0" * 255 + "x"])
def test_work_grows_with_the_length_and_with_nothing_else(typed: str) -> None:
    """PWD-2: hostile passwords cost no more than others; work is counted, not timed."""
    lengths = range(4, 65)
    words = Counted("a" * length for length in lengths)
    asked = []
    for text in (typed[:128], typed):
        Counted.asked = 0
        refused(text, Terms(words, tuple(lengths)))
        worth(text, Terms(words, tuple(lengths)))
        asked.append(Counted.asked)
    assert asked[1] <= 2 * 256 * len(lengths)
    assert asked[1] <= 2.6 * max(asked[0], 128)


@pytest.mark.parametrize(
    "word", ["ada.king@example.org", "ada.king", "quibblethwaite", "marchioness", "analytical", "engynes", "babbage",
             "babbage@mail.example", "keyback", "reset.engynes.example"],
)  # fmt: skip
def test_every_word_of_the_context_counts(word: str) -> None:
    """PWD-4 (amended), decisions 11: whole in `modern`, with what people add at the ends; anywhere in `entra`."""
    assert "personal" in told(f"{word.upper()}!2026", MODERN)
    assert "personal" not in told(f"my {word} eats 7 plums", MODERN)
    assert told(f"Zq7{word}xw") == ["contains_name"]


@pytest.mark.parametrize("form", ["as typed", "prepared"])
def test_the_set_is_asked_for_what_was_typed_and_for_its_one_form(form: str) -> None:
    """PWD-4: full-width letters may have been stolen either way."""
    typed = "ｓｅｖｅｎ ｐｕｒｐｌｅ ｌａｍｐｓ"
    stolen = typed if form == "as typed" else "seven purple lamps"
    lists = Lists(SHIPPED.common, SHIPPED.terms, frozenset({stolen}))
    assert [text.id for text in judge(typed, MODERN, Context(), lists)] == ["password.breached"]
    assert judge(typed + "!", MODERN, Context(), lists) == ()


@pytest.mark.parametrize(
    ("typed", "policy", "level"),
    [
        ("", MODERN, Strength.TOO_WEAK),
        ("short", MODERN, Strength.TOO_WEAK),
        ("Password1234567890", MODERN, Strength.TOO_WEAK),
        ("aaaaabbbbbcccccddddd", MODERN, Strength.FAIR),
        ("monkeydragonsunshine!?x", MODERN, Strength.FAIR),
        ("Qzkwpfj9", ENTRA, Strength.FAIR),
        ("gnu toes 4 wharf", MODERN, Strength.GOOD),
        ("Zq9 !wondrous gnu flambé", MODERN, Strength.STRONG),
        ("x" * 257, MODERN, Strength.TOO_WEAK),
    ],
)
def test_the_strength_follows_from_the_judgement(typed: str, policy: Passwords, level: Strength) -> None:
    """PWD-6"""
    wrong = judge(typed, policy, Context(), SHIPPED)
    assert strength(typed, wrong, policy, SHIPPED) is level


@given(TEXTS, st.sampled_from("#?~"))
def test_a_longer_password_of_the_same_kind_is_not_shown_as_weaker(text: str, more: str) -> None:
    """PWD-6: at its end, by a character of no term and no run."""
    assert worth(text + more, TERMS) == worth(text, TERMS) + 1
    assert 0 < GOOD < STRONG
