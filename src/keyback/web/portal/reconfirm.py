"""Is it all still right?"""

from keyback.web.call import Answer, Call

MESSAGES: dict[str, str] = {}


def show(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError


def post(call: Call) -> Answer:
    """To be written."""
    raise NotImplementedError
