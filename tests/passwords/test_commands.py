"""`keyback passwords` as somebody types it, and what the janitor says of a list that cannot be relied on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keyback.__main__ import main
from keyback.app.breached import watch
from keyback.core.types import DAY
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.wiring.breached import HEADER_SIZE, WIDTH
from keyback.wiring.demo import found
from keyback.wiring.janitor import Janitor
from tests.living import Living
from tests.passwords.stolen import STOLEN, bring_in, lines, with_list, written


class Install:
    """An organisation, and the command line on its host."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._output = output
        found(folder)
        (folder / "keyback.toml").write_text('base_url = "http://localhost:8443"\n')

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and everything that was said."""
        code = main(["passwords", *arguments, "--config", str(self.folder / "keyback.toml")])
        said = self._output.readouterr()
        return code, said.out + said.err

    def json(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        code, said = self.run(*arguments, "--json")
        return code, json.loads(said)


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    return Install(tmp_path / "house", capsys)


def test_a_list_is_imported_and_shown(install: Install, tmp_path: Path) -> None:
    """PWD-4, AUD-1"""
    source = written(tmp_path / "list.txt", lines(STOLEN))
    code, said = install.run("lists")
    assert code == 0
    assert "keyback passwords import-breached" in said
    code, made = install.json("import-breached", str(source))
    assert (code, made["kind"], made["count"]) == (0, "sha1", 501)
    code, shown = install.json("lists", "--verify")
    assert code == 0
    assert shown["breached"] == {"state": "reliable", **made}
    assert shown["common"] == 49_233
    assert 0 < shown["terms"] <= 2_000
    assert (shown["max_age_days"], shown["without_breached_list"]) == (365, "core")
    code, said = install.run("lists")
    assert "501 (sha1)" in said
    main(["audit", "list", "--json", "--config", str(install.folder / "keyback.toml")])
    log = json.loads(install._output.readouterr().out)
    assert log[0]["activity"] == "Import breached passwords"
    assert log[0]["details"]["count"] == 501


def test_a_bad_list_is_refused_by_its_line_with_exit_code_1(install: Install, tmp_path: Path) -> None:
    """F23"""
    every = lines(STOLEN)
    source = written(tmp_path / "list.txt", [*every[:9], "rubbish", *every[9:]])
    code, said = install.run("import-breached", str(source))
    assert code == 1
    assert "list.txt, line 10" in said
    assert "stays in force" in said
    code, told = install.json("import-breached", str(source), "--ntlm")
    assert (code, told["error"]) == (1, "breached.refused")
    assert len(told["mistakes"]) == 1
    code, said = install.run("import-breached", str(source), "--checksum", "sha256:00")
    assert code == 1
    assert "sha256:" in said


def test_a_damaged_list_is_shown_as_such(install: Install) -> None:
    """PWD-5, F23"""
    target = install.folder / "breached.list"
    bring_in(target, STOLEN)
    _, shown = install.json("lists")
    assert shown["breached"]["state"] == "stale"
    content = bytearray(target.read_bytes())
    content[HEADER_SIZE + WIDTH * 77] ^= 1
    target.write_bytes(content)
    _, shown = install.json("lists")
    assert shown["breached"]["state"] == "stale"  # nothing shows it but the checksum
    _, shown = install.json("lists", "--verify")
    assert shown["breached"] == {"state": "damaged"}
    _, said = install.run("lists", "--verify")
    assert "Import it again" in said
    assert "audit log says so daily" in said


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "breached.list"


@pytest.fixture
def house(engine: SqliteEngine | PostgresqlEngine, target: Path) -> Iterator[Living]:
    living = with_list(target, engine)
    yield living
    living.close()


def alarms(living: Living) -> list[str]:
    return [
        str(line["reason"]) for line in living.story() if line["activity"] == "Breached passwords cannot be relied on"
    ]


def test_the_alarm_sounds_once_a_day_on_all_nodes_together(house: Living, target: Path) -> None:
    """PWD-5"""
    for _minute in range(3):
        Janitor(house.running).sweep()
        watch(house.house)
    assert alarms(house) == ["missing"]
    house.clock.move(DAY + 1)
    watch(house.house)
    assert alarms(house) == ["missing", "missing"]
    bring_in(target, STOLEN, now=house.clock.now())
    watch(house.house)
    house.clock.move(365 * DAY)
    watch(house.house)
    assert alarms(house) == ["missing", "missing"]
    house.clock.move(1)
    watch(house.house)
    assert alarms(house) == ["missing", "missing", "stale"]
    target.write_bytes(b"half")
    watch(house.house)
    assert alarms(house) == ["missing", "missing", "stale", "damaged"]


def test_the_janitor_finds_what_only_the_checksum_shows(house: Living, target: Path) -> None:
    """F23, PWD-5"""
    bring_in(target, STOLEN, now=house.clock.now())
    watch(house.house)
    content = bytearray(target.read_bytes())
    content[HEADER_SIZE + WIDTH * 77] ^= 1
    target.write_bytes(content)
    watch(house.house)
    assert alarms(house) == ["damaged"]
