"""Everything that cryptography is used for, beside the columns and keyed hashes that `store.keys` lists (CRY-8).

`make docs` makes the inventory from both; a test compares it with what the source imports.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Use:
    """One use: what for, by which algorithm, how a stored value says which version it is of, and the file that does it."""

    purpose: str
    algorithm: str
    version: str
    file: str


USES: Final = (
    Use("Sealing columns of the database", "AES-256-GCM, nonce of 96 random bits, bound to its place",
        "first byte (format) and two bytes (key version) of each value", "store/seal.py"),
    Use("Keys from the master key", "HKDF-SHA-256, one key for each column, or keyed hash, and tenant",
        "the master key's version", "store/seal.py"),
    Use("Keyed hashes", "HMAC-SHA-256 over parts with their lengths",
        "first byte of the purpose's key in key_root", "store/seal.py"),
    Use("Signing checkpoints of the audit log", "Ed25519 (RFC 8032)", "first byte of each signature", "store/seal.py"),
    Use("Signing requests to the webhook for checkpoints", "HMAC-SHA-256 over time and body",
        "v1= in the header", "wiring/shipping.py"),
    Use("Passwords and recovery codes", "Argon2id (RFC 9106)",
        "each hash names algorithm, version and parameters", "wiring/hasher.py"),
    Use("Codes of authenticator apps", "TOTP (RFC 6238): HMAC-SHA-1, six digits, 30 seconds",
        "the method's name in each row", "methods/totp.py"),
    Use("Comparing secrets in constant time", "hmac.compare_digest", "none: nothing is kept", "app/known.py"),
    Use("Comparing codes in constant time", "hmac.compare_digest", "none: nothing is kept", "methods/_sent_code.py"),
    Use("Comparing access passes in constant time", "hmac.compare_digest", "none: nothing is kept", "app/sign_in/by_pass.py"),
    Use("Comparing keyed hashes of wrong passwords in constant time", "hmac.compare_digest", "none: nothing is kept",
        "app/sign_in/tries.py"),
    Use("Comparing form tokens in constant time", "hmac.compare_digest", "none: nothing is kept", "web/guards.py"),
    Use("Proof of work", "SHA-256 to be found, HMAC-SHA-256 over the task", "the task names its algorithm", "web/work.py"),
    Use("Names of static files", "SHA-256", "none: made anew at each start", "web/assets.py"),
    Use("Names of the organisation's logo and accent", "SHA-256", "none: made anew when they are read", "app/branding/look.py"),
    Use("The set of breached passwords", "SHA-1 or NTLM, as the source publishes it; SHA-256 as checksum",
        "the header of the file", "wiring/breached.py"),
    Use("Importing that set", "SHA-256 as checksum", "the header of the file", "wiring/breached_import.py"),
    Use("Made-up people of the demo", "SHA-256", "none: no secret", "wiring/generate.py"),
    Use("HTTPS of the portal", "TLS 1.2 or newer", "negotiated", "wiring/certificates.py"),
    Use("Checking certificate and key at the start", "X.509", "in the certificate", "wiring/configuration.py"),
    Use("Announcing the end of a certificate", "X.509", "in the certificate", "wiring/doctor.py"),
    Use("Telling administrators of that end", "X.509", "in the certificate", "wiring/lasting.py"),
    Use("Connections to the portal", "TLS 1.2 or newer", "negotiated", "wiring/listening.py"),
    Use("Gateways and webhooks", "TLS 1.2 or newer, name checked", "negotiated", "channels/outbound.py"),
    Use("Mail server", "TLS 1.2 or newer, name checked", "negotiated", "channels/smtp.py"),
    Use("Chance", "the operating system's generator", "none", "wiring/world.py"),
)  # fmt: skip
"""In no other file of the package is anything imported that does cryptography."""
