"""Overview: how it stands, and what needs attention."""

from keyback.core.messages import say
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Heading, Place, Route
from keyback.web.admin.parts import Screen

MESSAGES = {"overview.title": "Overview"}


def show(ask: Ask) -> Reply:
    """The first page."""
    return Reply(Screen("overview", say("overview.title")))


ROUTES = (Route("GET", "/", show, ANY_ROLE),)
PLACES = (Place("/", say("overview.title"), Heading.TOP, 1, ANY_ROLE),)
