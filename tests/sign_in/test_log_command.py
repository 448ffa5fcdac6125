"""`keyback sign-ins list`, as an operator types it."""

import json
from pathlib import Path

import pytest

from keyback.__main__ import main
from keyback.app.logs.views import SIGN_INS
from keyback.app.reset.scene import account_of
from keyback.app.sign_in import log
from keyback.core.ports import LogQuery
from keyback.wiring.console import console
from keyback.wiring.demo import found
from tests.living import OLD_PASSWORD, Living
from tests.sign_in.walking import enter
from tests.signing import with_app


@pytest.fixture
def config(tmp_path: Path) -> str:
    """An organisation on SQLite."""
    found(tmp_path)
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n')
    return str(tmp_path / "keyback.toml")


def test_nobody_tried_yet_and_a_date_that_is_none(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """AUD-8: who reads the log is a line itself."""
    assert main(["sign-ins", "list", "--config", config]) == 0
    assert "Nobody has tried to sign in." in capsys.readouterr().out
    assert main(["sign-ins", "list", "--since", "2026-11-24", "--failed", "--json", "--config", config]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["sign-ins", "list", "--since", "yesterday", "--config", config]) == 1
    assert main(["audit", "list", "--json", "--config", config]) == 0
    assert "Read audit log" in capsys.readouterr().out


def test_the_newest_lines_of_all_or_of_one_or_only_failures(living: Living) -> None:
    """AUD-1: newest first, each kind by its own index."""
    living.ada()
    enter(living, "wrong")
    enter(living, "wrong", "nobody@contoso.example")
    with_app(enter(living, OLD_PASSWORD))

    def reasons(*targets: str, count: int = 10, failed: bool = False) -> list[str]:
        person, *also = targets or ("",)
        result = "failure" if failed else ""
        query = LogQuery(SIGN_INS, result, person, tuple(also), about_only=True, count=count)
        with living.store.reading() as unit:
            lines = unit.log.lines(query)
        return [str(line["reason"]) for line in lines]

    assert reasons() == ["", "50074", "50034", "50126"]
    assert reasons(count=2) == ["", "50074"]
    assert reasons("id-ada") == ["", "50074", "50126"]
    assert reasons("id-ada", "id-bo") == ["", "50074", "50126"]
    assert reasons(failed=True) == ["50034", "50126"]
    assert reasons("id-ada", failed=True) == ["50126"]


def test_of_one_person_those_too_that_were_locked_out(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """AUD-1, decisions 25: 50053 is written before anybody is looked up, so it stands under the account alone."""
    ada = "ada@contoso.example"
    assert main(["people", "add", ada, "--name", "Ada Test", "--config", config]) == 0
    with console(Path(config)) as running, running.store.writing() as unit:
        for user_id in (ada, "bo@contoso.example"):
            locked = f"account:{account_of(running.site.house, user_id)}"
            log.failed(unit, locked, log.LOCKED, "192.0.2.7", "test")
    capsys.readouterr()
    assert main(["sign-ins", "list", "--user", ada, "--json", "--config", config]) == 0
    [line] = json.loads(capsys.readouterr().out)
    assert (line["user_id"], line["code"], line["why"]) == (ada, "50053", log.MEANINGS[log.LOCKED])
