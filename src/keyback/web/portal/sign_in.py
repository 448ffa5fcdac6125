"""Sign-in: user ID and password, a session, sign-out."""

from keyback.app.sign_in import enter, session
from keyback.app.sign_in.seat import Unseated
from keyback.app.sign_in.tries import Asked
from keyback.core.errors import Invalid, TooMany
from keyback.core.messages import Text, say
from keyback.core.ports import SessionKind
from keyback.core.types import SECOND
from keyback.web.call import KNOWN, SESSION, Answer, Call
from keyback.web.page import Field, Link, Message, Page
from keyback.web.portal.home import page as welcome
from keyback.web.portal.places import elsewhere, path_of, place

MESSAGES = {
    "sign_in.title": "Sign in",
    "sign_in.lead": "With the user ID and password of your organisation, or with an access pass in place of the password.",
    "sign_in.user_id": "User ID",
    "sign_in.password": "Password",
    "sign_in.submit": "Sign in",
    "sign_in.forgot": "Forgot password or locked out?",
}


def home(call: Call) -> Answer:
    """The address without a path."""
    return Answer(go_to=place(call))


def show(call: Call) -> Answer:
    """The form; or, for a browser that is signed in or on its way there, where it belongs."""
    there = place(call)
    return Answer(page(call)) if there == "/sign-in" else Answer(go_to=there)


def page(call: Call, *, typed: str = "", message: Text | None = None) -> Page:
    """The same for everybody, keeping the user ID that was typed; never the password."""
    return Page(
        "sign_in",
        say("sign_in.title"),
        lead=(say("sign_in.lead"),),
        action="/sign-in",
        submit=say("sign_in.submit"),
        fields=(
            Field("token", "hidden", say("sign_in.user_id"), value=call.token),
            Field("user_id", "username", say("sign_in.user_id"), value=typed),
            Field("password", "password", say("sign_in.password")),
        ),
        messages=(Message(message, "bad"),) if message else (),
        links=(
            Link("forgot", "/reset/from-sign-in", say("sign_in.forgot"), post=True, carries=True),
            Link("help", "/contact", say("link.help")),
        ),
    )


def post(call: Call) -> Answer:
    """Check the password; begin a session under a new name (SES-1)."""
    typed = call.fields.get("user_id", "")[:254]
    asked = Asked(
        call.fields.get("user_id", ""), call.fields.get("password", ""), call.source, call.client,
        call.cookies.get(SESSION, ""), call.cookies.get(KNOWN, ""), call.words.lang, call.site.door,
    )  # fmt: skip
    try:
        entered = enter.enter(call.site.house, asked)
    except (Invalid, enter.MustChange) as error:
        return Answer(page(call, typed=typed, message=error.text), 422)
    except TooMany as error:
        wait = max(1, (error.retry_at - call.now) // SECOND)
        return Answer(page(call, typed=typed, message=error.text), 429, retry_after=wait)
    cookies = {SESSION: entered.session} | ({KNOWN: entered.known} if entered.known else {})
    return Answer(go_to=path_of(entered.kind, entered.waiting), cookies=cookies)


def leave(call: Call) -> Answer:
    """Sign out."""
    session.leave(call.site.house, call.cookies.get(SESSION, ""), call.source)
    return Answer(go_to="/sign-in", cookies={SESSION: ""}, forget=True)


def inside(call: Call) -> Answer:
    """You are signed in. Who has nothing left to do is let in here, under a new name."""
    try:
        at = session.here(call.site.house, call.visit, SessionKind.PORTAL)
    except Unseated:
        token = session.let_in(call.site.house, call.visit)
        return Answer(go_to="/signed-in", cookies={SESSION: token}) if token else elsewhere(call)
    return Answer(welcome(call, at))
