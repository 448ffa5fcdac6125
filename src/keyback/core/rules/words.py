"""By which words a person is found: the first letters of any word of name or user ID, whatever accents it has."""

import unicodedata
from collections.abc import Sequence
from typing import Final

_NOT_COMPOSED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"}
)
LONGEST_WORD: Final = 64
MOST_WORDS: Final = 12
"""Of one person, and of one search."""


def folded(text: str) -> str:
    """Lower case, without accents and doubled spaces: what two people type for the same name."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(bare.translate(_NOT_COMPOSED).split())


def words(text: str) -> Sequence[str]:
    """The words of a name or of what was typed, folded, each once, in order; an address is one word."""
    found = (word.strip(".,;:'\"()-_") for word in folded(text).replace("-", " ").split())
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in found if word))[:MOST_WORDS]


def words_of(user_id: str, *names: str) -> Sequence[str]:
    """Everything by which a person is found: the user ID whole and in its parts, and every word of the names."""
    whole = folded(user_id).replace(" ", "")
    parts = whole.partition("@")[0].replace(".", " ").replace("_", " ").replace("-", " ").replace("+", " ").split()
    found = [
        whole[:LONGEST_WORD],
        *(part[:LONGEST_WORD] for part in parts),
        *(w for name in names for w in words(name)),
    ]
    return list(dict.fromkeys(word for word in found if word))[:MOST_WORDS]
