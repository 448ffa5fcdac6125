"""The page of somebody who is signed in: what they can do here, and what they should know."""

from collections.abc import Iterator

from keyback.app.sign_in import expiry
from keyback.app.sign_in.seat import Seat
from keyback.core.messages import Text, say
from keyback.core.rules import registration
from keyback.web.call import Call
from keyback.web.page import Link, Message, Page
from keyback.web.portal import asking

MESSAGES = {
    "signed_in.title": "You are signed in",
    "signed_in.lead": "As {name} ({user_id}).",
    "signed_in.submit": "Sign out",
    "signed_in.security_info": "Security info: how you prove who you are",
    "signed_in.sessions": "Where you are signed in",
    "signed_in.password": "Change your password",
    "signed_in.expires": "Your password works until {until_at}. Change it before then, so that nothing stops you that day.",
    "signed_in.closed": "Your account was recovered a short time ago. To keep strangers out, your security info can only be read "
    "until {closed_until_at}.",
}


def page(call: Call, at: Seat) -> Page:
    """Links, and warnings above them. `at` is `with_info`."""
    person = at.person
    return Page(
        "signed_in",
        say("signed_in.title"),
        lead=(say("signed_in.lead", name=person.display_name or person.upn, user_id=person.upn),),
        action="/sign-out",
        submit=say("signed_in.submit"),
        fields=asking.hidden(call),
        messages=tuple(Message(text, "warn") for text in _warnings(call, at)),
        links=(
            Link("security_info", "/security-info", say("signed_in.security_info")),
            Link("sessions", "/sessions", say("signed_in.sessions")),
            Link("password", "/password", say("signed_in.password")),
            Link("help", "/contact", say("link.help")),
        ),
    )


def _warnings(call: Call, at: Seat) -> Iterator[Text]:
    ends = expiry.warned_until(call.site.house, at)
    if ends is not None:
        yield say("signed_in.expires", until_at=ends)
    closed = registration.closed_until(at.person, at.policy.policy, at.now)
    if closed is not None:
        yield say("signed_in.closed", closed_until_at=closed)
