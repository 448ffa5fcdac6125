"""What an owner knows again, and nobody else can complete."""

import phonenumbers
import pytest

from keyback.core.rules import masking


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("ada@example.org", "a***@example.org"),
        ("a@example.org", "a***@example.org"),
        ("ünal@x.example", "ü***@x.example"),
    ],
)
def test_mail_shows_one_letter_and_the_domain(address: str, shown: str) -> None:
    assert masking.mail(address) == shown


def test_the_length_of_a_name_is_not_told() -> None:
    assert masking.mail("ada@example.org") == masking.mail("a.very.long.name@example.org")


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+4915112345609", "+49 ••• ••09"), ("+16502530000", "+1 ••• ••00"), ("+35312345678", "+353 ••• ••78")],
)
def test_a_number_shows_its_country_and_the_last_two_digits(number: str, shown: str) -> None:
    assert masking.number(number) == shown


@pytest.mark.parametrize("code", sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
def test_every_calling_code_is_known(code: int) -> None:
    assert masking.number(f"+{code}5550009") == f"+{code} ••• ••09"
