"""Encryption at rest and keyed hashes, under keys that the database does not hold (CRY-1 to CRY-4).

The key file holds versioned master keys; from each, one key per purpose and tenant is derived by HKDF, so that
no key serves two purposes. A sealed value is: format 1, key version (2 bytes), nonce (12), ciphertext and tag.
"""

import base64
import hmac
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keyback.core.errors import Broken, Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import Random

FORMAT = b"\x01"
KEY_BYTES = 32

MESSAGES: Mapping[str, str] = {
    "keys.unusable": "The key file cannot be used. Keyback does not start without it.",
    "keys.missing": "There is no key file at {path}. `keyback init` makes one; restore it from where you keep it safe.",
    "keys.not_a_file": "{path} is not a plain file.",
    "keys.readable": "The key file {path} can be read by others (mode {mode}). Allowed: only its owner (chmod 600).",
    "keys.empty": "The key file {path} holds no key. Each line must be `version:key`, the key 32 bytes in base64.",
    "keys.line": "Line {line} of the key file is not `version:key` with 32 bytes in base64.",
    "keys.weak": "The key in line {line} of the key file is not random: it repeats itself.",
    "keys.twice": "Line {line} of the key file repeats a version.",
}


class Keys:
    """Master keys by version; the highest seals, all open."""

    def __init__(self, masters: Mapping[int, bytes]) -> None:
        self._masters = dict(masters)
        self.newest = max(masters)
        self.oldest = min(masters)

    def derive(self, version: int, purpose: str, tenant: str) -> bytes:
        """The key for one purpose of one tenant."""
        master = self._masters.get(version)
        if master is None:
            raise Broken(f"key version {version} is not in the key file")
        info = f"keyback/{purpose}/{tenant}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)


def new_key_line(random: Random, version: int = 1) -> str:
    """A line for the key file."""
    return f"{version}:{base64.b64encode(random.bytes(KEY_BYTES)).decode()}\n"


def load_keys(path: Path) -> Keys:
    """Read the key file. Raises `Invalid` naming every mistake (CRY-5)."""
    mistakes = _file_mistakes(path)
    masters: dict[int, bytes] = {}
    if not mistakes:
        lines = [line.strip() for line in path.read_text("utf-8", errors="replace").splitlines()]
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                mistakes += _read_line(number, line, masters)
        if not masters and not mistakes:
            mistakes.append(say("keys.empty", path=str(path)))
    if mistakes:
        raise Invalid(say("keys.unusable"), mistakes)
    return Keys(masters)


def _file_mistakes(path: Path) -> list[Text]:
    try:
        info = path.lstat()
    except OSError:
        return [say("keys.missing", path=str(path))]
    if not stat.S_ISREG(info.st_mode):
        return [say("keys.not_a_file", path=str(path))]
    mode = stat.S_IMODE(info.st_mode)
    return [say("keys.readable", path=str(path), mode=f"{mode:04o}")] if mode & 0o077 else []


def _read_line(number: int, line: str, masters: dict[int, bytes]) -> list[Text]:
    version, _, encoded = line.partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError:
        key = b""
    if not version.isascii() or not version.isdigit() or not 0 < int(version) < 2**16 or len(key) != KEY_BYTES:
        return [say("keys.line", line=number)]
    if len(set(key)) < KEY_BYTES // 4:
        return [say("keys.weak", line=number)]
    if int(version) in masters:
        return [say("keys.twice", line=number)]
    masters[int(version)] = key
    return []


class AesSealer:
    """Implements `core.ports.Sealer` for one tenant: AES-256-GCM, HMAC-SHA-256."""

    def __init__(self, keys: Keys, tenant: str, random: Random) -> None:
        self._keys = keys
        self._tenant = tenant
        self._random = random
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self._macs: dict[str, bytes] = {}

    def seal(self, plain: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """Ciphertext that opens only at exactly this place (CRY-2)."""
        version = self._keys.newest
        head = FORMAT + version.to_bytes(2, "big")
        nonce = self._random.bytes(12)
        bound = head + _place(table, column, row, tenant)
        return head + nonce + self._cipher(version, f"seal/{table}/{column}").encrypt(nonce, plain, bound)

    def open(self, sealed: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """Raises `Broken` when it was made for another place, altered, or under a key that is gone."""
        if sealed[:1] != FORMAT or len(sealed) < 15 + 16:
            raise Broken(f"{table}.{column}: not a sealed value")
        head, nonce = sealed[:3], sealed[3:15]
        cipher = self._cipher(int.from_bytes(head[1:], "big"), f"seal/{table}/{column}")
        try:
            return cipher.decrypt(nonce, sealed[15:], head + _place(table, column, row, tenant))
        except InvalidTag as error:
            raise Broken(f"{table}.{column}: the seal does not hold") from error

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """32 bytes, under this purpose's own key; each part goes in with its length."""
        key = self._macs.get(purpose)
        if key is None:
            # keyed hashes are looked up again later, so a new master key does not change them
            key = self._macs[purpose] = self._keys.derive(self._keys.oldest, f"mac/{purpose}", self._tenant)
        raws = [part.encode() if isinstance(part, str) else part for part in parts]
        return hmac.digest(key, b"".join([len(raw).to_bytes(4, "big") + raw for raw in raws]), "sha256")

    def _cipher(self, version: int, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((version, purpose))
        if cipher is None:
            cipher = self._ciphers[version, purpose] = AESGCM(self._keys.derive(version, purpose, self._tenant))
        return cipher


def _place(table: str, column: str, row: str, tenant: str) -> bytes:
    return f"{table}\0{column}\0{row}\0{tenant}".encode()
