"""Which numbers are ever called (SND-3)."""

import pytest

from keyback.app.people.contacts import canonical_contact
from keyback.core.errors import Invalid
from keyback.core.rules import numbers
from keyback.core.types import ContactKind

REFUSED = {
    "+8816123456789": "numbers.satellite",
    "+870773123456": "numbers.satellite",
    "+979123456789": "numbers.satellite",
    "+883510012345678": "numbers.satellite",
    "+499001234567": "numbers.premium",
    "+4918012345678": "numbers.shared_cost",
    "+498001234567": "numbers.toll_free",
    "+4916412345678": "numbers.pager",
    "+4970012345678": "numbers.personal",
    "+443001234567": "numbers.uan",
    "+447012345678": "numbers.personal",
}


@pytest.mark.parametrize(("number", "why"), REFUSED.items())
def test_numbers_that_cost_the_caller_are_refused_where_they_come_in(number: str, why: str) -> None:
    """SND-3: with the reason, whatever the countries."""
    with pytest.raises(Invalid) as refused:
        canonical_contact(ContactKind.MOBILE, number, "")
    assert refused.value.text.id == why
    assert not numbers.may_be_messaged(number, {"DE", "GB", "001"})


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4915112345609", "DE"),
        ("+12025550123", "US"),
        ("+18765550123", "JM"),
        ("+77011234567", "KZ"),
        ("+79011234567", "RU"),
    ],
)
def test_countries_that_share_a_code_are_told_apart(number: str, country: str) -> None:
    """SND-3: allowing the United States does not allow Jamaica."""
    others = {"DE", "US", "JM", "KZ", "RU"} - {country}
    assert numbers.may_be_messaged(number, {country})
    assert not numbers.may_be_messaged(number, others)


@pytest.mark.parametrize("number", ["+10000000000", "+4415112345678", "+12425550123", "nonsense", "+"])
def test_what_no_plan_knows_is_not_called(number: str) -> None:
    """SND-3: it may be anywhere."""
    assert not numbers.may_be_messaged(number, {"US", "GB", "BS"})


def test_a_prefix_is_a_number_without_its_last_four_digits() -> None:
    """SND-2."""
    assert numbers.prefix("+4915112345609") == "+491511234"
