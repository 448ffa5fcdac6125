"""The frame of the admin centre: the same content as page and as data, escaped, with every header, for one host only."""

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from keyback.web import server as portal
from keyback.web.admin import declare
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import ANY_ROLE, Route, routes
from keyback.web.admin.exporting import csv_of
from keyback.web.admin.parts import Screen
from keyback.web.admin.server import DOORS, application
from tests.admin import gallery
from tests.admin.desk import Desk
from tests.living import Living

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()", "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "cache-control": "no-store",
}  # fmt: skip
HTML = {"accept": "text/html"}


def saved(_: Ask) -> Reply:
    """A file."""
    return Reply(download=Download("people.csv", "text/csv", csv_of(("name",), [(gallery.EVIL,)])))


def fails(_: Ask) -> Reply:
    """A mistake of ours, with something in it that nobody may read."""
    raise RuntimeError("secret 4711")


PAGES = (
    Route("GET", "/", lambda _: Reply(Screen("home", "home")), ANY_ROLE),
    *gallery.ROUTES,
    Route("GET", "/saved", saved, ANY_ROLE),
    Route("GET", "/fails", fails, ANY_ROLE),
    Route("POST", "/goes", lambda _: Reply(go_to="/gallery?q=a", done="gallery.done"), ANY_ROLE),
)


@pytest.fixture
def desk(quick: Living) -> Desk:
    made = Desk(quick, quick.operator("global_administrator", "gwen"), pages=PAGES)
    made.http.app = application(gallery.dressed(quick.running.admin), PAGES)
    made.http._transport.app = made.http.app  # type: ignore[attr-defined]
    made.get("/")
    return made


class Reader(HTMLParser):
    """What people read: texts, and the values in fields; styles and scripts are none."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.tags: list[str] = []
        self._attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.read += [
            value for name, value in attrs if value and name in {"value", "href", "action", "aria-label", "alt"}
        ]
        self._attributes += [name for name, _ in attrs]

    def handle_data(self, data: str) -> None:
        self.read.append(data.strip())

    @property
    def handlers(self) -> set[str]:
        """Attributes that a content policy would refuse."""
        return {name for name in self._attributes if name.startswith("on") or name == "style"}


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def words_in(value: Any) -> Iterator[str]:
    """Every sentence and piece of data in a page as data."""
    if isinstance(value, dict) and set(value) == {"id", "text"}:
        yield value["text"]
    elif isinstance(value, dict):
        filled = any(value.get(name) for name in ("rows", "changes", "moments", "options"))
        for name, inner in value.items():
            if name not in DATA_ONLY and name != ("empty" if filled else "columns"):
                yield from words_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_in(inner)
    elif isinstance(value, str) and value:
        yield value


DATA_ONLY = {
    "kind_of_part", "kind", "tone", "state", "id", "sort", "name", "accept", "autocomplete", "token", "query", "place", "path", "next",
    "first", "error",
}  # fmt: skip
"""How a page is built, and not what it says."""


@pytest.mark.parametrize("path", ["/gallery", "/gallery?show=wrong", "/gallery?q=nobody"])
def test_the_page_and_the_data_say_the_same(desk: Desk, path: str) -> None:
    """Everything that a program is told stands on the page too."""
    told = set(words_in(desk.get(path)))
    shown = "\n".join(read(desk.html(path)).read)
    assert len(told) > 100
    assert sorted(word for word in told if word not in shown) == []


def test_nothing_that_somebody_is_called_is_html(desk: Desk) -> None:
    """WEB-8: no tag and no handler comes from data, and no style or script is inline (WEB-3)."""
    page = desk.html("/gallery")
    assert html.escape(gallery.EVIL, quote=False).replace('"', "&#34;") in page
    reader = read(page)
    assert reader.tags.count("script") == 1
    assert reader.handlers == set()
    assert "<style" not in page
    assert re.findall(r"<script(?! src=)", page) == []


def test_what_was_sought_comes_back_escaped(desk: Desk) -> None:
    """WEB-8: reflected in the box and in every link."""
    page = desk.html('/gallery?q="><img src=x onerror=alert(1)>')
    assert "<img" not in page
    assert "&#34;&gt;&lt;img src=x" in page


def everything(desk: Desk) -> list[Any]:
    """One answer of each kind."""
    token = desk.page["token"]
    return [
        desk.http.get("/gallery"), desk.http.get("/gallery", headers=HTML), desk.http.get("/gallery?show=wrong", headers=HTML),
        desk.http.get("/saved"), desk.http.get("/fails", headers=HTML), desk.http.get("/nowhere", headers=HTML),
        desk.http.post("/goes", json={"token": token}), desk.http.post("/goes", json={}), desk.http.request("TRACE", "/"),
        desk.http.get("/gallery", headers={"host": "evil.example"}), desk.http.head("/gallery"), desk.http.put("/gallery"),
        desk.http.get("/health"), desk.http.get("/sign-in", headers=HTML), Desk(desk.living).http.get("/"),
    ]  # fmt: skip


def test_every_answer_carries_every_header(desk: Desk) -> None:
    """WEB-3, WEB-9, WEB-11."""
    statuses = set()
    for answer in everything(desk):
        statuses.add(answer.status_code)
        for name, value in HEADERS.items():
            assert answer.headers.get(name, "").startswith(value), (answer.request.url, name)
        assert "access-control-allow-origin" not in answer.headers
        assert "secret 4711" not in answer.text
    assert statuses == {200, 303, 403, 404, 405, 421, 422, 500}


def test_static_files_are_kept_and_carry_the_headers_too(desk: Desk) -> None:
    """WEB-3."""
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', desk.html("/gallery")):
        answer = desk.http.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        for name in set(HEADERS) - {"cache-control"}:
            assert name in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "localhost:8443", "localhost", "127.0.0.1:8444", ""])
def test_only_one_host_is_answered(desk: Desk, host: str) -> None:
    """WEB-1: the portal's is not this one's."""
    for path in ("/", "/sign-in", "/gallery"):
        answer = desk.http.get(path, headers={"host": host, "x-forwarded-host": "localhost:8444"})
        assert answer.status_code == 421
        assert "set-cookie" not in answer.headers


TRICKS = [
    "//gallery", "/./gallery", "/gallery/", "/gallery/.", "/gallery/../gallery", "/gallery;x", "/gallery;x=1", "/GALLERY", "/gallery.",
    "/%67allery", "/gallery%2f", "/gallery%00", "/gallery%20", "/%2e/gallery", "/gallery%5c", "/gallery%3b", "/static/../gallery",
    "/gallery//", "/admin/gallery", "/gallery%0d%0a", "/gallery\u0131",
]  # fmt: skip


@pytest.mark.parametrize("path", TRICKS)
def test_tricks_with_a_path_reach_the_same_guard_or_nothing(desk: Desk, path: str) -> None:
    """WEB-7: signed in it is the page or 404; not signed in it is never the page."""
    inside = desk.http.get(path)
    assert inside.status_code in {200, 400, 404}
    outside = Desk(desk.living, pages=PAGES).http.get(path)
    assert outside.status_code in ({303} if inside.status_code == 200 else {400, 404, 303})
    assert "Everything that a page is made of" not in outside.text


@pytest.mark.parametrize(
    "header", ["x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"]
)
def test_no_header_is_another_method_or_address(desk: Desk, header: str) -> None:
    """WEB-7."""
    answer = desk.http.get("/", headers={header: "POST" if "method" in header else "/gallery"})
    assert answer.json()["state"] == "home"


def test_what_is_no_page_is_said_within_the_frame_to_who_works_here(desk: Desk) -> None:
    """ADM-2, ENU-11: with the places that are theirs; a stranger is told no more than that there is nothing."""
    stranger = Desk(desk.living, pages=PAGES).http
    for path in ("/nowhere", "/nowhere?x=1", "/nowhere/at/all", "/users/a.b"):
        answers = [one.get(path, headers=HTML) for one in (desk.http, stranger)]
        assert [one.status_code for one in answers] == [404, 404]
        assert 'class="side"' not in answers[1].text
    assert 'class="side"' in desk.http.get("/nowhere", headers=HTML).text
    assert desk.http.get("/nowhere").json()["messages"][0]["text"]["id"] == "fault.no_page"
    assert desk.http.post("/nowhere", json={}).status_code == 404


def test_head_is_get_without_a_body(desk: Desk) -> None:
    for path, status in (("/gallery", 200), ("/sign-in", 303), ("/nowhere", 404)):
        answer = desk.http.head(path)
        assert (answer.status_code, answer.content) == (status, b"")
    assert Desk(desk.living, pages=PAGES).http.head("/gallery").status_code == 303


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_are_refused(desk: Desk, method: str) -> None:
    """WEB-11."""
    assert desk.http.request(method, "/gallery").status_code == 405
    assert desk.http.request("POST", "/saved").status_code == 405


def test_a_mistake_of_ours_has_a_reference_and_nothing_else(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """WEB-11: nothing of it on the page; what it was stands in the log by its kind and place."""
    page = desk.get("/fails")
    assert (desk.status, desk.told()) == (500, ["error.broken"])
    assert page["reference"]
    assert page["reference"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "secret 4711" not in caplog.text + json.dumps(page)


def test_a_file_is_saved_and_never_opened(desk: Desk) -> None:
    answer = desk.http.get("/saved")
    assert answer.headers["content-disposition"] == 'attachment; filename="people.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbfname\r\n")


@pytest.mark.parametrize("done", ["error.broken", "nothing.of.ours", "<b>.done", "face.title"])
def test_a_link_cannot_make_the_page_say_something(desk: Desk, done: str) -> None:
    """Only messages about what was done are shown, and only those that there are."""
    page = desk.html(f"/gallery?done={done}")
    assert page.count('role="status"') == desk.html("/gallery").count('role="status"')


def test_the_language_is_asked_for_and_kept(desk: Desk) -> None:
    """decisions 36: with the page's own filters; the portal's choice is not touched."""
    page = desk.html("/gallery?q=nobody")
    assert 'href="/gallery?q=nobody&amp;mkt=de" lang="de"' in page
    answer = desk.http.get("/gallery?mkt=de", headers=HTML)
    assert '<html lang="de" dir="ltr">' in answer.text
    assert "keyback-admin-language=de" in answer.headers["set-cookie"]
    assert '<html lang="de"' in desk.html("/gallery")
    assert 'dir="rtl"' in desk.html("/gallery?mkt=qps-plocm")


def test_the_navigation_shows_what_may_be_opened(quick: Living) -> None:
    """No dead end: every place in it answers; what is not in it is refused by the role, not by a hidden link alone."""
    for role in ("global_administrator", "reports_reader", "helpdesk_administrator", "groups_administrator"):
        desk = Desk(quick, quick.operator(role))
        links = set(re.findall(r'<li><a href="(/[^"]*)"', desk.html("/").partition("</nav>")[0]))
        for place in declare.places():
            status = desk.http.get(place.path, headers=HTML).status_code
            assert status == (200 if place.path in links else 403), (role, place.path)


def test_the_page_above_a_form_is_the_one_it_was_sent_from() -> None:
    assert declare.page_above("/password-reset/properties/save") == "/password-reset/properties"
    assert declare.page_above("/users/0123/disable") == "/users/0123"
    assert declare.page_above("/nowhere/at/all") == "/"
    assert declare.page_above("/refuses") == "/"


def test_no_path_is_served_by_both_faces() -> None:
    """WEB-10: but for the way in, health and reports."""
    doors = {one.path for one in DOORS}
    shared = (doors | {one.path for one in routes()}) & {one.path for one in portal.ROUTES}
    assert shared - doors <= {"/"}
