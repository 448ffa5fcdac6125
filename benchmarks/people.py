"""The people of the benchmarks: known to the server, which writes them, and to the client, who plays them."""

import base64
import hashlib
import hmac
import struct


def user_id(number: int) -> str:
    return f"person.{number}@contoso.example"


def mail(number: int) -> str:
    return f"person.{number}@mail.example"


def totp_secret(number: int) -> bytes:
    return hashlib.sha256(b"benchmark:%d" % number).digest()[:20]


def totp(number: int, now: float) -> str:
    """RFC 6238, written out again, so that the client shares no code with the server."""
    digest = hmac.digest(totp_secret(number), struct.pack(">Q", int(now) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack_from('>I', digest, at)[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def key(number: int) -> str:
    return base64.b32encode(totp_secret(number)).decode()
