"""What each kind of trouble looks like in the admin centre, and the question before something dangerous."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from keyback.app.admin.operator import Operator
from keyback.app.admin.stepping import Asked
from keyback.app.sign_in.seat import Unseated
from keyback.core.errors import (
    Busy,
    Conflict,
    Contended,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Trouble,
    Unavailable,
    Unsure,
)
from keyback.core.messages import Text, say
from keyback.core.types import SECOND
from keyback.web.admin import declare
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.parts import Control, Form, Go, Hidden, Line, Paragraph, Screen
from keyback.web.call import Call
from keyback.web.page import Message

log = logging.getLogger("keyback.web")

MESSAGES = {
    "fault.title": "This did not work",
    "fault.back": "Overview",
    "fault.no_page": "There is no such page. Check the address, or go back to the Overview.",
    "proof.title": "One more proof",
    "proof.lead": "What you are about to do is far-reaching, so Keyback asks once more who sits here. The proof is good for "
    "five minutes. What you typed is kept.",
    "proof.submit": "Go on",
    "proof.cancel": "Cancel",
}
TRIES = 3
LONGEST_PAUSE_SECONDS = 0.05
RETRY_SECONDS, RETRY_LATER_SECONDS = 2, 30
"""Where others were in the way, and where the store cannot be reached."""
_STATUS: tuple[tuple[type[Refused], int], ...] = (
    (NotFound, 404), (Forbidden, 403), (TooMany, 429), (Conflict, 409), (Refused, 422),
)  # fmt: skip


class With(Exception):
    """A trouble, and who met it: the page around it stays theirs, and so does the session that a proof before it moved."""

    def __init__(self, error: Trouble, who: Operator, cookies: Mapping[str, str] | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.who = who
        self.cookies = dict(cookies or {})


Served = tuple[Reply, Operator | None]
_Answer = TypeVar("_Answer")


def handled(call: Call, serve: Callable[[], Served]) -> Served:
    """The answer, or the page of the trouble it met."""
    try:
        return patient(call, serve)
    except With as met:
        if isinstance(met.error, Unseated):
            return Reply(go_to="/sign-in"), None
        return _troubled(call, met.error, met.cookies), met.who
    except Trouble as error:
        return _troubled(call, error, {}), None
    except Exception as error:  # noqa: BLE001 - the outermost door: refuse, and name no more than kind and place
        return _broken(call, error), None


def patient(call: Call, work: Callable[[], _Answer]) -> _Answer:
    """A whole unit of work that met another one is done again a few times (F13)."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except Contended:
            time.sleep(call.site.house.random.bytes(1)[0] / 255 * LONGEST_PAUSE_SECONDS)
    return work()


def prove_first(ask: Ask, asked: Asked, wrong: Text | None = None) -> Screen:
    """The same form once more, with the question before it; its fields are carried along."""
    method = ask.house.methods[asked.challenge.method]
    question = method.ask(asked.challenge.letters, asked.challenge.state)
    proof = Line("proof", question.label, kind=question.kind, hint=question.hint, error=wrong, required=True,
                 autocomplete="one-time-code")  # fmt: skip
    controls: tuple[Control, ...] = (*_carried(ask), Hidden("proof_challenge", asked.challenge.id), proof)
    form = Form(
        ask.call.path, say("proof.submit"), controls, cancel=Go(declare.page_above(ask.call.path), say("proof.cancel"))
    )
    return Screen("prove", say("proof.title"), (form,), lead=(say("proof.lead"),))


def _carried(ask: Ask) -> Iterator[Hidden]:
    for name, value in ask.fields.items():
        yield Hidden(name, value)
    for name, values in ask.lists.items():
        for value in values:
            yield Hidden(name, value)


def _troubled(call: Call, error: Trouble, cookies: Mapping[str, str]) -> Reply:
    if isinstance(error, Refused):
        return _refused(call, error, cookies)
    if isinstance(error, Unavailable):
        busy = isinstance(error, Busy)
        if not busy:
            log.error("unavailable: %s", error)
        wait = RETRY_SECONDS if busy else RETRY_LATER_SECONDS
        return replace(_page(say(_unavailable(call, error)), 503), cookies=cookies, retry_after=wait)
    return replace(_broken(call, error), cookies=cookies)


def _unavailable(call: Call, error: Unavailable) -> str:
    """A page that cannot be shown says nothing about the step before it, which may have been done (I2)."""
    if call.method != "POST":
        return "error.unshown"
    if isinstance(error, Unsure):
        return "error.unsure"
    return "error.busy" if isinstance(error, Busy) else "error.unavailable"


def _refused(call: Call, error: Refused, cookies: Mapping[str, str]) -> Reply:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    mistakes = error.mistakes if isinstance(error, Invalid) else ()
    parts = tuple(Paragraph(one) for one in mistakes)
    screen = Screen("error", say("fault.title"), parts, messages=(Message(error.text, "bad"),),
                    above=(Go("/", say("fault.back")),))  # fmt: skip
    wait = max(1, -(-(error.retry_at - call.now) // SECOND)) if isinstance(error, TooMany) else 0
    return Reply(screen, status, cookies=cookies, retry_after=wait)


def _page(text: Text, status: int, reference: str = "") -> Reply:
    screen = Screen("error", say("fault.title"), messages=(Message(text, "bad"),), reference=reference,
                    above=(Go("/", say("fault.back")),))  # fmt: skip
    return Reply(screen, status)


def _broken(call: Call, error: Exception) -> Reply:
    at, frame = "", error.__traceback__
    while frame is not None:
        at, frame = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}", frame.tb_next
    reference = call.site.house.random.id()
    log.error("broken %s: %s at %s", reference, type(error).__name__, at)
    return _page(say("error.broken"), 500, reference)
