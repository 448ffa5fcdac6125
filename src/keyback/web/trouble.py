"""What each kind of trouble looks like. Nothing was changed, and the person is never at a dead end (GAT-5)."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from keyback.app.sign_in.again import want
from keyback.app.sign_in.fresh import NotFresh
from keyback.app.sign_in.seat import Unseated
from keyback.core.errors import (
    Broken,
    Busy,
    Conflict,
    Contended,
    Forbidden,
    NotFound,
    Refused,
    TooMany,
    Trouble,
    Unavailable,
    Unsure,
)
from keyback.core.messages import Text, say
from keyback.core.types import SECOND
from keyback.web.call import Answer, Call
from keyback.web.page import Field, Link, Message, Page
from keyback.web.portal.places import elsewhere

log = logging.getLogger("keyback.web")

MESSAGES = {
    "error.title": "This did not work",
    "error.busy": "Keyback is busy. Nothing was changed. Please try again in a few seconds.",
    "error.unavailable": "Keyback cannot do this at the moment. Nothing was changed. Please try again in a minute.",
    "error.unshown": "We cannot show you this page at the moment. Please load it again in a minute: it shows where you are.",
    "error.unsure": "The connection to our database broke at the last moment, so we cannot say whether this was done. Go back "
    "and reload the page: it shows where you are.",
    "error.broken": "Something went wrong on our side. Nothing was changed. Please try again; if it happens again, tell "
    "your administrator the reference below.",
    "error.start": "Start again",
    "error.again": "Try again",
    "error.again_secret": "Please type the password again. For your safety it was not kept.",
}

WANTED = ("/password", "/sessions")
"""Pages to which one comes back after proving again who one is; from everywhere else, to what one has registered."""
TRIES = 3
"""A whole unit of work that met another one is done again this often before the person is told to wait."""
LONGEST_PAUSE_SECONDS = 0.05
"""Before it is done again; each waits for another part of it, so that they do not meet again (F13)."""
RETRY_SECONDS = 2
SECRETS = {
    "password": ("password", "sign_in.password"),
    "current": ("password", "change.current"),
    "new": ("new_password", "password.new"),
    "again": ("new_password", "password.again"),
}
"""Kind and label of the fields that no answer holds."""
_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (TooMany, 429),
    (Conflict, 409),
    (Refused, 422),
)


def handled(call: Call, handler: Callable[[Call], Answer]) -> Answer:
    """The handler's answer, or the page of the trouble it met."""
    for again in range(TRIES, 0, -1):
        try:
            return _served(call, handler)
        except Contended:
            if again == 1:
                return _busy(call)
            time.sleep(call.site.house.random.bytes(1)[0] / 255 * LONGEST_PAUSE_SECONDS)
        except Trouble as error:
            return _page_of(call, error)
        except Exception as error:  # noqa: BLE001 - the outermost door: refuse, and name no more than kind and place
            return _broken(call, _where(error))
    raise AssertionError("the last try answers")


def _served(call: Call, handler: Callable[[Call], Answer]) -> Answer:
    try:
        return handler(call)
    except Unseated:
        return elsewhere(call)
    except NotFresh:
        want(call.site.house, call.visit, next((page for page in WANTED if call.path.startswith(page)), ""))
        return Answer(go_to="/prove")


def error_page(text: Text, reference: str = "") -> Page:
    """What happened, and a way on."""
    links = (Link("restart", "/reset", say("error.start")), Link("help", "/contact", say("link.help")))
    return Page("error", say("error.title"), messages=(Message(text, "bad"),), links=links, reference=reference)


def seconds_until(call: Call, error: TooMany) -> int:
    """For Retry-After."""
    return max(1, -(-(error.retry_at - call.now) // SECOND))


def _page_of(call: Call, error: Trouble) -> Answer:
    if isinstance(error, Refused):
        status = next(status for kind, status in _STATUS if isinstance(error, kind))
        wait = seconds_until(call, error) if isinstance(error, TooMany) else 0
        return Answer(error_page(error.text), status, retry_after=wait)
    if isinstance(error, Busy):
        return _busy(call)
    if isinstance(error, Unavailable):
        log.error("unavailable: %s", error)
        return Answer(error_page(say(_unavailable(call, error))), 503, retry_after=30)
    return _broken(call, str(error) if isinstance(error, Broken) else type(error).__name__)


def _unavailable(call: Call, error: Unavailable) -> str:
    """A page that cannot be shown says nothing about the step before it, which may have been done (I2)."""
    if call.method != "POST":
        return "error.unshown"
    return "error.unsure" if isinstance(error, Unsure) else "error.unavailable"


def _busy(call: Call) -> Answer:
    """Told to come back, with one button that sends what was typed once more. Passwords are not sent back (COD-9)."""
    page = error_page(say("error.busy" if call.method == "POST" else "error.unshown"))
    if call.method == "POST":
        page = replace(page, action=call.path, submit=say("error.again"), fields=tuple(_typed(call)))
    return Answer(page, 503, retry_after=RETRY_SECONDS)


def _typed(call: Call) -> Iterator[Field]:
    yield Field("token", "hidden", say("error.again"), value=call.token)
    for name, value in call.fields.items():
        if name in SECRETS:
            kind, label = SECRETS[name]
            yield Field(name, kind, say(label), hint=say("error.again_secret"))
        else:
            yield Field(name, "hidden", say("error.again"), value=value)


def _where(error: Exception) -> str:
    at, frame = "", error.__traceback__
    while frame is not None:
        at, frame = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}", frame.tb_next
    return f"{type(error).__name__} at {at}"


def _broken(call: Call, why: str) -> Answer:
    reference = call.site.house.random.id()
    log.error("broken %s: %s", reference, why)
    return Answer(error_page(say("error.broken"), reference), 500)
