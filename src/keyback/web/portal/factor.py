"""The second factor at sign-in."""

from keyback.web.call import Answer, Call

MESSAGES: dict[str, str] = {}


def show(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def ways(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def pick(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def again(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def answered(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError
