"""A real mail server for tests (aiosmtpd), with certificates from an authority made on the spot."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "keyback", "correct horse battery"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Authority:
    """Issues server certificates; `file` is what a client must trust."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
        basic = x509.BasicConstraints(ca=True, path_length=0)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        made = self._builder(name, name, 1).add_extension(basic, critical=True).add_extension(usage, critical=True)
        self.certificate = made.sign(self.key, hashes.SHA256())
        self.file = self.folder / "authority.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def _builder(self, subject: x509.Name, issuer: x509.Name, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .public_key(self.key.public_key())
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        )

    def context(self, name: str = "localhost", days: int = 1) -> ssl.SSLContext:
        """A server's context with a certificate for `name` that ends in `days`."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names: list[x509.GeneralName] = [x509.DNSName(name)]
        if name == "localhost":
            names.append(x509.IPAddress(ip_address("127.0.0.1")))
        issued = (
            self._builder(subject, self.certificate.subject, days)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        file = self.folder / f"{name}-{days}.pem"
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + issued.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


@dataclass
class Mailbox:
    """What the server does, and what it got. `rcpt` and `data` answer in the server's place while they last."""

    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    got: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    users: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.rcpt:
            answer = self.rcpt.pop(0)
            if answer == "slow":
                await asyncio.sleep(1.5)
            else:
                return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.got.append(envelope)
        self.sessions.add(id(session))
        self.encrypted.append(session.ssl is not None)
        answer = self.data.pop(0) if self.data else "250 2.0.0 Queued as 4711"
        if answer == "drop":
            cast("asyncio.Transport", server.transport).close()
        if answer == "hang":
            await asyncio.sleep(1.5)
        return answer if answer[0].isdigit() else "250 2.0.0 Queued"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        del server, session, envelope, mechanism
        right = isinstance(data, LoginPassword) and data == LoginPassword(USER.encode(), PASSWORD.encode())
        if right:
            self.users.append(data.login.decode())
        return AuthResult(success=right, handled=False)

    def mails(self) -> list[EmailMessage]:
        """As a mail program reads them."""
        raw = [each.original_content or b"" for each in self.got]
        return [message_from_bytes(each, policy=default) for each in raw]


class Server(Controller):
    """Told to be ready by a client of its own, which with implicit TLS must not be a server's context."""

    def _trigger_server(self) -> None:
        with socket.create_connection((self.hostname, self.port), 5) as wire:
            if self.ssl_context is None:
                wire.recv(1024)
                return
            client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
            with client.wrap_socket(wire) as secure:
                secure.recv(1024)


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """Listens on loopback; the options are aiosmtpd's."""
    port = free_port()
    controller = Server(mailbox, hostname="127.0.0.1", port=port, ready_timeout=10, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def signing_in(mailbox: Mailbox, context: ssl.SSLContext) -> dict[str, Any]:
    """Options for STARTTLS that is required, and AUTH."""
    authenticator: Callable[..., AuthResult] = mailbox.authenticate
    return {
        "tls_context": context,
        "require_starttls": True,
        "authenticator": authenticator,
        "auth_required": True,
    }
