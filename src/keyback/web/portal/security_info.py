"""What one has registered."""

from keyback.web.call import Answer, Call

MESSAGES: dict[str, str] = {}


def show(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def change(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def remove(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def prefer(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def lost(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError
