"""A real `keyback serve` as a process of its own, with a certificate authority made for the test."""

import datetime as dt
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from keyback.wiring.world import SystemClock

KEYBACK = (sys.executable, "-m", "keyback")
HOST = "localhost"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def run(*arguments: str, folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """One command, to its end."""
    return subprocess.run(
        [*KEYBACK, *arguments],
        cwd=folder,
        env=_environ(environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _environ(more: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("KEYBACK_")} | more


class Authority:
    """Issues certificates for localhost."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Authority")])
        made = self._builder(self._name, self._key.public_key())
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.certificate = made.sign(self._key, hashes.SHA256())

    def issue(self, certificate: Path, key: Path, names: tuple[str, ...] = (HOST,)) -> int:
        """A new pair into these files; its serial number. The key first, as renewing tools may do."""
        private = ec.generate_private_key(ec.SECP256R1())
        made = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]), private.public_key())
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        signed = made.sign(self._key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        key.write_bytes(private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        key.chmod(0o600)
        certificate.write_bytes(signed.public_bytes(pem))
        return signed.serial_number

    def client(self) -> ssl.SSLContext:
        """Trusts nobody else."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = dt.datetime.fromtimestamp(SystemClock().now() / 1000, dt.UTC)
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key)
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
        return made.not_valid_after(now + dt.timedelta(days=1))


class Served:
    """`keyback serve`, until it is stopped."""

    def __init__(
        self, folder: Path, port: int, tls: ssl.SSLContext | None = None, environ: dict[str, str] | None = None
    ) -> None:
        self.port = port
        self._tls = tls
        self._errors = (folder / "errors.txt").open("w+")
        self.process = subprocess.Popen(
            [*KEYBACK, "serve", "--json"],
            cwd=folder,
            env=_environ({"KEYBACK_ADMIN_LISTEN": "127.0.0.1:0"} | (environ or {})),
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.errors()
        self.said: dict[str, Any] = json.loads(line)
        self.admin_port = int(self.said["admin_url"].rpartition(":")[2] or 0) if self.said["admin_url"] else 0

    def get(
        self, path: str, headers: dict[str, str] | None = None, port: int = 0
    ) -> tuple[int, bytes, "http.client.HTTPMessage"]:
        """One request on a connection of its own, to the portal unless another port is named."""
        made: http.client.HTTPConnection
        if self._tls is None:
            made = http.client.HTTPConnection(HOST, port or self.port, timeout=10)
        else:
            made = http.client.HTTPSConnection(HOST, port or self.port, timeout=10, context=self._tls)
        try:
            made.request("GET", path, headers=headers or {})
            answer = made.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            made.close()

    def serial(self, context: ssl.SSLContext) -> int:
        """Serial number of the certificate that a new connection is shown; it must be trusted."""
        plain = socket.create_connection((HOST, self.port), timeout=10)
        with plain, context.wrap_socket(plain, server_hostname=HOST) as secure:
            shown = secure.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown).serial_number

    def errors(self) -> str:
        """Everything it wrote to standard error so far."""
        self._errors.flush()
        return Path(self._errors.name).read_text()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()
        return code
