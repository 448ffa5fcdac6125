"""The headers of every response, whatever it is, and nothing inline on any page (WEB-3, SES-2, SES-7)."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from starlette.testclient import TestClient

from keyback.app.setup.issue import rescue
from keyback.core.errors import Busy, Unavailable
from keyback.store.engine import SqliteEngine
from keyback.store.unit import SqlStore
from keyback.web.assets import load_static
from keyback.web.reports import PATH
from keyback.web.server import application
from keyback.wiring.house import Place, World, build
from tests.living import BASE, MAIL, TENANT, Between, Browser, Living

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
    "'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; "
    f"report-uri {PATH}; report-to reports",
    "reporting-endpoints": f'reports="{PATH}"',
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
STRICT = "max-age=63072000; includeSubDomains"
SECURE = "https://id.contoso.example"


@pytest.fixture
def https(quick: Living) -> Iterator[TestClient]:
    """The same house at an https address, as behind a proxy or with a certificate."""
    world = World(quick.clock, quick.random, quick.hasher)
    running = build(quick.store, TENANT, world, Place(SECURE, work_number=50), (quick.inbox.channel("email"),))
    yield TestClient(application(running.site), base_url=SECURE, follow_redirects=False)
    running.close()


EVERYTHING: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/reset", {}, 200),
    ("HEAD", "/reset", {}, 200),
    ("GET", "/", {}, 303),
    ("GET", "/signed-in", {}, 303),
    ("GET", "/reset/journey", {}, 404),
    ("GET", "/setup/nothing", {}, 404),
    ("GET", "/nowhere", {}, 404),
    ("GET", "/static/../server.py", {}, 404),
    ("POST", "/static/none.js", {}, 404),
    ("GET", "/reset/journey/", {}, 404),
    ("DELETE", "/reset", {}, 405),
    ("OPTIONS", "/reset", {}, 405),
    ("TRACE", "/reset", {}, 405),
    ("GET", PATH, {}, 405),
    ("POST", "/reset", {"json": {}}, 403),
    ("POST", "/reset", {"content": b"x", "headers": {"content-type": "text/xml"}}, 415),
    ("POST", "/reset", {"content": b"x" * 70_000}, 413),
    ("POST", "/reset", {"content": b"x", "headers": {"content-length": "-1"}}, 413),
    ("GET", "/reset", {"headers": {"host": "evil.example"}}, 421),
    ("GET", "/openapi.json", {}, 200),
    ("HEAD", "/openapi.json", {}, 200),
    ("GET", "/health", {}, 200),
    ("GET", "/health", {"headers": {"host": "evil.example"}}, 200),
    *(("GET", path, {}, 200) for path in load_static()),
    *(("HEAD", path, {}, 200) for path in load_static()),
]


@pytest.mark.parametrize(("method", "path", "more", "status"), EVERYTHING)
def test_every_response_protects(https: TestClient, method: str, path: str, more: dict[str, Any], status: int) -> None:
    """WEB-3, SES-7: each header once, with the whole of its value; nobody else may read."""
    headers = {"origin": SECURE, **more.get("headers", {})}
    response = https.request(method, path, **{**more, "headers": headers})
    assert response.status_code == status
    for name, value in (HEADERS | {"strict-transport-security": STRICT}).items():
        assert response.headers.get_list(name) == [value]
    kept = "public, max-age=31536000, immutable" if path in load_static() else "no-store"
    assert response.headers.get_list("cache-control") == [kept]
    assert "server" not in response.headers
    assert not [name for name in response.headers if name.startswith("access-control")]


def test_a_refused_method_names_those_that_are_not(https: TestClient) -> None:
    """RFC 9110 15.5.6."""
    assert set(https.put("/reset").headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


class Failing(SqlStore):
    """A store that cannot be read any more."""

    error: Exception | None = None

    def reading(self) -> Any:
        if self.error is not None:
            raise self.error
        return super().reading()


@pytest.mark.parametrize(
    ("error", "status"), [(Busy(), 503), (Unavailable("the disk /srv/x"), 503), (ValueError("at /srv/x.py"), 500)]
)
def test_troubles_protect_too(error: Exception, status: int) -> None:
    """WEB-3, WEB-11: 500 and 503; nothing of the cause is said."""
    living = Living(SqliteEngine(None), between=Between(store=Failing))
    browser = living.browser()
    assert isinstance(living.store, Failing)
    living.store.error = error
    response = browser.http.get("/reset")
    living.close()
    assert response.status_code == status
    assert {name: response.headers[name] for name in HEADERS} == HEADERS
    assert "/srv" not in response.text
    assert (status == 503) == ("retry-after" in response.headers)


def test_cookies_of_an_https_site_belong_to_this_host_alone(https: TestClient) -> None:
    """SES-2: `__Host-`, Secure, HttpOnly, SameSite=Strict, Path=/, no Domain; each purpose has its own name."""
    lines = https.get("/reset?mkt=de").headers.get_list("set-cookie")
    assert len(lines) == 2
    names = set()
    for line in lines:
        name, *attributes = [part.strip().partition("=")[0] for part in line.split(";")]
        assert name.startswith("__Host-keyback-")
        assert sorted(attributes) == ["HttpOnly", "Path", "SameSite", "Secure"]
        assert "SameSite=Strict" in line
        assert "Path=/;" in line
        names.add(name)
    assert len(names) == 2


class Inline(HTMLParser):
    """Everything in a page that our content policy would have to allow by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags = 0
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += 1
        given = dict(attrs)
        self._script = tag == "script"
        if tag in {"style", "iframe", "object", "embed", "base"} or (tag == "script" and "src" not in given):
            self.found.append(tag)
        for name, value in given.items():
            address = value or ""
            foreign = name in {"src", "href", "action", "formaction"} and not address.startswith(("/", "#"))
            if name.startswith("on") or name in {"style", "srcdoc"} or foreign or address.startswith("//"):
                self.found.append(f"{tag} {name}={address}")

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.found.append(data)
        self._script = False


def pages(living: Living, browser: Browser) -> Iterator[str]:
    """Every page there is, as HTML."""
    html = {"accept": "text/html"}

    def page(path: str = "/reset/journey") -> str:
        return str(browser.http.get(path, headers=html).text)

    living.ada()
    yield page(rescue(living.house, "ada@contoso.example", "host:root").link.removeprefix(BASE))
    for path in ("/reset", "/contact", "/sign-in", "/setup/none", "/nowhere", "/reset/journey"):
        yield page(path)
    browser.start()
    yield page()
    browser.choose("email_code")
    yield page()
    yield page("/reset/ways")
    browser.post(answer="00000000")
    yield page()
    browser.get("/reset/journey")
    browser.post(answer=living.newest_code(MAIL))
    yield page()
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    yield page()
    browser.set_password("short")
    yield page()
    browser.get("/reset/journey")
    browser.set_password()
    yield page()


def test_no_page_has_anything_inline_or_from_elsewhere(quick: Living) -> None:
    """WEB-3: scripts, styles, handlers, frames."""
    looked_at = 0
    for html in pages(quick, quick.browser()):
        assert "went wrong on our side" not in html
        inline = Inline()
        inline.feed(html)
        assert inline.tags > 10
        assert inline.found == []
        looked_at += 1
    assert looked_at == 15
