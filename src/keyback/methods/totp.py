"""A code from an authenticator app: RFC 6238 with SHA-1, six digits, steps of 30 seconds."""

import base64
import hashlib
import hmac
import struct
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote, urlencode

from keyback.core.messages import say
from keyback.core.ports import Ask, Hasher, Method, Opening, Random, Registration, Right, Tools, Verdict, Wrong
from keyback.core.types import SECOND, ContactKind, Enrolment, Instant

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "method.totp.name": "Authenticator app",
        "method.totp.need": "a code from your authenticator app",
        "method.totp.setup": "An app on your phone shows 6 digits that change every 30 seconds.",
        "method.totp.title": "Enter a code from my authenticator app",
        "method.totp.about": "The app shows 6 digits that change every 30 seconds.",
        "method.totp.sent": "If an authenticator app is registered for this account, open it and enter the code it shows.",
        "method.totp.sent_to": "Open your authenticator app ({masked}) and enter the code it shows.",
        "method.totp.ask": "Code from the app",
        "method.totp.hint": "6 digits. If the code is about to change, wait for the next one.",
    }
)

DIGITS = 6
STEP = 30 * SECOND
SECRET_BYTES = 20
"""160 bits (TOT-3)."""
_PLACES = 5
"""As many devices as a person may have: that many are computed, whoever asks and whatever was typed."""
_NOBODY = bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """The code for one step (RFC 4226 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = struct.unpack_from(">I", digest, offset)[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_at(now: Instant) -> int:
    """The number of the step that `now` lies in."""
    return now // STEP


class Totp:
    """The current and the previous step count (decisions 7), each step once and only upward (TOT-1)."""

    name = "totp"
    audit_name = "mobile app code"
    rank = 30
    contact_kind: ContactKind | None = None
    slow = False
    timed = True
    messages = MESSAGES

    def ask(self, letters: str, state: bytes) -> Ask:
        """What the app shows now."""
        return Ask("code", say("method.totp.ask"), say("method.totp.hint"), DIGITS)

    def begin(self, enrolled: Sequence[Enrolment], tools: Tools) -> Opening:
        """Nothing to draw, nothing to send."""
        return Opening()

    def check(self, enrolled: Sequence[Enrolment], state: bytes, answer: str, tools: Tools) -> Verdict:
        """Every device and both steps are computed and compared; the newest step that fits is taken."""
        typed, now = _digits(answer), step_at(tools.now)
        found: Verdict = Wrong()
        for enrolment in enrolled:
            step = _matching(enrolment.secret, typed, now)
            if step is not None and step > enrolment.counter and isinstance(found, Wrong):
                found = Right(enrolment, counter=step)
        for _ in range(_PLACES - len(enrolled)):
            _matching(_NOBODY, typed, now)
        return found

    def trust_roots(self, enrolment: Enrolment) -> frozenset[str]:
        """The device."""
        return frozenset({f"app:{enrolment.id}"})

    def masked(self, enrolment: Enrolment) -> str:
        """The name its owner gave it."""
        return enrolment.label

    def register_begin(self, account: str, issuer: str, random: Random, hasher: Hasher) -> Registration:
        """A new secret, as key and as the address that authenticator apps read from a QR code."""
        secret = random.bytes(SECRET_BYTES)
        key = base64.b32encode(secret).decode()
        label = quote(f"{issuer}:{account}", safe="@:")
        query = urlencode(
            {"secret": key, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP // SECOND},
            quote_via=quote,
        )
        return Registration((secret,), account, {"key": key, "uri": f"otpauth://totp/{label}?{query}"})

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        """The step of a right code: it is spent by this, and only later ones pass a gate."""
        return _matching(registration.secrets[0], _digits(answer), step_at(tools.now))


def _digits(answer: str) -> bytes:
    """What was typed, without spaces, or something that equals no code."""
    typed = answer[:32].replace(" ", "")
    return typed.encode() if len(answer) <= 32 and typed.isascii() and typed.isdigit() else b""  # noqa: PLR2004


def _matching(secret: bytes, typed: bytes, now: int) -> int | None:
    current = hmac.compare_digest(code_at(secret, now).encode(), typed)
    previous = hmac.compare_digest(code_at(secret, now - 1).encode(), typed)
    return now if current else now - 1 if previous else None


METHOD: Method = Totp()
