"""`keyback serve` as people run it: a process, a socket, a certificate that is replaced, a signal."""

import signal
import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edges.serving import HOST, Authority, Served, free_port, run

INIT = ("init", "--organisation", "Contoso", "--domain", "contoso.example", "--admin", "grace")


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Served]:
    """Served by HTTP on loopback."""
    port = free_port()
    made = run(*INIT, "--base-url", f"http://{HOST}:{port}", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    served = Served(tmp_path, port)
    yield served
    served.stop()


class Secure:
    """Served by HTTPS."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority()
        self.certificate, self.key = folder / "site.pem", folder / "site.key"
        self.serial = self.authority.issue(self.certificate, self.key)
        port = free_port()
        files = ("--tls-certificate", str(self.certificate), "--tls-key", str(self.key))
        base = ("--base-url", f"https://{HOST}:{port}", "--listen", f"127.0.0.1:{port}")
        made = run(*INIT, *base, *files, folder=folder)
        assert made.returncode == 0, made.stderr
        self.served = Served(folder, port, self.authority.client())


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    made = Secure(tmp_path)
    yield made
    made.served.stop()


def eventually(true: Callable[[], bool]) -> None:
    """Wait for what happens in another process; the bound is for what never happens."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen")


def test_it_answers_and_leaves_when_told(plain: Served) -> None:
    status, body, headers = plain.get("/sign-in")
    assert (status, b"Contoso" in body) == (200, True)
    assert "server" not in {name.lower() for name in headers}
    assert plain.get("/health")[0] == 200
    assert plain.errors() == ""
    assert plain.stop(signal.SIGTERM) == 0


def test_the_admin_centre_answers_at_its_own_port_only(plain: Served) -> None:
    """WEB-10, decisions 35."""
    assert plain.said["admin_url"] == f"http://{HOST}:{plain.admin_port}"
    assert plain.admin_port not in {0, plain.port}
    status, _, headers = plain.get("/", port=plain.admin_port)
    assert (status, headers["location"]) == (303, "/sign-in")
    assert b"Sign in to the admin centre" in plain.get("/sign-in", port=plain.admin_port)[1]
    assert plain.get("/health", port=plain.admin_port)[0] == 200
    assert plain.get("/reset", port=plain.admin_port)[0] == 404
    assert plain.get("/users")[0] == 404
    assert plain.get("/sign-in", {"host": f"{HOST}:{plain.port}"}, port=plain.admin_port)[0] == 421
    assert plain.get("/sign-in", {"host": f"{HOST}:{plain.admin_port}"})[0] == 421


def test_without_an_address_there_is_no_admin_centre(plain: Served, tmp_path: Path) -> None:
    assert plain.stop() == 0
    alone = Served(tmp_path, plain.port, environ={"KEYBACK_ADMIN_LISTEN": ""})
    said, status = alone.said["admin_url"], alone.get("/sign-in")[0]
    assert alone.stop() == 0
    assert (said, status) == ("", 200)


def test_interrupting_it_is_no_error(plain: Served) -> None:
    assert plain.stop(signal.SIGINT) == 0


def test_it_leaves_no_core_file(plain: Served) -> None:
    """PWD-11: passwords and keys are in its memory."""
    limits = Path(f"/proc/{plain.process.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_another_name_is_not_answered(plain: Served) -> None:
    """WEB-1."""
    assert plain.get("/sign-in", {"host": "evil.example"})[0] == 421
    assert plain.get("/sign-in", {"host": "evil.example", "x-forwarded-host": HOST})[0] == 421


def test_a_token_in_an_address_is_not_logged(plain: Served) -> None:
    """COD-9."""
    assert plain.get("/setup/a-very-secret-token")[0] == 404
    plain.get("/setup/a-very-secret-token?x=1", {"host": "evil.example"})
    assert "a-very-secret-token" not in plain.errors()


def test_https_is_spoken_by_the_certificate(secure: Secure) -> None:
    """CRY-6, SES-2."""
    status, _, headers = secure.served.get("/sign-in")
    assert status == 200
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert headers["set-cookie"].startswith("__Host-keyback-visit=")
    assert "Secure" in headers["set-cookie"]


def test_the_admin_centre_speaks_by_the_same_certificate(secure: Secure) -> None:
    """CRY-6, SES-2, ADM-3: its cookies are its own."""
    status, _, headers = secure.served.get("/sign-in", port=secure.served.admin_port)
    assert status == 200
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert headers["set-cookie"].startswith("__Host-keyback-admin-visit=")
    assert "Secure" in headers["set-cookie"]


def test_old_tls_is_refused(secure: Secure) -> None:
    """CRY-6: TLS 1.2 or newer."""
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        secure.served.serial(old)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    assert secure.served.serial(old) == secure.serial


def test_a_new_certificate_is_used_without_a_restart(secure: Secure) -> None:
    """F30: and a connection that is open goes on."""
    client = secure.authority.client()
    with (
        socket.create_connection((HOST, secure.served.port)) as wire,
        client.wrap_socket(wire, server_hostname=HOST) as kept,
    ):
        kept.sendall(_request(secure.served.port))
        assert kept.recv(12) == b"HTTP/1.1 200"
        new = secure.authority.issue(secure.certificate, secure.key)
        eventually(lambda: secure.served.serial(client) == new)
        kept.sendall(_request(secure.served.port))
        assert b"HTTP/1.1 200" in _rest(kept)
    assert new != secure.serial


def test_a_broken_new_certificate_changes_nothing(secure: Secure) -> None:
    """F30: it is said in the log, and the old one stays."""
    client = secure.authority.client()
    secure.certificate.write_text("-----BEGIN CERTIFICATE-----\nbroken\n")
    eventually(lambda: "the old one stays" in secure.served.errors())
    assert secure.served.serial(client) == secure.serial
    secure.certificate.unlink()
    new = secure.authority.issue(secure.certificate, secure.key)
    eventually(lambda: secure.served.serial(client) == new)


def test_it_refuses_with_every_mistake_at_once(tmp_path: Path) -> None:
    """CRY-5."""
    (tmp_path / "keyback.toml").write_text('base_url = "http://reset.example.org"\nlisten = "nowhere"\nodd = 1\n')
    refused = run("serve", folder=tmp_path)
    assert refused.returncode == 1
    for mistake in (
        "base_url: http is allowed only",
        "listen: must be",
        "odd: there is no such",
        "There is no key file",
    ):
        assert mistake in refused.stderr
    assert "Traceback" not in refused.stderr


def test_it_refuses_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        made = run(*INIT, "--base-url", f"http://{HOST}:{port}", folder=tmp_path)
        assert made.returncode == 0, made.stderr
        refused = run("serve", folder=tmp_path)
    assert (refused.returncode, "Address already in use" in refused.stderr) == (3, True)


def test_it_refuses_without_an_organisation(tmp_path: Path) -> None:
    port = free_port()
    run(*INIT, "--base-url", f"http://{HOST}:{port}", folder=tmp_path)
    refused = run("serve", folder=tmp_path, KEYBACK_DATABASE=str(tmp_path / "another.db"))
    assert refused.returncode == 1
    assert "Run `keyback init` first." in refused.stderr


def _request(port: int) -> bytes:
    return f"GET /health HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()


def _rest(wire: ssl.SSLSocket) -> bytes:
    wire.settimeout(10)
    read = b""
    while read.count(b'{"status":"ok"}') < 2:
        read += wire.recv(4096)
    return read
