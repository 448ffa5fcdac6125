"""How an address or number is shown to its owner after the first proof: enough to know it again, no more."""

import re

_ONE_DIGIT = ("1", "7")
_TWO_DIGITS = re.compile(r"2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]")
"""ITU-T E.164 assignments; every other calling code has three digits."""


def mail(address: str) -> str:
    """`ada@example.org` as `a***@example.org`, whatever the length of the part before the at-sign."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def number(e164: str) -> str:
    """`+4915112345609` as `+49 ••• ••09`: calling code and the last two digits, whatever the length."""
    digits = e164.removeprefix("+")
    return f"+{_calling_code(digits)} ••• ••{digits[-2:]}"


def _calling_code(digits: str) -> str:
    if digits.startswith(_ONE_DIGIT):
        return digits[:1]
    return digits[:2] if _TWO_DIGITS.match(digits) else digits[:3]
