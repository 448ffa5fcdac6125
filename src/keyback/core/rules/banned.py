"""Banned terms: how passwords are folded for comparison, and Entra's scoring (entra-style, decisions 11)."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ENOUGH = 5
"""Points that make a password acceptable."""
_SHORTEST = 4
_SUBSTITUTIONS = str.maketrans({"0": "o", "1": "l", "$": "s", "@": "a"})


def fold(text: str) -> str:
    """Without regard to case or to forms of a character (NFKC, full case-fold)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def normal(text: str) -> str:
    """Folded, and the usual substitutions undone: `C0nt0$o` is `contoso`."""
    return fold(text).translate(_SUBSTITUTIONS)


def forms(password: str) -> frozenset[str]:
    """What a list is searched for: folded; substitutions undone; without digits and marks at either end; and
    what is typed over and over, once. `P@ssword2024!` is found as `password`, `123412341234` as `1234`."""
    folded = fold(password)
    bare = [part for part in (_core(folded), _unit(folded)) if len(part) >= _SHORTEST]
    found = (folded, *bare)
    return frozenset({*found, *(form.translate(_SUBSTITUTIONS) for form in found)})


def _core(text: str) -> str:
    """From the first letter to the last; `@` and `$` at an end count as marks."""
    letters = [place for place, character in enumerate(text) if character.isalpha()]
    return text[letters[0] : letters[-1] + 1] if letters else ""


def _unit(text: str) -> str:
    """The shortest beginning that makes up the whole when it is repeated, the last time perhaps in part."""
    for length in range(1, len(text)):
        if text[length:] == text[:-length]:
            return text[:length]
    return text


@dataclass(frozen=True, slots=True)
class Terms:
    """Banned terms in normal form, of four characters or more, and the lengths that occur."""

    words: frozenset[str]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, terms: Iterable[str]) -> "Terms":
        """Shorter terms are left out: they would be found in everything."""
        words = frozenset(word for word in (normal(term.strip()) for term in terms) if len(word) >= _SHORTEST)
        return cls(words, tuple(sorted({len(word) for word in words})))

    def and_also(self, terms: Iterable[str]) -> "Terms":
        """These and the tenant's own."""
        more = Terms.of(terms)
        if not more.words:
            return self
        return Terms(self.words | more.words, tuple(sorted({*self.lengths, *more.lengths})))


def refused(password: str, terms: Terms) -> bool:
    """Whether it is nearly a banned term, or worth too few points."""
    text = normal(password)
    return _near_one(text, terms) or points(text, terms) < ENOUGH


def points(text: str, terms: Terms) -> int:
    """One for each banned term in it and one for each character outside of them. Where terms overlap, the
    cover with the fewest points counts, so that adding a term never makes a password better."""
    return _fewest(text, [1] * len(text), terms)


def worth(password: str, terms: Terms) -> int:
    """Points, but nothing for a character that repeats the one before or follows it in the alphabet or in number."""
    text = fold(password)
    costs = [0 if ord(text[i]) - ord(text[i - 1]) in {0, 1} else 1 for i in range(1, len(text))]
    return _fewest(text.translate(_SUBSTITUTIONS), [1, *costs], terms)


def _fewest(text: str, costs: Sequence[int], terms: Terms) -> int:
    """The cheapest cover of the text by terms of one point each and characters of their own cost."""
    least = [0]
    for end in range(1, len(text) + 1):
        fewest = least[end - 1] + costs[end - 1]
        for length in terms.lengths:
            if length > end:
                break
            if least[end - length] + 1 < fewest and text[end - length : end] in terms.words:
                fewest = least[end - length] + 1
        least.append(fewest)
    return least[-1]


def _near_one(text: str, terms: Terms) -> bool:
    if not any(abs(length - len(text)) <= 1 for length in terms.lengths):
        return False
    return any(_nearly(text, word) for word in terms.words)


def _nearly(text: str, word: str) -> bool:
    """Edit distance of at most one: one character replaced, added or left out."""
    longer, shorter = (text, word) if len(text) >= len(word) else (word, text)
    if len(longer) - len(shorter) > 1:
        return False
    same = 0
    while same < len(shorter) and longer[same] == shorter[same]:
        same += 1
    if len(longer) == len(shorter):
        return longer[same + 1 :] == shorter[same + 1 :]
    return longer[same + 1 :] == shorter[same:]
