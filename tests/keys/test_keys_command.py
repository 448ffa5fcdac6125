"""`keyback keys` as an operator types it, and the key file on the disk."""

import json
from pathlib import Path

import pytest

from keyback.__main__ import main
from keyback.core.errors import Broken, Unavailable
from keyback.store.key_file import KeyFile
from keyback.store.seal import AesSealer, load_keys
from keyback.wiring.demo import found
from keyback.wiring.world import SystemRandom

RANDOM = SystemRandom()
PLACE = {"table": "contact", "column": "value", "row": "r1", "tenant": "t1"}
NOON = 1_790_000_000_000


@pytest.fixture
def config(tmp_path: Path) -> str:
    """An organisation on SQLite."""
    found(tmp_path)
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n')
    return str(tmp_path / "keyback.toml")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that succeeds prints."""
    assert main([*arguments]) == 0
    return capsys.readouterr().out


def listed(capsys: pytest.CaptureFixture[str], config: str) -> dict[int, str]:
    keys = json.loads(told(capsys, "keys", "list", "--config", config, "--json"))["keys"]
    return {key["version"]: key["state"] for key in keys}


def test_rotate_takes_one_command_on_one_server(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CRY-4: list, rotate, list; retiring has to wait for whoever has not noticed."""
    assert listed(capsys, config) == {1: "in use, seals what is new"}
    assert "Version 2 is in use" in told(capsys, "keys", "rotate", "--config", config)
    assert listed(capsys, config)[1].startswith("old, nothing needs it")
    assert "made on 20" in told(capsys, "keys", "list", "--config", config)
    assert main(["keys", "retire", "1", "--config", config]) == 1
    assert "Nothing was changed" in capsys.readouterr().err
    assert load_keys(Path(config).with_name("master.key")).versions == (1, 2)


def test_add_says_what_comes_next(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CRY-4."""
    assert "keys rotate" in told(capsys, "keys", "add", "--config", config)
    assert listed(capsys, config)[2].startswith("waits for")


def test_no_command_shows_a_key(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """CRY-9: not on the screen, nor in the JSON."""
    shown = told(capsys, "keys", "list", "--config", config, "--json") + told(
        capsys, "keys", "rotate", "--config", config
    )
    for line in Path(config).with_name("master.key").read_text().splitlines():
        assert line.startswith("#") or line.partition(":")[2] not in shown


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    path = tmp_path / "master.key"
    path.write_text("# kept by hand\n1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    path.chmod(0o600)
    return KeyFile(path, RANDOM)


def test_the_file_changes_whole_and_stays_private(file: KeyFile, tmp_path: Path) -> None:
    """CRY-5: mode 0600, no draft is left, comments stay."""
    path = tmp_path / "master.key"
    assert file.add(NOON) == 2
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["master.key"]
    assert file.made == {2: "2026-09-21"}
    file.drop(1)
    assert load_keys(path).versions == (2,)
    assert path.read_text().startswith("# kept by hand\n# version 2 was made")


def test_a_file_that_cannot_be_written_stays_as_it_is(file: KeyFile, tmp_path: Path) -> None:
    """F27: something is in the way of the draft."""
    (tmp_path / ".master.key.new").mkdir()
    with pytest.raises(Unavailable):
        file.add(NOON)
    assert file.versions == (1,)


@pytest.mark.parametrize("damage", ["gone", "cut", "flipped", "readable"])
def test_a_running_process_keeps_its_keys_when_the_file_is_damaged(
    file: KeyFile, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """F24, F27: what it knows it keeps; what it does not know it refuses; nothing is accepted silently."""
    path = tmp_path / "master.key"
    keys = load_keys(path)
    sealer = AesSealer(keys, "t1", RANDOM)
    sealed = sealer.seal(b"ada", **PLACE)
    file.add(NOON)
    newer = AesSealer(load_keys(path), "t1", RANDOM).seal(b"bo", **PLACE)
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_text(path.read_text()[:-20])
    elif damage == "flipped":
        path.write_text(path.read_text().replace("1:AAEC", "1:BAEC"))
    else:
        path.chmod(0o644)
    assert sealer.open(sealed, **PLACE) == b"ada"
    if damage == "readable":
        path.touch()
    with pytest.raises(Broken, match="key version 2 is not in the key file"):
        sealer.open(newer, **PLACE)
    assert "stay in use" in caplog.text
    assert sealer.open(sealed, **PLACE) == b"ada"


def test_a_key_that_was_added_is_found_when_it_is_needed(file: KeyFile, tmp_path: Path) -> None:
    """CRY-4: without a restart."""
    sealer = AesSealer(load_keys(tmp_path / "master.key"), "t1", RANDOM)
    file.add(NOON)
    newer = AesSealer(load_keys(tmp_path / "master.key"), "t1", RANDOM).seal(b"bo", **PLACE)
    assert sealer.open(newer, **PLACE) == b"bo"
    assert sealer.seal(b"", **PLACE)[:3] == b"\x01\x00\x02"


def test_without_its_key_file_nothing_starts(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """F24: refused, with the reason."""
    Path(config).with_name("master.key").unlink()
    assert main(["keys", "list", "--config", config]) == 1
    assert "There is no key file" in capsys.readouterr().err
    assert main(["serve", "--config", config]) == 1
    assert "There is no key file" in capsys.readouterr().err
