"""`keyback people` and `keyback groups` as somebody types them, on a real configuration."""

import base64
import csv
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from keyback.__main__ import main
from keyback.core.ports import Tenant
from keyback.methods.totp import code_at, step_at
from keyback.store import migrations
from keyback.store.engine import SqliteEngine
from keyback.store.seal import AesSealer, Keys, new_key_line
from keyback.store.unit import SqlStore
from keyback.wiring.world import SystemClock, SystemRandom
from tests.app.import_help import DATA

ADA = "ada@contoso.example"


class Install:
    """A configuration, a key, and a database with one organisation."""

    def __init__(self, folder: Path, output: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._output = output
        self.config = folder / "keyback.toml"
        self.config.write_text(
            'base_url = "http://localhost:8443"\nregion = "DE"\n[argon2]\nmemory_kib = 7168\npasses = 5\n'
        )
        random = SystemRandom()
        key = folder / "master.key"
        key.write_text(new_key_line(random))
        key.chmod(0o600)
        engine = SqliteEngine(folder / "keyback.db")
        migrations.upgrade(engine)
        store = SqlStore(engine, AesSealer(Keys({1: bytes(range(32))}), "t1", random), SystemClock(), "t1")
        with store.writing() as unit:
            unit.tenants.insert(Tenant("t1", "Contoso", "UTC", "en", had_administrator=True), unit.now)
            unit.tenants.add_domain("contoso.example")
        store.close()

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        self._output.readouterr()
        code = main([*arguments, "--config", str(self.config)])
        printed = self._output.readouterr()
        return code, printed.out, printed.err

    def json(self, *arguments: str) -> Any:
        code, out, err = self.run(*arguments, "--json")
        assert code == 0, out + err
        return json.loads(out)

    def typing(self, text: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """With something on standard input."""
        command = [sys.executable, "-m", "keyback", *arguments, "--config", str(self.config)]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=False)

    def count(self, table: str) -> int:
        """Rows, read by nobody but SQLite itself."""
        connection = sqlite3.connect(self.folder / "keyback.db")
        try:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        finally:
            connection.close()


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    return Install(tmp_path, capsys)


def test_an_import_says_what_it_found_and_did(install: Install) -> None:
    report = install.json("people", "import", str(DATA / "entra-user-export.csv"))
    assert (report["people"], report["added"], report["bad"], report["mistakes"]) == (40, 40, 0, [])
    code, out, _ = install.run("people", "import", str(DATA / "entra-user-export.csv"))
    assert code == 0
    assert "0 added, 0 changed, 40 as they were" in out


def test_bad_lines_are_named_and_refused(install: Install) -> None:
    file = install.folder / "staff.csv"
    file.write_text("Login;Cell phone\nada@contoso.example;030 1234567\nnobody;1\n")
    mapped = ("people", "import", str(file), "--map", "upn=Login", "--map", "mobile=Cell phone")
    code, out, err = install.run(*mapped)
    assert code == 1
    assert "line 3, column Login: Not a user ID" in err
    assert "Nothing was changed" in out
    assert install.count("person") == 0
    code, out, _ = install.run(*mapped, "--json")
    assert code == 1
    first = json.loads(out)["mistakes"][0]
    assert (first["line"], first["column"]) == (3, "Login")
    assert install.json(*mapped, "--skip-bad")["added"] == 1


def test_a_file_without_user_ids_is_refused_in_words(install: Install) -> None:
    file = install.folder / "staff.csv"
    file.write_text("colour\nred\n")
    code, _, err = install.run("people", "import", str(file))
    assert code == 1
    assert "--map upn=COLUMN" in err


def test_wrong_usage_has_its_own_exit_code(install: Install) -> None:
    assert install.run("people", "import", str(install.folder / "nothing.csv"))[0] == 2
    assert install.run("people", "import", str(install.config), "--map", "upn")[0] == 2
    assert install.run("people", "add", ADA, "--temporary", "--password")[0] == 2


def test_the_domain_may_be_left_out_where_there_is_only_one(install: Install) -> None:
    install.json("people", "add", ADA)
    assert install.json("people", "show", "ada") == install.json("people", "show", ADA)


def test_nobody_by_that_name_is_refused(install: Install) -> None:
    code, _, err = install.run("people", "show", "nobody@contoso.example")
    assert (code, err.strip()) == (1, "Nobody has the user ID nobody@contoso.example.")
    code, out, _ = install.run("people", "show", "nobody@contoso.example", "--json")
    assert (code, json.loads(out)["error"]) == (1, "people.nobody")


def test_without_a_configuration_nothing_happens(tmp_path: Path) -> None:
    assert main(["people", "show", ADA, "--config", str(tmp_path / "none.toml")]) == 1


def test_a_persons_life_by_command(install: Install) -> None:
    added = install.json("people", "add", ADA, "--name", "Ada Lovelace", "--temporary")
    assert len(added["temporary_password"]) > 20
    contact = install.json("people", "contact", "add", ADA, "mobile", "+49 151 12345609")["id"]
    install.json("people", "contact", "verify-as", ADA, contact[:8], "--why", "called her")
    install.json("people", "roles", "add", ADA, "helpdesk_administrator")
    install.json("groups", "add", "Pilot")
    assert install.json("groups", "members", "add", "Pilot", ADA) == {"changed": True}
    assert install.json("groups", "list")["groups"][0]["members"] == 1
    card = install.json("people", "show", ADA)
    assert (card["name"], card["roles"], card["groups"]) == ("Ada Lovelace", ["helpdesk_administrator"], ["Pilot"])
    assert [(one["value"], one["state"]) for one in card["contacts"]] == [("+49 ••• ••09", "usable")]
    assert card["password"]["must_change"]
    assert install.json("people", "disable", ADA)["changed"]
    code, out, _ = install.run("people", "show", ADA)
    assert code == 0
    assert "DISABLED" in out
    assert install.json("people", "enable", ADA)["enabled"]
    install.json("people", "contact", "remove", ADA, contact)
    assert install.json("people", "contact", "list", ADA)["contacts"] == []
    assert install.json("people", "roles", "remove", ADA, "Helpdesk Administrator")["changed"]
    assert install.json("groups", "members", "remove", "Pilot", ADA)["changed"]
    assert install.json("groups", "members", "list", "Pilot")["members"] == []


def test_recovery_codes_are_printed_once(install: Install) -> None:
    install.json("people", "add", ADA)
    code, out, _ = install.run("people", "recovery-codes", ADA)
    assert code == 0
    assert len([line for line in out.splitlines() if line[:1].isdigit() and line[1] == "-"]) == 10
    assert install.json("people", "show", ADA)["methods"] == {"recovery_code": 10}


def test_a_password_comes_by_standard_input_and_never_back_out(install: Install) -> None:
    """COD-9: not in arguments, not in what is printed."""
    install.json("people", "add", ADA)
    done = install.typing("seven purple lamps dance\n", "people", "set-password", ADA)
    assert (done.returncode, done.stdout.strip()) == (0, f"Set for {ADA}.")
    refused = install.typing("vp lmp dn\n", "people", "set-password", ADA)
    assert refused.returncode == 1
    assert "at least 15 characters" in refused.stderr
    assert "vp lmp dn" not in refused.stderr + refused.stdout


def test_an_authenticator_asks_for_a_code_from_it(install: Install) -> None:
    install.json("people", "add", ADA)
    assert install.typing("000000x\n", "people", "enrol-totp", ADA).returncode == 1
    assert install.json("people", "show", ADA)["methods"] == {}
    command = [sys.executable, "-m", "keyback", "people", "enrol-totp", ADA, "--json", "--config", str(install.config)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        shown = json.loads(process.stdout.readline())
        assert shown["uri"].startswith("otpauth://totp/Contoso:ada@contoso.example?secret=")
        code = code_at(base64.b32decode(shown["key"]), step_at(SystemClock().now()))
        process.stdin.write(f"{code}\n")
        process.stdin.close()
        assert json.loads(process.stdout.readline())["proven"] is True
    assert process.returncode == 0


def test_an_import_that_is_killed_is_finished_by_the_next(install: Install) -> None:
    """Issue 4, F-cases: a person is written whole or not at all."""
    file = install.folder / "many.csv"
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("upn", "mobile", "alternateEmail"))
        writer.writerows((f"p{i}@contoso.example", f"+49 151 1{i:07}", f"p{i}@mail.example") for i in range(3_000))
    command = [
        sys.executable,
        "-m",
        "keyback",
        "people",
        "import",
        str(file),
        "--json",
        "--config",
        str(install.config),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while install.count("person") < 200 and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    written = install.count("person")
    assert 200 <= written < 3_000
    assert install.count("contact") == 2 * written
    assert install.count("readiness") == written
    report = install.json("people", "import", str(file))
    assert (report["added"], report["unchanged"]) == (3_000 - written, written)
    assert install.count("contact") == 6_000


@pytest.mark.parametrize("command", [("people",), ("people", "import"), ("people", "set-password"), ("groups",),
                                     ("people", "contact", "add"), ("people", "enrol-totp"), ("groups", "import")])  # fmt: skip
def test_every_command_tells_how_to_use_it(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    assert "Usage" in capsys.readouterr().out


def test_a_pass_is_shown_once(install: Install) -> None:
    """COD-9, decisions 27: on the screen of whoever makes it, with how to use it; never again."""
    install.json("people", "add", ADA)
    code, out, _ = install.run("people", "pass", "issue", ADA, "--minutes", "30", "--reason", "first day")
    assert code == 0
    shown = out.splitlines()[0].rpartition(" ")[2]
    assert [len(group) for group in shown.split("-")] == [4, 4, 4]
    assert "http://localhost:8443/sign-in" in out
    code, out, _ = install.run("people", "pass", "show", ADA)
    assert (code, shown in out, "first day" in out) == (0, False, True)
    found = install.json("people", "pass", "show", ADA)
    assert (found["expires_at"] - found["starts_at"], found["once"], found["used_at"]) == (1_800_000, True, None)
    assert not {"mark", "pass", "code"} & found.keys()
    assert install.json("people", "pass", "revoke", ADA, "--reason", "lost")["revoked"]
    code, _, err = install.run("people", "pass", "show", ADA)
    assert (code, err.strip()) == (1, f"{ADA} has no pass that is valid or will be.")


def test_a_pass_out_of_bounds_is_refused_in_words(install: Install) -> None:
    install.json("people", "add", ADA)
    begun = ("people", "pass", "issue", ADA, "--reason", "x")
    code, _, err = install.run(*begun, "--minutes", "5")
    assert (code, err.strip()) == (1, "A pass is valid for 10 to 1440 minutes here.")
    assert install.run(*begun, "--starts", "tomorrow")[0] == 2
    assert install.run("people", "pass", "issue", ADA)[0] == 2
    assert install.count("access_pass") == 0


def test_people_are_asked_to_register_anew_once_that_is_sure(install: Install) -> None:
    """One person at once; many only with --yes, and counted before."""
    for name in ("ada", "bo"):
        install.json("people", "add", f"{name}@contoso.example")
    asked = ("people", "require-registration", "--reason", "lost phone")
    assert install.json(*asked, ADA) == {"people": 1, "asked": 1}
    code, out, _ = install.run(*asked, "--all")
    assert (code, out.strip()) == (1, "That is 2 people. Nothing was changed; to ask them, say --yes.")
    assert install.json(*asked, "--all", "--yes") == {"people": 2, "asked": 2}
    assert install.run(*asked)[0] == install.run(*asked, ADA, "--all")[0] == 2


def test_contacts_and_devices_are_changed_by_command(install: Install) -> None:
    install.json("people", "add", ADA)
    said = ("--verified-as", "seen in person")
    first = install.json("people", "contact", "add", ADA, "mobile", "+49 151 12345609", *said)
    assert first["confirmed"]
    changed = install.json("people", "contact", "change", ADA, first["id"][:8], "+49 151 12345610", *said)
    (contact,) = install.json("people", "contact", "list", ADA)["contacts"]
    assert (contact["id"], contact["value"], contact["state"]) == (changed["id"], "+49 ••• ••10", "usable")
    assert install.run("people", "contact", "change", ADA, changed["id"], "+49 151 12345611")[0] == 2
    install.json("people", "recovery-codes", ADA)
    assert install.json("people", "method", "remove", ADA, "recovery_code")["removed"] == 10
    assert install.run("people", "method", "remove", ADA, "recovery_code")[0] == 1


def test_why_something_does_not_count_is_said_in_words(install: Install) -> None:
    """Whether the person can reset, what comes next, and each thing with its reason."""
    install.json("people", "add", ADA)
    install.json("people", "contact", "add", ADA, "mobile", "+49 151 12345609", "--verified-as", "seen in person")
    install.json("people", "contact", "add", ADA, "email", "ada@mailbox.example")
    install.json("people", "pass", "issue", ADA, "--reason", "first day")
    code, out, _ = install.run("people", "methods", ADA)
    assert code == 0
    assert "a hint: nobody confirmed it" in out
    assert "no messages are sent to such numbers" in out
    assert "confirmed by admin (seen in person)" in out
    assert "reset now  would be refused (SSPR_0011)" in out
    found = install.json("people", "methods", ADA)
    assert {one["kind"]: (one["counts"], one["why"]) for one in found["things"]} == {
        "mobile": (False, "not_messaged"), "email": (False, "unconfirmed"),
    }  # fmt: skip
    assert (found["pass"]["why"], found["sessions"], found["read_only_until"]) == ("first day", 0, None)
    card = install.json("people", "show", ADA)
    assert (card["registration"]["asked"], card["pass"]["issued_by"][:5]) == (False, "host:")
    code, out, _ = install.run("people", "show", ADA)
    assert (code, "first day" in out) == (0, True)
