"""`keyback outbox`: how messages fared, for administrators and for programs."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyback.__main__ import main
from keyback.app.outbox.ports import Outcome, State
from keyback.core.ports import Outgoing, Tenant
from keyback.core.types import MINUTE
from keyback.store import migrations
from keyback.store.engine import SqliteEngine
from keyback.store.seal import AesSealer, load_keys, new_key_line
from keyback.store.unit import SqlStore
from keyback.wiring.world import FixedClock, SystemRandom
from tests.people import ADA_MAIL, NOW, TENANT


@dataclass
class Install:
    config: Path
    waiting: str
    failed: str


@pytest.fixture
def install(tmp_path: Path) -> Install:
    """One message that waits, one that failed with a nasty answer."""
    key = tmp_path / "master.key"
    key.write_text(new_key_line(SystemRandom()))
    key.chmod(0o600)
    config = tmp_path / "keyback.toml"
    config.write_text('base_url = "http://127.0.0.1:8080"\nlisten = "127.0.0.1:8080"\n')
    engine = SqliteEngine(tmp_path / "keyback.db")
    migrations.upgrade(engine)
    store = SqlStore(engine, AesSealer(load_keys(key), TENANT, SystemRandom()), FixedClock(NOW), TENANT)
    message = Outgoing("email", "mail.code", {"code": "31415926", "letters": "KT", "life_ms": 1}, ADA_MAIL)
    with store.writing() as unit:
        unit.tenants.insert(Tenant(TENANT, "Contoso", "Europe/Berlin", "en", had_administrator=True), NOW)
        failed = unit.outbox.put(message, 0, NOW + MINUTE, NOW)
        leased = unit.outbox.lease("email", NOW, MINUTE)
        assert leased is not None
        unit.outbox.finish(leased, Outcome(State.FAILED, "No such\x1b[31m mailbox"), "a***@mail.example", NOW)
        waiting = unit.outbox.put(message, 0, NOW + MINUTE, NOW)
    store.close()
    return Install(config, waiting, failed)


def test_messages_are_listed_without_what_they_say(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "list", "--json", "--config", str(install.config)]) == 0
    said = capsys.readouterr().out
    states = {message["id"]: (message["state"], message["to"]) for message in json.loads(said)}
    assert states == {
        install.failed: ("failed", "a***@mail.example"),
        install.waiting: ("waiting", "a***@mail.example"),
    }
    assert "31415926" not in said


def test_only_one_state_is_listed_when_asked(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "list", "--state", "failed", "--config", str(install.config)]) == 0
    said = capsys.readouterr().out
    assert install.failed[:12] in said
    assert install.waiting[:12] not in said
    assert "\x1b[31m" not in said


def test_one_message_is_shown_by_the_beginning_of_its_id(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    """INJ-6: a gateway's answer cannot move the cursor."""
    assert main(["outbox", "show", install.failed[:8], "--config", str(install.config)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert f"Message        {install.failed}" in said
    assert "State          failed" in said
    assert "Why            No such [31m mailbox" in said
    assert "Written        21 September 2026, 16:13 CEST" in said


def test_an_unknown_message_is_refused(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "show", "ffffff", "--config", str(install.config)]) == 1
    assert "There is no message ffffff" in capsys.readouterr().err
