"""`keyback policy`: the same verbs from the command line, for people and for programs."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from keyback.__main__ import main
from keyback.app.policy.standing import rebuild
from keyback.core.types import ContactKind
from keyback.store.engine import SqliteEngine
from tests.app.import_help import DATA
from tests.living import Living
from tests.store.filling import add_group, add_member

PILOT = "self_service: {enabled_for: selected, groups: [Pilot people]}\nmethods: {totp: {}, email_code: {}}\n"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def keyback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command of an install with Ada (who could reset), Bob (who has no method) and Cy (a well-equipped
    global administrator); Ada and Bob are in the pilot. Answers exit code, output and errors."""
    living = Living(SqliteEngine(tmp_path / "keyback.db"))
    living.ada()
    living.person("bob")
    cy = living.person("cy")
    living.contact(cy, ContactKind.EMAIL, "cy@mailbox.example")
    living.authenticator(cy)
    living.grant(cy, "global_administrator")
    with living.store.writing() as unit:
        add_group(unit, "g-1", "Pilot people")
        add_member(unit, "g-1", "id-ada")
        add_member(unit, "g-1", "id-bob")
    rebuild(living.house)
    living.close()
    key = tmp_path / "master.key"
    key.write_text("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    key.chmod(0o600)
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8443"\n')
    monkeypatch.setenv("KEYBACK_CONFIG", str(tmp_path / "keyback.toml"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, document: str = "") -> tuple[int, str, str]:
        (tmp_path / "policy.yaml").write_text(document)
        code = main(["policy", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def data(answer: tuple[int, str, str]) -> Any:
    return json.loads(answer[1])


def test_what_is_shown_can_be_applied_and_changes_nothing(keyback: Command) -> None:
    code, shown, _ = keyback("show")
    assert code == 0
    assert shown.startswith("# Keyback policy, version 1.\n")
    assert "  # How many proofs: 1 or 2." in shown
    code, said, _ = keyback("apply", "policy.yaml", document=shown)
    assert (code, said.splitlines()[-1]) == (0, "Nothing to change: version 1 stays in force.")


def test_diff_prints_numbers_and_names_before_anything_happens(keyback: Command) -> None:
    """Decisions 22."""
    code, said, _ = keyback("diff", "policy.yaml", document=PILOT.replace("email_code: {}", "recovery_code: {}"))
    assert code == 0
    assert "  self_service.enabled_for: all -> selected\n" in said
    assert "Of 3 people, 2 can reset now, 0 could then.\n  0 would gain self-service, 2 would lose it.\n" in said
    assert "  Administrators who would lose self-service (1): cy@contoso.example\n" in said
    assert keyback("show", "--json")[0] == 0
    assert data(keyback("show", "--json"))["version"] == 1


def test_programs_get_the_same_as_data(keyback: Command) -> None:
    plan = data(keyback("diff", "policy.yaml", "--json", document=PILOT))
    assert plan["base"] == 1
    assert plan["mistakes"] == plan["warnings"] == []
    assert {"path": "self_service.enabled_for", "old": "all", "new": "selected"} in plan["changes"]
    assert plan["effect"]["after"] == {"in_scope": 3, "able": 2, "must_register": 1}
    assert plan["effect"]["administrators_lose"] == []


def test_a_file_with_mistakes_is_refused_and_all_are_told(keyback: Command) -> None:
    bad = "self_service: {enabled_for: al, methods_required: 7}\npasswords: {histroy: 1}\n"
    code, said, _ = keyback("check", "policy.yaml", document=bad)
    assert code == 1
    assert said.startswith("3 mistakes:\n")
    assert "  passwords.histroy: there is no such setting. Did you mean history?\n" in said
    assert "  self_service.methods_required: 7 is not possible. Allowed: 1 or 2.\n" in said
    assert keyback("diff", "policy.yaml", document=bad)[0] == 1
    code, _, errors = keyback("apply", "policy.yaml", document=bad)
    assert code == 1
    assert errors.startswith("The policy cannot be used. Nothing was changed.\n")
    assert data(keyback("show", "--json"))["version"] == 1


def test_check_in_json_tells_path_and_reason(keyback: Command) -> None:
    answer = keyback("check", "policy.yaml", "--json", document=PILOT + "administrators: {methods_required: 1}\n")
    assert answer[0] == 1
    assert not data(answer)["valid"]
    assert [(one["id"], one["path"]) for one in data(answer)["mistakes"]] == [
        ("policy.administrators_two", "administrators.methods_required")
    ]


def test_warnings_are_accepted_by_name(keyback: Command) -> None:
    lax = PILOT + "notifications: {notify_users: false}\nadministrators: {sms: true}\n"
    code, said, errors = keyback("apply", "policy.yaml", document=lax)
    assert code == 1
    assert "2 warnings, to be accepted by name:\n" in said
    assert "notices_off" in errors
    assert keyback("apply", "policy.yaml", "--accept-warnings", "notices_of", document=lax)[0] == 1
    accepted = ("--accept-warnings", "notices_off, administrators_sms")
    code, said, _ = keyback("apply", "policy.yaml", *accepted, document=lax)
    assert (code, said.splitlines()[-1]) == (0, "Version 2 is in force.")


def test_history_and_undo(keyback: Command) -> None:
    keyback("apply", "policy.yaml", "--why", "pilot in Berlin", document=PILOT)
    code, said, _ = keyback("undo")
    assert (code, said.splitlines()[-1]) == (0, "Version 3 is in force.")
    code, said, _ = keyback("history")
    lines = said.splitlines()
    assert code == 0
    assert lines[0].startswith("Version 3, ")
    assert lines[0].endswith(": undo of version 2")
    assert any(line.startswith("Version 2, ") and line.endswith(": pilot in Berlin") for line in lines)
    assert [one["version"] for one in data(keyback("history", "--json"))["versions"]] == [3, 2, 1]
    assert all(one["actor"].startswith("host:") for one in data(keyback("history", "--json"))["versions"][:2])


def test_a_refusal_is_data_as_well(keyback: Command) -> None:
    code, said, _ = keyback("show", "--version", "9", "--json")
    assert code == 1
    assert json.loads(said)["error"] == "policy.no_version"


def test_a_document_may_come_from_another_program(keyback: Command) -> None:
    assert keyback("show")[0] == 0
    command = [sys.executable, "-m", "keyback", "policy", "apply", "-", "--json"]
    done = subprocess.run(command, input=PILOT.encode(), capture_output=True, check=True)
    assert json.loads(done.stdout)["version"] == 2


def test_the_first_policy_is_told_against_the_defaults(keyback: Command, tmp_path: Path) -> None:
    """Version 0 is what nobody has decided yet; nothing is in force."""
    with closing(sqlite3.connect(tmp_path / "keyback.db")) as database, database:
        database.execute("DELETE FROM policy_document")
    assert keyback("show")[1].startswith("# Keyback policy: the defaults. Nothing is in force yet.\n")
    assert keyback("history")[1] == "No policy has been applied yet.\n"
    code, said, _ = keyback("apply", "policy.yaml", document=PILOT)
    lines = said.splitlines()
    assert code == 0
    assert lines[0] == "No policy is in force yet; nobody can reset. Besides the defaults:"
    assert "  self_service.enabled_for: selected" in lines
    assert not any(line.startswith("  limits.") for line in lines)
    assert "Of 3 people, 0 can reset now, 2 could then." in lines
    assert lines[-1] == "Version 1 is in force."


def test_what_cannot_be_counted_is_said(keyback: Command) -> None:
    own = PILOT.replace("enabled_for", "own_mail_domains: [mailbox.example], enabled_for")
    assert "Not counted: people whose only mailbox" in keyback("diff", "policy.yaml", document=own)[1]


def test_a_good_file_is_called_good(keyback: Command) -> None:
    assert keyback("check", "policy.yaml", document=PILOT)[:2] == (0, "Nothing is wrong with it.\n")


def test_entras_numbers_come_with_a_word(keyback: Command) -> None:
    """Decisions 8."""
    assert data(keyback("show", "--entra", "--json"))["policy"]["passwords"]["minimum_length"] == 8


def test_a_file_that_is_not_there_is_wrong_usage(keyback: Command) -> None:
    assert keyback("check", "nowhere.yaml")[0] == 2


def test_entras_policy_is_looked_at_written_and_put_in_force(keyback: Command, tmp_path: Path) -> None:
    entra = str(DATA / "entra-methods-policy.json")
    (tmp_path / "groups.csv").write_text(
        "11111111-1111-4111-8111-111111111111,Pilot people\n22222222-2222-4222-8222-222222222222,Nobody here\n"
    )
    code, said, _ = keyback("import-entra", entra, "--dry-run", "--groups", "groups.csv")
    assert code == 0
    assert "  Fido2: Keyback does not have this method yet.\n" in said
    assert "  registration.reconfirm_days: 180 -> 90\n" in said
    assert said.endswith("Nothing was changed.\n")
    assert keyback("import-entra", entra, "--out", "new.yaml")[0] == 0
    assert keyback("import-entra", entra, "--out", "new.yaml")[0] == 2
    assert "reconfirm_days: 90" in (tmp_path / "new.yaml").read_text()
    assert data(keyback("show", "--json"))["version"] == 1
    done = data(keyback("import-entra", entra, "--groups", "groups.csv", "--json"))
    assert (done["version"], done["changed"]) == (2, True)
    assert "entra.left.group" in {one["id"] for one in done["left"]}
    assert not data(keyback("show", "--json"))["policy"]["methods"]["sms_code"]["enabled"]


def test_what_is_not_entras_policy_is_refused_and_changes_nothing(keyback: Command, tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")
    refused = keyback("import-entra", "other.json", "--json")
    assert (refused[0], data(refused)["error"]) == (1, "entra.invalid")
    assert keyback("import-entra", "missing.json")[0] == 2
    assert data(keyback("show", "--json"))["version"] == 1
