"""Recovery codes: ten on paper, each for once. One index digit and 16 characters, 80 bits (decisions 8).

The alphabet is Crockford's base 32 (no I, L, O, U): what people misread is read as meant, `O` as 0, `I` and
`L` as 1, in any case, with spaces or dashes anywhere. The index picks the row, so that one try costs exactly
one Argon2, known or decoy.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from keyback.core.messages import say
from keyback.core.ports import Ask, Hasher, Method, Opening, Random, Registration, Right, Tools, Verdict, Wrong
from keyback.core.types import ContactKind, Enrolment

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "method.recovery_code.name": "Recovery code",
        "method.recovery_code.title": "Use a recovery code",
        "method.recovery_code.about": "One of the ten codes that you saved or printed. Each works once.",
        "method.recovery_code.sent": "If recovery codes were made for this account, enter one that you have not used yet.",
        "method.recovery_code.sent_to": "Enter a recovery code that you have not used yet.",
        "method.recovery_code.ask": "Recovery code",
        "method.recovery_code.hint": "A digit and 16 letters or digits, such as 3‑K7QM‑2XNB‑9RTD‑4WHE.",
        "method.recovery_code.label": "Recovery codes",
    }
)

CODES = 10
LETTERS = 16
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS_OF_A_LETTER = 5
_BYTES = LETTERS * _BITS_OF_A_LETTER // 8
_LONGEST_ANSWER = 64
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None})


class RecoveryCode:
    """Stored as one Argon2 hash for each slot."""

    name = "recovery_code"
    audit_name = "recovery code"
    rank = 40
    contact_kind: ContactKind | None = None
    slow = True
    timed = False
    messages = MESSAGES

    def ask(self, letters: str, state: bytes) -> Ask:
        """One of the ten."""
        return Ask("recovery_code", say("method.recovery_code.ask"), say("method.recovery_code.hint"), LETTERS + 1)

    def begin(self, enrolled: Sequence[Enrolment], tools: Tools) -> Opening:
        """Nothing to draw, nothing to send."""
        return Opening()

    def check(self, enrolled: Sequence[Enrolment], state: bytes, answer: str, tools: Tools) -> Verdict:
        """One Argon2, whoever asks and whatever was typed: against nothing, where there is no such row."""
        code = read(answer)
        row = next((e for e in enrolled if code and e.slot == int(code[0])), None)
        same = tools.hasher.verify(row.secret.decode() if row else "", code, stranger=True)
        return Right(row, spends=True) if same and row else Wrong()

    def trust_roots(self, enrolment: Enrolment) -> frozenset[str]:
        """The paper they are written on."""
        return frozenset({"paper"})

    def masked(self, enrolment: Enrolment) -> str:
        """The name of the set."""
        return enrolment.label

    def register_begin(self, account: str, issuer: str, random: Random, hasher: Hasher) -> Registration:
        """Ten new codes, one on each line of `codes`, and their hashes by slot."""
        codes = [f"{slot}{_letters(random.bytes(_BYTES))}" for slot in range(CODES)]
        hashes = tuple(hasher.hash(code).encode() for code in codes)
        return Registration(hashes, account, {"codes": "\n".join(written(code) for code in codes)})

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        """Zero if the owner can type one of them; it is not spent by this."""
        code = read(answer)
        encoded = registration.secrets[int(code[0])].decode() if code else ""
        return 0 if tools.hasher.verify(encoded, code) and code else None


def read(answer: str) -> str:
    """The 17 characters that were meant, or nothing if it cannot be a code."""
    if len(answer) > _LONGEST_ANSWER or not answer.isascii():
        return ""
    code = answer.upper().translate(_MEANT)
    shaped = len(code) == LETTERS + 1 and code[0].isdigit() and all(letter in ALPHABET for letter in code)
    return code if shaped else ""


def written(code: str) -> str:
    """As it is printed: the index, then groups of four."""
    return "-".join([code[0], *(code[i : i + 4] for i in range(1, len(code), 4))])


def _letters(entropy: bytes) -> str:
    number = int.from_bytes(entropy)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(0, LETTERS * _BITS_OF_A_LETTER, _BITS_OF_A_LETTER))


METHOD: Method = RecoveryCode()
