"""What codes sent by e-mail and by text message have in common."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from keyback.core.errors import Broken
from keyback.core.messages import say
from keyback.core.ports import Ask, Hasher, Opening, Outgoing, Random, Registration, Right, Tools, Verdict, Wrong
from keyback.core.types import ContactKind, Enrolment

_LONGEST_ANSWER = 32


@dataclass(frozen=True, slots=True)
class Way:
    """What tells one way of sending from another."""

    name: str
    audit_name: str
    rank: int
    contact_kind: ContactKind
    channel: str
    template: str
    digits: int
    mask: Callable[[str], str]
    root: Callable[[str], str]
    """Trust root of an address or number."""
    messages: Mapping[str, str]


class SentCode:
    """A code of decimal digits to one confirmed contact: the preferred one, else the first.

    The kept hash covers the destination too, so that a code never proves another contact (COD-5).
    """

    slow = False
    timed = False

    def __init__(self, way: Way) -> None:
        self._way = way
        self.name = way.name
        self.audit_name = way.audit_name
        self.rank = way.rank
        self.contact_kind: ContactKind | None = way.contact_kind
        self.messages = way.messages

    def ask(self, letters: str, state: bytes) -> Ask:
        """The digits, and which message they stand in."""
        way = self._way
        hint = say(f"method.{way.name}.hint", letters=letters)
        return Ask("code", say(f"method.{way.name}.ask"), hint, way.digits)

    def begin(self, enrolled: Sequence[Enrolment], tools: Tools) -> Opening:
        """Draw a code and send it; for a decoy the same, to nowhere."""
        way = self._way
        to = _destination(enrolled)
        code = tools.random.digits(way.digits)
        values: dict[str, str | int] = {"code": code, "letters": tools.letters, "life_ms": tools.life}
        message = Outgoing(way.channel, way.template, values, to.decode())
        return Opening(state=_keyed(code, to, tools), deliver=message)

    def check(self, enrolled: Sequence[Enrolment], state: bytes, answer: str, tools: Tools) -> Verdict:
        """One keyed hash and one comparison, whoever asks and whatever was typed."""
        code = "".join(answer[:_LONGEST_ANSWER].split()).replace("-", "")
        shaped = len(answer) <= _LONGEST_ANSWER and len(code) == self._way.digits and code.isascii() and code.isdigit()
        typed = code if shaped else ""
        same = hmac.compare_digest(_keyed(typed, _destination(enrolled), tools), state)
        return Right(_chosen(enrolled)) if same and shaped and enrolled else Wrong()

    def trust_roots(self, enrolment: Enrolment) -> frozenset[str]:
        """The mailbox or the phone."""
        return frozenset({self._way.root(enrolment.secret.decode())})

    def masked(self, enrolment: Enrolment) -> str:
        """As its owner recognises it, and nobody else can complete it."""
        return self._way.mask(enrolment.secret.decode())

    def register_begin(self, account: str, issuer: str, random: Random, hasher: Hasher) -> Registration:
        """Contacts are confirmed by their own code, not registered here."""
        raise Broken(self.name)

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        """See `register_begin`."""
        raise Broken(self.name)


def _chosen(enrolled: Sequence[Enrolment]) -> Enrolment:
    return next((e for e in enrolled if e.preferred), enrolled[0])


def _destination(enrolled: Sequence[Enrolment]) -> bytes:
    return _chosen(enrolled).secret if enrolled else b""


def _keyed(code: str, to: bytes, tools: Tools) -> bytes:
    return tools.bound_mac(code.encode() + b"\0" + to)
