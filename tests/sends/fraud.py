"""A stranger who makes the organisation send text messages, to whoever profits from them."""

from dataclasses import replace
from typing import Any

from keyback.core.policy import Limits
from keyback.core.types import ContactKind
from tests.living import OPEN_POLICY, Living

WIDE = Limits(starts_per_source_10_minutes=10_000, sends_per_source_hour=10_000)
"""The limits of one network out of the way: the stranger has many."""


def with_limits(**limits: Any) -> Any:
    """The open policy, for a stranger with many networks."""
    return replace(OPEN_POLICY, limits=replace(WIDE, **limits))


def pumped(living: Living, number: str) -> str:
    """A person of this number, for whom a text message was asked for; what the page says then."""
    name = f"victim{number.removeprefix('+')}"
    if not person_there(living, name):
        living.contact(living.person(name), ContactKind.MOBILE, number)
    browser = living.browser()
    browser.start(f"{name}@contoso.example")
    return str(browser.choose("sms_code")["state"])


def person_there(living: Living, name: str) -> bool:
    with living.store.reading() as unit:
        return unit.people.by_id(f"id-{name}", unit.now) is not None


def texts(living: Living) -> list[str]:
    """Numbers that a text message went to, those of decoys and held ones not among them."""
    return [str(message["to"]) for message in living.delivered() if message["channel"] == "sms"]


def held_back(living: Living) -> list[str]:
    """Names of limits that held a message back, from the audit log."""
    return [
        name for line in living.story() if (name := line["details"].partition('"held_back":"')[2].partition('"')[0])
    ]
