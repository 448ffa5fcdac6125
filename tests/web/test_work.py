"""Proof of work (decisions 10): what counts as done, and what does not. Made and checked here, by nobody else (THR-15)."""

import base64
import hashlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.types import SECOND
from keyback.web import work
from keyback.web.work import Difficulty
from keyback.wiring.world import SystemRandom
from tests.people import NOW

KEY = bytes(range(32))
EASY = Difficulty(max_number=50)
LIFE = EASY.life


def solve(challenge: dict[str, str | int]) -> dict[str, object]:
    """As the page's script does."""
    for number in range(int(challenge["maxNumber"]) + 1):
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]:
            fields = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
            return {**fields, "number": number}
    raise AssertionError("no number solves it")


def payload(fields: object) -> str:
    return base64.b64encode(json.dumps(fields).encode()).decode()


MADE = work.make(NOW, SystemRandom(), KEY, EASY)
SOLVED = solve(MADE)
RIGHT = payload(SOLVED)


def test_done_work_counts_and_is_known_by_its_id() -> None:
    assert work.check(RIGHT, KEY, NOW) == MADE["challenge"]


def test_what_altchas_own_widget_adds_is_ignored() -> None:
    assert work.check(payload({**SOLVED, "took": 120, "test": True}), KEY, NOW) == MADE["challenge"]


def test_work_expires_to_the_second() -> None:
    end = (NOW + LIFE) // SECOND * SECOND
    assert work.check(RIGHT, KEY, end - 1) == MADE["challenge"]
    assert work.check(RIGHT, KEY, end) is None


def test_every_challenge_is_another() -> None:
    made = [work.make(NOW, SystemRandom(), KEY) for _ in range(50)]
    assert len({one["challenge"] for one in made}) == 50
    assert {one["maxNumber"] for one in made} == {work.MAX_NUMBER}


@pytest.mark.parametrize(("harder", "times"), [(1, 1), (4, 4), (0, 1), (1_000, work.HARDEST)])
def test_a_storm_makes_it_harder_within_bounds(harder: int, times: int) -> None:
    """decisions 9"""
    made = work.make(NOW, SystemRandom(), KEY, Difficulty(harder=harder))
    assert made["maxNumber"] == work.MAX_NUMBER * times


class Given:
    """A generator whose bytes are known."""

    def __init__(self, number: int) -> None:
        self.number = number

    def bytes(self, count: int) -> bytes:
        return self.number.to_bytes(8) if count == 8 else bytes(count)

    def digits(self, count: int) -> str:
        return "0" * count

    def id(self) -> str:
        return "0" * 32


@pytest.mark.parametrize("number", [0, 50])
def test_the_number_lies_between_nothing_and_the_maximum(number: int) -> None:
    solved = solve(work.make(NOW, Given(number), KEY, EASY))
    assert solved["number"] == number
    assert work.check(payload(solved), KEY, NOW) is not None


def forged() -> Iterator[tuple[str, str]]:
    longer = str(SOLVED["salt"]).replace("expires=1", "expires=9")
    number = SOLVED["number"]
    yield "other key's", payload(solve(work.make(NOW, SystemRandom(), KEY[::-1], EASY)))
    yield "longer life", payload({**SOLVED, "salt": longer})
    yield "no expiry", payload({**SOLVED, "salt": str(SOLVED["salt"]).partition("?")[0]})
    yield "number beside", payload({**SOLVED, "number": 51})
    yield "number as text", payload({**SOLVED, "number": str(number)})
    yield "number as fraction", payload({**SOLVED, "number": float(str(number))})
    yield "number as truth", payload({**SOLVED, "number": True})
    yield "another hash", payload({**SOLVED, "algorithm": "SHA-1"})
    yield "no signature", payload({**SOLVED, "signature": ""})
    yield "list", payload([SOLVED])
    yield "null", payload(None)
    yield "array in a field", payload({**SOLVED, "challenge": [SOLVED["challenge"]]})
    yield "nothing", ""
    yield "not base 64", "%%%"
    yield "not JSON", base64.b64encode(b"{").decode()
    yield "nested", base64.b64encode(b"[" * 700).decode()
    yield "padding", RIGHT + "=="
    yield "newline inside", RIGHT[:8] + "\n" + RIGHT[8:]
    yield "not ASCII", RIGHT + "é"
    yield "endless", RIGHT + "A" * 10_000_000
    for name in SOLVED:
        yield f"without {name}", payload({key: value for key, value in SOLVED.items() if key != name})


FORGED = dict(forged())


@pytest.mark.parametrize("sent", FORGED.values(), ids=FORGED.keys())
def test_forged_and_broken_work_does_not_count(sent: str) -> None:
    """COD-12, COD-14"""
    assert work.check(sent, KEY, NOW) is None


@pytest.mark.parametrize("took", [1, 12, 123])
def test_one_work_has_one_spelling(took: int) -> None:
    """COD-14: whatever the length, no padding can be added or left out."""
    sent = payload({**SOLVED, "took": took})
    assert work.check(sent, KEY, NOW) == MADE["challenge"]
    for other in (sent + "=", sent + "==", sent + "====", f"{sent} ", sent.rstrip("=") + "\n"):
        assert work.check(other, KEY, NOW) is None


def test_digits_cannot_be_moved_from_the_number_into_the_salt() -> None:
    """A longer life by splicing: `?expires=17` with number 123 is not `?expires=171` with number 23."""
    salt, number = str(SOLVED["salt"]).removesuffix("&"), str(SOLVED["number"])
    spliced = {**SOLVED, "salt": f"{salt}&{number[0]}", "number": int(number[1:] or "0")}
    assert work.check(payload(spliced), KEY, NOW) is None


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode()))
def test_reading_never_raises(sent: str) -> None:
    assert work.check(sent, KEY, NOW) is None


@given(st.dictionaries(st.sampled_from(list(SOLVED)), st.none() | st.integers() | st.text(max_size=9) | st.booleans()))
def test_any_change_of_any_field_is_noticed(changes: dict[str, object]) -> None:
    changed = {**SOLVED, **changes}
    same = payload(changed) == payload(SOLVED)  # as JSON: `true` is not 1
    assert (work.check(payload(changed), KEY, NOW) is not None) is same
