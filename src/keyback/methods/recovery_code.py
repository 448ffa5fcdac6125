"""Recovery codes: ten on paper, each for once. One index digit and 16 characters, 80 bits (decisions 8).

The index picks the row, so that one try costs exactly one Argon2, known or decoy.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from keyback.core.messages import say
from keyback.core.ports import Ask, Hasher, Method, Opening, Random, Registration, Right, Tools, Verdict, Wrong
from keyback.core.rules import base32
from keyback.core.types import ContactKind, Enrolment

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "method.recovery_code.name": "Recovery code",
        "method.recovery_code.need": "one of your recovery codes",
        "method.recovery_code.setup": "Ten codes on paper, for the day when you have lost everything else.",
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
        codes = [f"{slot}{base32.letters(random.bytes(base32.entropy_of(LETTERS)), LETTERS)}" for slot in range(CODES)]
        hashes = tuple(hasher.hash(code).encode() for code in codes)
        return Registration(hashes, account, {"codes": "\n".join(written(code) for code in codes)})

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        """Zero if the owner can type one of them; it is not spent by this."""
        code = read(answer)
        encoded = registration.secrets[int(code[0])].decode() if code else ""
        return 0 if tools.hasher.verify(encoded, code) and code else None


def read(answer: str) -> str:
    """The 17 characters that were meant, or nothing if it cannot be a code."""
    code = base32.read(answer, LETTERS + 1)
    return code if code[:1].isdigit() else ""


def written(code: str) -> str:
    """As it is printed: the index, then groups of four."""
    return f"{code[0]}-{base32.grouped(code[1:])}"


METHOD: Method = RecoveryCode()
