"""A lean client that does what a browser does: cookies, redirects, forms, files once, one kept connection."""

import base64
import hashlib
import html
import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from benchmarks import people
from benchmarks.sink import Sink

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
WORK = re.compile(r'data-work="([^"]*)"')
STATE = re.compile(r'data-state="(\w+)"')
FILES = re.compile(r'(?:src|href|data-worker)="(/static/[^"]+)"')
NEW_PASSWORD = "quartz lantern {} gallop meadow"
HEADERS = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en-US,en;q=0.5",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "navigate",
}


class Browser:
    """One person's browser, new and empty."""

    def __init__(self, port: int) -> None:
        self._host = f"localhost:{port}"
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookies: dict[str, str] = {}
        self.page = ""
        self.fetched = 0

    def close(self) -> None:
        self._link.close()

    def rest(self) -> None:
        """Close the connection until the next request, as a browser does while somebody reads."""
        self._link.close()

    def get(self, path: str) -> bytes:
        """Follow redirects; a page becomes the present one."""
        status, headers, body = self._ask("GET", path)
        assert status == 200, f"GET {path}: {status} {body[:500]!r}"
        if headers.get("content-type", "").startswith("text/html"):
            self.page = body.decode()
        return body

    def files(self) -> int:
        """Everything the page loads, compressed: bytes."""
        return sum(len(self.get(path)) for path in dict.fromkeys(FILES.findall(self.page)))

    def post(self, path: str, fields: Mapping[str, str]) -> str:
        """Send the present page's form; the state of the page that comes."""
        status, headers, body = self._send(path, fields)
        assert status == 303, f"POST {path}: {status} {body[:3000]!r}"
        self.get(headers["location"])
        return self.state

    def refused(self, path: str, fields: Mapping[str, str]) -> int:
        """Send the present page's form, which is not accepted: its status."""
        return self._send(path, fields)[0]

    def _send(self, path: str, fields: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}
        return self._ask("POST", path, urlencode({**hidden, **fields}).encode())

    def judge(self, user: str, new: str) -> None:
        """What the page's script asks once while a password is typed."""
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(self.page)}
        sent = {"user_id": user, "new": new, "version": hidden["version"], "token": hidden["token"]}
        status, _, body = self._ask("POST", "/reset/judge", urlencode(sent).encode())
        assert status == 200, body

    @property
    def state(self) -> str:
        found = STATE.search(self.page)
        return found[1] if found else ""

    def worked(self) -> str:
        """The page's proof of work, solved."""
        found = WORK.search(self.page)
        assert found is not None
        return solve(json.loads(html.unescape(found[1])))

    def _ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        headers = {**HEADERS, "host": self._host}
        if self._cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if method == "POST":
            headers |= {"content-type": "application/x-www-form-urlencoded", "origin": f"http://{self._host}"}
        self._link.request(method, path, body or None, headers)
        answer = self._link.getresponse()
        content = answer.read()
        self.fetched += len(content)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                pair, _, _ = value.partition(";")
                cookie, _, said = pair.partition("=")
                self._cookies[cookie] = said
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def solve(challenge: Mapping[str, str | int]) -> str:
    """ALTCHA version 1: the number whose hash with the salt is the challenge."""
    salt = hashlib.sha256(str(challenge["salt"]).encode())
    wanted = bytes.fromhex(str(challenge["challenge"]))
    number = 0
    while True:
        tried = salt.copy()
        tried.update(b"%d" % number)
        if tried.digest() == wanted:
            break
        number += 1
    solved = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    return base64.b64encode(json.dumps(solved).encode()).decode()


def journey(port: int, number: int, sink: Sink, clock: Callable[[], float] = time.time) -> Browser:
    """Person `number` forgets the password: from `/reset` to done, the notice mail included."""
    browser = Browser(port)
    browser.get("/reset")
    browser.files()
    user = people.user_id(number)
    state = browser.post("/reset", {"user_id": user, "work": browser.worked()})
    assert state == "choose_method", state
    assert browser.post("/reset/method", {"method": "email_code"}) == "answer"
    assert browser.post("/reset/answer", {"answer": sink.code(people.mail(number))}) == "choose_method"
    assert browser.post("/reset/method", {"method": "totp"}) == "answer"
    assert browser.post("/reset/answer", {"answer": people.totp(number, clock())}) == "new_password"
    new = NEW_PASSWORD.format(number)
    browser.judge(user, new)
    assert browser.post("/reset/password", {"user_id": user, "new": new, "again": new}) == "done"
    sink.text(people.mail(number), 2)
    browser.close()
    return browser
