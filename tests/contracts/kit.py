"""What the contract of methods is checked with: real tools that count, and for each method a way to answer right."""

import importlib
import pkgutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from keyback import methods
from keyback.core.ports import Method, Opening, Tools
from keyback.core.types import MINUTE, ContactKind, Enrolment
from keyback.store.seal import AesSealer, Keys
from keyback.wiring.hasher import Argon2Hasher, Cost
from keyback.wiring.world import SystemRandom
from tests.people import ADA, ADA_MAIL, ADA_MOBILE, NOW, enrolment

SEALER = AesSealer(Keys({1: bytes(range(32))}), "t1", SystemRandom())
_ARGON2 = Argon2Hasher(Cost(memory_kib=8, passes=1))
FILES = tuple(m.name for m in pkgutil.iter_modules(methods.__path__) if not m.name.startswith("_"))
SHELF: dict[str, Method] = {name: importlib.import_module(f"keyback.methods.{name}").METHOD for name in FILES}


@dataclass
class Counting:
    """The real hasher, keyed hash and generator, and how often each was asked."""

    challenge: str = "challenge-1"
    calls: list[str] = field(default_factory=list)

    def hash(self, secret: str) -> str:
        self.calls.append("hash")
        return _ARGON2.hash(secret)

    def verify(self, encoded: str, secret: str, *, stranger: bool = False) -> bool:
        self.calls.append("verify")
        assert len(secret) <= 64  # what is hashed is bounded, whatever was typed
        return _ARGON2.verify(encoded, secret, stranger=stranger)

    def outdated(self, encoded: str) -> bool:
        return _ARGON2.outdated(encoded)

    def mac(self, value: bytes) -> bytes:
        self.calls.append("mac")
        return SEALER.mac("code", "t1", self.challenge, value)

    def bytes(self, count: int) -> bytes:
        self.calls.append(f"bytes {count}")
        return SystemRandom().bytes(count)

    def digits(self, count: int) -> str:
        self.calls.append(f"digits {count}")
        return SystemRandom().digits(count)

    def id(self) -> str:
        return SystemRandom().id()

    def tools(self, now: int = NOW) -> Tools:
        return Tools(now, random=self, hasher=self, bound_mac=self.mac, life=10 * MINUTE, letters="KX")


@dataclass(frozen=True)
class Case:
    """One method, what Ada has enrolled for it, and what she would type."""

    method: Method
    enrolled: tuple[Enrolment, ...]
    answer: Callable[[Opening], str]


def case(name: str) -> Case:
    """How Ada answers; a new file on the shelf whose answers are of another kind says so here."""
    method = SHELF[name]
    if method.contact_kind is not None:
        value = ADA_MOBILE if method.contact_kind is ContactKind.MOBILE else ADA_MAIL
        return Case(method, (enrolment(name, value.encode()),), sent_code)
    counting = Counting()
    made = method.register_begin(ADA.upn, "Example", counting, counting)
    enrolled = tuple(enrolment(name, secret, slot=slot) for slot, secret in enumerate(made.secrets))
    return Case(method, enrolled, lambda _: _KNOWN[name](made.show, NOW))


def sent_code(opening: Opening) -> str:
    assert opening.deliver is not None
    return str(opening.deliver.values["code"])


def second(enrolled: Sequence[Enrolment], secret: bytes) -> Enrolment:
    """One more enrolment of the same method."""
    return replace(enrolled[0], id="second", secret=secret)


def oathtool(key: str, now: int) -> str:
    """What an authenticator app would show, by another implementation."""
    command = ["/usr/bin/oathtool", "--totp", "--base32", f"--now=@{now // 1000}", key]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


_KNOWN: dict[str, Callable[[Mapping[str, str], int], str]] = {
    "totp": lambda show, now: oathtool(show["key"], now),
    "recovery_code": lambda show, now: show["codes"].splitlines()[now % 10],
}
