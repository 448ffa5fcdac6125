"""The demo's inbox."""

import stat
from dataclasses import replace
from pathlib import Path

from keyback.channels.to_screen import Inbox
from keyback.core.ports import Letter

LETTER = Letter(
    "id-1", "ada@mail.example", "Your code", "12345678 Grüße", "<p>12345678</p>", "en", "Contoso", 1_790_000_000_000
)


def test_the_inbox_shows_the_newest_letters_of_both_channels() -> None:
    inbox = Inbox(keep=2)
    email, sms = inbox.channel("email"), inbox.channel("sms")
    email.send(LETTER)
    sms.send(replace(LETTER, id="id-2", to="+4915112345609"))
    email.send(replace(LETTER, id="id-3"))
    assert [(each["channel"], each["id"]) for each in inbox.messages()] == [("sms", "id-2"), ("email", "id-3")]
    assert [each["id"] for each in inbox.messages(LETTER.to)] == ["id-3"]


def test_the_same_letter_twice_is_one_message() -> None:
    """F15."""
    inbox = Inbox()
    for _ in range(2):
        inbox.channel("email").send(LETTER)
    assert len(inbox.messages()) == 1


def test_the_inbox_survives_in_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "inbox.jsonl"
    Inbox(file=file).channel("email").send(LETTER)
    again = Inbox(file=file)
    again.channel("email").send(replace(LETTER, id="id-2"))
    assert [each["id"] for each in Inbox(file=file).messages()] == ["id-1", "id-2"]
    assert again.messages()[0]["text"] == LETTER.text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
