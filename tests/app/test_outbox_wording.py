"""What messages say, and what can never get into them."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from keyback.app.outbox.sentences import MESSAGES
from keyback.app.outbox.templates import TEMPLATES
from keyback.app.outbox.wording import Voice, letter, sms_parts
from keyback.core.errors import Broken
from keyback.core.ports import Letter, Outgoing
from keyback.web.prompts import PSEUDO, Catalog
from tests.people import ADA_MAIL, ADA_MOBILE, NOW

CATALOG = Catalog(MESSAGES)
VALUES: dict[str, str | int] = {
    "code": "12345678",
    "letters": "KT",
    "life_ms": 600_000,
    "user_id": "ada@example.org",
    "who": "cy@example.org",
    "when_at": NOW,
    "source": "203.0.113.7",
    "host_user": "root",
    "incident": "4fb1c2",
    "count": 7,
    "resets": 30,
    "from_at": NOW,
    "until_at": NOW,
    "made_at": NOW,
    "settings": "notify_users, keys",
    "failures": 200,
    "numbers": "+491511234xxxx",
    "what": "+ +49 ••• ••09",
}
MAILS = sorted(name for name, template in TEMPLATES.items() if template.body)
SHORT = sorted(name for name, template in TEMPLATES.items() if template.short)


def voice(language: str = "en", organisation: str = "Contoso", host: str = "reset.contoso.example") -> Voice:
    return Voice(CATALOG.words(language, "Europe/Berlin"), organisation, host)


def mail(template: str, speaking: Voice | None = None, **values: str | int) -> Letter:
    outgoing = Outgoing("email", template, {**VALUES, **values}, ADA_MAIL)
    return letter(outgoing, "id-1", NOW, speaking or voice())


def sms(speaking: Voice | None = None, **values: str | int) -> Letter:
    return letter(Outgoing("sms", "sms.code", {**VALUES, **values}, ADA_MOBILE), "id-1", NOW, speaking or voice())


class Plain(HTMLParser):
    """The text of an HTML part, and its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def test_the_mail_with_a_code_reads_so() -> None:
    """SND-9, golden: service, purpose, staff never ask, the code first so that phones find it."""
    made = mail("mail.code")
    assert made.subject == "Your code to reset your password (letters KT)"
    assert made.sender_name == "Contoso"
    assert made.text == (
        "12345678 is your code to reset your password at Contoso.\n\n"
        "The page where you type it shows the same two letters: KT.\n\n"
        "The code works once, for 10 minutes.\n\n"
        "Nobody at Contoso will ever ask you for this code. Tell it to nobody.\n\n"
        "You did not ask for it? Then do nothing. Your password stays as it is.\n"
    )


def test_the_text_message_reads_so_and_is_one() -> None:
    """SND-9, golden: no link; the last line lets phones fill in the code."""
    made = sms()
    assert made.text == (
        "Contoso: 12345678 is your code to reset your password (letters KT). Our staff never ask for it.\n\n"
        "@reset.contoso.example #12345678"
    )
    assert sms_parts(made.text) == 1
    assert "://" not in made.text


@pytest.mark.parametrize("template", SHORT)
def test_every_text_message_is_one_and_names_the_service(template: str) -> None:
    """SND-9."""
    made = letter(Outgoing("sms", template, VALUES, ADA_MOBILE), "id-1", NOW, voice())
    assert made.text.startswith("Contoso: ")
    assert (sms_parts(made.text), made.html, made.subject) == (1, "", "")


def test_what_has_changed_is_said_in_the_readers_language() -> None:
    said = {what: mail("notice.method_changed", what=what).text for what in ("+ a***@b.example", "- app", "app", "")}
    assert "a***@b.example was added." in said["+ a***@b.example"]
    assert "app was removed." in said["- app"]
    assert "now app." in said["app"]
    assert "one of them was added, changed or removed." in said[""]


@pytest.mark.parametrize("organisation", ["C" * 60, "Ünïversität zu Köln", "O" * 300])
@pytest.mark.parametrize("host", ["", "h" * 90 + ".example"])
def test_a_text_message_stays_one_whatever_the_names(organisation: str, host: str) -> None:
    text = sms(voice(organisation=organisation, host=host)).text
    assert "12345678" in text
    if organisation.isascii():
        assert sms_parts(text) == 1


def test_the_notice_of_a_reset_reads_so() -> None:
    """NOT-3, golden: what, when, roughly where, what to do; no secret."""
    assert mail("notice.password_reset").text == (
        "This is about your account ada@example.org at Contoso.\n\n"
        "The password was reset on 21 September 2026, 16:13 CEST.\n\n"
        "It came from the network address 203.0.113.7.\n\n"
        "Was it you? Then all is well.\n\n"
        "You were signed out everywhere. Sign in again with the new password.\n\n"
        "Was it not you? Call your helpdesk now, and do not use this account until they have helped you.\n\n"
        "You get this mail because it is about your account. It cannot be answered.\n"
    )


@pytest.mark.parametrize("language", ["en", PSEUDO])
@pytest.mark.parametrize("template", MAILS)
def test_both_parts_of_every_mail_say_the_same(template: str, language: str) -> None:
    made = mail(template, voice(language))
    shown = Plain(made.html).words
    said = made.text.strip().split("\n\n")
    assert shown[:2] == [made.subject, made.subject]
    assert [words for words in shown[2:] if words != VALUES["code"]] == said
    assert made.language == language
    assert f'dir="{CATALOG.words(language).dir}"' in made.html


@pytest.mark.parametrize("template", MAILS)
def test_no_mail_holds_a_link_picture_or_script(template: str) -> None:
    """SND-9, NOT-3."""
    made = mail(template)
    assert Plain(made.html).tags <= {"html", "head", "meta", "title", "body", "div", "h1", "p"}
    assert "http" not in made.text + made.html


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_values_cannot_bring_markup_lines_or_directions(template: str) -> None:
    """INJ-4."""
    nasty = '<b onclick="x">&amp;{code}\r\nBcc: e@evil.example\u202e\u200b'
    values = {name: nasty if isinstance(value, str) else value for name, value in VALUES.items()}
    channel = "email" if TEMPLATES[template].body else "sms"
    made = letter(Outgoing(channel, template, values, ADA_MAIL), "id-1", NOW, voice(organisation=nasty, host=""))
    assert "b" not in Plain(made.html).tags
    assert not set("\r\u202e\u200b") & set(made.text + made.subject + made.html + made.sender_name)
    assert "\n" not in made.subject + made.sender_name
    assert "\nBcc" not in made.text
    assert "{code}" in made.text


def test_only_declared_values_get_into_a_message() -> None:
    """INJ-4: what somebody adds is dropped, what is missing is refused."""
    assert mail("notice.rescue", note="Call +1 666") == mail("notice.rescue")
    lacking = Outgoing("email", "mail.code", {"letters": "KT"}, ADA_MAIL)
    by_sms = Outgoing("sms", "notice.rescue", VALUES, ADA_MOBILE)
    for broken in (lacking, replace(lacking, template="mail.unheard_of"), by_sms):
        with pytest.raises(Broken):
            letter(broken, "id-1", NOW, voice())


def test_parts_are_counted_as_networks_count_them() -> None:
    """GSM 03.38: 160 or 153 letters; otherwise UCS-2, 70 or 67."""
    counts = {
        "a" * 160: 1,
        "a" * 161: 2,
        "ä" * 160: 1,
        "ő" * 70: 1,
        "ő" * 71: 2,
        "😀" * 35: 1,
        "😀" * 36: 2,
        "a" * 307: 3,
    }
    assert {text: sms_parts(text) for text in counts} == counts
