"""One canonical form of user IDs, mail addresses and numbers: for store, search, limiter and audit (IDN-1).

Every function is idempotent on what it returns, and answers None for a text that cannot be anybody's.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import idna

MAX_BYTES = 254
"""Longest canonical form, UTF-8 (RFC 5321 4.5.3.1.3)."""
_MAX_TYPED = 1_000
"""Longer input is not even normalised."""
_MAX_LOCAL_BYTES = 64
_MAX_NUMBER = 64

_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""Controls, bidi and zero-width characters, unassigned, private, surrogates; spaces too, once trimmed."""
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""The letters and marks among Unicode's Default_Ignorable_Code_Point: they show nothing."""
_PLAIN_DOMAIN = re.compile(r"(?:(?!-)(?!..--)[a-z0-9-]{1,63}(?<!-)\.)*(?!-)(?!..--)[a-z0-9-]{1,63}(?<!-)")
"""ASCII domains that UTS 46 leaves as they are."""
_MAIL_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\].]+(?:\.[^\s\"(),:;<>@\[\\\].]+)*")
"""Dot-atoms of RFC 5321 and 6531; the quoted form is not in use and not accepted."""


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number without extension. `possible` by its length, `valid` by its country's plan."""

    e164: str
    possible: bool
    valid: bool


def canonical(text: str) -> str | None:
    """User ID as it is looked up: trimmed, NFKC, full case-fold, domain as A-label (UTS 46)."""
    clean = _clean(text)
    if clean is None:
        return None
    if "@" not in clean:
        return _fitting(_folded(clean))
    return _with_domain(_folded, clean)


def suffix(canonical_id: str) -> str:
    """What finds the tenant: the part after the at-sign, or nothing."""
    return canonical_id.rpartition("@")[2] if "@" in canonical_id else ""


def canonical_mail(text: str) -> str | None:
    """Mail address as it is kept and sent to: NFKC, lower case, domain as A-label.

    Not case-folded in full: that would turn one deliverable address into another (`strasse` for `straße`).
    """
    clean = _clean(text)
    address = None if clean is None else _with_domain(_lowered, clean)
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    fits = len(local.encode()) <= _MAX_LOCAL_BYTES and "." in domain
    return address if fits and _MAIL_LOCAL.fullmatch(local) else None


def mailbox(address: str) -> str:
    """The mailbox behind an address, for trust roots: full case-fold, and no `+tag`, so that spellings of one
    mailbox count once (GAT-2). Rather takes two for one than one for two."""
    form = canonical(address) or address
    local, at, domain = form.rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def canonical_number(text: str, region: str) -> Number | None:
    """Number in E.164, read as dialled in `region` (ISO 3166, or empty: only with `+`). Extensions are dropped."""
    import phonenumbers  # here, because it takes 80 ms that no page of a reset needs

    if len(text) > _MAX_NUMBER:
        return None
    try:
        parsed = phonenumbers.parse(text, region.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    parsed.extension = None
    return Number(
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.is_possible_number(parsed),
        phonenumbers.is_valid_number(parsed),
    )


def _clean(text: str) -> str | None:
    """Trimmed and NFKC, or None if anything in it is invisible or not a character; looked at before and after."""
    if len(text) > _MAX_TYPED:
        return None
    trimmed = text.strip()
    if _has_forbidden(trimmed):
        return None
    normal = unicodedata.normalize("NFKC", trimmed)
    return None if not normal or _has_forbidden(normal) else normal


def _has_forbidden(text: str) -> bool:
    if text.isascii():
        return not text.isprintable() or " " in text
    return _INVISIBLE.search(text) is not None or any(unicodedata.category(c) in _FORBIDDEN_CATEGORIES for c in text)


def _folded(text: str) -> str | None:
    """Decomposed before it is folded, as Unicode's caseless matching demands (section 3.13, D145 and D146)."""
    return _at_rest(lambda one: unicodedata.normalize("NFD", one).casefold(), text)


def _lowered(text: str) -> str | None:
    return _at_rest(str.lower, text)


def _at_rest(fold: Callable[[str], str], text: str) -> str | None:
    """Fold and NFKC until nothing changes; each may undo the other, but not for ever."""
    for _ in range(4):
        again = unicodedata.normalize("NFKC", fold(text))
        if again == text:
            return text
        text = again
    return None


def _with_domain(fold: Callable[[str], str | None], text: str) -> str | None:
    local, _, domain = text.rpartition("@")
    local_form, domain_form = fold(local), _a_label(domain)
    if not local_form or not domain_form or "@" in local_form:
        return None
    return _fitting(f"{local_form}@{domain_form}")


def _a_label(domain: str) -> str | None:
    lower = domain.lower()
    if lower.isascii() and len(lower) <= MAX_BYTES and _PLAIN_DOMAIN.fullmatch(lower):
        return lower
    try:
        encoded = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    return None if encoded.endswith(".") else encoded


def _fitting(form: str | None) -> str | None:
    if form is None or len(form.encode()) > MAX_BYTES or _has_forbidden(form):
        return None
    return form
