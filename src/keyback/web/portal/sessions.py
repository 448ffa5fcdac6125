"""Where one is signed in."""

from keyback.web.call import Answer, Call

MESSAGES: dict[str, str] = {}


def show(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def name(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def end(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def end_others(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError
