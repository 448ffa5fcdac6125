"""Recovery codes (decisions 8): ten slots, one Argon2 for each try."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.ports import Right, Wrong
from keyback.core.rules.base32 import ALPHABET
from keyback.methods.recovery_code import METHOD, read, written
from tests.contracts.kit import Counting
from tests.people import enrolment

COUNTING = Counting()
MADE = METHOD.register_begin("ada@example.org", "Example", COUNTING, COUNTING)
CODES = MADE.show["codes"].splitlines()
ROWS = tuple(enrolment("recovery_code", secret, slot=slot) for slot, secret in enumerate(MADE.secrets))


def test_a_set_is_ten_codes_of_an_index_and_80_bits() -> None:
    """COD-1"""
    assert [code[0] for code in CODES] == list("0123456789")
    assert len({code[1:] for code in CODES}) == 10
    assert COUNTING.calls[:10] == ["bytes 10"] * 10
    assert all(len(code.replace("-", "")) == 17 and set(code) <= {*ALPHABET, "-"} for code in CODES)


def test_only_hashes_are_kept() -> None:
    """COD-8"""
    assert all(secret.startswith(b"$argon2id$") for secret in MADE.secrets)
    assert not any(code.replace("-", "")[1:].encode() in secret for code in CODES for secret in MADE.secrets)


@pytest.mark.parametrize("slot", range(10))
def test_the_index_picks_the_row_and_the_code_uses_it_up(slot: int) -> None:
    counting = Counting()
    assert METHOD.check(ROWS, b"", CODES[slot], counting.tools()) == Right(ROWS[slot], spends=True)
    assert counting.calls == ["verify"]
    left = tuple(row for row in ROWS if row.slot != slot)
    assert METHOD.check(left, b"", CODES[slot], counting.tools()) == Wrong()
    assert counting.calls == ["verify", "verify"]


def test_a_code_under_another_index_is_wrong() -> None:
    assert METHOD.check(ROWS, b"", "4" + CODES[3][1:], Counting().tools()) == Wrong()
    swapped = (replace(ROWS[3], slot=4),)
    assert METHOD.check(swapped, b"", "4" + CODES[3][1:], Counting().tools()) == Wrong()


def test_what_people_misread_is_read_as_meant() -> None:
    """Crockford's base 32: no I, L, O, U."""
    assert read("o-il01 abcd efgh jkmn") == "0" + "1101" + "ABCD" + "EFGH" + "JKMN"
    assert read("O" + "0123 4567-89AB-CDEf") == "0" + "0123456789ABCDEF"
    assert read("0UUUU-UUUU-UUUU-UUUU") == ""
    assert read("AAAAA-AAAA-AAAA-AAAA") == ""


@given(st.integers(0, 9), st.text(ALPHABET, min_size=16, max_size=16))
def test_what_is_written_reads_back_in_any_case_and_grouping(slot: int, letters: str) -> None:
    code = f"{slot}{letters}"
    assert read(written(code)) == code
    assert read(code.lower()) == code
    assert read(" ".join(code)) == code


@given(st.text(max_size=80))
def test_reading_never_raises(text: str) -> None:
    assert len(read(text)) in {0, 17}


def test_one_code_proves_that_the_paper_is_there_and_stays_good() -> None:
    """TOT-4, for paper"""
    assert METHOD.register_check(MADE, CODES[7].lower(), Counting().tools()) == 0
    assert METHOD.register_check(MADE, "7" + CODES[6][1:], Counting().tools()) is None
