"""Which numbers may get a text message: ordinary ones of the countries that the tenant allows (SND-3).

Premium, shared-cost, satellite, pager and like ranges cost whoever calls them, and are what toll fraud lives on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

MESSAGES: Mapping[str, str] = {
    "numbers.toll_free": "This is a number that is free for callers; such numbers get no messages.",
    "numbers.premium": "This is a premium-rate number; Keyback never calls those.",
    "numbers.shared_cost": "This is a shared-cost number; Keyback never calls those.",
    "numbers.voip": "This is a number of Internet telephony only; Keyback never calls those.",
    "numbers.personal": "This is a personal number, which forwards to wherever its owner says; Keyback never calls those.",
    "numbers.pager": "This is the number of a pager; Keyback never calls those.",
    "numbers.uan": "This is a company-wide number, which belongs to no phone; Keyback never calls those.",
    "numbers.voicemail": "This is the number of a voicemail box; Keyback never calls those.",
    "numbers.satellite": "This is a satellite number or another one of no country; Keyback never calls those.",
}

NO_COUNTRY = "001"
"""What the numbering plan calls codes that belong to no country: satellite, international premium and the like."""
SUBSCRIBER_DIGITS = 4
"""What a prefix leaves off (SND-2)."""


@dataclass(frozen=True, slots=True)
class Number:
    """What the numbering plan says of a number."""

    country: str
    """ISO 3166, or empty for a number that the plan does not know."""
    refused: str
    """Id of the sentence that says why it is never called; empty: ordinary, or not known."""


def prefix(e164: str) -> str:
    """The number without its last four digits: the block that one subscriber of a fraudulent network rents."""
    return e164[:-SUBSCRIBER_DIGITS]


def may_be_messaged(e164: str, allowed: Collection[str]) -> bool:
    """Whether a text message may go there. What the numbering plan does not know is not called: it may be anywhere."""
    number = look_up(e164)
    return not number.refused and number.country in allowed


def is_country(code: str) -> bool:
    """Whether there are numbers of this country; ISO 3166, capital letters."""
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


@lru_cache(512)
def look_up(e164: str) -> Number:
    """Kind and country of a number in E.164."""
    import phonenumbers  # here, because it takes 80 ms that the start need not wait for

    try:
        parsed = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return Number("", "")
    if phonenumbers.region_code_for_country_code(parsed.country_code or 0) == NO_COUNTRY:
        return Number("", "numbers.satellite")
    kind = phonenumbers.number_type(parsed)
    known = kind != phonenumbers.PhoneNumberType.UNKNOWN
    return Number(phonenumbers.region_code_for_number(parsed) or "" if known else "", _refused_kinds().get(kind, ""))


@lru_cache(1)
def _refused_kinds() -> Mapping[int, str]:
    from phonenumbers import PhoneNumberType as Kind

    return MappingProxyType(
        {
            Kind.TOLL_FREE: "numbers.toll_free",
            Kind.PREMIUM_RATE: "numbers.premium",
            Kind.SHARED_COST: "numbers.shared_cost",
            Kind.VOIP: "numbers.voip",
            Kind.PERSONAL_NUMBER: "numbers.personal",
            Kind.PAGER: "numbers.pager",
            Kind.UAN: "numbers.uan",
            Kind.VOICEMAIL: "numbers.voicemail",
        }
    )
