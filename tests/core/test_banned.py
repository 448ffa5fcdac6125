"""Entra's scoring of banned terms, and how passwords are folded for comparison (decisions 11)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.rules.banned import Terms, fold, forms, normal, points, refused

TERMS = Terms.of(["contoso", "blank"])


@pytest.mark.parametrize(
    ("typed", "score"),
    [
        ("C0ntos0Blank12", 4),
        ("ContoS0Bl@nkf9!", 5),
        ("contoso", 1),
        ("contosocontoso", 2),
        ("xyz", 3),
        ("", 0),
        ("cont0$obl@nk", 2),
        ("contosblank", 7),
    ],
)
def test_one_point_for_each_term_and_each_other_character(typed: str, score: int) -> None:
    assert points(normal(typed), TERMS) == score


def test_where_terms_overlap_the_fewest_points_count() -> None:
    """Greedy from the left would take `abcd` and leave five characters."""
    assert points("abcdefghi", Terms.of(["abcd", "bcdefghi"])) == 2
    assert points("onetwothree", Terms.of(["onetwo", "twothree", "onet"])) == 4


@pytest.mark.parametrize(
    "typed", ["contoso", "contosO", "kontoso", "contos", "contosoo", "xcontoso", "c0nt0s", "bl4nk"]
)
def test_what_is_a_term_but_for_one_character_is_refused(typed: str) -> None:
    assert refused(typed, TERMS)


@pytest.mark.parametrize("typed", ["kontosk", "ontos", "xcontosoxyzw", "qwrtzpl"])
def test_what_is_further_away_is_not(typed: str) -> None:
    assert not refused(typed, TERMS)


def test_terms_of_three_letters_are_left_out() -> None:
    assert Terms.of(["abc", "  ", "abcd"]).words == {"abcd"}
    assert TERMS.and_also(()) is TERMS
    assert TERMS.and_also(["Fabr1k@m"]).words == {"contoso", "blank", "fabrlkam"}


def test_a_password_is_looked_for_bare_of_what_people_add_at_its_ends() -> None:
    assert "password" in forms("P@ssw0rd2024!")
    assert "password" in forms("!!p@ssword##")
    assert "qwerty" in forms("qwertyQWERTYqwe")
    assert "1234567890" in forms("123456789012345")
    assert forms("1234") == {"1234", "l234"}
    assert fold("STRAẞE") == "strasse"


WORDS = st.text("abc01@", min_size=1, max_size=14)


@given(WORDS, st.lists(st.text("abc", min_size=4, max_size=6), max_size=5))
def test_points_are_the_least_of_all_covers(typed: str, terms: list[str]) -> None:
    """Against trying every way to cut the text into pieces."""
    text, known = normal(typed), Terms.of(terms)

    def worth(cuts: int) -> int:
        places = [0, *(i for i in range(1, len(text)) if cuts >> (i - 1) & 1), len(text)]
        pieces = [text[a:b] for a, b in pairwise(places)]
        return sum(1 if piece in known.words else len(piece) for piece in pieces)

    assert points(text, known) == min(worth(cuts) for cuts in range(2 ** (len(text) - 1)))


@given(st.text(max_size=30), st.lists(st.text("abcdef", min_size=4), max_size=4))
def test_another_term_never_makes_a_password_better(typed: str, more: list[str]) -> None:
    text = normal(typed)
    assert points(text, TERMS.and_also(more)) <= points(text, TERMS) <= len(text)
