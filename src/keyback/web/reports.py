"""What browsers report about our content security policy (WEB-3): one safe line in the log, a few times an hour."""

import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.rules.limits import Client, charge
from keyback.web.call import Answer, Call
from keyback.web.guards import Stop

log = logging.getLogger("keyback.web")

PATH = "/csp-report"
MEDIA_TYPES = ("application/csp-report", "application/reports+json")
LARGEST = 8 * 1024
_UNSAFE = re.compile(r"[^a-z0-9.:/-]")


def read_report(body: bytes, media_type: str) -> dict[str, str]:
    """Which directive, and what it stopped; a path may hold a one-time token and is dropped."""
    if media_type.partition(";")[0].strip().lower() not in MEDIA_TYPES:
        raise Stop(415, say("stop.media_type"))
    try:
        whole = json.loads(body.decode()) if len(body) <= LARGEST else None
    except (ValueError, RecursionError):
        whole = None
    for report in whole if isinstance(whole, list) else [whole]:
        said = report.get("csp-report", report.get("body")) if isinstance(report, dict) else None
        if isinstance(said, dict):
            return {"directive": _plain(_first(said, "effective-directive", "effectiveDirective")),
                    "blocked": _place(_first(said, "blocked-uri", "blockedURL"))}  # fmt: skip
    raise Stop(400, say("stop.bad_request"))


def take(call: Call) -> Answer:
    """Log it, unless there were many."""
    with call.site.house.store.writing() as unit:
        too_many = unit.throttles.charge(charge("reports", Limits(), "", Client()), unit.now)
    if too_many is None:
        log.warning("a browser kept to our content policy: %(directive)s stopped %(blocked)s", dict(call.fields))
    return Answer(status=204, body=b"")


def _first(said: dict[str, Any], *names: str) -> str:
    return next((value for name in names if isinstance(value := said.get(name), str)), "")


def _plain(text: str) -> str:
    return _UNSAFE.sub("", text.lower())[:60] or "unknown"


def _place(address: str) -> str:
    try:
        parts = urlsplit(address)
        return _plain(f"{parts.scheme}://{parts.hostname}" if parts.hostname else address.partition(":")[0])
    except ValueError:
        return "unknown"
