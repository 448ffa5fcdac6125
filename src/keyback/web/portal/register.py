"""Registering what policy needs, and anything more."""

from keyback.web.call import Answer, Call

MESSAGES: dict[str, str] = {}


def show(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def ways(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def start(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def contact(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def answered(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def again(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def skip(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def done(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def codes(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def first(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def first_pick(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError
