"""What every command has in common: help with examples, exit codes, and words instead of tracebacks."""

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from keyback import __version__
from keyback.__main__ import COMMANDS, main


def leaves(command: Any, *above: str) -> Iterator[tuple[str, ...]]:
    """Every command that does something, those within nouns included."""
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from leaves(one, *above, name)
    if not inner:
        yield above


def commands() -> list[tuple[str, ...]]:
    return [
        leaf
        for name in COMMANDS
        for leaf in leaves(get_command(import_module(f"keyback.cli.{name.replace('-', '_')}").app), name)
    ]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_help_shows_examples(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    told = capsys.readouterr().out
    assert f"keyback {command[0]}" in told.partition("Example")[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_overview_names_every_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    told = capsys.readouterr().out
    assert f"\n  {command} " in told
    assert COMMANDS[command] in told


def test_the_overview_imports_no_part_of_the_house() -> None:
    """So that it appears at once."""
    look = (
        "import sys; from keyback.__main__ import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    )
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stderr
    assert "keyback.__main__" in told
    assert "'typer'" not in told
    assert "keyback.core" not in told


def test_a_command_that_does_not_exist_is_wrong_usage_and_the_near_one_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["pepole"]) == 2
    assert "Did you mean 'people'?" in capsys.readouterr().err


def test_an_option_that_does_not_exist_is_wrong_usage() -> None:
    assert main(["audit", "list", "--colour"]) == 2


def test_a_refusal_is_told_in_words_with_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "list", "--config", str(tmp_path / "none.toml")]) == 1
    told = capsys.readouterr().err
    assert "There is no file" in told
    assert "Nothing was changed" in told


def test_a_database_that_cannot_be_reached_has_its_own_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from keyback.wiring.demo import found

    found(tmp_path)
    (tmp_path / "keyback.db").unlink()
    (tmp_path / "keyback.db").mkdir()
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n')
    assert main(["audit", "list", "--config", str(tmp_path / "keyback.toml")]) == 3
    assert "cannot be reached" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"keyback {__version__}\n"
