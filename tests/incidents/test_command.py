"""`keyback incidents` as somebody types it; and no list, page or log line shows a contact whole."""

import json
import logging
from pathlib import Path

import pytest

from keyback.app.incidents.report import report
from keyback.app.perform import perform
from keyback.core.effects import TellPerson
from keyback.core.policy import Notifications
from keyback.core.ports import Objection
from keyback.core.types import DAY
from keyback.wiring.console import open_console
from tests.app.test_people_commands import ADA, Install

CANARIES = ("canary.private@mailbox.example", "canary.primary@office.example", "+4915112345609", "+49301234567")


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    """Ada with a password and a contact of each kind."""
    made = Install(tmp_path, capsys)
    made.json("people", "add", ADA, "--name", "Ada Lovelace", "--temporary")
    for kind, value in zip(("email", "primary", "mobile", "office"), CANARIES, strict=True):
        made.json("people", "contact", "add", ADA, kind, value)
    return made


def reported(install: Install, notice: str = "notice.password_reset") -> str:
    """The id of the incident of one pressed button."""
    running = open_console(install.config)
    try:
        with running.store.writing() as unit:
            person = unit.people.by_canonical(ADA, unit.now)
            assert person is not None
            objection = Objection(person.id, notice, notice != "notice.method_changed", "", unit.now, unit.now + DAY)
            token = unit.incidents.issue(objection)
        report(running.house, token, "203.0.113.7")
    finally:
        running.close()
    return str(install.json("incidents", "list", "--open")[0]["incident"]["id"])


def test_an_incident_is_listed_shown_and_closed(install: Install) -> None:
    """NOT-4, decisions 16: what happened, how the account stands, what to do next, in plain words."""
    assert install.run("incidents", "list")[1] == "There are no such incidents.\n"
    id_ = reported(install)
    code, out, _ = install.run("incidents", "list")
    assert code == 0
    assert id_[:12] in out
    assert f"{ADA}  password was reset  OPEN, recovery closed" in out
    code, out, _ = install.run("incidents", "show", id_[:6])
    assert code == 0
    for said in (f"Account   {ADA}", "from 203.0.113.7", "Recovery  closed since", "it signs in nowhere", "What to do now:",
                 f"keyback people show {ADA}", f"keyback incidents close {id_[:12]}", "Suspicious activity reported"):  # fmt: skip
        assert said in out
    shown = install.json("people", "show", ADA)
    assert shown["frozen_at"] == shown["password"]["compromised_at"] > 0
    assert "recovery CLOSED" in install.run("people", "show", ADA)[1]
    code, out, _ = install.run("incidents", "close", id_, "--reason", "spoke with Ada")
    assert (code, out) == (0, "Closed. Recovery is open again; the person is told.\n")
    assert install.json("incidents", "list", "--open") == []
    code, out, _ = install.run("incidents", "show", id_)
    assert "spoke with Ada" in out
    assert "keyback people set-password" in out


def test_refusals_are_said_in_words(install: Install) -> None:
    """NOT-4: unknown, without a reason, closed twice."""
    code, _, err = install.run("incidents", "show", "ffffff")
    assert (code, err) == (1, "There is no incident ffffff.\n")
    id_ = reported(install)
    assert install.run("incidents", "close", id_)[0] == 2
    assert install.run("incidents", "close", id_, "--reason", " ")[0] == 1
    assert install.run("incidents", "close", id_, "--reason", "x", "--keep-frozen")[0] == 0
    code, _, err = install.run("incidents", "close", id_, "--reason", "x", "--keep-frozen")
    assert (code, err) == (1, "This incident was closed already.\n")
    assert install.json("incidents", "close", id_, "--reason", "found it") == {"id": id_, "recovery_open": True}


def test_no_command_page_or_log_line_shows_a_contact_whole(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    """ADM-4, AUD-5: every list, every single thing, in words and in JSON, with messages that wait and that failed."""
    caplog.set_level(logging.DEBUG)
    id_ = reported(install, "notice.method_changed")
    running = open_console(install.config)
    try:
        with running.store.writing() as unit:
            told = TellPerson(json.loads(install.run("people", "show", ADA, "--json")[1])["id"],
                              "notice.method_changed", {"when_at": unit.now, "what": ""})  # fmt: skip
            perform(unit, [told], Notifications())
    finally:
        running.close()
    message = install.json("outbox", "list")[0]["id"]
    attempts = [line["correlation"] for line in install.json("audit", "list", "--most", "100") if line["correlation"]]
    asked: list[tuple[str, ...]] = [
        ("people", "show", ADA),
        ("people", "contact", "list", ADA),
        ("people", "roles", "list", ADA),
        ("groups", "list"),
        ("policy", "show"),
        ("outbox", "list"),
        ("outbox", "list", "--state", "failed"),
        ("outbox", "show", message),
        ("audit", "list", "--most", "1000"),
        *(("audit", "show", attempt) for attempt in attempts),
        ("incidents", "list"),
        ("incidents", "show", id_),
        ("people", "disable", ADA),
        ("people", "enable", ADA),
    ]
    seen = []
    for command in asked:
        for arguments in (command, (*command, "--json")):
            code, out, err = install.run(*arguments)
            assert code in {0, 2}, err
            seen.append(out + err)
    assert "c***@mailbox.example" in "".join(seen)
    whole = "".join(seen) + caplog.text
    for canary in (*CANARIES, "canary.private", "12345609", "1234567"):
        assert canary not in whole
