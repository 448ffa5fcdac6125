"""Mails from odd letters: either refused, or read back by Python's own parser exactly as they were meant."""

import random
from email import message_from_bytes
from email.policy import default

import pytest

from keyback.channels.mail_format import address, mail
from keyback.core.ports import DeliveryFailed, Letter

SENDER = address("noreply@keyback.example")
HARMLESS = 'ab "\\<>@,;:=?_ä漢😀()[].'
NASTY = HARMLESS + "\r\n\0\u2028\t\x7f"


def odd_letter(chance: random.Random, alphabet: str) -> Letter:
    def some(most: int) -> str:
        letters = chance.choice([HARMLESS, HARMLESS, alphabet])
        return "".join(chance.choice(letters) for _ in range(chance.randrange(most)))

    to = chance.choice(["ada@mail.example", f"{some(6)}@mail.example", f"ada@{some(8)}"])
    html = chance.choice(["", f"<p>{some(200)}</p>"])
    return Letter("4f" * 16, to, some(120), some(300), html, "de", some(90), 0)


@pytest.mark.parametrize("alphabet", [HARMLESS, NASTY], ids=["harmless", "nasty"])
def test_a_mail_has_exactly_the_headers_it_should_have_or_is_not_made(alphabet: str) -> None:
    """INJ-3."""
    chance, made = random.Random(4711), 0
    for _ in range(600):
        letter = odd_letter(chance, alphabet)
        try:
            _, octets = mail(letter, SENDER, "")
        except DeliveryFailed:
            continue
        made += 1
        head = octets.partition(b"\r\n\r\n")[0].split(b"\r\n")
        names = [line.partition(b":")[0].decode() for line in head if not line.startswith(b" ")]
        assert names[:7] == ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"]
        assert len(names) == (9 if letter.html else 10)
        read = message_from_bytes(octets, policy=default)
        assert [len(read[name].addresses) for name in ("From", "To")] == [1, 1]
        assert read["Subject"].strip() == letter.subject.strip()
        assert read.defects == []
        assert max(len(line) for line in octets.split(b"\r\n")) <= 78
    assert made > 0
