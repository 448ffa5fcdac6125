"""Mail by SMTP, against a real server with STARTTLS and AUTH."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keyback.channels.smtp import Smtp, SmtpSettings
from keyback.core.errors import Invalid
from keyback.core.messages import Text
from keyback.core.ports import DeliveryFailed, Letter
from tests.edges.mail_server import PASSWORD, USER, Authority, Mailbox, free_port, mail_server, signing_in

LETTER = Letter(
    id="4f" * 16,
    to="ada@mail.example",
    subject="Ihr Code für Müller (Buchstaben KT)",
    text="12345678 ist Ihr Code.\n\n.Punkt\nGrüße\n",
    html='<html><body><p style="margin:0">12345678 ist Ihr Code. Grüße</p></body></html>',
    language="de",
    sender_name='Müller "und" Söhne',
    at=1_790_000_000_000,
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def settings(port: int, authority: Authority, **changes: Any) -> SmtpSettings:
    base = SmtpSettings(
        host="localhost",
        sender="noreply@keyback.example",
        port=port,
        username=USER,
        password=PASSWORD,
        timeout_seconds=1,
        ca_file=str(authority.file),
    )
    return replace(base, **changes)


def failure(channel: Smtp, letter: Letter = LETTER) -> DeliveryFailed:
    try:
        with pytest.raises(DeliveryFailed) as raised:
            channel.send(letter)
    finally:
        channel.close()
    assert PASSWORD not in raised.value.why
    assert letter.to not in raised.value.why
    return raised.value


def plain(port: int, **changes: Any) -> SmtpSettings:
    return replace(SmtpSettings("localhost", "noreply@keyback.example", port, "none", timeout_seconds=1), **changes)


# --- what arrives ----------------------------------------------------------------------------------------------


def test_a_letter_arrives_encrypted_and_signed_in_with_both_parts(authority: Authority) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, **signing_in(mailbox, authority.context())) as port:
        channel = Smtp(settings(port, authority))
        receipt = channel.send(LETTER)
        channel.close()
    assert "Queued as 4711" in receipt.reference
    assert mailbox.users == [USER]
    assert mailbox.encrypted == [True]
    mail = mailbox.mails()[0]
    assert mail["Subject"] == LETTER.subject
    assert mail["From"].addresses[0].display_name == LETTER.sender_name
    assert mail["From"].addresses[0].addr_spec == "noreply@keyback.example"
    assert mail["Message-ID"] == f"<{LETTER.id}@keyback.example>"
    assert mail["Date"].datetime.timestamp() * 1000 == LETTER.at
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == LETTER.text.splitlines()
    assert html.get_content().strip() == LETTER.html
    assert mail.defects == []


def test_a_mail_has_exactly_one_recipient() -> None:
    """INJ-3."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        channel = Smtp(plain(port))
        channel.send(LETTER)
        channel.close()
    assert [envelope.rcpt_tos for envelope in mailbox.got] == [[LETTER.to]]
    assert [address.addr_spec for address in mailbox.mails()[0]["To"].addresses] == [LETTER.to]


def test_the_connection_is_used_again_and_opened_anew_when_it_went_stale() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        channel = Smtp(plain(port))
        channel.send(LETTER)
        channel.send(replace(LETTER, id="5a" * 16))
        assert len(mailbox.sessions) == 1
        assert channel._open is not None
        assert channel._open.sock is not None
        channel._open.sock.shutdown(2)
        channel.send(replace(LETTER, id="6b" * 16))
        channel.close()
    assert len(mailbox.got) == 3


def test_implicit_tls_is_verified_too(authority: Authority) -> None:
    """CRY-6."""
    mailbox = Mailbox()
    changes = {"security": "tls", "username": "", "password": ""}
    with mail_server(mailbox, ssl_context=authority.context()) as port:
        channel = Smtp(settings(port, authority, **changes))
        channel.send(LETTER)
        channel.close()
    assert len(mailbox.got) == 1
    with mail_server(mailbox, ssl_context=authority.context("other.example")) as port:
        assert "Hostname mismatch" in failure(Smtp(settings(port, authority, **changes))).why
    assert len(mailbox.got) == 1


def test_a_server_without_tls_gets_nothing_where_tls_is_due(authority: Authority) -> None:
    """CRY-6."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        failed = failure(Smtp(settings(port, authority, security="tls", username="", password="")))
    assert "encrypted connection" in failed.why
    assert mailbox.got == []


def test_a_domain_travels_as_a_labels_and_a_long_name_is_folded() -> None:
    mailbox = Mailbox()
    long = replace(LETTER, to="ada@bücher.example", subject="ä" * 200, sender_name="ö" * 100)
    with mail_server(mailbox) as port:
        channel = Smtp(plain(port))
        channel.send(long)
        channel.close()
    raw = mailbox.got[0].original_content or b""
    assert mailbox.got[0].rcpt_tos == ["ada@xn--bcher-kva.example"]
    assert mailbox.mails()[0]["Subject"] == long.subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_letters_beyond_ascii_before_the_at_sign_need_a_server_that_can_carry_them() -> None:
    wide = replace(LETTER, to="jörg@mail.example")
    mailbox = Mailbox()
    with mail_server(mailbox, enable_SMTPUTF8=True) as port:
        channel = Smtp(plain(port))
        channel.send(wide)
        channel.close()
    assert mailbox.got[0].rcpt_tos == [wide.to]
    with mail_server(Mailbox(), enable_SMTPUTF8=False) as port:
        assert failure(Smtp(plain(port)), wide).for_ever


# --- what goes wrong -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("subject", "Code\r\nBcc: eve@evil.example"),
        ("subject", "Code\x00"),
        ("sender_name", "Contoso\nBcc: eve@evil.example"),
        ("sender_name", "Contoso\u2028x"),
        ("to", "ada@mail.example\r\nRCPT TO:<eve@evil.example>"),
        ("to", "ada@mail.example,eve@evil.example"),
        ("to", "ada@mail.example>, <eve@evil.example"),
        ("to", "Ada <ada@mail.example>"),
        ("to", '"a b"@mail.example'),
        ("to", "ada@[127.0.0.1]"),
        ("to", "ada"),
        ("id", "4711>\r\nX: y"),
        ("language", "de\r\nX: y"),
        ("text", "a\x00b"),
    ],
)
def test_nothing_slips_into_a_header(change: str, value: str) -> None:
    """INJ-3: refused before the server is even called."""
    letter = replace(LETTER, **{change: value})  # type: ignore[arg-type]
    channel = Smtp(plain(free_port()))
    with pytest.raises(DeliveryFailed) as raised:
        channel.send(letter)
    assert raised.value.for_ever


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda authority: authority.context("other.example"), "Hostname mismatch"),
        (lambda authority: authority.context("localhost", days=-1), "certificate has expired"),
        (lambda authority: Authority(other(authority)).context(), "is not acceptable"),
    ],
    ids=["other name", "expired", "other authority"],
)
def test_a_certificate_that_does_not_fit_stops_the_mail(
    authority: Authority, make: Callable[[Authority], Any], words: str
) -> None:
    """CRY-6."""
    mailbox = Mailbox()
    with mail_server(mailbox, **signing_in(mailbox, make(authority))) as port:
        failed = failure(Smtp(settings(port, authority)))
    assert words in failed.why
    assert not failed.for_ever
    assert mailbox.users == []
    assert mailbox.got == []


def other(authority: Authority) -> Path:
    folder = authority.folder / "other"
    folder.mkdir(exist_ok=True)
    return folder


def test_without_starttls_nothing_is_sent_and_nobody_signs_in(authority: Authority) -> None:
    """CRY-6: no way down to plain text."""
    mailbox = Mailbox()
    options = {"authenticator": mailbox.authenticate, "auth_require_tls": False}
    with mail_server(mailbox, **options) as port:
        failed = failure(Smtp(settings(port, authority)))
    assert "no STARTTLS" in failed.why
    assert mailbox.users == []
    assert mailbox.got == []


def test_a_wrong_password_is_said_in_words_and_may_be_mended(authority: Authority) -> None:
    mailbox = Mailbox()
    with mail_server(mailbox, **signing_in(mailbox, authority.context())) as port:
        failed = failure(Smtp(settings(port, authority, password="wrong")))
    assert failed.why == "The mail server refused the user name and password. (code 535)"
    assert not failed.for_ever


def test_greylisting_is_a_matter_of_time() -> None:
    """F14."""
    mailbox = Mailbox(rcpt=["451 4.7.1 <ada@mail.example>: greylisted"])
    with mail_server(mailbox) as port:
        channel = Smtp(plain(port))
        with pytest.raises(DeliveryFailed) as raised:
            channel.send(LETTER)
        channel.send(LETTER)
        channel.close()
    assert raised.value.why == "The mail server put the recipient off until later (451 4.7.1)."
    assert (raised.value.for_ever, raised.value.doubt) == (False, False)
    assert len(mailbox.got) == 1


def test_an_unknown_mailbox_is_final_and_the_next_letter_goes_out_on_the_same_connection() -> None:
    mailbox = Mailbox(rcpt=["550 5.1.1 <ada@mail.example> unknown"])
    with mail_server(mailbox) as port:
        channel = Smtp(plain(port))
        with pytest.raises(DeliveryFailed) as raised:
            channel.send(LETTER)
        assert channel._open is not None
        channel.send(LETTER)
        channel.close()
    assert raised.value.for_ever
    assert raised.value.why == "The mail server refused the recipient (550 5.1.1)."


@pytest.mark.parametrize(("answer", "for_ever"), [("554 5.6.0 spam", True), ("452 4.3.1 disk full", False)])
def test_a_refused_message_left_no_doubt(answer: str, for_ever: bool) -> None:  # noqa: FBT001
    mailbox = Mailbox(data=[answer])
    with mail_server(mailbox) as port:
        failed = failure(Smtp(plain(port)))
    assert (failed.for_ever, failed.doubt) == (for_ever, False)


@pytest.mark.parametrize("mishap", ["drop", "hang"])
def test_silence_after_the_message_leaves_a_doubt_and_the_repetition_is_the_same_mail(mishap: str) -> None:
    """F15: the same Message-ID, the same octets."""
    mailbox = Mailbox(data=[mishap])
    with mail_server(mailbox) as port:
        channel = Smtp(plain(port))
        with pytest.raises(DeliveryFailed) as raised:
            channel.send(LETTER)
        channel.send(LETTER)
        channel.close()
    assert raised.value.doubt
    first, second = mailbox.got
    assert first.original_content == second.original_content


def test_a_server_that_is_silent_before_the_message_leaves_none() -> None:
    with mail_server(Mailbox(rcpt=["slow"])) as port:
        failed = failure(Smtp(plain(port)))
    assert failed.why.endswith("did not answer in time.")
    assert not failed.doubt


def test_nobody_listens() -> None:
    failed = failure(Smtp(plain(free_port())))
    assert failed.why.startswith("Nothing listens at localhost, port ")
    assert not failed.for_ever


# --- settings and steps ----------------------------------------------------------------------------------------


def test_every_mistake_in_the_settings_is_named_at_once() -> None:
    wrong = SmtpSettings("mail.example.org", "nobody", 0, "none", username="x", timeout_seconds=0)
    with pytest.raises(Invalid) as raised:
        Smtp(wrong)
    names = {mistake.id.removeprefix("smtp.settings.") for mistake in raised.value.mistakes}
    assert names == {"port", "plain", "sender", "auth", "timeout"}


def test_the_password_is_not_shown_with_the_settings() -> None:
    assert "hunter2" not in repr(SmtpSettings("localhost", "a@b.example", username="x", password="hunter2"))


def test_a_test_by_hand_hears_every_step(authority: Authority) -> None:
    steps: list[Text] = []
    mailbox = Mailbox()
    with mail_server(mailbox, **signing_in(mailbox, authority.context())) as port:
        channel = Smtp(settings(port, authority), steps.append)
        channel.send(LETTER)
        channel.close()
    heard = [step.id.removeprefix("smtp.step.") for step in steps]
    assert heard == ["connect", "connected", "tls", "auth", "accepted"]
    assert "localhost" in str(steps[2].values["names"])
