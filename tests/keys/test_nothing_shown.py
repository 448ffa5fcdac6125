"""A secret stands in no argument, in no printed setting and in no line about one (CRY-9)."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from keyback.__main__ import COMMANDS, main
from keyback.settings import NAMES, Settings
from keyback.wiring.configuration import SECRETS
from keyback.wiring.demo import found

SECRET_WORDS = ("password", "secret", "token", "passphrase", "code")


def options(command: Any, *above: str) -> Iterator[tuple[tuple[str, ...], str]]:
    inner = getattr(command, "commands", {})
    for name, one in inner.items():
        yield from options(one, *above, name)
    for parameter in command.params:
        if not getattr(parameter, "is_flag", False):
            yield above, parameter.name


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_takes_a_secret_as_an_argument(command: str) -> None:
    """CRY-9: others on the host can read arguments."""
    taken = options(get_command(import_module(f"keyback.cli.{command.replace('-', '_')}").app), command)
    assert [(where, name) for where, name in taken if name in SECRET_WORDS] == []


def test_printed_settings_hold_no_secret() -> None:
    """CRY-9: as a traceback or a log line would print them."""
    values: dict[str, Any] = {**dict.fromkeys(SECRETS, "hush"), "sms_headers": {"Authorization": "hush"}}
    settings = Settings(base_url="https://reset.example.org", **values)
    assert "hush" not in repr(settings)


def test_settings_that_sound_secret_are_treated_so() -> None:
    """CRY-9, CRY-5: their files must be private."""
    sounding = {name for name in NAMES if name.endswith(("password", "secret", "token"))}
    assert sounding <= set(SECRETS)


def test_the_doctor_shows_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CRY-9."""
    found(tmp_path)
    config = tmp_path / "keyback.toml"
    config.write_text('base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n[smtp]\nhost = "127.0.0.1"\n'
                      'security = "none"\nsender = "a@example.org"\nusername = "u"\npassword = "hush-hush"\n')  # fmt: skip
    config.chmod(0o600)
    for more in ("", "lisen = 1\n"):
        config.write_text(more + config.read_text())
        main(["doctor", "--config", str(config)])
        told = capsys.readouterr()
        assert "hush-hush" not in told.out + told.err
        assert (tmp_path / "master.key").read_text().partition(":")[2].strip() not in told.out + told.err
