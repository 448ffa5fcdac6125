"""What stands on a temporary access pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.app.passes.format import made, mark, read, written
from keyback.core.rules.base32 import ALPHABET
from keyback.wiring.world import SystemRandom
from tests.contracts.kit import Counting
from tests.living import Living


def test_a_pass_is_sixty_bits_from_the_one_source_of_chance() -> None:
    """COD-1: at least 40 bits beside a user ID; every letter has 5 of them."""
    counting = Counting()
    assert len(made(counting)) == 12
    assert counting.calls == ["bytes 8"]
    many = {made(SystemRandom()) for _ in range(500)}
    assert len(many) == 500
    assert {len({code[place] for code in many}) for place in range(12)} == {32}


@pytest.mark.parametrize("typed", ["OIL0ABCDEFGH", "oil0-abcd-efgh", " o i l 0 a b c d e f g h ", "oil0‑abcd–efgh"])
def test_what_people_misread_is_read_as_meant(typed: str) -> None:
    assert read(typed) == "0110ABCDEFGH"


@pytest.mark.parametrize("typed", ["", "K7QM2XNB9RT", "K7QM2XNB9RTDD", "K7QM2XNB9RTU", "Kő7QM2XNB9RTD", "1" + " " * 80])
def test_what_cannot_be_a_pass_is_none(typed: str) -> None:
    assert read(typed) == ""


@given(st.text(ALPHABET, min_size=12, max_size=12))
def test_what_is_written_reads_back(code: str) -> None:
    assert written(code) == f"{code[:4]}-{code[4:8]}-{code[8:]}"
    assert read(written(code)) == read(code.lower()) == code


def test_what_is_kept_is_bound_to_the_pass(quick: Living) -> None:
    """COD-5, COD-8"""
    kept = mark(quick.house, "one", "K7QM2XNB9RTD")
    assert kept == mark(quick.house, "one", "K7QM2XNB9RTD")
    assert kept not in {mark(quick.house, "other", "K7QM2XNB9RTD"), mark(quick.house, "one", "K7QM2XNB9RTE")}
    assert b"K7QM2XNB9RTD" not in kept
