"""Crockford's base 32, for what people copy by hand: no I, L, O, U. What they misread is read as meant, `O` as 0, `I`
and `L` as 1, in any case, with spaces or dashes anywhere."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST_TYPED = 64
_BITS = 5
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", **dict.fromkeys(" -\u00a0\u2010\u2011\u2013")})
"""The last ones are what word processors make of spaces and dashes."""


def letters(entropy: bytes, count: int) -> str:
    """`count` letters of 5 bits each, from at least as many bits of chance."""
    number = int.from_bytes(entropy)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(0, count * _BITS, _BITS))


def entropy_of(count: int) -> int:
    """Bytes of chance that so many letters need."""
    return -(-count * _BITS // 8)


def read(typed: str, count: int) -> str:
    """The `count` letters that were meant, or nothing if it cannot be as many."""
    code = typed.upper().translate(_MEANT) if len(typed) <= LONGEST_TYPED else ""
    return code if len(code) == count and all(letter in ALPHABET for letter in code) else ""


def grouped(code: str, size: int = 4) -> str:
    """In groups, with dashes between them."""
    return "-".join(code[i : i + size] for i in range(0, len(code), size))
