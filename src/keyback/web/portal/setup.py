"""One-time links of `keyback init` and `keyback rescue`: an administrator sets a password and an authenticator."""

from keyback.app.setup import use as verb
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.messages import Text, say
from keyback.core.rules import password as password_rules
from keyback.web.call import SESSION, Answer, Call
from keyback.web.page import Field, Link, Message, Page, Rule
from keyback.web.qr import grouped, qr

MESSAGES = {
    "setup.title": "Set your password and authenticator",
    "setup.lead": "For {user_id}. This page works once, until {expires_at}.",
    "setup.scan": "Scan this with an authenticator app on your phone, or type the key into it.",
    "setup.key": "Key for the authenticator app",
    "setup.code": "Code from the app",
    "setup.code_hint": "The 6 digits that the app shows now.",
    "setup.submit": "Set both",
    "setup.dead_title": "This link does not work",
    "setup.dead_why": "It was used, is older than 30 minutes, or was replaced by a newer one. Nothing was changed.",
    "setup.dead_next": "Whoever runs Keyback can make a new one, on the machine that it runs on: keyback rescue USERID",
    "setup.done_title": "Password and authenticator are set",
    "setup.done": "Sign in with your new password. Older sessions and links of this account have ended.",
}

CODE_LENGTH = 6


def show(call: Call) -> Answer:
    """The form; looking uses nothing up (COD-10)."""
    try:
        return Answer(_page(call, verb.look(call.site.house, call.last)))
    except NotFound:
        return _dead()


def post(call: Call) -> Answer:
    """Set both, once."""
    fields = call.fields
    wanted = verb.Wanted(fields.get("new", ""), fields.get("again", ""), fields.get("code", ""), call.source)
    try:
        verb.use(call.site.house, call.last, wanted)
    except NotFound:
        return _dead()
    except (Invalid, Conflict) as error:
        return _again(call, error)
    return Answer(_done(), cookies={SESSION: ""})


def _again(call: Call, error: Invalid | Conflict) -> Answer:
    wrong_code = error.text if isinstance(error, verb.WrongCode) else None
    wrong = error.mistakes if isinstance(error, Invalid) else (error.text,)
    try:
        return Answer(_page(call, verb.look(call.site.house, call.last), wrong_code, wrong), 422)
    except NotFound:
        return _dead()


def _page(call: Call, seen: verb.Seen, wrong_code: Text | None = None, wrong: tuple[Text, ...] = ()) -> Page:
    show = seen.registration.show  # the code comes last on the page: it is the one that goes stale
    label = say("start.user_id")
    return Page(
        "setup",
        say("setup.title"),
        lead=(say("setup.lead", user_id=seen.person.upn, expires_at=seen.expires_at), say("setup.scan")),
        action=f"/setup/{call.last}",
        submit=say("setup.submit"),
        fields=(
            Field("token", "hidden", label, value=call.token),
            Field("user_id", "hidden", label, value=seen.person.upn, autocomplete="username"),
            Field("new", "new_password", say("password.new")),
            Field("again", "new_password", say("password.again")),
            Field("code", "code", say("setup.code"), hint=say("setup.code_hint"), error=wrong_code, length=CODE_LENGTH),
        ),
        messages=tuple(Message(text, "bad") for text in wrong),
        rules=tuple(
            Rule(rule.id, rule.text, rule.check, rule.amount) for rule in password_rules.rules_shown(seen.passwords)
        ),
        expires=seen.expires_at,
        qr=qr(show["uri"]),
        facts=((say("setup.key"), grouped(show["key"])),),
    )


def _done() -> Page:
    return Page(
        "setup_done",
        say("setup.done_title"),
        messages=(Message(say("setup.done"), "good"),),
        links=(Link("sign_in", "/sign-in", say("done.sign_in")), Link("help", "/contact", say("link.help"))),
    )


def _dead() -> Answer:
    """One page for every link that opens nothing (ENU-1)."""
    return Answer(
        Page(
            "setup_dead",
            say("setup.dead_title"),
            lead=(say("setup.dead_why"), say("setup.dead_next")),
            links=(Link("sign_in", "/sign-in", say("link.sign_in")), Link("help", "/contact", say("link.help"))),
        ),
        404,
    )
