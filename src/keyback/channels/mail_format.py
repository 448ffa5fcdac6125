"""A letter as the bytes of one mail: RFC 5322 headers, RFC 2047 words, RFC 2045/2046 bodies.

Assembled directly, because a mail here has one fixed shape and `email.policy.SMTP` needs milliseconds for it.
Nothing is repaired: a header that is not exactly right is refused (INJ-3).
"""

import re
from base64 import b64encode
from binascii import b2a_qp
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

import idna

from keyback.core.ports import DeliveryFailed, Letter

_ATEXT: Final = r"\-A-Za-z0-9!#$%&'*+/=?^_`{|}~"
_LOCAL: Final = re.compile(rf"[{_ATEXT}\u0080-\U0010ffff]+(?:\.[{_ATEXT}\u0080-\U0010ffff]+)*")
_LOCAL_OCTETS: Final = 64  # RFC 5321 section 4.5.3.1.1
_PLAIN: Final = re.compile(r"[ -~]{1,60}")
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LANGUAGE: Final = re.compile(r"[A-Za-z0-9-]{0,35}")
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORD_OCTETS: Final = 39
"""UTF-8 octets in one encoded word: with its frame and `Subject: ` at most 76 characters (RFC 2047 section 2)."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox in the form that travels: the domain as A-labels."""

    local: str
    domain: str

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 can carry it (RFC 6531)."""
        return not self.local.isascii()


def address(text: str) -> Address:
    """Parse one address: dot-atom, `@`, domain; no quoted or literal forms. Raises `DeliveryFailed` for ever."""
    local, at, domain = text.rpartition("@")
    if (
        not at
        or len(local.encode(errors="replace")) > _LOCAL_OCTETS
        or not _LOCAL.fullmatch(local)
        or _UNSAFE.search(local)
    ):
        raise DeliveryFailed("The address is not a valid mail address.", for_ever=True)
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except (idna.IDNAError, UnicodeError) as error:
        raise DeliveryFailed("The address has a domain that cannot exist.", for_ever=True) from error
    return Address(local, ascii_domain)


def mail(letter: Letter, sender: Address, sender_name: str) -> tuple[Address, bytes]:
    """The recipient and the whole message with CRLF line ends. The same letter gives the same bytes (F15)."""
    to = address(letter.to)
    if not _ID.fullmatch(letter.id) or not _LANGUAGE.fullmatch(letter.language):
        raise DeliveryFailed("The letter has an id or a language that no header may carry.", for_ever=True)
    head = [
        f"From: {_mailbox(sender, letter.sender_name or sender_name)}",
        f"To: {to}",
        f"Subject: {_unstructured(letter.subject)}",
        f"Date: {formatdate(letter.at / 1000)[:-5]}+0000",
        f"Message-ID: <{letter.id}@{sender.domain}>",
        "Auto-Submitted: auto-generated",
        *([f"Content-Language: {letter.language}"] if letter.language else []),
        "MIME-Version: 1.0",
    ]
    if not letter.html:
        return to, "\r\n".join([*head, ""]).encode() + _part("plain", letter.text)
    boundary = f"=_{letter.id}"
    head += [f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"', "", ""]
    edge = f"--{boundary}\r\n".encode()
    parts = (edge, _part("plain", letter.text), edge, _part("html", letter.html), f"--{boundary}--\r\n".encode())
    return to, "\r\n".join(head).encode() + b"".join(parts)


def _part(kind: str, text: str) -> bytes:
    """Quoted-printable. No line of it starts with the boundary, since `=_` cannot stand in such text."""
    if "\x00" in text:
        raise DeliveryFailed("The letter holds a NUL.", for_ever=True)
    lines = text.encode(errors="replace").rstrip(b"\n").splitlines()
    body = b2a_qp(b"\r\n".join(lines) + b"\r\n")
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode() + body


def _mailbox(box: Address, name: str) -> str:
    if not name:
        return str(box)
    if _PLAIN.fullmatch(name) and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{box}>'
    return f"{_unstructured(name)}\r\n <{box}>"


def _unstructured(text: str) -> str:
    """As it is if short and ASCII, else as encoded words, one a line."""
    if _UNSAFE.search(text):
        raise DeliveryFailed("A header would hold a line break or control character.", for_ever=True)
    if not text or (_PLAIN.fullmatch(text) and "=?" not in text and text == text.strip()):
        return text
    words, rest = [], text
    while rest:
        piece = rest[:_WORD_OCTETS].encode()[:_WORD_OCTETS].decode(errors="ignore")
        words.append(f"=?utf-8?B?{b64encode(piece.encode()).decode()}?=")
        rest = rest[len(piece) :]
    return "\r\n ".join(words)
