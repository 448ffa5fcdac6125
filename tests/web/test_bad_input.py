"""Nonsense gets a clear refusal: nothing sent, nothing changed, no 5xx (WEB-1, WEB-2, WEB-5, WEB-6, COD-12)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.living import BASE, MAIL, Browser, Living, solve

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def at_code(quick: Living) -> Iterator[Browser]:
    """Ada's browser, asked for the code from her mailbox."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    yield browser
    after = browser.get("/reset/journey")
    assert after["state"] == "answer"
    with quick.store.reading() as unit:
        journey = unit.journeys.by_browser(b"")
        assert journey is None
    assert len(quick.delivered()) == 1, "nothing more was sent"


def hidden(browser: Browser) -> dict[str, str]:
    """Token and version of the present form."""
    return {field["name"]: field["value"] for field in browser.page["fields"] if field["kind"] == "hidden"}


ODD_CODES: list[tuple[str, Any]] = [
    ("array", ["1", "2"]),
    ("object", {"$gt": ""}),
    ("number", 12345678),
    ("boolean", True),
    ("null", None),
    ("empty", ""),
    ("5,000 characters", "1" * 5_000),
]


@pytest.mark.parametrize(("what", "odd"), ODD_CODES, ids=[what for what, _ in ODD_CODES])
def test_a_code_of_the_wrong_kind_is_refused_and_costs_a_try(quick: Living, what: str, odd: Any) -> None:
    """COD-12"""
    quick.ada()
    browser = quick.browser()
    browser.start()
    browser.choose("email_code")
    code = quick.newest_code(MAIL)
    for tries in (4, 3, 2, 1):
        told = browser.post(answer=odd)["messages"][0]
        assert (browser.status, told["id"]) == (400, "answer.wrong"), what
        assert f"You have {tries} more" in told["text"]
    browser.post(answer=odd)
    assert (browser.status, browser.told()) == (400, ["answer.wrong_last"])
    browser.post(answer=code)
    assert (browser.status, browser.told()) == (429, ["answer.paused"])


BODIES: list[tuple[str, Any]] = [
    ("unknown field", {"answer": "1", "person": "id-ada"}),
    ("server-owned field", {"answer": "1", "verified": "true"}),
    ("gates", {"answer": "1", "gates": "0"}),
    ("user", {"answer": "1", "user_id": "bo@contoso.example"}),
    ("address", {"answer": "1", "email": "me@evil.example"}),
    ("array suffix", {"answer[]": "1"}),
    ("a version of 5,000 characters", {"answer": "1", "version": "1" * 5_000}),
]


@pytest.mark.parametrize(("what", "fields"), BODIES, ids=[what for what, _ in BODIES])
def test_odd_fields_are_refused(at_code: Browser, what: str, fields: dict[str, Any]) -> None:
    """WEB-5, WEB-6, COD-12."""
    response = at_code.http.post("/reset/answer", json={**hidden(at_code), **fields})
    assert response.status_code == 400, what
    assert response.json()["messages"][0]["id"] == "stop.bad_request"


RAW: list[tuple[str, bytes, dict[str, str], int]] = [
    ("not JSON", b"{", JSON, 400),
    ("a list", b"[]", JSON, 400),
    ("a string", b'"answer"', JSON, 400),
    ("nested 10,000 deep", b"[" * 10_000, JSON, 400),
    ("lone surrogate", b'{"answer": "\\ud800"}', JSON, 400),
    ("not UTF-8", b'{"answer": "\xff"}', JSON, 400),
    ("form without equals", b"answer", FORM, 400),
    ("form in Latin-1", b"answer=\xe9", FORM, 400),
    ("form with bad escapes of UTF-8", b"answer=%ff", FORM, 400),
    ("100 fields", b"&".join(b"a%d=1" % i for i in range(100)), FORM, 400),
    ("XML", b"<answer/>", {"content-type": "application/xml"}, 415),
    ("multipart", b"--x", {"content-type": "multipart/form-data; boundary=x"}, 415),
    ("no media type", b"answer=1", {}, 415),
    ("10 MB", b"answer=" + b"1" * 10_000_000, FORM, 413),
]


@pytest.mark.parametrize(("what", "body", "headers", "status"), RAW, ids=[row[0] for row in RAW])
def test_odd_bodies_are_refused(at_code: Browser, what: str, body: bytes, headers: dict[str, str], status: int) -> None:
    """WEB-5, DOS-2."""
    assert at_code.http.post("/reset/answer", content=body, headers=headers).status_code == status, what


@pytest.mark.parametrize("media", ["json", "form"])
def test_a_key_given_twice_is_refused(at_code: Browser, media: str) -> None:
    """WEB-5: one parser, no last-one-wins."""
    own = hidden(at_code)
    if media == "json":
        body = json.dumps(own)[:-1] + ', "answer": "1", "answer": "2"}'
        response = at_code.http.post("/reset/answer", content=body, headers=JSON)
    else:
        body = "&".join([f"{k}={v}" for k, v in own.items()] + ["answer=1", "answer=2"])
        response = at_code.http.post("/reset/answer", content=body, headers=FORM)
    assert response.status_code == 400


def test_fields_in_the_query_of_a_post_are_refused(at_code: Browser) -> None:
    """WEB-5: no mixture of query and body."""
    response = at_code.http.post("/reset/answer?answer=1", json={**hidden(at_code), "answer": "2"})
    assert response.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost:8444"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_post_from_another_site_is_refused(at_code: Browser, headers: dict[str, str]) -> None:
    """WEB-2."""
    response = at_code.http.post("/reset/answer", json={**hidden(at_code), "answer": "1"}, headers=headers)
    assert response.status_code == 403


@pytest.mark.parametrize("token", ["", "0" * 32, "é"])
def test_a_form_that_is_not_ours_is_refused(at_code: Browser, token: str) -> None:
    """WEB-2."""
    response = at_code.http.post("/reset/answer", json={**hidden(at_code), "answer": "1", "token": token})
    assert response.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost:8443.evil.example", "localhost", "", "LOCALHOST:8444"])
def test_a_foreign_host_is_not_answered(quick: Living, host: str) -> None:
    """WEB-1: on every page, and never in a link."""
    response = quick.browser().http.get("/reset", headers={"host": host})
    assert response.status_code == 421
    assert "evil" not in response.text


def test_two_hosts_are_one_too_many(quick: Living) -> None:
    """WEB-1, WEB-12: which of them a proxy in front looked at cannot be known."""
    hosts = [("host", "localhost:8443"), ("host", "evil.example")]
    assert quick.browser().http.get("/reset", headers=hosts).status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://localhost:8443"}, 200),
        ({}, 200),
        ({"origin": "null", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null"}, 200),
    ],
)
def test_what_a_browser_says_of_our_own_page_is_believed(quick: Living, headers: dict[str, str], status: int) -> None:
    """WEB-2, WEB-3: under `no-referrer` a browser calls our own page `null`, and says beside it that it is ours; Safari
    before 16.4 says nothing beside it, and then the form's token and its cookie are what counts."""
    quick.ada()
    browser = quick.browser()
    browser.start()
    sent = {**hidden(browser), "method": "totp"}
    assert browser.http.post("/reset/method", json=sent, headers=headers).status_code == status


def test_forwarded_headers_from_strangers_change_nothing(quick: Living) -> None:
    """WEB-1, THR-6: neither address nor scheme nor host."""
    quick.ada()
    browser = quick.browser(**{
        "x-forwarded-for": "198.51.100.1", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https",
        "forwarded": "for=198.51.100.1;host=evil.example", "x-original-url": "/signed-in",
    })  # fmt: skip
    assert browser.start()["state"] == "choose_method"
    assert quick.story()[0]["source"] == "203.0.113.7"
    assert "evil" not in str(browser.headers)


BAD_IDS = [
    "", " ", "ada\u0000@contoso.example", "ada\u200b@contoso.example", "\u202eada@contoso.example",
    "ada@contoso.example\r\nbcc: x@evil.example", "a" * 300, "ada@contoso.example\u0007",
]  # fmt: skip


@pytest.mark.parametrize("user_id", BAD_IDS)
def test_what_cannot_be_a_user_id_is_said_so_at_once(quick: Living, user_id: str) -> None:
    """IDN-1: control, bidi and zero-width characters."""
    quick.ada()
    browser = quick.browser()
    browser.get("/reset")
    browser.post(user_id=user_id, work=solve(browser.page["work"]))
    assert (browser.status, browser.told()) == (422, ["start.not_an_id"])
    assert quick.story() == []


@pytest.mark.parametrize("user_id", ["ADA@CONTOSO.EXAMPLE", " ada@contoso.example ", "\uff41da@contoso.example"])
def test_spellings_of_one_id_are_one_id(quick: Living, user_id: str) -> None:
    """IDN-1, THR-2: one canonical form for look-up and limits."""
    ada = quick.ada()
    quick.browser().start(user_id)
    assert quick.story()[0]["target"] == ada


@pytest.mark.parametrize("path", ["/reset/", "//reset", "/RESET", "/reset;x", "/reset%2fjourney", "/admin"])
def test_tricks_with_paths_find_nothing(quick: Living, path: str) -> None:
    """WEB-7, decisions 35."""
    response = quick.browser().http.get(BASE + path)
    assert response.status_code in {303, 404}
    assert response.status_code == 404 or response.headers["location"] == "/sign-in"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_unused_methods_are_refused(quick: Living, method: str) -> None:
    """WEB-11."""
    response = quick.browser().http.request(method, "/reset", headers={"x-http-method-override": "POST"})
    assert response.status_code == 405


HEADERS = {
    "content-security-policy": "frame-ancestors 'none'", "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/reset", "/reset/journey", "/nowhere", "/sign-in", "/contact", "/openapi.json", "/health"]
)
def test_every_answer_carries_the_security_headers(quick: Living, path: str) -> None:
    """WEB-3, SES-7: errors included, and nothing dynamic is kept by a cache."""
    response = quick.browser().http.get(path)
    for name, value in HEADERS.items():
        assert value in response.headers[name], name
    assert response.headers["cache-control"] == "no-store"
    assert "unsafe" not in response.headers["content-security-policy"]


def test_cookies_are_ours_alone(quick: Living) -> None:
    """SES-2, decisions 34: HttpOnly, SameSite=Strict, host only; plain names on loopback http only."""
    quick.ada()
    browser = quick.browser()
    response = browser.http.get("/reset")
    assert all("HttpOnly; SameSite=Strict" in line for line in response.headers.get_list("set-cookie"))
    assert "Domain" not in str(response.headers)
