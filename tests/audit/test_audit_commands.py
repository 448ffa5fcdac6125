"""`keyback audit export`, `verify`, `checkpoint` and `public-key`, as an operator types them."""

import json
from pathlib import Path

import pytest

from keyback.__main__ import main
from keyback.store.engine import Sql, SqliteEngine
from keyback.wiring.demo import found


@pytest.fixture
def config(tmp_path: Path) -> str:
    """An organisation on SQLite."""
    found(tmp_path)
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n')
    return str(tmp_path / "keyback.toml")


def told(capsys: pytest.CaptureFixture[str], config: str, *arguments: str, code: int = 0) -> str:
    """What it prints."""
    assert main(["audit", *arguments, "--config", config]) == code
    return capsys.readouterr().out


def test_a_log_leaves_and_is_checked_without_its_database(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """AUD-1, AUD-3: export, verify with checkpoint, key and public key; the export itself is a line."""
    assert "is what was written" in told(capsys, config, "verify")
    key = told(capsys, config, "public-key").strip()
    (tmp_path / "kept.jsonl").write_text(told(capsys, config, "checkpoint"))
    out = tmp_path / "audit.jsonl"
    told(capsys, config, "export", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert "Export audit log" in out.read_text()
    (tmp_path / "keyback.db").unlink()
    options = ["verify", "--file", str(out), "--checkpoints", str(tmp_path / "kept.jsonl")]
    keys = ["--key-file", str(tmp_path / "master.key"), "--public-key", key, "--json"]
    verdict = json.loads(told(capsys, config, *options, *keys))
    assert (verdict["right"], verdict["checkpoints"]) == (True, 2)
    out.write_text(out.read_text().replace('"actor": "host:', '"actor": "host:x'))
    verdict = json.loads(told(capsys, config, *options, *keys, code=4))
    assert verdict["fault"] == {"line": 1, "kind": "edited"}
    other = "00" * 32
    verdict = json.loads(told(capsys, config, *options[:3], "--public-key", other, "--json", code=4))
    assert verdict["fault"] is not None


def test_an_export_never_overwrites_and_a_bad_public_key_is_refused(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "audit.jsonl").write_text("kept")
    told(capsys, config, "export", str(tmp_path / "audit.jsonl"), code=1)
    assert (tmp_path / "audit.jsonl").read_text() == "kept"
    told(capsys, config, "verify", "--public-key", "12", code=1)


def test_a_changed_line_has_its_exit_code_and_its_words(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """AUD-3."""
    engine = SqliteEngine(tmp_path / "keyback.db")
    with engine.transaction(write=True) as link:
        link.run(Sql("UPDATE audit SET actor = 'host:nobody' WHERE seq = 1"), {})
    engine.close()
    assert "The log is WRONG: line 1 was edited" in told(capsys, config, "verify", code=4)
    told(capsys, config, "checkpoint", code=4)
    assert json.loads(told(capsys, config, "checkpoint", "--why", "case 4711"))["seq"] == 2
    told(capsys, config, "list")
    assert json.loads(told(capsys, config, "checkpoint"))["seq"] == 3
    assert "line 1 was edited" in told(capsys, config, "verify", code=4)


def test_reading_the_log_is_a_line_of_it(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """AUD-8."""
    told(capsys, config, "list")
    lines = json.loads(told(capsys, config, "list", "--json"))
    assert "Read audit log" in [line["activity"] for line in lines]
