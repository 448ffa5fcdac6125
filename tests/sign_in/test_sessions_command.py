"""`keyback sessions`: what operators see and end."""

import sqlite3
from pathlib import Path

import pytest

from tests.app.test_people_commands import Install

USER = "ada@contoso.example"


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    """An install with one person who is signed in in two browsers."""
    made = Install(tmp_path, capsys)
    made.json("people", "add", USER, "--name", "Ada Test")
    connection = sqlite3.connect(tmp_path / "keyback.db")
    with connection:
        for number in (1, 2):
            connection.execute(
                """INSERT INTO session (tenant, token, person, generation, kind, methods, began_at, seen_at, ends_at, address,
                  client, id) SELECT 't1', ?, id, generation, 'portal', 'password', 1, 99999999999999, 99999999999999,
                  '203.0.113.7', 'Firefox/140.0', ? FROM person""",
                (bytes([number]), f"s{number}"),
            )
    connection.close()
    return made


def test_sessions_are_listed_without_what_opens_them(install: Install) -> None:
    """SES-6: ids, never cookies."""
    found = install.json("sessions", "list", USER)["sessions"]
    assert {one["id"] for one in found} == {"s1", "s2"}
    code, out, _ = install.run("sessions", "list", USER)
    assert code == 0
    assert "Firefox" in out


def test_one_is_ended_then_all(install: Install) -> None:
    """SES-6: administrators can end anyone's."""
    assert install.json("sessions", "end", USER, "--session", "s1", "--reason", "stolen")["ended"] == 1
    assert install.run("sessions", "end", USER, "--session", "s1", "--reason", "stolen")[0] == 1
    assert install.count("session") == 1
    assert install.json("sessions", "end", USER, "--all", "--reason", "stolen")["ended"] == 1
    assert install.count("session") == 0
    code, out, _ = install.run("sessions", "list", USER)
    assert (code, "signed in nowhere" in out) == (0, True)


@pytest.mark.parametrize("more", [(), ("--session", "s1", "--all")])
def test_which_must_be_said_exactly_once(install: Install, more: tuple[str, ...]) -> None:
    """SES-6: nothing is ended by a command that leaves it open."""
    assert install.run("sessions", "end", USER, "--reason", "x", *more)[0] == 2
    assert install.count("session") == 2


def test_nobody_of_that_name_is_refused(install: Install) -> None:
    """SES-6: a mistyped user ID ends nothing."""
    assert install.run("sessions", "end", "nobody@contoso.example", "--all", "--reason", "x")[0] == 1
    assert install.count("session") == 2
