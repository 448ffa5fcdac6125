"""Keyback behind a real nginx, with the example that ships in `deploy/`."""

import http.client
import json
import re
import socket
import ssl
import subprocess
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keyback.store.engine import Sql, engine_for
from tests.conventions.source import ROOT
from tests.edges.serving import HOST, Authority, Served, free_port, run

EXAMPLE = ROOT / "deploy" / "nginx.conf"
ADMIN_HOST = f"admin.{HOST}"


class Proxied:
    """nginx with HTTPS in front of Keyback with HTTP, both on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        authority = Authority()
        authority.issue(folder / "site.pem", folder / "site.key", (HOST, ADMIN_HOST))
        self.client = authority.client()
        self.outside, inside, admin_inside = free_port(), free_port(), free_port()
        made = run(
            "init", "--organisation", "Contoso", "--domain", "contoso.example", "--admin", "grace", "--proxy", "127.0.0.1",
            "--base-url", f"https://{HOST}:{self.outside}", "--listen", f"127.0.0.1:{inside}", folder=folder,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        admin_url = f"https://{ADMIN_HOST}:{self.outside}"
        admin = {"KEYBACK_ADMIN_LISTEN": f"127.0.0.1:{admin_inside}", "KEYBACK_ADMIN_URL": admin_url}
        self.keyback = Served(folder, inside, environ=admin)
        (folder / "nginx.conf").write_text(self._configuration(inside, admin_inside))
        self.nginx = subprocess.Popen(
            ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
        )

    def _configuration(self, inside: int, admin_inside: int) -> str:
        """The example as it is, but for names, files and ports."""
        site = EXAMPLE.read_text().replace("127.0.0.1:8443", f"127.0.0.1:{inside}")
        site = site.replace("127.0.0.1:8444", f"127.0.0.1:{admin_inside}")
        site = site.replace("/etc/ssl/certs/reset.example.org.pem", str(self.folder / "site.pem"))
        site = site.replace("/etc/ssl/private/reset.example.org.key", str(self.folder / "site.key"))
        site = site.replace("/var/log/nginx", str(self.folder)).replace("$host;", "$http_host;")
        site = site.replace("reset.example.org", HOST).replace("[::]:443", f"[::1]:{self.outside}")
        site = site.replace(" 443 ", f" {self.outside} ").replace("[::]:80", f"[::1]:{(plain := free_port())}")
        site = site.replace("listen 80;", f"listen {plain};")
        assert not re.search(r"\b443\b", site), site
        places = "".join(
            f"{kind}_temp_path {self.folder / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return f"daemon off; pid {self.folder / 'nginx.pid'}; events {{}} http {{ {places}{site} }}"

    def ask(
        self, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None, *, host: str = ""
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        """From 127.0.0.2, which is no proxy's address."""
        wire = http.client.HTTPSConnection(HOST, self.outside, timeout=10)
        plain = socket.create_connection(("127.0.0.1", self.outside), 10, ("127.0.0.2", 0))
        wire.sock = self.client.wrap_socket(plain, server_hostname=host.partition(":")[0] or HOST)
        body = urllib.parse.urlencode(form) if form is not None else None
        sent = {"accept": "application/json", "host": host or f"{HOST}:{self.outside}", **(headers or {})}
        if body is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
        try:
            wire.request("POST" if body is not None else "GET", path, body, sent)
            answer = wire.getresponse()
            read = answer.read()
            return answer.status, json.loads(read) if read.startswith(b"{") else read, answer.headers
        finally:
            wire.close()

    def stop(self) -> None:
        self.nginx.terminate()
        self.nginx.wait(10)
        self.keyback.stop()


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Proxied]:
    made = Proxied(tmp_path)
    try:
        for _ in range(100):
            try:
                made.ask("/health")
                break
            except OSError:
                time.sleep(0.05)
        yield made
    finally:
        made.stop()


def test_sign_in_through_the_proxy_counts_the_clients_own_address(proxied: Proxied) -> None:
    """THR-6: what a client claims about its address is overwritten, and only the named proxy is believed."""
    status, page, headers = proxied.ask("/sign-in")
    assert status == 200
    cookie = headers["set-cookie"]
    assert cookie.startswith("__Host-keyback-visit=")
    form = {"token": page["fields"][0]["value"], "user_id": "grace", "password": "wrong"}
    forged = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "cookie": cookie.partition(";")[0]}
    status, page, _ = proxied.ask("/sign-in", form, forged)
    assert (status, page["messages"][0]["id"]) == (422, "sign_in.wrong")
    engine = engine_for(str(proxied.folder / "keyback.db"))
    with engine.transaction(write=False) as link:
        rows = link.all(Sql("SELECT source FROM audit WHERE activity = 'User could not sign in'"), {})
    engine.close()
    assert rows == [("127.0.0.2",)]


def test_the_admin_centre_has_its_own_name(proxied: Proxied) -> None:
    """WEB-1, WEB-10, decisions 35: neither name shows the other's pages, and each has cookies of its own."""
    host = f"{ADMIN_HOST}:{proxied.outside}"
    status, _, headers = proxied.ask("/", host=host)
    assert (status, headers["location"]) == (303, "/sign-in")
    status, page, headers = proxied.ask("/sign-in", host=host)
    assert (status, page["title"]["id"]) == (200, "entering.title")
    assert headers["set-cookie"].startswith("__Host-keyback-admin-visit=")
    assert proxied.ask("/reset", host=host)[0] == 404
    assert proxied.ask("/users")[0] == 404


def test_no_header_turns_the_site_into_another(proxied: Proxied) -> None:
    """WEB-1."""
    claims = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "http", "forwarded": "host=evil.example"}
    status, page, headers = proxied.ask("/", headers=claims | {"accept": "text/html"})
    assert (status, headers["location"], page) == (303, "/sign-in", b"")
    unknown = ssl.create_default_context()
    unknown.check_hostname, unknown.verify_mode = False, ssl.CERT_NONE
    wire = http.client.HTTPSConnection("127.0.0.1", proxied.outside, timeout=10, context=unknown)
    with pytest.raises(ssl.SSLError):
        wire.connect()


def test_a_token_in_an_address_is_in_no_log(proxied: Proxied) -> None:
    """COD-9."""
    assert proxied.ask("/setup/a-very-secret-token")[0] == 404
    logs = "".join(path.read_text() for path in proxied.folder.glob("*.log"))
    assert "a-very-secret-token" not in logs + proxied.keyback.errors()
