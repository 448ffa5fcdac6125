"""A new password at sign-in, and a new one for a known one."""

from keyback.web.call import Answer, Call

MESSAGES: dict[str, str] = {}


def must(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def must_post(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def must_judge(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def change(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def change_post(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def change_judge(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError
