"""The link "This was not me" of a notice: a page that says what its button does, and the button."""

from keyback.app.incidents import report as verb
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.web.call import Answer, Call
from keyback.web.page import Field, Link, Page

MESSAGES = {
    "not_me.title": "Was this not you?",
    "not_me.password_reset": "The password of the account {user_id} was reset: {happened_at}.",
    "not_me.password_set_by_admin": "An administrator set a new password for the account {user_id}: {happened_at}.",
    "not_me.method_changed": "The ways to prove who you are were changed for the account {user_id}: {happened_at}.",
    "not_me.role_changed": "An administrator changed the roles of the account {user_id}: {happened_at}.",
    "not_me.enabled": "An administrator enabled the account {user_id} again: {happened_at}.",
    "not_me.restored": "An administrator restored the account {user_id}, which had been deleted: {happened_at}.",
    "not_me.user_id_changed": "An administrator changed the user ID of the account {user_id}: {happened_at}.",
    "not_me.password_changed": "The password of the account {user_id} was changed: {happened_at}.",
    "not_me.unlocked": "The account {user_id} was unlocked: {happened_at}.",
    "not_me.new_device": "Somebody signed in with the account {user_id} on a new device: {happened_at}.",
    "not_me.pass_issued": "An administrator made an access pass for the account {user_id}: {happened_at}.",
    "not_me.registration_demanded": "The account {user_id} was asked to register anew: {happened_at}.",
    "not_me.other": "Something about the account {user_id} was changed: {happened_at}.",
    "not_me.does": "If you press the button, everybody is signed out of the account, nobody can reset its password, and your "
    "administrators are told. You will need their help to get in again.",
    "not_me.password_dies": "The present password stops working too.",
    "not_me.was_you": "Was it you after all? Then close this page. Nothing has been changed.",
    "not_me.submit": "This was not me",
    "not_me.done_title": "Thank you, it is reported",
    "not_me.done": "Everything that was open on the account has ended, and nobody can reset its password now.",
    "not_me.done_next": "Call your helpdesk. Your administrators know about it and will help you to get in again.",
    "not_me.dead_title": "This link does not work",
    "not_me.dead_why": "It was used, is older than 7 days, or your administrators have looked at the account since. Opening it "
    "changed nothing.",
    "not_me.dead_next": "Is something wrong with your account? Call your helpdesk now.",
}

DONE = "/not-me"


def show(call: Call) -> Answer:
    """What the button would do; looking changes nothing (COD-10, F36)."""
    try:
        seen = verb.look(call.site.house, call.last)
    except NotFound:
        return _dead()
    about = f"not_me.{seen.notice.removeprefix('notice.')}"
    lead = [
        say(about if about in MESSAGES else "not_me.other", happened_at=seen.happened_at, user_id=seen.user_id),
        say("not_me.does"),
        *([say("not_me.password_dies")] if seen.about_password else []),
        say("not_me.was_you"),
    ]
    page = Page(
        "not_me",
        say("not_me.title"),
        lead=tuple(lead),
        action=f"{DONE}/{call.last}",
        submit=say("not_me.submit"),
        fields=(Field("token", "hidden", say("not_me.submit"), value=call.token),),
        links=(Link("help", "/contact", say("link.help")),),
    )
    return Answer(page)


def post(call: Call) -> Answer:
    """The button. What it leads to has no token in its address (COD-11)."""
    try:
        verb.report(call.site.house, call.last, call.source)
    except NotFound:
        return _dead()
    return Answer(go_to=DONE)


def done(call: Call) -> Answer:
    """Where the button leads, whose link it was forgotten."""
    return Answer(
        Page(
            "not_me_done",
            say("not_me.done_title"),
            lead=(say("not_me.done"), say("not_me.done_next")),
            links=(Link("help", "/contact", say("link.help")),),
        )
    )


def _dead() -> Answer:
    """One page for every link that opens nothing (ENU-1)."""
    return Answer(
        Page(
            "not_me_dead",
            say("not_me.dead_title"),
            lead=(say("not_me.dead_why"), say("not_me.dead_next")),
            links=(Link("help", "/contact", say("link.help")),),
        ),
        404,
    )
