"""Sign-in: user ID and password, a session, sign-out."""

from keyback.core.messages import say
from keyback.web.call import SESSION, Answer, Call
from keyback.web.page import Field, Link, Page

MESSAGES = {
    "sign_in.title": "Sign in",
    "sign_in.user_id": "User ID",
    "sign_in.password": "Password",
    "sign_in.submit": "Sign in",
    "sign_in.forgot": "Forgot password or locked out?",
}


def home(call: Call) -> Answer:
    """The address without a path."""
    return Answer(go_to="/sign-in")


def show(call: Call) -> Answer:
    """The form."""
    return Answer(page(call))


def page(call: Call) -> Page:
    """The same for everybody."""
    return Page(
        "sign_in",
        say("sign_in.title"),
        action="/sign-in",
        submit=say("sign_in.submit"),
        fields=(
            Field("token", "hidden", say("sign_in.user_id"), value=call.token),
            Field("user_id", "username", say("sign_in.user_id")),
            Field("password", "password", say("sign_in.password")),
        ),
        links=(Link("forgot", "/reset", say("sign_in.forgot")),),
    )


def post(call: Call) -> Answer:
    """Check the password; begin a session."""
    return Answer(page(call), 422)


def leave(call: Call) -> Answer:
    """Sign out."""
    return Answer(go_to="/sign-in", cookies={SESSION: ""})


def inside(call: Call) -> Answer:
    """You are signed in."""
    return Answer(go_to="/sign-in")
