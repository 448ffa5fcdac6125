"""What somebody asks a log for: every value typed, and from a closed list or of a fixed form (WEB-13)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final

from keyback.app.logs.days import begins, ends
from keyback.app.logs.views import written_by
from keyback.app.sign_in.log import MEANINGS
from keyback.core.errors import Invalid
from keyback.core.events import Activity
from keyback.core.messages import say
from keyback.core.ports.listing import LogQuery

MESSAGES = {
    "logs.no_filter": "The list cannot be narrowed by that. Choose one of the values that are offered.",
    "logs.no_address": "{address} is no address of a network, such as 203.0.113.7 or 2001:db8::1.",
    "logs.no_span": "The first day is after the last one, so no line can be between them.",
}
RESULTS: Final = ("success", "failure")
PAGE: Final = 50
"""Lines."""
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Typed:
    """What came with the request; `since` and `until` are days, `number` is one of Entra's for sign-ins."""

    view: str = ""
    person: str = ""
    activity: str = ""
    result: str = ""
    number: str = ""
    since: str = ""
    until: str = ""
    address: str = ""
    after: str = ""

    @property
    def kept(self) -> Mapping[str, str]:
        """As the audit log notes it, and links carry it on; whoever is named stands there by id alone (AUD-5)."""
        pairs = {
            "view": self.view, "activity": self.activity, "result": self.result, "number": self.number,
            "since": self.since, "until": self.until, "address": self.address,
        }  # fmt: skip
        return {name: value for name, value in pairs.items() if value}


def understood(typed: Typed, views: Mapping[str, tuple[Activity, ...]], zone: str) -> tuple[Typed, LogQuery]:
    """In its usual form, and as the store is asked; the person is looked up later. Raises `Invalid`."""
    typed = replace(typed, view=typed.view or next(iter(views)), address=_address(typed.address))
    if typed.view not in views or typed.result not in {"", *RESULTS} or not _known(typed):
        raise Invalid(say("logs.no_filter"))
    since = begins(typed.since, zone) if typed.since else 0
    until = ends(typed.until, zone) if typed.until else 0
    if until and since >= until:
        raise Invalid(say("logs.no_span"))
    activities = _activities(typed, views)
    if typed.after and not _NUMBER.fullmatch(typed.after):
        raise Invalid(say("logs.no_filter"))
    query = LogQuery(
        activities=tuple(str(one) for one in activities), result=typed.result, reason=typed.number, source=typed.address,
        since=since, until=until, before=int(typed.after or 0), count=PAGE,
    )  # fmt: skip
    return typed, query


def _known(typed: Typed) -> bool:
    numbers = typed.number in {"", *MEANINGS}
    return numbers and (not typed.activity or typed.activity in Activity.__members__.values())


def _activities(typed: Typed, views: Mapping[str, tuple[Activity, ...]]) -> tuple[Activity, ...]:
    """Of the view; a number of the sign-in log, or one activity, narrows it."""
    if typed.number:
        return (written_by(typed.number),)
    if typed.activity:
        return (Activity(typed.activity),)
    return views[typed.view]


def _address(typed: str) -> str:
    """As the log writes it. Raises `Invalid`."""
    if not typed:
        return ""
    try:
        return str(ip_address(typed.strip().strip("[]")))
    except ValueError as error:
        raise Invalid(say("logs.no_address", address=typed[:_LONGEST])) from error
