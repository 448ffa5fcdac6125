"""Proof of work, which keeps robots from starting journeys by the million (decisions 10). The challenge is
ALTCHA's, version 1, with SHA-256; the script that solves it is `web/static`'s own, and no third party is asked.

`make` gives what the script needs; `check` costs one hash and one keyed hash, however hard the challenge was.
"""

import base64
import binascii
import hmac
import json
import re
from dataclasses import dataclass

from keyback.core.ports import Random
from keyback.core.types import MINUTE, SECOND, Instant, Span

LIFE: Span = 10 * MINUTE
MAX_NUMBER = 100_000
"""Half of it is tried in the median: 0.2 s at the 300,000 hashes a second of Chromium throttled six times."""
HARDEST = 16
"""Largest multiplier of `MAX_NUMBER`."""
_SALT_BYTES = 12
_LONGEST_PAYLOAD = 1_024
_EXPIRES = re.compile(r"\A[0-9a-f]{24}\?expires=([0-9]{1,12})&\Z")


@dataclass(frozen=True, slots=True)
class Difficulty:
    """`harder` multiplies the work, during a storm of failures (decisions 9)."""

    max_number: int = MAX_NUMBER
    life: Span = LIFE
    harder: int = 1


_USUAL = Difficulty()


def make(now: Instant, random: Random, key: bytes, difficulty: Difficulty = _USUAL) -> dict[str, str | int]:
    """A new challenge: `algorithm`, `challenge`, `maxNumber`, `salt`, `signature`. Find the number from 0 to
    `maxNumber` for which SHA-256 of salt and number, in hexadecimal, is `challenge`."""
    from altcha import v1  # here, because it takes 60 ms that the start need not wait for

    most = difficulty.max_number * max(1, min(difficulty.harder, HARDEST))
    number = int.from_bytes(random.bytes(8)) % (most + 1)
    expires = (now + difficulty.life) // SECOND
    salt = f"{random.bytes(_SALT_BYTES).hex()}?expires={expires}&"
    options = v1.ChallengeOptions(max_number=most, hmac_key=key, salt=salt, number=number)
    challenge: dict[str, str | int] = v1.create_challenge(options).to_dict()
    return challenge


def check(payload: str, key: bytes, now: Instant) -> str | None:
    """The challenge's id if the work was done and in time, else None. The caller lets each id count once.

    `payload` is base 64 of JSON: the challenge's fields without `maxNumber`, and the `number` found.
    """
    from altcha import v1

    solved = _read(payload)
    if solved is None or now >= _expires_at(solved.salt):
        return None
    fields = v1.Payload("SHA-256", solved.challenge, solved.number, solved.salt, solved.signature)
    right, _ = v1.verify_solution(fields, key, check_expires=False)  # by `now`, not by the library's clock
    signature = hmac.digest(key, solved.challenge.encode(), "sha256").hex()
    return solved.challenge if hmac.compare_digest(signature, solved.signature) and right else None


@dataclass(frozen=True, slots=True)
class _Solved:
    challenge: str
    number: int
    salt: str
    signature: str


def _read(payload: str) -> _Solved | None:
    """What was sent, if every field is there and of its type; nothing is guessed or repaired (COD-12, COD-14)."""
    if len(payload) > _LONGEST_PAYLOAD or not payload.isascii():
        return None
    try:
        raw = base64.b64decode(payload, validate=True)
        data = json.loads(raw)
    except (binascii.Error, ValueError, RecursionError):
        return None
    if base64.b64encode(raw).decode() != payload:  # more padding than needed, or bits that mean nothing
        return None
    if not isinstance(data, dict) or data.get("algorithm") != "SHA-256":
        return None
    texts = [data.get(name) for name in ("challenge", "salt", "signature")]
    number = data.get("number")
    if type(number) is not int or not all(isinstance(text, str) and text.isascii() for text in texts):
        return None
    challenge, salt, signature = map(str, texts)
    return _Solved(challenge, number, salt, signature)


def _expires_at(salt: str) -> Instant:
    """Expiry in the salt, which the signature covers; 0 if there is none."""
    found = _EXPIRES.match(salt)
    return int(found[1]) * SECOND if found else 0
