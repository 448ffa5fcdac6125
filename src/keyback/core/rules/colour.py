"""May a colour be the accent: can it be read on our light pages, which colour stands for it on dark ones, and what is
written on it (WCAG 2.2, 1.4.3)."""

import re
from dataclasses import dataclass
from typing import Final

READABLE: Final = 4.5
"""Contrast of text, at least."""
LIGHT: Final = "#f6f7f9"
"""The darkest thing that links stand on where pages are light; so white on the accent can be read too."""
DARK: Final = "#161b22"
"""The lightest thing that links stand on where pages are dark."""
WHITE: Final = "#ffffff"
NIGHT: Final = "#0b1020"
"""What is written on the accent where pages are dark: darker than they, so that what can be read on them can be read."""
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_STEPS: Final = 256


@dataclass(frozen=True, slots=True)
class Accent:
    """One accent in both worlds."""

    light: str
    on_light: str
    dark: str
    on_dark: str


def is_colour(text: str) -> bool:
    """Whether it is written as `#rrggbb`, in small letters."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str) -> bool:
    """Whether links and buttons of this colour can be read where pages are light."""
    return contrast(colour, LIGHT) >= READABLE


def nearest(colour: str) -> str:
    """The colour itself if it can be read, else the lightest of the same hue that can."""
    return next((tried for tried in _towards(colour, "#000000") if readable(tried)), "#000000")


def accent(colour: str) -> Accent:
    """With the lightened one for dark pages. `colour` must be readable."""
    dark = next((tried for tried in _towards(colour, WHITE) if contrast(tried, DARK) >= READABLE), WHITE)
    return Accent(colour, WHITE, dark, NIGHT)


def _towards(colour: str, end: str) -> list[str]:
    """From the colour to the end, in small steps."""
    here, there = _channels(colour), _channels(end)
    mixed = (
        tuple(round(one + (other - one) * step / _STEPS) for one, other in zip(here, there, strict=True))
        for step in range(_STEPS + 1)
    )
    return ["#{:02x}{:02x}{:02x}".format(*channels) for channels in mixed]


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(colour: str) -> float:
    linear = [_linear(channel / 255) for channel in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _linear(channel: float) -> float:
    value: float = channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
    return value
