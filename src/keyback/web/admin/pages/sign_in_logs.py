"""Sign-in logs: who tried to sign in, how far they came, and why; Entra's numbers with their meanings."""

from keyback.app.logs.asking import Typed
from keyback.app.logs.naming import Seen
from keyback.app.logs.views import SIGN_IN_VIEWS
from keyback.app.sign_in.clients import named
from keyback.app.sign_in.log import MEANINGS
from keyback.core.events import Activity
from keyback.core.messages import Text, say
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Heading, Place, Route
from keyback.web.admin.pages import _logs
from keyback.web.admin.parts import Cell, Column, Filter, Mark, Row, Words

MESSAGES = {
    "sign_in_logs.title": "Sign-in logs",
    "sign_in_logs.lead": "Every attempt to sign in, with the numbers that Entra gives and what they mean.",
    "sign_in_logs.view_all": "All sign-ins",
    "sign_in_logs.view_suspicious": "Suspicious",
    "sign_in_logs.time": "Time",
    "sign_in_logs.user": "User",
    "sign_in_logs.result": "Result",
    "sign_in_logs.meaning": "Number",
    "sign_in_logs.by": "Proofs",
    "sign_in_logs.address": "Address",
    "sign_in_logs.client": "Browser",
    "sign_in_logs.browser_on": "{browser} on {system}",
    "sign_in_logs.new_browser": "Signed in, in a browser that did not know the person yet",
    "sign_in_logs.interrupted": "Interrupted",
    "sign_in_logs.new": "New browser",
    "sign_in_logs.means_0": "0: signed in",
    "sign_in_logs.means_50126": "50126: wrong password",
    "sign_in_logs.means_50034": "50034: nobody has this user ID",
    "sign_in_logs.means_50057": "50057: the account is disabled",
    "sign_in_logs.means_50053": "50053: too many wrong passwords or second proofs, so none is looked at for now",
    "sign_in_logs.means_80001": "80001: the directory that holds the password did not answer",
    "sign_in_logs.means_50055": "50055: the password is right, but a new one must be chosen",
    "sign_in_logs.means_50125": "50125: asked to register, or to confirm what is registered",
    "sign_in_logs.means_50072": "50072: must register a second proof before anything else is open",
    "sign_in_logs.means_50074": "50074: the password is right; asked for a second proof",
    "sign_in_logs.means_500121": "500121: the second proof was wrong",
    "sign_in_logs.means_reported": "The password is right, but its owner reported that somebody else had set it",
}
PATH = "/sign-in-logs"


def meaning(number: str) -> Text:
    """One of Entra's numbers in words; what has no number has words only."""
    return say(
        f"sign_in_logs.means_{number or '0'}" if number.isdigit() or not number else "sign_in_logs.means_reported"
    )


def mark(one: Seen) -> Mark:
    """How it went."""
    if one.activity == Activity.SIGN_IN_INTERRUPTED:
        return Mark(say("sign_in_logs.interrupted"), "info")
    if one.activity == Activity.SIGN_IN_NEW_BROWSER:
        return Mark(say("sign_in_logs.new"), "warn")
    return _logs.result_mark(one)


def why(one: Seen) -> Words:
    """Number and meaning."""
    if one.activity == Activity.SIGN_IN_NEW_BROWSER:
        return say("sign_in_logs.new_browser")
    return meaning(one.reason) if one.reason in MEANINGS else one.reason


def browser(client: str) -> Words:
    """What it calls itself, in short; what is none that we know stands as it came."""
    name, system = named(client)
    return say("sign_in_logs.browser_on", browser=name, system=system) if name and system else client


def _row(ask: Ask, one: Seen) -> Row:
    href = f"/audit-logs/story/{one.correlation}" if one.correlation else f"/audit-logs/{one.seq}"
    by: tuple[Cell, ...] = tuple(str(one.details[name]) for name in ("factors", "method") if one.details.get(name))
    cells = (
        _logs.time_cell(ask, one, href), _logs.name_cell(one.about, actor=False), mark(one), why(one), by, one.source,
        browser(str(one.details.get("client", ""))),
    )  # fmt: skip
    return Row(str(one.seq), cells)


def _filters(typed: Typed) -> tuple[Filter, ...]:
    numbers = tuple((number, meaning(number)) for number in MEANINGS if number)
    return (Filter("number", "select", say("sign_in_logs.meaning"), typed.number, (("", say("logs.any")), *numbers)),)


BOOK = _logs.Book(
    PATH, "sign_in_logs", say("sign_in_logs.title"), say("sign_in_logs.lead"), SIGN_IN_VIEWS,
    tuple(Column(say(f"sign_in_logs.{name}")) for name in ("time", "user", "result", "meaning", "by", "address", "client")),
    _row, _filters,
)  # fmt: skip


def show(ask: Ask) -> Reply:
    """A page of a saved view."""
    return _logs.show(ask, BOOK)


def export(ask: Ask) -> Reply:
    """The same as a file."""
    return _logs.export(ask, BOOK)


ROUTES = (
    Route("GET", PATH, show, _logs.READS, query=_logs.QUERY),
    Route("GET", f"{PATH}/export/{{form}}", export, _logs.EXPORTS, query=_logs.QUERY),
)
PLACES = (
    Place(PATH, say("sign_in_logs.title"), Heading.LOGS, 2, _logs.READS,
          tuple(say(f"sign_in_logs.view_{name}") for name in SIGN_IN_VIEWS)),
)  # fmt: skip
