"""Where one person is signed in, and ending it."""

from collections.abc import Mapping

from keyback.app.incidents.care import a_reason
from keyback.app.sign_in import clients, sessions
from keyback.app.sign_in.sessions import MAY_END, Ending
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import Session
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _user
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import Column, Form, Line, Option, Panel, Part, Row, Select, Table

MESSAGES: Mapping[str, str] = {
    "user_sessions.list": "Where this person is signed in",
    "user_sessions.client": "Browser",
    "user_sessions.unknown": "Unknown browser",
    "user_sessions.address": "Address",
    "user_sessions.began": "Signed in",
    "user_sessions.began_at": "{began_at}",
    "user_sessions.seen": "Last seen",
    "user_sessions.seen_at": "{seen_at}",
    "user_sessions.with": "With",
    "user_sessions.none": "This person is signed in nowhere.",
    "user_sessions.end": "Sign out",
    "user_sessions.end_about": "It takes effect at the next click there, and the person is told by mail.",
    "user_sessions.which": "Where",
    "user_sessions.everywhere": "Everywhere",
    "user_sessions.reason": "Reason",
    "user_sessions.reason_hint": "Stands in the audit log.",
    "user_sessions.ended.done": "Signed out. The person is told by mail.",
}
ALL = "all"


def show(ask: Ask) -> Reply:
    """The list, the browser last seen first."""
    return _page(ask)


def end(ask: Ask) -> Reply:
    """One of this person's, or all of them; another person's is not found (ADM-9)."""
    seen, which = _user.look(ask), ask.field("session")
    try:
        why = a_reason(ask.field("reason"))
    except Invalid as error:
        return _page(ask, error.text)
    session = "" if which == ALL else which or "-"
    sessions.end_for(ask.house, Ending(ask.actor, seen.person.id, session, why))
    return Reply(go_to=f"{seen.path}/sessions", done="user_sessions.ended.done")


def _page(ask: Ask, error: Text | None = None) -> Reply:
    seen = _user.look(ask)
    found = sessions.of(ask.house, seen.person.id)
    columns = tuple(Column(say(f"user_sessions.{name}")) for name in ("client", "address", "began", "seen", "with"))
    table = Table(say("user_sessions.list"), columns, tuple(_row(one) for one in found), say("user_sessions.none"))
    parts: list[Part] = [table]
    if found and any(_user.may(ask, seen, one) for one in MAY_END):
        chosen = ask.field("session") or ALL
        options = (Option(ALL, say("user_sessions.everywhere")), *(Option(one.id, _named(one)) for one in found))
        controls = (
            Select("session", say("user_sessions.which"), options, chosen),
            Line("reason", say("user_sessions.reason"), ask.field("reason"), hint=say("user_sessions.reason_hint"),
                 error=error, required=True),
        )  # fmt: skip
        form = Form(f"{seen.path}/sessions", say("user_sessions.end"), controls, harsh=True)
        parts.append(Panel(say("user_sessions.end"), (form,), about=say("user_sessions.end_about")))
    return _user.reply(ask, seen, "sessions", parts, error)


def _row(one: Session) -> Row:
    cells = (
        _client(one), one.address, say("user_sessions.began_at", began_at=one.began_at),
        say("user_sessions.seen_at", seen_at=one.seen_at), one.methods.replace("+", ", "),
    )  # fmt: skip
    return Row(one.id, cells)


def _client(one: Session) -> Text | str:
    named = ", ".join(filter(None, (one.label, *clients.named(one.client))))
    return named or say("user_sessions.unknown")


def _named(one: Session) -> str:
    return ", ".join(filter(None, (one.label, *clients.named(one.client), one.address)))


ROUTES = (
    Route("GET", "/users/{person}/sessions", show, SEES),
    Route("POST", "/users/{person}/sessions", end, one_of(*MAY_END), ("session", "reason")),
)
