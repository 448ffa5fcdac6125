"""What stands on a temporary access pass: twelve letters of Crockford's base 32, 60 bits, in groups of four."""

from keyback.app.house import House
from keyback.core.ports import Random
from keyback.core.rules import base32

LETTERS = 12


def made(random: Random) -> str:
    """A new one, in canonical form."""
    return base32.letters(random.bytes(base32.entropy_of(LETTERS)), LETTERS)


def read(typed: str) -> str:
    """In canonical form, or nothing if it cannot be a pass."""
    return base32.read(typed, LETTERS)


def written(code: str) -> str:
    """As it is shown: `K7QM-2XNB-9RTD`."""
    return base32.grouped(code)


def mark(house: House, pass_id: str, code: str) -> bytes:
    """All that is kept of it: a keyed hash of the canonical form, bound to the pass (COD-8)."""
    return house.sealer.mac("access-pass", pass_id, code)
