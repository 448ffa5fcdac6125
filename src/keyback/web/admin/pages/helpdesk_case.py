"""The caller check as the operator works it: begin it, read the number out, and see what becomes of it."""

from keyback.app.helpdesk import checking, looking
from keyback.core.errors import Refused
from keyback.core.messages import say
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import helpdesk_person
from keyback.web.admin.pages._desk import HELPS
from keyback.web.admin.parts import Screen


def begin(ask: Ask) -> Reply:
    """A new number, in place of the one before."""
    person = ask.args["person"]
    try:
        checking.open_case(ask.work(), person)
    except Refused as error:
        return helpdesk_person.again(ask, error)
    return Reply(go_to=f"/helpdesk/{person}")


def stop(ask: Ask) -> Reply:
    """Undecided."""
    person = ask.args["person"]
    checking.close_case(ask.work(), person)
    return Reply(go_to=f"/helpdesk/{person}")


def look(ask: Ask) -> Reply:
    """For the page that waits: how the check stands. Opened by somebody, it leads back to the person."""
    person, _, standing = looking.case_of(ask.work(), ask.args["person"])
    if not ask.call.wants_json:
        return Reply(go_to=f"/helpdesk/{person.id}")
    return Reply(Screen(f"case_{standing or 'none'}", say("case.title")))


ROUTES = (
    Route("GET", "/helpdesk/{person}/case", look, HELPS),
    Route("POST", "/helpdesk/{person}/case", begin, HELPS),
    Route("POST", "/helpdesk/{person}/case/close", stop, HELPS),
)
