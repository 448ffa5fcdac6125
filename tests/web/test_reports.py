"""What browsers report about our content policy: one safe line, few of them, nothing kept (WEB-3)."""

import json
from typing import Any

import pytest

from keyback.core.types import HOUR
from keyback.store.engine import Sql
from keyback.web.reports import LARGEST, PATH
from tests.living import BASE, Living

AN_HOUR = 20
OLD = {"content-type": "application/csp-report"}
NEW = {"content-type": "application/reports+json"}
TOKEN = "ab" * 32


def report(**more: Any) -> dict[str, Any]:
    """As Chromium sends it; the page's address holds a one-time token."""
    said = {"document-uri": f"{BASE}/setup/{TOKEN}", "effective-directive": "script-src-elem",
            "blocked-uri": f"https://evil.example/{TOKEN}?a=b", **more}  # fmt: skip
    return {"csp-report": said}


@pytest.mark.parametrize("form", ["old", "new"])
def test_a_report_is_one_safe_line(quick: Living, caplog: pytest.LogCaptureFixture, form: str) -> None:
    """WEB-3, COD-9, INJ-6: which rule stopped which place; no path, no token, no line of its own."""
    body: Any = report()
    if form == "new":
        said = {"documentURL": f"{BASE}/setup/{TOKEN}", "effectiveDirective": "script-src-elem",
                "blockedURL": f"https://evil.example/{TOKEN}"}  # fmt: skip
        body = [{"type": "csp-violation", "body": said}]
    response = quick.browser().http.post(PATH, content=json.dumps(body), headers=OLD if form == "old" else NEW)
    assert (response.status_code, response.content) == (204, b"")
    assert caplog.messages == ["a browser kept to our content policy: script-src-elem stopped https://evil.example"]


def test_a_report_cannot_forge_a_line_or_hold_one_up(quick: Living, caplog: pytest.LogCaptureFixture) -> None:
    """INJ-6, DOS-2."""
    odd = report(**{"effective-directive": "x\r\nkeyback: all is well\u202e" * 20, "blocked-uri": "http://[\n"})
    assert quick.browser().http.post(PATH, content=json.dumps(odd), headers=OLD).status_code == 204
    [line] = caplog.messages
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 200


def test_many_reports_are_few_lines_and_one_row(quick: Living, caplog: pytest.LogCaptureFixture) -> None:
    """DOS-6: it starts again an hour later."""
    browser = quick.browser()

    def send() -> int:
        return browser.http.post(PATH, content=json.dumps(report()), headers=OLD).status_code

    assert [send() for _ in range(AN_HOUR + 30)] == [204] * (AN_HOUR + 30)
    assert len(caplog.messages) == AN_HOUR
    with quick.store.reading() as unit:
        assert len(unit.link.all(Sql("SELECT 1 FROM throttle"), {})) == 1
    quick.clock.move(2 * HOUR)
    send()
    assert len(caplog.messages) == AN_HOUR + 1


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", OLD, 400),
        (b"[]", NEW, 400),
        (b"[[[", NEW, 400),
        (b"\xff", OLD, 400),
        (b"[" * 5_000, NEW, 400),
        (json.dumps(report(x="y" * LARGEST)).encode(), OLD, 400),
        (json.dumps(report()).encode(), {"content-type": "application/json"}, 415),
        (json.dumps(report()).encode(), OLD | {"origin": "https://evil.example"}, 403),
        (json.dumps(report()).encode(), OLD | {"host": "evil.example"}, 421),
    ],
)
def test_what_is_no_report_of_ours_is_refused(
    quick: Living, caplog: pytest.LogCaptureFixture, body: bytes, headers: dict[str, str], status: int
) -> None:
    """WEB-1, WEB-2, WEB-5."""
    assert quick.browser().http.post(PATH, content=body, headers=headers).status_code == status
    assert caplog.messages == []
