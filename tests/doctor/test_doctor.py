"""`keyback doctor`: each thing that can be wrong is found, named and explained."""

import json
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from keyback.__main__ import main
from keyback.core.ports import PeopleQuery
from keyback.core.types import DAY
from keyback.store.engine import Sql, SqliteEngine
from keyback.store.seal import new_key_line
from keyback.wiring.demo import found
from keyback.wiring.doctor import certificate
from keyback.wiring.doctor_inside import CHECKS
from keyback.wiring.findings import Level, Wish
from keyback.wiring.janitor import Janitor
from keyback.wiring.world import SystemRandom
from tests.clocks import Drifting
from tests.living import Living

SETTINGS = 'base_url = "http://localhost:8080"\nlisten = "127.0.0.1:8080"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An organisation that was just set up."""
    found(tmp_path)
    configured(tmp_path, "")
    return tmp_path


def configured(folder: Path, more: str) -> None:
    (folder / "keyback.toml").write_text(SETTINGS + more)
    (folder / "keyback.toml").chmod(0o600)


def diagnosis(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, str]]:
    """Exit code, and the worst level by check."""
    code = main(["doctor", "--config", str(folder / "keyback.toml"), "--json", *options])
    findings: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    order = ["good", "warning", "fault"]
    worst: dict[str, str] = {}
    for one in findings:
        worst[one["check"]] = max(one["level"], worst.get(one["check"], "good"), key=order.index)
        assert one["what"]
        assert bool(one["to_do"]) == bool(one["means"]) == (one["level"] != "good")
    return code, worst


def change(folder: Path, *statements: str) -> None:
    """As somebody does who can write to the database."""
    engine = SqliteEngine(folder / "keyback.db")
    with engine.transaction(write=True) as link:
        for statement in statements:
            link.run(Sql(statement), {})
    engine.close()


def test_a_new_install_lacks_only_what_nobody_set_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """OPS-4, AUD-7."""
    code, worst = diagnosis(folder, capsys)
    assert code == 4
    assert {check for check, level in worst.items() if level == "fault"} == {"mail", "policy"}
    assert {check for check, level in worst.items() if level == "good"} >= {
        "settings", "database", "keys", "durability", "clock", "audit log", "readiness", "messages",
    }  # fmt: skip
    assert worst["serving"] == "warning"


def test_words_say_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(folder / "keyback.toml")]) == 4
    told = capsys.readouterr()
    assert "FAULT    mail: No mail server is set up." in told.out
    assert "What to do: Fill in [smtp]" in told.out
    assert "broken" in told.err


def test_every_mistake_in_the_settings_is_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CRY-5, F24: a missing key file, and a setting that does not exist."""
    (folder / "master.key").unlink()
    configured(folder, "lisen = 1\n")
    assert diagnosis(folder, capsys) == (4, {"settings": "fault"})


def test_another_key_file_is_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """F24, F27."""
    assert main(["keys", "list", "--config", str(folder / "keyback.toml")]) == 0
    capsys.readouterr()
    (folder / "master.key").write_text(new_key_line(SystemRandom()))
    code, worst = diagnosis(folder, capsys)
    assert (code, worst["keys"]) == (4, "fault")


def test_values_under_an_old_or_a_lost_key_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """CRY-4."""
    config = ["--config", str(folder / "keyback.toml")]
    sealed = "INSERT INTO outbox (tenant, id, channel, urgency, template, sealed, state, tries, not_before, not_after, created_at, leased_until, receipt, why) SELECT id, 'm1', 'email', 0, 't', {value}, 'sent', 0, 0, 0, 0, 0, '', '' FROM tenant"
    change(folder, sealed.format(value=f"x'010001{'00' * 40}'"))
    assert main(["keys", "rotate", *config]) == 4
    capsys.readouterr()
    assert diagnosis(folder, capsys)[1]["keys"] == "warning"
    change(folder, f"UPDATE outbox SET sealed = x'010009{'00' * 40}'")
    assert diagnosis(folder, capsys)[1]["keys"] == "fault"


def test_a_changed_audit_log_is_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """AUD-3, F27: also a line before the newest checkpoint, if all of it is looked at."""
    assert main(["audit", "checkpoint", "--config", str(folder / "keyback.toml")]) == 0
    capsys.readouterr()
    change(folder, "UPDATE audit SET actor = 'nobody'")
    assert diagnosis(folder, capsys)[1]["audit log"] == "good"
    assert diagnosis(folder, capsys, "--full")[1]["audit log"] == "fault"


def test_an_older_or_newer_schema_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "UPDATE alembic_version SET version_num = '0001'")
    assert diagnosis(folder, capsys)[1]["database"] == "warning"
    change(folder, "UPDATE alembic_version SET version_num = '9999'")
    assert diagnosis(folder, capsys)[1]["database"] == "fault"


def test_a_database_that_is_away_is_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(folder, 'database = "postgresql://127.0.0.1:1/keyback?connect_timeout=1"\n')
    assert diagnosis(folder, capsys)[1]["database"] == "fault"


def test_a_server_that_does_not_answer_is_found_when_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(folder, '[smtp]\nhost = "127.0.0.1"\nport = 1\nsender = "reset@contoso.example"\nsecurity = "none"\n')
    assert diagnosis(folder, capsys)[1]["mail"] == "good"
    assert diagnosis(folder, capsys, "--probe")[1]["mail"] == "fault"


def level(living: Living, check: str, **wish: bool) -> Level:
    """The worst of one check in the house."""
    order = list(Level)
    found = list(CHECKS[check](living.running, Wish(Path("none"), **wish)))
    assert found
    return max((one.level for one in found), key=order.index)


def test_missing_rows_are_found_and_made_anew(living: Living) -> None:
    living.ada()
    with living.store.writing() as unit:
        unit.link.run(Sql("DELETE FROM readiness"), {})
    assert level(living, "readiness") is Level.WARNING
    assert level(living, "readiness", repair=True) is Level.GOOD
    assert level(living, "readiness") is Level.GOOD
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE readiness SET class = class + 65536"), {})
    assert level(living, "readiness") is Level.WARNING
    assert level(living, "readiness", full=True) is Level.WARNING
    assert level(living, "readiness", repair=True) is Level.GOOD
    assert level(living, "readiness") is Level.GOOD


def test_messages_that_wait_too_long_are_told(living: Living) -> None:
    living.ada()
    browser = living.browser()
    browser.start()
    browser.choose("email_code")
    assert level(living, "messages") is Level.GOOD
    living.clock.move(11 * 60_000)
    assert level(living, "messages") is Level.WARNING


def test_whether_anybody_serves_is_told(living: Living) -> None:
    assert level(living, "serving") is Level.WARNING
    Janitor(living.running).look()
    assert level(living, "serving") is Level.GOOD
    living.clock.move(11 * 60_000)
    assert level(living, "serving") is Level.WARNING


@pytest.mark.parametrize(("behind", "expected"), [(0, Level.GOOD), (6_000, Level.WARNING), (-31_000, Level.FAULT)])
def test_clocks_that_are_apart_are_told(shared: Living, behind: int, expected: Level) -> None:
    """OPS-4, F17, decisions 31: above 5 s a warning, above 30 s a fault."""
    shared.store._clock = Drifting(behind)
    assert level(shared, "clock") is expected


def test_a_database_that_forgets_is_a_fault(shared: Living) -> None:
    """The tests' own PostgreSQL runs without fsync, and that is seen."""
    assert level(shared, "durability") is Level.FAULT


def test_words_that_are_not_true_are_found_and_made_anew(living: Living) -> None:
    """Whoever is missing, has a word too many, or stands at the wrong place by name."""
    living.ada()
    living.person("bob")
    assert level(living, "words") is Level.GOOD
    for damage in (
        "DELETE FROM person_word WHERE person = 'id-ada'",
        "UPDATE person SET sort_name = '' WHERE id = 'id-bob'",
        "UPDATE person_word SET all_words = '' WHERE person = 'id-bob'",
        "INSERT INTO person_word (tenant, word, person, all_words) VALUES ('t1', 'zoe', 'id-ada', ' zoe')",
    ):
        with living.store.writing() as unit:
            unit.link.run(Sql(damage), {})
        assert level(living, "words") is Level.WARNING, damage
        assert level(living, "words", repair=True) is Level.GOOD
        assert level(living, "words") is Level.GOOD, damage
    with living.store.reading() as unit:
        assert [one.id for one in unit.listing.people(PeopleQuery(words=("ad",)))] == ["id-ada"]


@pytest.mark.parametrize(("days", "expected"), [
    (31, Level.GOOD), (30, Level.WARNING), (8, Level.WARNING), (7, Level.FAULT), (1, Level.FAULT), (-1, Level.FAULT),
])  # fmt: skip
def test_a_certificate_that_ends_is_announced(tmp_path: Path, days: int, expected: Level) -> None:
    """F30, AUD-7: 30, 7 and 1 days before."""
    path, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "90",
         "-subj", "/CN=localhost", "-keyout", key, "-out", path], check=True, capture_output=True,
    )  # fmt: skip
    ends = int(x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc.timestamp() * 1000)
    assert certificate(path, ends - days * DAY).level is expected


def test_a_certificate_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """F27, F30."""
    assert certificate(tmp_path / "none.pem", 0).level is Level.FAULT
    (tmp_path / "cert.pem").write_text(ssl.PEM_HEADER)
    assert certificate(tmp_path / "cert.pem", 0).level is Level.FAULT
