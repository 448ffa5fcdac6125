"""Where a browser belongs, by its session alone: nothing that a request carries decides where it is sent."""

from dataclasses import replace

from keyback.app.sign_in import session
from keyback.app.sign_in.seat import Seat, Unseated
from keyback.core.errors import Unavailable
from keyback.core.ports import SessionKind
from keyback.core.rules.interrupts import Interrupt
from keyback.web.call import SESSION, Answer, Call

_INTERRUPTS = {
    Interrupt.PASSWORD: "/sign-in/password",
    Interrupt.REGISTER: "/register",
    Interrupt.CONFIRM: "/confirm",
}


def path_of(kind: SessionKind | None, waiting: Interrupt | None) -> str:
    """The page of a session of this kind, before which `waiting` comes; without a session, of nobody."""
    if kind is None:
        return "/sign-in"
    if kind is SessionKind.FACTOR:
        return "/sign-in/factor"
    if kind is SessionKind.ADMIN:
        return "/"
    return "/signed-in" if kind is SessionKind.PORTAL or waiting is None else _INTERRUPTS[waiting]


def place(call: Call, token: str | None = None) -> str:
    """Where this browser belongs now. `token`: what its session cookie holds from now on, if not what came along."""
    visit = call.visit if token is None else replace(call.visit, token=token)
    try:
        return path_of(*session.stage(call.site.house, visit))
    except Unavailable:
        if token is None:
            raise
        return "/signed-in"  # what was asked for is done: say so, and let the next request find the way


def at(call: Call, *kinds: SessionKind) -> Seat | Answer:
    """Who sits here, with everything that they registered, in a session of one of these kinds; everybody else is sent to
    where they belong. What a verb raises as `Unseated` is answered likewise, without any help of the handler."""
    try:
        return session.here(call.site.house, call.visit, *kinds)
    except Unseated:
        return elsewhere(call)


def elsewhere(call: Call, token: str | None = None) -> Answer:
    """Sent to where this browser belongs: under its session's new name, if it has one (SES-1). Without one its cookie
    stays: a form that was sent twice would sign its winner out."""
    return Answer(go_to=place(call, token), cookies={} if token is None else {SESSION: token})
