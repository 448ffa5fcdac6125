"""The demo: everybody is as advertised, a program can do all that a person can, and nothing leaves the computer."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from keyback.__main__ import main
from keyback.wiring.generate import PASSWORD, someone
from keyback.wiring.listening import bind, port_of
from tests.edges.demo_program import KEYBACK, NEW_PASSWORD, DemoProgram, Walker

LISTENING = "0A"
LOOPBACK = "0100007F"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demos") / "demo"


@pytest.fixture(scope="module")
def demo(folder: Path) -> Iterator[DemoProgram]:
    with DemoProgram(folder) as program:
        yield program


def test_the_line_for_programs_says_where_and_who(demo: DemoProgram) -> None:
    assert demo.told["url"].startswith("http://localhost:")
    assert demo.told["admin_url"].startswith("http://localhost:")
    admin = httpx2.get(f"{demo.told['admin_url']}/sign-in", headers={"accept": "application/json"})
    assert admin.json()["title"]["id"] == "entering.title"
    assert demo.messages() == httpx2.get(demo.told["inbox"]).json()
    assert demo.told["fresh"] is True
    for person in demo.told["people"]:
        assert person.keys() >= {"name", "user_id", "password", "totp_secret", "recovery_codes", "roles", "special"}
    assert len(demo.people["ada"]["recovery_codes"]) == 10
    assert demo.people["hal"]["roles"] == ["helpdesk_administrator"]
    assert demo.people["grace"]["roles"] == ["global_administrator"]


def test_everybody_who_is_enabled_can_sign_in_with_the_password_shown(demo: DemoProgram) -> None:
    states = {name: Walker(demo).sign_in(name, person["password"]) for name, person in demo.people.items()}
    others = {"eve", "fay", "lou", "tia"}
    assert {name for name, state in states.items() if state == "sign_in"} == others


def test_ned_begins_with_a_new_password(demo: DemoProgram) -> None:
    """decisions 21: an initial password must be changed"""
    ned = Walker(demo)
    ned.sign_in("ned", demo.people["ned"]["password"])
    assert "new" in {field["name"] for field in ned.page["fields"]}


def test_tia_has_a_pass_in_place_of_a_password(demo: DemoProgram) -> None:
    """decisions 27"""
    tia = Walker(demo)
    tia.sign_in("tia", demo.people["tia"]["access_pass"])
    assert tia.state != "sign_in"


def test_lou_is_locked_out_and_unlocks(demo: DemoProgram) -> None:
    """decisions 14; entra-sspr 1.2"""
    password = demo.people["lou"]["password"]
    assert Walker(demo).sign_in("lou", password) == "sign_in"
    lou = Walker(demo)
    assert lou.begin("lou", "unlock") == "choose_method"
    assert lou.prove_by_mail("lou") == "choose_method"
    assert lou.prove_by_authenticator("lou") == "done"
    assert Walker(demo).sign_in("lou", password) != "sign_in"


def test_a_program_walks_a_whole_journey_by_action_alone(demo: DemoProgram) -> None:
    """REST of the portal: the page as data is all that a client needs."""
    ada = Walker(demo)
    assert ada.begin("ada") == "choose_method"
    assert ada.prove_by_mail("ada") == "choose_method"
    assert ada.prove_by_authenticator("ada") == "new_password"
    assert ada.act(new=NEW_PASSWORD, again=NEW_PASSWORD) == "done"
    assert Walker(demo).sign_in("ada", NEW_PASSWORD) != "sign_in"


def test_a_recovery_code_that_was_printed_is_a_proof(demo: DemoProgram) -> None:
    grace = Walker(demo)
    grace.begin("grace")
    assert grace.prove_by_authenticator("grace") == "choose_method"
    grace.choose("recovery_code")
    assert grace.act(answer=demo.people["grace"]["recovery_codes"][3]) == "new_password"


def test_a_text_message_can_be_read_in_the_inbox(demo: DemoProgram) -> None:
    dee = Walker(demo)
    dee.begin("dee")
    dee.choose("sms_code")
    assert dee.act(answer=demo.code_to(demo.people["dee"]["mobile"])) == "refused"


@pytest.mark.parametrize(("name", "code"), [("bo", "SSPR_0014"), ("dee", "SSPR_0013"), ("fay", "SSPR_0010")])
def test_who_cannot_reset_is_told_why_after_the_first_proof(demo: DemoProgram, name: str, code: str) -> None:
    """ENU-6: not before it."""
    walker = Walker(demo)
    assert walker.begin(name) == "choose_method"
    assert walker.prove_by_mail(name) == "refused"
    assert walker.page["code"] == code


@pytest.mark.parametrize("name", ["cy", "eve"])
def test_who_has_no_way_sees_what_everybody_sees_and_gets_nothing(demo: DemoProgram, name: str) -> None:
    """ENU-6."""
    walker, other = Walker(demo), Walker(demo)
    walker.begin(name)
    other.begin("konrad")
    assert walker.page["choices"] == other.page["choices"]
    before = len(demo.messages())
    assert walker.choose("email_code") == "answer"
    assert walker.act(answer="123456") == "answer"
    assert len(demo.messages()) == before


def test_a_helpdesk_operator_needs_two_proofs_and_the_administrators_hear_of_it(demo: DemoProgram) -> None:
    hal = Walker(demo)
    hal.begin("hal")
    assert hal.prove_by_mail("hal") == "choose_method"
    assert hal.prove_by_authenticator("hal") == "new_password"
    before = len(demo.messages(demo.people["grace"]["email"]))
    assert hal.act(new=NEW_PASSWORD, again=NEW_PASSWORD) == "done"
    told = [one["subject"] for one in demo.awaited(demo.people["grace"]["email"], before)[before:]]
    assert told == ["An administrator has reset their own password"]


def test_konrad_gets_his_mail_in_german(demo: DemoProgram) -> None:
    konrad = Walker(demo)
    konrad.begin("konrad")
    konrad.prove_by_mail("konrad")
    assert demo.awaited(demo.people["konrad"]["email"])[0]["language"] == "de"


def test_the_inbox_answers_under_this_computers_names_only(demo: DemoProgram) -> None:
    """WEB-1: a page of another site cannot read it by pointing its own name here."""
    page = httpx2.get(demo.told["inbox_page"])
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert httpx2.get(demo.told["inbox_page"], headers={"host": "elsewhere.example"}).status_code == 421


def test_it_listens_on_loopback_only(demo: DemoProgram) -> None:
    proc = Path("/proc") / str(demo.process.pid)
    own = {name.readlink().name for name in (proc / "fd").iterdir() if name.readlink().name.startswith("socket:")}
    rows = [line.split() for kind in ("tcp", "tcp6") for line in (proc / "net" / kind).read_text().splitlines()[1:]]
    addresses = {row[1].partition(":")[0] for row in rows if row[3] == LISTENING and f"socket:[{row[9]}]" in own}
    assert addresses == {LOOPBACK}


def test_what_its_people_know_is_readable_by_its_owner_only(demo: DemoProgram, folder: Path) -> None:
    """CRY-5."""
    assert demo.process.poll() is None
    assert {path.name: path.stat().st_mode & 0o077 for path in folder.iterdir()} == dict.fromkeys(
        (path.name for path in folder.iterdir()), 0
    )


def audit(folder: Path, *arguments: str) -> str:
    command = [*KEYBACK, "audit", *arguments, "--config", str(folder / "keyback.toml")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_an_attempt_is_told_as_a_story_while_the_demo_runs(demo: DemoProgram, folder: Path) -> None:
    """AUD-1: every step of one attempt, joined by its id."""
    konrad = Walker(demo)
    konrad.begin("konrad")
    konrad.prove_by_authenticator("konrad")
    lines = json.loads(audit(folder, "list", "--json", "--user", "konrad@contoso.example", "--most", "1"))
    assert [line["target_name"] for line in lines] == ["konrad@contoso.example"]
    story = audit(folder, "show", lines[0]["correlation"])
    steps = ("User submitted their user ID", "User started the mobile app code", "User completed the mobile app code")
    places = [story.index(step) for step in steps]
    assert places == sorted(places)
    assert demo.people["konrad"]["totp_secret"] not in story


def test_a_signal_ends_it_well_and_a_new_start_goes_on_where_it_was(tmp_path: Path) -> None:
    with DemoProgram(tmp_path / "demo") as first:
        ada = Walker(first)
        ada.begin("ada")
        ada.prove_by_mail("ada")
        ada.prove_by_authenticator("ada")
        ada.act(new=NEW_PASSWORD, again=NEW_PASSWORD)
        assert first.stop() == 0
    with DemoProgram(tmp_path / "demo") as second:
        assert second.told["people"] == first.told["people"]
        assert second.told["fresh"] is False
        assert second.messages(first.people["ada"]["email"]) != []
        assert Walker(second).sign_in("ada", NEW_PASSWORD) != "sign_in"
        assert second.stop(signal.SIGINT) == 0


def test_a_directory_that_is_no_demos_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("important")
    refused = subprocess.run(
        [*KEYBACK, "demo", "--dir", str(tmp_path), "--port", "0"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "no demo's" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_place_of_the_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("a file")
    assert main(["demo", "--dir", str(tmp_path / "demo"), "--port", "0"]) == 1
    assert (tmp_path / "demo").read_text() == "a file"


def test_a_port_that_is_taken_is_told_and_no_demo_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        assert main(["demo", "--dir", str(tmp_path / "demo"), "--port", str(port_of(taken))]) == 3
    assert "in use" in capsys.readouterr().err
    assert not (tmp_path / "demo").exists()


def test_a_demo_that_was_interrupted_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "keyback-demo.json").write_text('{"keyback-demo": 2, "generated": 0, "people": []}')
    (tmp_path / "keyback.db").write_text("half a database")
    with DemoProgram(tmp_path) as demo:
        assert Walker(demo).sign_in("cy", demo.people["cy"]["password"]) != "sign_in"


def test_generated_people_are_there_and_their_number_stands(tmp_path: Path) -> None:
    with DemoProgram(tmp_path / "demo", "--people", "40") as demo:
        assert demo.told["generated"] == 40
        one = next(one for one in map(someone, range(40)) if one.enabled)
        walker = Walker(demo)
        walker.open("/sign-in")
        assert walker.act(user_id=one.user_id, password=PASSWORD) == "new_password"
        assert demo.stop() == 0
    refused = subprocess.run(
        [*KEYBACK, "demo", "--dir", str(tmp_path / "demo"), "--people", "41"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
