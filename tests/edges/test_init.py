"""First start, as people do it: one command, one link, a real authenticator, and no second first administrator."""

import base64
import http.cookiejar
import json
import re
import stat
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from keyback.app.setup.found import first_policy
from keyback.core.policy import Scope
from keyback.methods.totp import code_at, step_at
from keyback.store.engine import Sql, engine_for
from keyback.wiring.world import SystemClock
from tests.edges.serving import HOST, Served, free_port, run

PEOPLE = ("--organisation", "Contoso", "--domain", "contoso.example", "--admin", "grace")
PASSWORD = "seven purple lamps dance"


def init(folder: Path, port: int = 8099, *more: str) -> dict[str, Any]:
    done = run("init", *PEOPLE, "--base-url", f"http://{HOST}:{port}", "--json", *more, folder=folder)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def audit_of(folder: Path) -> list[tuple[str, str]]:
    engine = engine_for(str(folder / "keyback.db"))
    with engine.transaction(write=False) as link:
        rows = link.all(Sql("SELECT activity, actor FROM audit ORDER BY seq"), {})
    engine.close()
    return [(str(activity), str(actor)) for activity, actor in rows]


def test_init_writes_what_is_needed_and_nothing_that_others_can_read(tmp_path: Path) -> None:
    """CRY-5."""
    said = init(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keyback.db", "keyback.toml", "master.key"]
    assert [mode(path) & 0o077 for path in tmp_path.iterdir()] == [0, 0, 0]
    assert mode(tmp_path / "master.key") == 0o600
    assert re.fullmatch(rf"http://{HOST}:8099/setup/[\w-]{{43}}", said["link"])
    assert (said["user_id"], said["missing"]) == ("grace@contoso.example", [])
    assert first_policy("DE").self_service.enabled_for is Scope.NONE


def test_everything_is_audited_as_the_user_of_the_host(tmp_path: Path) -> None:
    init(tmp_path)
    lines = audit_of(tmp_path)
    assert {actor.partition(":")[0] for _, actor in lines} == {"host"}
    assert {activity for activity, _ in lines} >= {"Set up organisation", "Add user", "Issue one-time link"}


def test_there_is_no_second_first_administrator(tmp_path: Path) -> None:
    """ADM-7: not over a configuration, not over a database, not even when the administrator is gone."""
    init(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    again = run("init", *PEOPLE, "--base-url", "http://localhost:8099", folder=tmp_path)
    assert (again.returncode, "There is a configuration already" in again.stderr) == (1, True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    engine = engine_for(str(tmp_path / "keyback.db"))
    with engine.transaction(write=True) as link:
        for table in ("setup_link", "readiness", "role_assignment", "person_word", "person"):
            link.run(Sql(f"DELETE FROM {table}"), {})
    engine.close()
    (tmp_path / "keyback.toml").unlink()
    third = run("init", *PEOPLE, "--base-url", "http://localhost:8099", folder=tmp_path)
    assert (third.returncode, "There is an organisation already (Contoso)" in third.stderr) == (1, True)
    assert (tmp_path / "master.key").read_bytes() == before["master.key"]
    assert not (tmp_path / "keyback.toml").exists()


def test_what_is_wrong_is_said_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    wrong = ("--organisation", " ", "--domain", "contoso", "--admin", "grace", "--base-url", "http://example.org")
    refused = run("init", *wrong, "--zone", "Mars", folder=tmp_path)
    assert refused.returncode == 1
    for mistake in ("organisation:", "domain: contoso is not", "base_url: http is allowed only", "zone: Mars"):
        assert mistake in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("admin", ["grace@elsewhere.example", "gra\u202ece", ""])
def test_the_administrator_is_of_the_organisation(tmp_path: Path, admin: str) -> None:
    asked = ("--organisation", "Contoso", "--domain", "contoso.example", "--admin", admin)
    refused = run("init", *asked, "--base-url", "http://localhost:8099", folder=tmp_path)
    assert (refused.returncode, "admin:" in refused.stderr) == (1, True)


def test_https_without_a_certificate_is_set_up_but_not_served(tmp_path: Path) -> None:
    """It says what is missing, and serve insists on it."""
    done = run("init", *PEOPLE, "--base-url", "https://reset.example.org", folder=tmp_path)
    assert (done.returncode, "First put this right" in done.stdout) == (0, True)
    assert run("serve", folder=tmp_path).returncode == 1


def test_rescue_is_for_people_who_exist(tmp_path: Path) -> None:
    init(tmp_path)
    refused = run("rescue", "nobody@contoso.example", folder=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    rescued = json.loads(run("rescue", "GRACE@contoso.example", "--json", folder=tmp_path).stdout)
    assert rescued["link"].startswith("http://localhost:8099/setup/")
    assert [activity for activity, _ in audit_of(tmp_path)].count("Issue one-time link") == 2


class Visitor:
    """A browser's forms over real HTTP."""

    def __init__(self) -> None:
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open
        self.page: dict[str, Any] = {}

    def get(self, url: str) -> None:
        self._took(urllib.request.Request(url, headers={"accept": "application/json"}))

    def post(self, base: str, **fields: str) -> None:
        hidden = {field["name"]: field["value"] for field in self.page["fields"] if field["kind"] == "hidden"}
        body = urllib.parse.urlencode({**hidden, **fields}).encode()
        self._took(urllib.request.Request(base + self.page["action"], body, {"accept": "application/json"}))

    def _took(self, request: urllib.request.Request) -> None:
        with self._open(request, timeout=20) as answer:
            self.page = json.load(answer)


def test_from_nothing_to_signed_in(tmp_path: Path) -> None:
    """ADM-7: the link sets password and authenticator; then the administrator signs in."""
    port = free_port()
    said = init(tmp_path, port)
    served = Served(tmp_path, port)
    try:
        visitor = Visitor()
        visitor.get(said["link"])
        secret = base64.b32decode(visitor.page["facts"][0]["value"].replace(" ", ""))
        code = code_at(secret, step_at(SystemClock().now()) - 1)  # the one before, so that signing in need not wait
        visitor.post(f"http://{HOST}:{port}", new=PASSWORD, again=PASSWORD, code=code)
        assert visitor.page["state"] == "setup_done"
        visitor.get(f"http://{HOST}:{port}/sign-in")
        visitor.post(f"http://{HOST}:{port}", user_id="grace@contoso.example", password=PASSWORD)
        assert visitor.page["state"] == "answer"
        visitor.post(f"http://{HOST}:{port}", answer=code_at(secret, step_at(SystemClock().now())))
        assert visitor.page["state"] == "signed_in"
    finally:
        assert served.stop() == 0
