"""Somebody at the admin centre, asking as a program does: JSON pages, forms by their fields."""

from collections.abc import Sequence
from typing import Any

from starlette.testclient import TestClient

from keyback.app.sign_in.seat import LIVES, session_key
from keyback.core.ports import Door, Session, SessionKind
from keyback.core.rules.assurance import strength
from keyback.web.admin.declare import Route
from keyback.web.admin.server import application
from keyback.web.call import SESSION, cookie_name
from tests.living import ADMIN_BASE, HOME, Living


class Desk:
    """One browser at the admin centre. With a `person` it is signed in there; `fresh`: proven a moment ago."""

    def __init__(
        self,
        living: Living,
        person: str = "",
        *,
        fresh: bool = True,
        source: str = HOME,
        pages: Sequence[Route] | None = None,
    ) -> None:
        self.living = living
        app = living.admin_centre if pages is None else application(living.admin, pages)
        self.http = TestClient(
            app, base_url=ADMIN_BASE, headers={"accept": "application/json"},
            follow_redirects=False, raise_server_exceptions=True, client=(source, 40_001),
        )  # fmt: skip
        self.page: dict[str, Any] = {}
        self.status = 0
        self.went_to = ""
        if person:
            self._sit_down(person, fresh=fresh)

    def _sit_down(self, person: str, *, fresh: bool) -> None:
        token = self.living.random.bytes(32).hex()
        with self.living.store.writing() as unit:
            somebody = unit.people.by_id(person, unit.now)
            assert somebody is not None
            now = unit.now
            proved_at = now if fresh else now - 6 * 60_000
            session = Session(
                self.living.random.id(), person, somebody.generation, SessionKind.ADMIN, "password+totp", now, now,
                now + LIVES[SessionKind.ADMIN], HOME, "test", password_at=now, proved_at=proved_at,
                proved_with=strength("totp"),
            )  # fmt: skip
            unit.sessions.insert(session_key(self.living.house, token), session)
        name = cookie_name(SESSION, secure=False, door=Door.ADMIN)
        self.http.cookies.set(name, token, domain="localhost.local", path="/")

    def get(self, path: str) -> dict[str, Any]:
        """Load a page as data."""
        return self._took(self.http.get(path))

    def html(self, path: str) -> str:
        """Load a page as a browser sees it."""
        return self.http.get(path, headers={"accept": "text/html"}).text

    def post(self, path: str, **fields: str | list[str]) -> dict[str, Any]:
        """Send these fields; those that come several times as lists. Goes on to where it is sent."""
        sent = {"token": self._token(), **fields}
        page = self._took(self.http.post(path, json=sent))
        return self.get(self.went_to) if self.status == 303 else page

    def upload(self, path: str, name: str, body: bytes, file_name: str = "file.csv", **fields: str) -> dict[str, Any]:
        """Send a file with these fields."""
        sent = {"token": self._token(), **fields}
        page = self._took(self.http.post(path, data=sent, files={name: (file_name, body)}))
        return self.get(self.went_to) if self.status == 303 else page

    def told(self) -> list[str]:
        """Ids of the messages on the page."""
        return [message["text"]["id"] for message in self.page.get("messages", [])]

    def parts(self, kind: str) -> list[dict[str, Any]]:
        """All parts of this kind on the page, however deep."""
        return [one for one in _inside(self.page) if one.get("kind_of_part") == kind]

    def _token(self) -> str:
        if "token" not in self.page:
            self.get("/")
        return str(self.page["token"])

    def _took(self, response: Any) -> dict[str, Any]:
        self.status = response.status_code
        self.went_to = response.headers.get("location", "")
        self.response = response
        self.headers = response.headers
        if response.headers.get("content-type", "").startswith("application/json") and response.content:
            found = response.json()
            self.page = {**found, "token": found.get("token", self.page.get("token", ""))}
        return self.page


def _inside(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(one for inner in value.values() for one in _inside(inner))]
    if isinstance(value, list):
        return [one for inner in value for one in _inside(inner)]
    return []
