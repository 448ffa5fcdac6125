"""A new user, with a generated initial password that is shown once, or with none."""

from collections.abc import Mapping

from keyback.app.people import adding, editing, passwords
from keyback.app.people.adding import Newcomer
from keyback.app.people.editing import Details
from keyback.core.errors import Conflict, Invalid
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _user
from keyback.web.admin.pages.user import FIELDS, details_controls, details_typed
from keyback.web.admin.parts import Form, Go, Once, Option, Paragraph, Pick, Presses, Screen
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "user_new.title": "New user",
    "user_new.user_id_hint": "Such as ada@example.org. People type it to sign in and to reset their password.",
    "user_new.password": "Initial password",
    "user_new.generate": "Generate one",
    "user_new.generate_about": "Shown once, on the next page. It works for 14 days and must be changed at the first sign-in.",
    "user_new.nothing": "None",
    "user_new.nothing_about": "The person cannot sign in before a password is set.",
    "user_new.create": "Create",
    "user_new.cancel": "Cancel",
    "user_new.created_title": "{user_id} is created",
    "user_new.once": "Initial password, shown this once",
    "user_new.pass_on": "Pass it on to the person and to nobody else. Keyback keeps only a hash and cannot show it again.",
    "user_new.life": "It works until {until_at}, and must be changed at the first sign-in.",
    "user_new.open": "Open the user",
    "user_new.another": "New user",
}


def show(ask: Ask) -> Reply:
    """The empty form."""
    return _form(Details("", "", "", "", "", ""), {}, generate=True)


def create(ask: Ask) -> Reply:
    """The person, or the form again."""
    typed, generate = details_typed(ask), ask.field("password") != "none"
    named = typed.display_name or f"{typed.given_name} {typed.surname}".strip() or typed.user_id
    typed = Details(typed.user_id, named, typed.given_name, typed.surname, typed.department, typed.language)
    wrong = editing.wrong_with(typed)
    if wrong:
        return _form(typed, wrong, generate=generate, error=say("people.not_so"))
    work = ask.work()
    password = passwords.temporary(work) if generate else None
    new = Newcomer(typed.user_id, typed.display_name, typed.given_name, typed.surname, typed.department, typed.language)
    try:
        person = adding.add(work, new, password)
    except (Conflict, Invalid) as error:
        return _form(typed, {"user_id": error.text}, generate=generate, error=error.text)
    if password is None:
        return Reply(go_to=f"/users/{person}", done="users.added.done")
    return _created(ask, person, typed, password)


def _form(typed: Details, wrong: Mapping[str, Text], *, generate: bool, error: Text | None = None) -> Reply:
    options = (
        Option("generate", say("user_new.generate"), say("user_new.generate_about")),
        Option("none", say("user_new.nothing"), say("user_new.nothing_about")),
    )
    password = Pick("password", say("user_new.password"), options, "generate" if generate else "none")
    controls = (*details_controls(typed, wrong, say("user_new.user_id_hint")), password)
    form = Form("/users/new", say("user_new.create"), controls, cancel=Go("/users", say("user_new.cancel")))
    told = (Message(error, "bad"),) if error else ()
    screen = Screen(
        "user_new",
        say("user_new.title"),
        (form,),
        messages=told,
        above=(Go("/users", say("user.above")),),
        place="/users",
    )
    return Reply(screen, 422 if error else 200)


def _created(ask: Ask, person: str, typed: Details, password: str) -> Reply:
    parts = (
        Once(say("user_new.once"), password),
        Paragraph(say("user_new.life", until_at=ask.now + adding.INITIAL_LIFE)),
        Paragraph(say("user_new.pass_on")),
        Presses((Go(f"/users/{person}", say("user_new.open")), Go("/users/new", say("user_new.another")))),
    )
    title = say("user_new.created_title", user_id=typed.user_id)
    return Reply(_user.plain("user_created", title, parts, Go("/users", say("user.above"))))


CREATES = one_of(Permission.CHANGE_PEOPLE)
ROUTES = (
    Route("GET", "/users/new", show, CREATES),
    Route("POST", "/users/new", create, CREATES, (*FIELDS, "password")),
)
