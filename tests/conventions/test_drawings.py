"""The drawing in the journey's docstring names the states that the code has (habit 4)."""

from typing import get_args

from keyback.core import journey


def test_the_drawing_names_every_state() -> None:
    drawing = str(journey.__doc__)
    assert [state.__name__ for state in get_args(journey.State) if state.__name__ not in drawing] == []


def test_the_drawing_names_every_way_a_journey_ends() -> None:
    drawing = str(journey.__doc__)
    assert [why.value for why in journey.Why if why.value not in drawing] == []


def test_every_state_is_told_apart_exhaustively() -> None:
    assert "assert_never" in vars(journey)
