"""What is particular to codes by e-mail and by text message."""

from dataclasses import replace

import pytest

from keyback.core.ports import Method, Right, Wrong
from keyback.core.rules import assurance
from tests.contracts.kit import SHELF, Counting, sent_code
from tests.people import ADA_MAIL, ADA_MOBILE, enrolment

MAIL, TEXT = SHELF["email_code"], SHELF["sms_code"]
AT_HOME = enrolment("email_code", b"ada@mail.example", name="home")
AT_CLUB = enrolment("email_code", b"ada@club.example", name="club")
PHONE = enrolment("sms_code", ADA_MOBILE.encode())


@pytest.mark.parametrize(
    ("method", "channel", "template", "digits"), [(MAIL, "email", "mail.code", 8), (TEXT, "sms", "sms.code", 6)]
)
def test_length_channel_and_template(method: Method, channel: str, template: str, digits: int) -> None:
    """decisions 8"""
    message = method.begin((), Counting().tools()).deliver
    assert message is not None
    assert (message.channel, message.template, len(str(message.values["code"]))) == (channel, template, digits)
    assert (message.values["letters"], message.values["life_ms"]) == ("KX", 600_000)
    assert method.ask("KX", b"").length == digits


def test_the_preferred_contact_gets_the_code_else_the_first() -> None:
    """decisions 1"""
    both = (AT_HOME, AT_CLUB)
    first = MAIL.begin(both, Counting().tools()).deliver
    assert first is not None
    assert first.to == "ada@mail.example"
    preferred = (AT_HOME, replace(AT_CLUB, preferred=True))
    opening = MAIL.begin(preferred, Counting().tools())
    assert opening.deliver is not None
    assert opening.deliver.to == "ada@club.example"
    right = MAIL.check(preferred, opening.state, sent_code(opening), Counting().tools())
    assert right == Right(preferred[1])


def test_a_code_sent_to_one_contact_never_proves_another() -> None:
    """COD-5: even when the preferred contact changes between sending and answering."""
    opening = MAIL.begin((AT_HOME,), Counting().tools())
    changed = (AT_HOME, replace(AT_CLUB, preferred=True))
    assert MAIL.check(changed, opening.state, sent_code(opening), Counting().tools()) == Wrong()


def test_leading_zeros_are_kept() -> None:
    """COD-2"""
    lengths = {len(sent_code(TEXT.begin((PHONE,), Counting().tools()))) for _ in range(200)}
    assert lengths == {6}


@pytest.mark.parametrize("spelling", ["ADA@Mail.Example", "ada+reset@mail.example", "ａda@mail.example"])
def test_two_spellings_of_one_mailbox_are_one_trust_root(spelling: str) -> None:
    """GAT-2"""
    other = replace(AT_HOME, id="again", secret=spelling.encode())
    one, two = (("email_code", MAIL.trust_roots(AT_HOME)), ("email_link", MAIL.trust_roots(other)))
    assert not assurance.independent(one, two)
    assert assurance.independent(one, ("email_link", MAIL.trust_roots(AT_CLUB)))


def test_what_must_be_controlled_and_what_is_shown() -> None:
    home = replace(AT_HOME, secret=ADA_MAIL.encode())
    assert MAIL.trust_roots(home) == {"mailbox:ada@mail.example"}
    assert TEXT.trust_roots(PHONE) == {"phone:+4915112345609"}
    assert MAIL.masked(home) == "a***@mail.example"
    assert TEXT.masked(PHONE) == "+49 ••• ••09"
