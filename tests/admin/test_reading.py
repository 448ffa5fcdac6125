"""What comes to the admin centre is what its route declares, or nothing (WEB-5, WEB-6, WEB-13, DOS-2)."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Route, one_of
from keyback.web.admin.parts import Screen
from keyback.web.admin.reading import LARGEST_FIELD, LONGEST_FILTER, MOST_FIELDS, read_body, read_query
from keyback.web.admin.server import application
from keyback.web.guards import Stop
from tests.admin.desk import Desk
from tests.living import Living

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PARTS = "multipart/form-data; boundary=x"
LARGE = 1024 * 1024


def took(ask: Ask) -> Reply:
    """Says what came, by its length."""
    came = {**ask.fields, **ask.lists, **{name: [one.name, len(one.body)] for name, one in ask.files.items()}}
    return Reply(Screen("took", json.dumps(came)))


ROUTE = Route("POST", "/took", took, ANY_ROLE, ("name", "note"), ("groups",), files=("file",))
PAGES = (
    Route("GET", "/", lambda _: Reply(Screen("home", "home")), ANY_ROLE),
    ROUTE,
    Route("POST", "/import", took, one_of(Permission.CHANGE_PEOPLE), files=("file",), largest=LARGE),
    Route("GET", "/things/{thing}", lambda ask: Reply(Screen("thing", ask.args["thing"])), ANY_ROLE, query=("sort",)),
)


@pytest.fixture
def desk(quick: Living) -> Iterator[Desk]:
    made = Desk(quick, quick.operator("global_administrator", "gwen"), pages=PAGES)
    made.get("/")
    yield made
    assert made.get("/")["state"] == "home", "and the next request is served"


def parts(*them: tuple[str, str], end: str = "--x--\r\n") -> bytes:
    """A multipart body: each part's disposition and content."""
    said = "".join(f"--x\r\nContent-Disposition: form-data; {how}\r\n\r\n{content}\r\n" for how, content in them)
    return (said + end).encode()


def test_fields_come_once_lists_several_times() -> None:
    for body, kind in (
        (b"name=a&groups=1&groups=2&groups=1", FORM),
        (b'{"name": "a", "groups": ["1", "2", "1"]}', JSON),
        (parts(('name="name"', "a"), ('name="groups"', "1"), ('name="groups"', "2")), PARTS),
    ):
        came = read_body(body, kind, ROUTE, ())
        assert (came.fields, came.lists) == ({"name": "a"}, {"groups": ("1", "2")})


def test_a_list_that_did_not_come_is_empty_and_one_value_is_a_list_too() -> None:
    assert read_body(b"name=a", FORM, ROUTE, ()).lists == {"groups": ()}
    assert read_body(b'{"groups": "1"}', JSON, ROUTE, ()).lists == {"groups": ("1",)}


REFUSED: list[tuple[str, bytes, str, int]] = [
    ("a field twice in a form", b"name=a&name=b", FORM, 400),
    ("a key twice in JSON", b'{"name": "a", "name": "b"}', JSON, 400),
    ("a field twice in parts", parts(('name="name"', "a"), ('name="name"', "b")), PARTS, 400),
    ("a field that is not declared", b"name=a&role=global_administrator", FORM, 400),
    ("a field that the server owns", b'{"person": "id-gwen"}', JSON, 400),
    ("a field of another page", parts(('name="why"', "a")), PARTS, 400),
    ("array suffix", b"groups[]=1", FORM, 400),
    ("a list for a field", b'{"name": ["a"]}', JSON, 400),
    ("an object for a field", b'{"name": {"$gt": ""}}', JSON, 400),
    ("a number", b'{"name": 1}', JSON, 400),
    ("null", b'{"name": null}', JSON, 400),
    ("true", b'{"name": true}', JSON, 400),
    ("a list in a list", b'{"groups": [["1"]]}', JSON, 400),
    ("numbers in a list", b'{"groups": [1]}', JSON, 400),
    ("an object in a list", b'{"groups": [{"name": "a"}]}', JSON, 400),
    ("half a character", b'{"name": "\\ud800"}', JSON, 400),
    ("half a character in a list", b'{"groups": ["\\ud800"]}', JSON, 400),
    ("the character that is none", b'{"name": "a\\u0000b"}', JSON, 400),
    ("the same in a form", b"name=a%00b", FORM, 400),
    ("the same in parts", parts(('name="name"', "a\0b")), PARTS, 400),
    ("too long", b"name=" + b"a" * (LARGEST_FIELD + 1), FORM, 400),
    ("too many", b"&".join(b"groups=%d" % one for one in range(MOST_FIELDS + 1)), FORM, 400),
    ("not JSON", b"{", JSON, 400),
    ("a list as a whole", b'[{"name": "a"}]', JSON, 400),
    ("nested 10,000 deep", b"[" * 10_000, JSON, 400),
    ("bytes that are no UTF-8", b'{"name": "\xff"}', JSON, 400),
    ("escapes that are no UTF-8", b"name=%ff", FORM, 400),
    ("no equals", b"name", FORM, 400),
    ("parts without their end", parts(('name="name"', "a"), end=""), PARTS, 400),
    ("half a file", parts(('name="file"; filename="a"', "abc"), end="")[:-3], PARTS, 400),
    ("a file twice", parts(('name="file"; filename="a"', "1"), ('name="file"; filename="b"', "2")), PARTS, 400),
    ("a file that is not declared", parts(('name="other"; filename="a"', "\x89PNG")), PARTS, 400),
    ("a part without a name", parts(("x=y", "1")), PARTS, 400),
    ("a part without a disposition", b"--x\r\nContent-Type: text/plain\r\n\r\n1\r\n--x--\r\n", PARTS, 400),
    ("no boundary", parts(('name="name"', "a")), "multipart/form-data", 400),
    ("another boundary", parts(('name="name"', "a")), "multipart/form-data; boundary=y", 400),
    ("nothing at all in parts", b"", PARTS, 400),
    ("XML", b"<name/>", "application/xml", 415),
    ("no media type", b"name=a", "", 415),
    ("text", b"name=a", "text/plain", 415),
]


@pytest.mark.parametrize(("what", "body", "kind", "status"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_not_declared_or_not_whole_is_refused(what: str, body: bytes, kind: str, status: int) -> None:
    """WEB-5, WEB-6."""
    with pytest.raises(Stop) as refusal:
        read_body(body, kind, ROUTE, ())
    assert refusal.value.status == status, what


def test_parts_are_refused_where_no_file_is_expected() -> None:
    plain = Route("POST", "/plain", took, ANY_ROLE, ("name",))
    with pytest.raises(Stop) as refusal:
        read_body(parts(('name="name"', "a")), PARTS, plain, ())
    assert refusal.value.status == 415


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\people\\list.csv", "list.csv"), ("../../etc/passwd", "passwd"), ("a\tb\u202ec.csv", "abc.csv"),
        ("x" * 300, "x" * 200), ("", ""),
    ],
)  # fmt: skip
def test_a_files_name_is_a_name_and_no_path(given: str, kept: str) -> None:
    file = read_body(parts((f'name="file"; filename="{given}"', "abc")), PARTS, ROUTE, ()).files["file"]
    assert (file.name, file.body) == (kept, b"abc")


QUERIES = [
    b"sort=a&sort=b",
    b"other=1",
    b"sort",
    b"sort=%ff",
    b"sort=%00",
    b"sort=" + b"a" * (LONGEST_FILTER + 1),
    b"sort=\xff",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_has_what_the_route_declares_each_once(query: bytes) -> None:
    """WEB-5, WEB-13."""
    with pytest.raises(Stop):
        read_query(query, ("sort",))
    assert read_query(b"sort=a+b%C3%B6", ("sort",)) == {"sort": "a b\u00f6"}
    assert read_query(b"", ("sort",)) == {}


@pytest.mark.parametrize(
    "path", ["/things/a?sort=a&sort=b", "/things/a?who=me", "/things/a%00", "/things/a%20b", "/things/..a"]
)
def test_odd_addresses_are_refused(desk: Desk, path: str) -> None:
    """WEB-5, WEB-7."""
    desk.http.get(path)
    assert desk.http.get(path).status_code in {400, 404}


def test_a_form_needs_its_own_token_and_no_query(desk: Desk) -> None:
    """WEB-2, WEB-5."""
    token = desk.page["token"]
    assert desk.http.post("/took", json={"name": "a"}).status_code == 403
    assert desk.http.post("/took", json={"name": "a", "token": "0" * 32}).status_code == 403
    assert desk.http.post("/took?name=b", json={"token": token}).status_code == 400
    for foreign in (
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8443"},
        {"sec-fetch-site": "same-site"},
    ):
        assert desk.http.post("/took", json={"name": "a", "token": token}, headers=foreign).status_code == 403
    assert desk.http.post("/took", json={"name": "a", "token": token}).status_code == 200


def test_a_file_comes_whole(desk: Desk) -> None:
    page = desk.upload("/import", "file", b"\x00\xff" * 100_000, "people.csv")
    assert page["title"] == json.dumps({"file": ["people.csv", 200_000]})


async def _sent(app: Any, headers: list[tuple[bytes, bytes]], pieces: list[bytes], path: str) -> tuple[int, int]:
    """Status of the answer, and how many pieces of the body were taken."""
    taken, status = 0, 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        piece = pieces[taken]
        taken += 1
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers,
        "client": ("203.0.113.7", 1), "server": ("localhost", 8444), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)
    return status, taken


def sent(
    desk: Desk, path: str, pieces: list[bytes], *headers: tuple[bytes, bytes], cookie: bool = True
) -> tuple[int, int]:
    """As `_sent`, from this desk's browser."""
    own = "; ".join(f"{one.name}={one.value}" for one in desk.http.cookies.jar).encode()
    lines = [
        (b"host", b"localhost:8444"),
        (b"content-type", FORM.encode()),
        *headers,
        *([(b"cookie", own)] if cookie else []),
    ]
    return asyncio.run(_sent(application(desk.living.running.admin, PAGES), lines, pieces, path))


def test_what_is_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    """DOS-2: by what it says of itself, else as soon as it is too much."""
    assert sent(desk, "/took", [b""], (b"content-length", b"65537")) == (413, 0)
    assert sent(desk, "/took", [b""], (b"content-length", b"-1")) == (413, 0)
    assert sent(desk, "/took", [b""], (b"content-length", b"1e3")) == (413, 0)
    assert sent(desk, "/took", [b"a" * 40_000] * 10) == (413, 2)
    assert sent(desk, "/import", [b""], (b"content-length", str(LARGE + 1).encode())) == (413, 0)


def test_a_large_body_is_read_only_from_who_may_send_it(desk: Desk) -> None:
    """DOS-2, WEB-10: strangers cannot fill the memory."""
    declared = (b"content-length", str(LARGE).encode())
    assert sent(desk, "/import", [b""], declared, cookie=False) == (403, 0)
    reader = Desk(desk.living, desk.living.operator("reports_reader", "rita"), pages=PAGES)
    assert sent(reader, "/import", [b""], declared) == (403, 0)
    wrong_host = sent(desk, "/import", [b""], declared, (b"host", b"evil.example"))
    assert wrong_host == (421, 0)
