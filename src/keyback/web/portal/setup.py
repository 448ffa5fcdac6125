"""One-time links of `keyback init` and `keyback rescue`: an administrator sets a password and an authenticator."""

from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.web.call import Answer, Call

MESSAGES = {
    "setup.dead": "This link no longer works.",
}


def show(call: Call) -> Answer:
    """The form; looking uses nothing up (COD-10)."""
    raise NotFound(say("setup.dead"))


def post(call: Call) -> Answer:
    """Set both, once."""
    raise NotFound(say("setup.dead"))
