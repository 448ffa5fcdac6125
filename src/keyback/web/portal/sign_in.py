"""Sign-in: user ID and password, a session, sign-out."""

from keyback.app.sign_in import enter, session
from keyback.core.errors import Invalid, TooMany
from keyback.core.messages import Text, say
from keyback.core.types import SECOND, Person
from keyback.web.call import KNOWN, SESSION, Answer, Call
from keyback.web.page import Field, Link, Message, Page

MESSAGES = {
    "sign_in.title": "Sign in",
    "sign_in.lead": "With the user ID and password of your organisation.",
    "sign_in.user_id": "User ID",
    "sign_in.password": "Password",
    "sign_in.submit": "Sign in",
    "sign_in.forgot": "Forgot password or locked out?",
    "signed_in.title": "You are signed in",
    "signed_in.lead": "As {name} ({user_id}).",
    "signed_in.submit": "Sign out",
}


def home(call: Call) -> Answer:
    """The address without a path."""
    return Answer(go_to="/signed-in" if _who(call) else "/sign-in")


def show(call: Call) -> Answer:
    """The form."""
    return Answer(page(call))


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
    asked = enter.Asked(
        call.fields.get("user_id", ""), call.fields.get("password", ""), call.source, call.client,
        call.cookies.get(SESSION, ""), call.cookies.get(KNOWN, ""),
    )  # fmt: skip
    try:
        entered = enter.enter(call.site.house, asked)
    except (Invalid, enter.MustChange) as error:
        return Answer(page(call, typed=typed, message=error.text), 422)
    except TooMany as error:
        wait = max(1, (error.retry_at - call.now) // SECOND)
        return Answer(page(call, typed=typed, message=error.text), 429, retry_after=wait)
    return Answer(go_to="/signed-in", cookies={SESSION: entered.session, KNOWN: entered.known})


def leave(call: Call) -> Answer:
    """Sign out."""
    session.leave(call.site.house, call.cookies.get(SESSION, ""), call.source)
    return Answer(go_to="/sign-in", cookies={SESSION: ""}, forget=True)


def inside(call: Call) -> Answer:
    """You are signed in; if not, sign in."""
    person = _who(call)
    if person is None:
        return Answer(go_to="/sign-in", cookies={SESSION: ""} if SESSION in call.cookies else {})
    return Answer(
        Page(
            "signed_in",
            say("signed_in.title"),
            lead=(say("signed_in.lead", name=person.display_name or person.upn, user_id=person.upn),),
            action="/sign-out",
            submit=say("signed_in.submit"),
            fields=(Field("token", "hidden", say("sign_in.user_id"), value=call.token),),
        )
    )


def _who(call: Call) -> Person | None:
    return session.who(call.site.house, call.cookies.get(SESSION, ""))
