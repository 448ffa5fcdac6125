"""Encryption at rest and keyed hashes, under keys that the database does not hold (CRY-1 to CRY-4).

The key file holds versioned master keys; from each, one key per column and tenant is derived by HKDF, so that
no key serves two purposes. A sealed value is: format 1, key version (2 bytes), nonce (12), ciphertext and tag.
Keyed hashes are looked up again later, so their keys (`store.keys`) outlive the master they were derived from.
"""

import base64
import hmac
import logging
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyback.core.errors import Broken, Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import Random

log = logging.getLogger("keyback.keys")

FORMAT = b"\x01"
KEY_BYTES = 32
MARK_BYTES = 3
"""Format and key version, at the beginning of every sealed value."""
SIGNING = "audit-checkpoint"
"""Purpose of the root from which the signing key is made."""
_Masters = dict[int, bytes]

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
    """Master keys by version. The file is read again when a version is missing; what was read once stays (F24)."""

    def __init__(self, masters: Mapping[int, bytes], path: Path | None = None) -> None:
        self._masters = dict(masters)
        self._path = path
        self._seen = _stamp(path)

    @property
    def versions(self) -> tuple[int, ...]:
        """In order."""
        return tuple(sorted(self._masters))

    @property
    def newest(self) -> int:
        """The highest version."""
        return max(self._masters)

    @property
    def oldest(self) -> int:
        """The lowest version."""
        return min(self._masters)

    def derive(self, version: int, purpose: str, tenant: str) -> bytes:
        """The key for one purpose of one tenant. Raises `Broken` when the file has no such version."""
        if version not in self._masters:
            self.refresh()
        master = self._masters.get(version)
        if master is None:
            raise Broken(f"key version {version} is not in the key file")
        info = f"keyback/{purpose}/{tenant}".encode()
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(master)

    def refresh(self) -> None:
        """Take up what was added to the file. A file that is away, damaged or another one changes nothing (F27)."""
        stamp = _stamp(self._path)
        if self._path is None or stamp == self._seen:
            return
        self._seen = stamp
        try:
            read = _read(self._path)
        except Invalid as error:
            why = ", ".join(mistake.id for mistake in error.mistakes)
            log.error("the key file cannot be used (%s); the keys in memory stay in use", why)  # noqa: TRY400 - the reason is enough
            return
        if any(self._masters.get(version, key) != key for version, key in read.items()):
            log.error("the key file now holds another key under a known version; the keys in memory stay in use")
            return
        self._masters = {**self._masters, **read}


def new_key_line(random: Random, version: int = 1) -> str:
    """A line for the key file."""
    return f"{version}:{base64.b64encode(random.bytes(KEY_BYTES)).decode()}\n"


def load_keys(path: Path) -> Keys:
    """Read the key file. Raises `Invalid` naming every mistake (CRY-5)."""
    return Keys(_read(path), path)


def _read(path: Path) -> _Masters:
    mistakes = _file_mistakes(path)
    masters: _Masters = {}
    if not mistakes:
        lines = [line.strip() for line in path.read_text("utf-8", errors="replace").splitlines()]
        for number, line in enumerate(lines, 1):
            if line and not line.startswith("#"):
                mistakes += _read_line(number, line, masters)
        if not masters and not mistakes:
            mistakes.append(say("keys.empty", path=str(path)))
    if mistakes:
        raise Invalid(say("keys.unusable"), mistakes)
    return masters


def _stamp(path: Path | None) -> tuple[int, int, int]:
    try:
        info = path.stat() if path is not None else None
    except OSError:
        info = None
    return (info.st_mtime_ns, info.st_ino, info.st_size) if info is not None else (0, 0, 0)


def _file_mistakes(path: Path) -> list[Text]:
    try:
        info = path.lstat()
    except OSError:
        return [say("keys.missing", path=str(path))]
    if not stat.S_ISREG(info.st_mode):
        return [say("keys.not_a_file", path=str(path))]
    mode = stat.S_IMODE(info.st_mode)
    return [say("keys.readable", path=str(path), mode=f"{mode:04o}")] if mode & 0o077 else []


def _read_line(number: int, line: str, masters: _Masters) -> list[Text]:
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
    """Implements `core.ports.Sealer` for one tenant: AES-256-GCM, HMAC-SHA-256, Ed25519."""

    def __init__(self, keys: Keys, tenant: str, random: Random) -> None:
        self.keys = keys
        self.tenant = tenant
        self.version = keys.newest
        """What is new is sealed under it; the database knows which one is in use (`adopt`)."""
        self._random = random
        self._ciphers: dict[tuple[int, str], AESGCM] = {}
        self._roots: dict[str, bytes] = {}

    @property
    def mark(self) -> bytes:
        """How a value begins that is sealed under the version in use."""
        return FORMAT + self.version.to_bytes(2, "big")

    def adopt(self, version: int, roots: Mapping[str, bytes]) -> None:
        """Take from the database which version is in use, and the keys of keyed hashes."""
        self.version = version
        self._roots = dict(roots)

    def seal(self, plain: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """Ciphertext that opens only at exactly this place (CRY-2)."""
        return self.sealed_under(self.version, plain, table=table, column=column, row=row, tenant=tenant)

    def sealed_under(self, version: int, plain: bytes, **place: str) -> bytes:
        """The same under one version."""
        head = FORMAT + version.to_bytes(2, "big")
        nonce = self._random.bytes(12)
        cipher = self._cipher(version, f"seal/{place['table']}/{place['column']}")
        return head + nonce + cipher.encrypt(nonce, plain, head + _place(**place))

    def open(self, sealed: bytes, *, table: str, column: str, row: str, tenant: str) -> bytes:
        """Raises `Broken` when it was made for another place, altered, or under a key that is gone."""
        if sealed[:1] != FORMAT or len(sealed) < 15 + 16:
            raise Broken(f"{table}.{column}: not a sealed value")
        head, nonce = sealed[:MARK_BYTES], sealed[MARK_BYTES:15]
        version = int.from_bytes(head[1:], "big")
        cipher = self._cipher(version, f"seal/{table}/{column}")
        try:
            plain = cipher.decrypt(nonce, sealed[15:], head + _place(table, column, row, tenant))
        except InvalidTag as error:
            raise Broken(f"{table}.{column}: the seal does not hold") from error
        self.version = max(self.version, version)  # somebody seals with a newer key: so does this process from now on
        return plain

    def root(self, purpose: str) -> bytes:
        """The key of one kind of keyed hash. Before the database has one, it comes from the oldest master."""
        key = self._roots.get(purpose)
        if key is None:
            key = self._roots[purpose] = self.keys.derive(self.keys.oldest, f"mac/{purpose}", self.tenant)
        return key

    def token(self) -> bytes:
        """Chance, for a link (COD-1)."""
        return self._random.bytes(KEY_BYTES)

    def mac(self, purpose: str, *parts: str | bytes) -> bytes:
        """32 bytes, under this purpose's own key; each part goes in with its length."""
        message = b""
        for part in parts:
            raw = part.encode() if isinstance(part, str) else part
            message += len(raw).to_bytes(4, "big") + raw
        return hmac.digest(self.root(purpose), message, "sha256")

    def sign(self, said: bytes) -> bytes:
        """Format 1 and an Ed25519 signature (RFC 8032), which the public key alone can check."""
        return FORMAT + self._signing_key().sign(said)

    def public_key(self) -> bytes:
        """32 bytes."""
        return self._signing_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.root(SIGNING))

    def _cipher(self, version: int, purpose: str) -> AESGCM:
        cipher = self._ciphers.get((version, purpose))
        if cipher is None:
            cipher = self._ciphers[version, purpose] = AESGCM(self.keys.derive(version, purpose, self.tenant))
        return cipher


def signed(public: bytes, said: bytes, signature: bytes) -> bool:
    """Whether the holder of the private key signed exactly this."""
    if signature[:1] != FORMAT:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature[1:], said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _place(table: str, column: str, row: str, tenant: str) -> bytes:
    return f"{table}\0{column}\0{row}\0{tenant}".encode()
