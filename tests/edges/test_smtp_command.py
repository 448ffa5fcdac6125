"""`keyback channels test`: what an administrator reads when mail works, and when it does not."""

import json
from pathlib import Path

import pytest

from keyback.__main__ import main
from keyback.store.seal import new_key_line
from keyback.wiring.world import SystemRandom
from tests.edges.gateway import Gateway, serving
from tests.edges.mail_server import PASSWORD, USER, Authority, Mailbox, free_port, mail_server, signing_in

TO = "you@mail.example"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    key = tmp_path / "master.key"
    key.write_text(new_key_line(SystemRandom()))
    key.chmod(0o600)
    return tmp_path / "keyback.toml"


def written(config: Path, table: str) -> list[str]:
    config.write_text(f'base_url = "http://127.0.0.1:8080"\nlisten = "127.0.0.1:8080"\n{table}')
    config.chmod(0o600)
    return ["--config", str(config)]


def mail_table(port: int, authority: Authority, password: str = PASSWORD, security: str = "starttls") -> str:
    return (
        f'[smtp]\nhost = "localhost"\nport = {port}\nsecurity = "{security}"\nsender = "noreply@keyback.example"\n'
        f'username = "{USER}"\npassword = "{password}"\nca_file = "{authority.file}"\ntimeout_seconds = 2\n'
    )


def test_each_step_is_told(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    authority, mailbox = Authority(tmp_path), Mailbox()
    with mail_server(mailbox, **signing_in(mailbox, authority.context())) as port:
        given = written(config, mail_table(port, authority))
        assert main(["channels", "test", "smtp", "--to", TO, *given]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"Connecting to localhost, port {port}."
    assert said[1] in {"Connected to 127.0.0.1.", "Connected to ::1."}
    assert said[2].startswith("Encrypted with TLSv1.3; the certificate is for localhost")
    assert said[3:] == [
        f"Signed in as {USER}.",
        "The mail server has taken the message: 2.0.0 Queued as 4711",
        "Taken, as 2.0.0 Queued as 4711. Now look whether it has arrived.",
    ]
    assert [mail["Subject"] for mail in mailbox.mails()] == ["Keyback can send mail"]


@pytest.mark.parametrize(
    ("name", "password", "why", "advice"),
    [
        ("other.example", PASSWORD, "Hostname mismatch", "that smtp.host is the name in the certificate"),
        ("localhost", "wrong", "refused the user name and password", "Check smtp.username and smtp.password"),
    ],
    ids=["certificate", "password"],
)
def test_what_went_wrong_is_said_in_words_and_what_to_do(  # noqa: PLR0913, PLR0917
    config: Path, capsys: pytest.CaptureFixture[str], name: str, password: str, why: str, advice: str
) -> None:
    authority, mailbox = Authority(config.parent), Mailbox()
    with mail_server(mailbox, **signing_in(mailbox, authority.context(name))) as port:
        given = written(config, mail_table(port, authority, password))
        assert main(["channels", "test", "smtp", "--to", TO, *given]) == 3
    said = capsys.readouterr().out.splitlines()
    assert why in said[-2]
    assert advice in said[-1]
    assert mailbox.got == []


def test_a_refused_recipient_is_shown_with_the_servers_own_words(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox = Mailbox(rcpt=["550 5.7.1 relaying denied"])
    with mail_server(mailbox) as port:
        table = f'[smtp]\nhost = "localhost"\nport = {port}\nsecurity = "none"\nsender = "noreply@keyback.example"\n'
        assert main(["channels", "test", "smtp", "--to", TO, *written(config, table)]) == 3
    said = capsys.readouterr().out
    assert "The mail server answered: 550 5.7.1 relaying denied" in said
    assert "Ask whoever runs the mail server what its answer means." in said


def test_a_program_gets_one_document(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = f'[smtp]\nhost = "localhost"\nport = {free_port()}\nsecurity = "none"\nsender = "noreply@keyback.example"\n'
    assert main(["channels", "test", "smtp", "--to", TO, "--json", *written(config, table)]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["sent"] is False
    assert said["why"].startswith("Nothing listens at localhost")
    assert said["steps"][-1]["id"] == "smtp.advice.connect"


def test_a_gateway_for_text_messages_is_tried_too(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Gateway(body=b'{"id": "abc-1"}')) as gateway:
        table = (
            f'[sms]\nprovider = "http"\nurl = "{gateway.url}"\nallow_private = true\nreceipt = "/id"\n'
            'template = \'{"to": "{to}", "text": "{text}"}\'\n'
        )
        given = written(config, table)
        assert main(["channels", "test", "sms", "--to", "+4915112345609", *given]) == 0
        assert "Taken, as abc-1." in capsys.readouterr().out
        gateway.status = 403
        assert main(["channels", "test", "sms", "--to", "+4915112345609", *given]) == 3
    assert capsys.readouterr().out.splitlines() == [
        "It did not work: The gateway did not take the message (HTTP 403).",
        f"Mend the settings in the table [sms] of {config} and try again.",
    ]


def test_what_is_not_set_up_cannot_be_tried(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "test", "sms", "--to", "+4915112345609", *written(config, "")]) == 1
    assert "sms is not set up" in capsys.readouterr().err


def test_what_is_no_address_is_said_before_anything_is_tried(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["channels", "test", "smtp", "--to", "nowhere", *written(config, "")]) == 1
    assert "nowhere is neither a mail address nor a number" in capsys.readouterr().err
