"""By which words a person is found: the first letters of any word of name or user ID, whatever accents it has."""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

_NOT_COMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
_APOSTROPHES: Final = str.maketrans("", "", "'`´’‘ʼ′")
_AROUND: Final = '.,;:"()<>[]-_'
"""What stands around an address that was copied from somewhere."""
LONGEST_WORD: Final = 48
MOST_WORDS: Final = 12
"""Of one person, and of one search. All of them together fit into one row of an index, whatever the alphabet."""


def folded(text: str) -> str:
    """Lower case, without accents and doubled spaces: what two people type for the same name."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(bare.translate(_NOT_COMPOSED).split())


def words(text: str) -> Sequence[str]:
    """The words of a name or of what was typed, folded, each once, in order; an address is one word."""
    return _few(word for part in folded(text).split() for word in _parts(part))


def words_of(user_id: str, *names: str) -> Sequence[str]:
    """Everything by which a person is found: the user ID whole and in its parts, and every word of the names."""
    whole = folded(user_id).replace(" ", "")
    return _few([_bare(whole), *_split(whole.partition("@")[0]), *(word for name in names for word in words(name))])


def _few(found: Iterator[str] | list[str]) -> Sequence[str]:
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in found if word))[:MOST_WORDS]


def _parts(part: str) -> list[str]:
    return [_bare(part)] if "@" in part else _split(part)


def _bare(address: str) -> str:
    return address.translate(_APOSTROPHES).strip(_AROUND)


def _split(text: str) -> list[str]:
    """At everything that is no letter, number or mark; what is written with an apostrophe stays one word."""
    bare = text.translate(_APOSTROPHES)
    return "".join(one if unicodedata.category(one)[0] in "LMN" else " " for one in bare).split()
